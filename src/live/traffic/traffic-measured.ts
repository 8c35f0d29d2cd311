/** What a load generator saw. Times are real milliseconds; `speed` of the record turns them into simulated ones. */
export interface TrafficMeasured {
  readonly services: readonly ServiceTraffic[];
  /** Sentences: what of the run's requests was not sent as it was there, and what went wrong with sending. */
  readonly notes?: readonly string[];
}

/**
 * Calls to one service, counted as the request model does, so that the two can be compared: requests from outside, their
 * retries and hedges, and the calls that other services make.
 */
export interface ServiceTraffic {
  readonly service: string;
  readonly sent: number;
  readonly served: number;
  /**
   * By what went wrong, in the words of the request model: `timedOut`, `queueFull` (503), `noEndpoint`, `endpointLost`,
   * `errorAnswer`, `breakerOpen`, `callFailed`; and `unanswered` when the replay ended. Causes that did not occur are absent.
   */
  readonly failedBy: Readonly<Record<string, number>>;
  /** Of those served, from the moment at which the call was due. */
  readonly latency: LatencySummary;
  /** Requests from outside as their users see them, over all attempts; absent: nobody asks from outside. */
  readonly users?: {
    readonly sent: number;
    readonly good: number;
    readonly bad: number;
    readonly latency: LatencySummary;
  };
  /** Work done by the containers as they measured it; absent: other images. */
  readonly serviceTime?: LatencySummary;
  /** From sending to the answer, less what the container says of queue and work: network, proxy, parsing; absent: other images. */
  readonly overhead?: LatencySummary;
  /** How late the generator itself was with requests from outside. */
  readonly generatorLateMs: { readonly mean: number; readonly p99: number; readonly max: number };
  /** Between scrapes of the simulated run. */
  readonly intervals: readonly TrafficInterval[];
  /** Good answers. */
  readonly byPod: Readonly<Record<string, number>>;
}

export interface LatencySummary {
  readonly count: number;
  readonly meanMs: number;
  /** Half width of the 95 % interval of the mean, by batch means, since waits are correlated. */
  readonly meanHalfWidthMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface TrafficInterval {
  readonly fromUs: number;
  readonly toUs: number;
  readonly sent: number;
  readonly served: number;
  readonly failed: number;
  readonly meanMs: number;
  readonly p99Ms: number;
}
