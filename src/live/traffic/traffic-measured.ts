/** What a load generator saw. Times are real milliseconds; `speed` of the record turns them into simulated ones. */
export interface TrafficMeasured {
  readonly services: readonly ServiceTraffic[];
  /** Sentences: what of the run's requests was not sent as it was there, and what went wrong with sending. */
  readonly notes?: readonly string[];
}

/** Requests from outside to one service. */
export interface ServiceTraffic {
  readonly service: string;
  readonly sent: number;
  readonly served: number;
  /**
   * By what went wrong at last, in the words of the request model: `timedOut`, `queueFull` (503), `noEndpoint`,
   * `endpointLost`, `errorAnswer`, `breakerOpen`, `callFailed`; and `unanswered` when the replay ended.
   */
  readonly failedBy: Readonly<Record<string, number>>;
  /** Of those served, from the moment at which the request was due, in wall milliseconds. */
  readonly latency: LatencySummary;
  /** Work done by the containers as they measured it, in wall milliseconds; absent: other images. */
  readonly serviceTime?: LatencySummary;
  /** How late the generator itself was. */
  readonly generatorLateMs: { readonly mean: number; readonly p99: number; readonly max: number };
  readonly intervals: readonly TrafficInterval[];
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
