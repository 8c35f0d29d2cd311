import type { NodeAffinity, TopologySpreadConstraint } from '../objects/pod.ts';

/** How node resources are scored. */
export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly { readonly name: string; readonly weight: number }[];
  /** Points (utilisation 0 to 100, score 0 to 10) of RequestedToCapacityRatio. */
  readonly shape: readonly { readonly utilization: number; readonly score: number }[];
}

/** One profile of a KubeSchedulerConfiguration, everything filled in. */
export interface SchedulerProfile {
  readonly schedulerName: string;
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  /** Enabled filter plugins, in their order. */
  readonly filters: readonly string[];
  /** Enabled score plugins and their weights, in their order. */
  readonly scores: readonly { readonly plugin: string; readonly weight: number }[];
  /** Whether DefaultPreemption (and DynamicResources, for its part of the message) are enabled as PostFilter plugins. */
  readonly preemption: boolean;
  readonly dynamicResources: boolean;
  readonly fit: ScoringStrategy;
  /** Extended resources that NodeResourcesFit does not look at, by name and by what is before the slash; absent: none. */
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  /** Resources whose balance counts, with weight 1 each. */
  readonly balancedResources: readonly string[];
  /** Weight that required affinity of existing pods has in scores. */
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods: boolean;
  /** System: spread by hostname (5.5 of the specification) and zone; List: the constraints given, which may be none. */
  readonly defaultConstraints: 'System' | readonly TopologySpreadConstraint[];
  /** Required terms that are added to every pod's (NodeAffinityArgs.addedAffinity). */
  readonly addedAffinity?: NodeAffinity;
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
  /**
   * Which release's rules hold where they changed: ties by heap order since 1.35, before by reservoir sampling (uniform,
   * drawn from the run's stream); BalancedAllocation's new formula since 1.36.
   */
  readonly version: SchedulerVersion;
}

export type SchedulerVersion = '1.34' | '1.35' | '1.36';

/** A whole KubeSchedulerConfiguration. */
export interface SchedulerConfiguration {
  readonly profiles: readonly SchedulerProfile[];
  readonly parallelism: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
}
