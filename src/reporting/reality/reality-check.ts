export const REALITY_FORMAT = 'baton-reality-check/1';

/**
 * A replay held against the run that it repeated: what was predicted, what was measured, and what that says. Plain data;
 * every report is written from it alone. Times that end in `Ms` are real milliseconds, a predicted one being its
 * simulated time divided by `speed`; `atS` is simulated seconds since the start of the run. What was not measured or not
 * predicted is absent, never 0.
 */
export interface RealityCheck {
  readonly format: typeof REALITY_FORMAT;
  readonly runId: string;
  readonly title: string;
  readonly policy: string;
  readonly seed: number;
  readonly fingerprint: string;
  readonly durationUs: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly outcome: 'finished' | 'interrupted' | 'failed';
  /** How many times faster than real time the simulated clock went. */
  readonly speed: number;
  /** What CPU and memory were multiplied by on the way to the engines. */
  readonly scaleCpu: number | 'shares';
  readonly scaleMem: number;
  readonly engines: readonly RealityEngine[];
  readonly wallMs: number;
  /** Of that, how long the simulated clock was held because the engines could not keep up. */
  readonly heldMs: number;
  /** Containers and networks that are still there. */
  readonly leftBehind: number;
  readonly pods: number;
  readonly nodes: number;
  /** Engine of the calibration that the prediction was made with; absent: none. */
  readonly calibratedWith?: string;
  readonly decisions: DecisionsDone;
  readonly lateness: Lateness;
  readonly checkpoints: readonly CheckpointResult[];
  /** From the order to start to readiness; all together first, then by workload. */
  readonly starts: readonly TimesCompared[];
  /** From the order to stop to the end of the process. */
  readonly stops: readonly TimesCompared[];
  readonly recoveries: readonly Recovery[];
  readonly ready: readonly ReadyCompared[];
  readonly services: readonly ServiceCompared[];
  readonly use: readonly UseCompared[];
  /** Predicted and measured values on common times, for charts. */
  readonly lines: readonly ComparedLine[];
  readonly troubles: readonly { readonly atS: number; readonly wallMs: number; readonly what: string }[];
  /** Sentences: what could not be compared, and why. */
  readonly notes: readonly string[];
}

export interface RealityEngine {
  readonly name: string;
  readonly host: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly architecture: string;
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly cgroupVersion: string;
  readonly storageDriver: string;
  /** Simulated nodes that it stood for. */
  readonly nodes: readonly string[];
}

/** What became of the steps that ask something of an engine. */
export interface DecisionsDone {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly missed: number;
  /** Never begun: the replay ended before. */
  readonly notBegun: number;
  readonly byKind: readonly {
    readonly kind: string;
    readonly total: number;
    readonly done: number;
    readonly failed: number;
    readonly missed: number;
    /** From the time it was due to its first call, and to its last answer. */
    readonly begunLateMs?: SampleSummary;
    readonly doneLateMs?: SampleSummary;
  }[];
  /** The first few that failed or were missed. */
  readonly examples: readonly {
    readonly atS: number;
    readonly kind: string;
    readonly about: string;
    readonly why: string;
  }[];
}

/** How late decisions were begun. */
export interface Lateness {
  readonly begunMs?: SampleSummary;
  readonly doneMs?: SampleSummary;
  /** In stretches of the run: does it grow? `driftMs`: behind a clock that was never held. */
  readonly overTime: readonly {
    readonly atS: number;
    readonly count: number;
    readonly medianMs: number;
    readonly p90Ms: number;
    readonly driftMs: number;
  }[];
  /** How much later, in ms, decisions were in the last third of the run than in the first, by their medians. */
  readonly growthMs?: number;
}

