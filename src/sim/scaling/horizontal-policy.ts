import type { RandomStream } from '../random.ts';

/** One replica as the metrics pipeline last saw it. */
export interface ReplicaSample {
  readonly state: 'pending' | 'starting' | 'ready' | 'unready' | 'terminating';
  /** When its pod started on a node; -1 while pending. */
  readonly startedUs: number;
  /** When it last became ready (or unready); -1: never yet. */
  readonly changedUs: number;
  /** When the sample was taken; -1: there is none yet, and the usages mean nothing. */
  readonly sampledUs: number;
  readonly cpuUsageMilli: number;
  readonly cpuRequestMilli: number;
  readonly memUsageBytes: number;
  readonly memRequestBytes: number;
}

/** What was measured over one scrape interval that ended at `timeUs`, for a whole service. */
export interface ServicePoint {
  readonly timeUs: number;
  /** Length of the interval in microseconds. */
  readonly spanUs: number;
  /** Calls that came, per second, retries included. */
  readonly requestsPerSecond: number;
  readonly servedPerSecond: number;
  readonly failedPerSecond: number;
  /** Requests at all replicas at the end of the interval, queued and served. */
  readonly inFlight: number;
  /** CPU used by the ready replicas over what they request, 0 to 1 and above; NaN when none is ready. */
  readonly cpuShare: number;
  readonly memShare: number;
  /** Replicas that served in the interval, mean. */
  readonly ready: number;
  /** 99th percentile of the answers of the interval; 0 when there were none. */
  readonly p99Us: number;
}

/** All that a horizontal policy may look at. Nothing here is younger than the metric delay allows. */
export interface ServiceObservation {
  readonly nowUs: number;
  readonly service: string;
  /** Replicas asked for now. */
  readonly current: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Filled anew for the next decision: a policy that keeps one copies it. */
  readonly replicas: readonly ReplicaSample[];
  /** Points of the past, oldest first, at least one hour of them where the run is that old; never empty of meaning: may have length 0. */
  readonly points: readonly ServicePoint[];
  /** Scrape interval and delay of the pipeline. */
  readonly scrapeUs: number;
  /** Whether a deployment of the service is going on. */
  readonly deploying: boolean;
  /** Mean own work of a request at full speed, known to policies that plan by rate. */
  readonly workMeanUs: number;
  readonly concurrency: number;
}

/** How many replicas, and why. */
export interface HorizontalDecision {
  readonly replicas: number;
  /** The observation and the formula with its numbers, in one line: "cpu 92 % of 60 %: ceil(5 x 92/60) = 8". */
  readonly why: string;
  /** What kept it from its own proposal: "at most 10", "stabilised over 300 s"; absent: nothing. */
  readonly limitedBy?: string;
}

/** How many replicas a service should have. One is made for each service of each run; it keeps its memory in a closure. */
export interface HorizontalScaler {
  /** Asked every `periodUs`; the answer is clamped to the service's minimum and maximum by the caller as well. */
  decide(seen: ServiceObservation): HorizontalDecision;
}

export interface HorizontalPolicy {
  /** As written in a scenario, options included: `target-utilisation(cpu=60)`. */
  readonly name: string;
  readonly summary?: string;
  readonly source?: string;
  /** Time between two decisions. */
  readonly periodUs: number;
  make(context: { readonly random: RandomStream }): HorizontalScaler;
}
