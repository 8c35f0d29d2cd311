import type { RunResult } from '../sim/result.ts';
import type { Bound } from './bounds/bound.ts';

/** What a run is told apart by besides its cluster, workload and policy; the text or number the user gave. */
export type Seed = number | string;

/** One run of an experiment: what it was, how it ended and, when it finished, what it says. */
export interface RunRecord {
  /** Hash of the run's inputs; equal inputs have equal ids. */
  readonly id: string;
  readonly cluster: string;
  readonly workload: string;
  readonly policy: string;
  readonly seed: Seed;
  /** `missing`: not run yet, for instance because the experiment was interrupted. */
  readonly status: 'finished' | 'failed' | 'missing';
  /** Why it failed, in a sentence. */
  readonly error?: string;
  /** Present exactly when the run finished. */
  readonly result?: RunResult;
  /** Measured on a real clock, so never equal twice; kept out of `result`. */
  readonly timing?: RunTiming;
}

/** Wall and CPU time of one run and of its decisions. */
export interface RunTiming {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Time of one placement decision in microseconds. */
  readonly decisionUs?: { readonly mean: number; readonly p50: number; readonly p99: number };
  readonly peakRssBytes?: number;
}

export interface ClusterFacts {
  readonly name: string;
  readonly description?: string;
  readonly nodes: number;
  readonly totals: { readonly cpuMilli: number; readonly memBytes: number; readonly gpuCount: number };
}

export interface WorkloadFacts {
  readonly name: string;
  readonly description?: string;
  /** What readers and transformations left out and why, one sentence each. */
  readonly drops: readonly string[];
  /** Numbers about the workload for the report, in the order to show them: title to formatted value. */
  readonly statistics: Readonly<Record<string, string | number>>;
}

export interface PolicyFacts {
  readonly name: string;
  /** The name with every option, where a report has shortened it. */
  readonly fullName?: string;
  /** One line: what it prefers. */
  readonly summary: string;
  /** The paper or project it is from. */
  readonly source: string;
  /** The user's file, for policies that are not built in. */
  readonly file?: string;
  /** Where an orchestrator decides. */
  readonly orchestrator?: OrchestratorFacts;
}

/** What a report says of an orchestrator: what decides how long it waits, and what it can do. */
export interface OrchestratorFacts {
  /** `swarm`. */
  readonly name: string;
  /** `Docker Swarm`. */
  readonly title: string;
  readonly constants: readonly {
    readonly name: string;
    /** With its unit: `5 s`. */
    readonly text: string;
    readonly meaning: string;
    readonly source: string;
    /** Upstream publishes nothing, so we had to choose. */
    readonly isModellingChoice: boolean;
    /** The scenario has set it otherwise than upstream has it. */
    readonly isChanged: boolean;
  }[];
  /** In the same order for all. */
  readonly features: readonly {
    readonly title: string;
    readonly has: 'yes' | 'partly' | 'no' | 'outside';
    readonly by: string;
  }[];
}

/** Everything about an experiment that is known before its first run. */
export interface ExperimentFacts {
  readonly title: string;
  readonly batonVersion: string;
  readonly nodeVersion: string;
  /** The command line that repeats the experiment. */
  readonly command: string;
  /** Where it was started from: the commit of the checkout, the experiment file; title to value. */
  readonly startedFrom: Readonly<Record<string, string>>;
  readonly clusters: readonly ClusterFacts[];
  readonly workloads: readonly WorkloadFacts[];
  readonly policies: readonly PolicyFacts[];
  readonly seeds: readonly Seed[];
}

/**
 * How a policy stands to the best one on a metric:
 * `best`: its mean is the best (of equal means, the first policy of the experiment);
 * `identical`: the very same value as the best on every seed;
 * `indistinguishable`: the 95 % interval of the paired difference contains 0, or the difference does not survive
 * Holm's correction over all pairs of policies;
 * `worse`: it does survive; or, when no seed changes the difference at all, it simply is not 0;
 * `one seed`: not the same, but a single seed tells nothing about chance.
 */
export type Verdict = 'best' | 'identical' | 'indistinguishable' | 'worse' | 'one seed';

/** A paired difference over the seeds that both policies ran: this policy minus the best, in the metric's unit. */
export interface PairedDifference {
  readonly n: number;
  readonly mean: number;
  /** Bounds of the 95 % interval (Student's t on the differences); absent with one seed. */
  readonly low?: number;
  readonly high?: number;
  /** The mean as a share of the best policy's mean; absent when that is 0. */
  readonly shareOfBest?: number;
  /** Two-sided paired t test; absent with one seed and when the difference is the same on every seed. */
  readonly pValue?: number;
  /** The same after Holm's correction over all pairs of policies on this metric. */
  readonly pHolm?: number;
  /** Two-sided exact sign-flip test, for 2 to 12 seeds; it assumes less, and can say nothing below 6 seeds. */
  readonly pSignFlip?: number;
  /** True when every seed gives the same difference: exact for this workload, no statement about others. */
  readonly sameOnEverySeed: boolean;
}

/** One policy on one metric. */
export interface PolicyOnMetric {
  readonly policy: string;
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation over seeds; absent with one seed. */
  readonly standardDeviation?: number;
  /** Bounds of the 95 % interval of the mean; absent with one seed. */
  readonly low?: number;
  readonly high?: number;
  /** One value a seed, in the order of the cell's `seeds`. */
  readonly values: readonly number[];
  /** To the best policy; absent for the best itself and for metrics that are neither good nor bad. */
  readonly toBest?: PairedDifference;
  /** Absent for metrics that are neither good nor bad. */
  readonly verdict?: Verdict;
}

/** All policies on one metric, best first (in the experiment's order when the metric is neither good nor bad). */
export interface MetricComparison {
  readonly metric: string;
  readonly best?: string;
  readonly policies: readonly PolicyOnMetric[];
}

/** What is possible, beside the best that was seen. */
export interface BoundComparison extends Omit<Bound, 'value'> {
  /** Mean over the seeds whose runs meet the bound's condition. */
  readonly value: number;
  /** The policy closest to the bound, of those whose runs meet its condition on every seed. */
  readonly policy: string;
  readonly seen: number;
  /** seen / bound - 1 for lower bounds, 1 - seen / bound for upper ones; absent when the bound is 0. */
  readonly gap?: number;
}

/** One workload on one cluster: where policies are compared. */
export interface Cell {
  readonly cluster: string;
  readonly workload: string;
  /** The seeds on which every compared policy finished, so that each policy is judged on the same storms. */
  readonly seeds: readonly Seed[];
  /** Compared policies, in the experiment's order; those without a usable run are left out. */
  readonly policies: readonly string[];
  readonly metrics: Readonly<Record<string, MetricComparison>>;
  readonly bounds: readonly BoundComparison[];
}

/** A whole experiment: its facts, its runs and what they add up to. Plain data; everything a report needs. */
export interface Comparison extends ExperimentFacts {
  readonly runs: readonly RunRecord[];
  readonly cells: readonly Cell[];
}

/** The bounds of one workload on one cluster; without a seed they hold for all seeds. */
export interface BoundRecord {
  readonly cluster: string;
  readonly workload: string;
  readonly seed?: Seed;
  readonly bounds: readonly Bound[];
}
