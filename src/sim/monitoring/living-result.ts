import type { IncidentRecord } from './incident-record.ts';

/** One line of the timeline: a value at each of the timeline's times. */
export interface TimelineSeries {
  /** In the manner of Prometheus: `baton_service_replicas_ready`. */
  readonly name: string;
  readonly title: string;
  readonly unit: '' | 's' | 'share' | 'per-second' | 'usd-per-hour' | 'usd' | 'bytes' | 'millicores' | 'watts';
  /** What it is about: `{ service: 'web' }`; empty: the whole cluster. */
  readonly labels: Readonly<Record<string, string>>;
  /** NaN where nothing was measured. */
  readonly values: number[];
}

/** What was decided, by whom, and why. */
export interface DecisionRecord {
  readonly timeUs: number;
  /** `horizontal`, `vertical`, `nodes`, `deployment`, `scheduler`. */
  readonly by: string;
  /** The policy's name. */
  readonly policy: string;
  /** The service, group or node it is about. */
  readonly about: string;
  /** "4 -> 7 replicas". */
  readonly what: string;
  /** What was observed and the formula with its numbers. */
  readonly why: string;
  readonly limitedBy?: string;
}

/** Something that befell the cluster: `node-down`, `detected`, `evicted`, `spot-notice`, `out-of-memory`, ... */
export interface HappeningRecord {
  readonly timeUs: number;
  readonly kind: string;
  readonly about: string;
  readonly what: string;
}

/** A timer that ran: who waited for what, and until when. */
export interface TimerRecord {
  readonly fromUs: number;
  readonly toUs: number;
  /** `node-monitor-grace-period`, `tolerationSeconds`, `stabilizationWindow`, ... */
  readonly timer: string;
  /** What it ran for, one or several. */
  readonly about: string;
}

/** Pods of one owner that wait for a node for the same reason. */
export interface WaitingPods {
  /** Who made them, or the pod itself: `ReplicaSet shop/web-5d4f`. */
  readonly owner: string;
  readonly reason: string;
  readonly count: number;
  /** The first few, by their full names. */
  readonly examples: readonly string[];
  /** Since when the first of them waits. */
  readonly sinceUs: number;
}

/** How often the same was reported, whatever it was about. */
export interface EventCount {
  /** As `kubectl get events` has it: `FailedScheduling`. */
  readonly reason: string;
  readonly type: 'Normal' | 'Warning';
  readonly count: number;
}

/** A promise and how it was kept. */
export interface ObjectiveResult {
  readonly service: string;
  readonly kind: 'availability' | 'latency';
  /** Such as "99.9 % good" or "p99 <= 300 ms". */
  readonly text: string;
  /** The share of requests that must be good. */
  readonly target: number;
  readonly goodShare: number;
  /** Bad share over allowed share, in the worst of the promise's windows or, where that is not shorter, over the run; above 1 it is broken. */
  readonly budgetUsed: number;
  /** The highest burn rate over 5 min and over 1 h. */
  readonly worstBurn5m: number;
  readonly worstBurn1h: number;
  /** Minutes in which the promise, taken for that minute alone, was broken. */
  readonly violatedMinutes: number;
  readonly kept: boolean;
}

export interface ServiceResult {
  readonly service: string;
  readonly arrived: number;
  readonly served: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly inFlight: number;
  readonly retries: number;
  readonly failedBy: Readonly<Record<string, number>>;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly replicasMean: number;
  readonly replicasPeak: number;
  readonly replicaHours: number;
  readonly cpuShareMean: number;
  readonly costUsd: number;
  /** Sum over time of max(0, desired - ready), in replica-seconds. */
  readonly deficitReplicaS: number;
  /** The same of replicas that really answer: the process does, and its machine works and can be reached; absent: not recorded. */
  readonly lostReplicaS?: number;
  readonly evictions: number;
  readonly restarts: number;
  /** Replicas asked for and ready when the run ended; absent: not recorded. */
  readonly atEnd?: { readonly desired: number; readonly ready: number };
  /** Which model ran its requests and why. */
  readonly model: string;
}

export interface CostResult {
  readonly totalUsd: number;
  /** Of that, capacity that no pod requested. */
  readonly idleUsd: number;
  readonly byGroup: Readonly<Record<string, number>>;
  readonly byService: Readonly<Record<string, number>>;
  readonly usdPerMillionRequests: number;
  readonly energyKWh: number;
  readonly carbonKg: number;
}

/** What only a living cluster has to say; part of a run's result. */
export interface LivingResult {
  readonly timeline: { readonly timeUs: number[]; readonly series: readonly TimelineSeries[] };
  readonly decisions: readonly DecisionRecord[];
  readonly happenings: readonly HappeningRecord[];
  readonly services: readonly ServiceResult[];
  readonly objectives: readonly ObjectiveResult[];
  readonly cost: CostResult;
  /** In order of their beginnings; absent: timers were not recorded. */
  readonly timers?: readonly TimerRecord[];
  /** Pods without a node when the run ended, the oldest first; absent: not recorded. */
  readonly waiting?: readonly WaitingPods[];
  /** Machines that stopped or were cut off, and what was done about it, in order of time; absent: not recorded. */
  readonly incidents?: readonly IncidentRecord[];
  /** All events of the cluster by reason, warnings first, then the most frequent; absent: not recorded. */
  readonly events?: readonly EventCount[];
  /** Sentences for the report: which model ran, what was left out. */
  readonly notes: readonly string[];
}