/** A sample told by its numbers. Quantiles lie linearly between neighbouring values. */
export interface SampleSummary {
  readonly count: number;
  readonly mean: number;
  /** 95 % interval of the mean (Student); absent with one value. */
  readonly low?: number;
  readonly high?: number;
  readonly min: number;
  readonly p5: number;
  readonly median: number;
  /** 95 % interval of the median by order statistics; absent with fewer than six values. */
  readonly medianLow?: number;
  readonly medianHigh?: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What a comparison says: `same` is inside the 95 % interval of what was measured, `close` within a tenth of it. */
export interface Verdict {
  readonly is: 'same' | 'close' | 'higher' | 'lower' | 'unknown';
  /** Measured over predicted, less 1; absent where nothing or 0 was predicted. */
  readonly relative?: number;
  /** `6.1 % longer than predicted (95 % interval 4.0 to 8.2 %)`. */
  readonly text: string;
}

export interface CheckpointResult {
  readonly atS: number;
  readonly expected: number;
  readonly found: number;
  readonly differences: readonly string[];
}

/** Times predicted and measured for the same processes. */
export interface TimesCompared {
  /** A workload, or `*`: all. */
  readonly about: string;
  readonly predictedMs?: SampleSummary;
  readonly measuredMs?: SampleSummary;
  /** Measured less predicted, process by process. */
  readonly differenceMs?: SampleSummary;
  /** Quantiles at 0, 5, ... 100 %, for plots. */
  readonly predictedQuantilesMs?: readonly number[];
  readonly measuredQuantilesMs?: readonly number[];
  /** Whether the predicted median lies between the 5th and the 95th percentile of what was measured. */
  readonly isInsideSpread: boolean;
  /** Medians of the phases: from the order to the engine's start of the process, and from there to readiness. */
  readonly orderToStartMs?: number;
  readonly startToReadyMs?: number;
  readonly verdict: Verdict;
}

/** How long a workload lacked pods after something befell it. */
export interface Recovery {
  readonly atS: number;
  readonly workload: string;
  /** `node-down`, `crash`, `hang`, `eviction`, `rollout`, ... */
  readonly cause: string;
  readonly what: string;
  /** Ready pods before, and fewest meanwhile. */
  readonly before: number;
  readonly predictedLowest: number;
  readonly measuredLowest: number;
  /** Until as many were ready as there had been (or as were still wanted); absent: not before the end. */
  readonly predictedMs?: number;
  readonly measuredMs?: number;
  readonly verdict: Verdict;
}

/** Ready pods of a workload over time. */
export interface ReadyCompared {
  readonly workload: string;
  readonly predictedMean: number;
  readonly measuredMean: number;
  /** Share of the time in which both were equal. */
  readonly equalShare: number;
  /** Mean over time of how far they were apart. */
  readonly meanGap: number;
  readonly largestGap: number;
}

/** Requests to a service. Latencies are milliseconds of simulated time, as the scenario tells them. */
export interface ServiceCompared {
  readonly service: string;
  readonly balancing: string;
  readonly predicted?: TrafficNumbers;
  readonly measured?: TrafficNumbers;
  readonly latency: Verdict;
  readonly throughput: Verdict;
  readonly errors: Verdict;
  /** Failed requests by what went wrong. */
  readonly predictedFailedBy: Readonly<Record<string, number>>;
  readonly measuredFailedBy: Readonly<Record<string, number>>;
  /** How late the load generator itself was at its 99th percentile, in real ms: what it adds to latencies. */
  readonly generatorLateP99Ms?: number;
}

export interface TrafficNumbers {
  readonly sent: number;
  readonly served: number;
  readonly failed: number;
  /** Served, a simulated second. */
  readonly perSecond: number;
  readonly failedShare: number;
  readonly meanMs: number;
  /** 95 % interval of the mean; absent: it is a prediction. */
  readonly meanLowMs?: number;
  readonly meanHighMs?: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  /** Own work of a pod on a request; absent: not known. */
  readonly workMs?: number;
}

/** CPU or memory used by a workload's pods (mean of one pod) or by a node (sum of its pods), in the scenario's own size. */
export interface UseCompared {
  readonly of: 'workload' | 'node';
  readonly about: string;
  readonly resource: 'cpu' | 'memory';
  /** Millicores or bytes; means over time. */
  readonly predicted?: number;
  readonly measured: SampleSummary;
  readonly verdict: Verdict;
}

export interface ComparedLine {
  readonly group: 'ready' | 'throughput' | 'errors' | 'latency' | 'cpu' | 'memory' | 'node-cpu' | 'node-memory';
  readonly about: string;
  readonly unit: 'pods' | 'per-second' | 'ms' | 'millicores' | 'bytes';
  readonly atS: readonly number[];
  readonly predicted: readonly (number | null)[];
  readonly measured: readonly (number | null)[];
}
