import type { WorkCounters } from './choice/chooser.ts';
import type { LivingResult } from './monitoring/living-result.ts';

/** Where every pod that entered the run is at its end. The parts always add up to `arrived`. */
export interface PodCounts {
  arrived: number;
  finished: number;
  running: number;
  pending: number;
  /** Turned away on arrival because nothing fitted and the run does not queue, or because no node could ever host it. */
  refused: number;
  /** Ended before their time: evicted or failed, and not started again. */
  killed: number;
}

/** Mean, percentiles and extremes of one quantity over pods. */
export interface DistributionSummary {
  count: number;
  mean: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
  /** Root of the mean of squares. */
  rms: number;
  /** False when there were too many values to keep: then percentiles are within 0.4 % (relative). */
  exact: boolean;
  /** The distribution function at up to 101 points: [value, share of pods with at most this value]. */
  cdf: [number, number][];
}

/** How the cluster looked over time; all arrays have one entry a point. Shares are of total capacity, 0 to 1. */
export interface Curves {
  timeUs: number[];
  cpuShare: number[];
  memShare: number[];
  gpuShare: number[];
  running: number[];
  pending: number[];
  /** Nodes with at least one pod. */
  nodesUsed: number[];
  /** See the metric `fragmentation`. */
  fragmentation: number[];
}

/** Allocation by groups of neighbouring nodes over time: `share[group][point]` of the group's capacity, 0 to 1. */
export interface HeatMap {
  timeUs: number[];
  groups: { firstNode: number; lastNode: number }[];
  /** The resource shown: GPU when the cluster has any, else CPU. */
  resource: 'gpu' | 'cpu';
  share: number[][];
}

/** What one user got. */
export interface UserResult {
  user: string;
  pods: number;
  meanWaitS: number;
  meanBoundedSlowdown: number;
  /** The largest of the user's shares of CPU, memory and GPU time, of what all users used of it. */
  dominantShare: number;
}

/** Everything one run says. Equal inputs give equal results to the byte; wall-clock times are kept elsewhere. */
export interface RunResult {
  /** 16 hexadecimal digits over the whole journal. */
  fingerprint: string;
  counts: PodCounts;
  /** First arrival and last event, in simulated microseconds. */
  startUs: number;
  endUs: number;
  /** Numbers to compare, by the names of `metric-catalogue.ts`; a metric that has no meaning in the run is absent. */
  metrics: Record<string, number>;
  distributions: Record<'waitS' | 'flowS' | 'slowdown' | 'boundedSlowdown', DistributionSummary>;
  curves: Curves;
  heat: HeatMap;
  users: UserResult[];
  /** What services, weather and money came to, in a living cluster. */
  living?: LivingResult;
  /** The last three only in a living cluster: requests and their events, one by one, and steps of the fluid equations. */
  work: WorkCounters & {
    events: number;
    decisions: number;
    requests?: number;
    requestEvents?: number;
    fluidSteps?: number;
  };
}
