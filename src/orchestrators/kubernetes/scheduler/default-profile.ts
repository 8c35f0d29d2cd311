import type { SchedulerConfiguration, SchedulerProfile, SchedulerVersion } from './scheduler-profile.ts';

/** Filter plugins of the default profile, in the order in which they judge a node (scheduler.md 1; apis/config/v1/default_plugins.go). */
export const DEFAULT_FILTERS = [
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
  'NodePorts',
  'NodeResourcesFit',
  'VolumeRestrictions',
  'NodeVolumeLimits',
  'VolumeBinding',
  'VolumeZone',
  'PodTopologySpread',
  'InterPodAffinity',
] as const;

/** Score plugins of the default profile with their weights, in their order (scheduler.md 1). */
export const DEFAULT_SCORES = [
  { plugin: 'TaintToleration', weight: 3 },
  { plugin: 'NodeAffinity', weight: 2 },
  { plugin: 'NodeResourcesFit', weight: 1 },
  { plugin: 'PodTopologySpread', weight: 2 },
  { plugin: 'InterPodAffinity', weight: 2 },
  { plugin: 'NodeResourcesBalancedAllocation', weight: 1 },
  { plugin: 'ImageLocality', weight: 1 },
] as const;

/** kube-scheduler's profile when nothing is configured. */
export const DEFAULT_PROFILE: SchedulerProfile = {
  schedulerName: 'default-scheduler',
  percentageOfNodesToScore: 0,
  filters: DEFAULT_FILTERS,
  scores: DEFAULT_SCORES,
  preemption: true,
  dynamicResources: true,
  fit: {
    type: 'LeastAllocated',
    resources: [
      { name: 'cpu', weight: 1 },
      { name: 'memory', weight: 1 },
    ],
    shape: [],
  },
  balancedResources: ['cpu', 'memory'],
  hardPodAffinityWeight: 1,
  ignorePreferredTermsOfExistingPods: false,
  defaultConstraints: 'System',
  minCandidateNodesPercentage: 10,
  minCandidateNodesAbsolute: 100,
  version: '1.36',
};

/** A scheduler with the default profile by the rules of one release. */
export function defaultConfiguration(version: SchedulerVersion = '1.36'): SchedulerConfiguration {
  return {
    profiles: [{ ...DEFAULT_PROFILE, version }],
    parallelism: 16,
    podInitialBackoffSeconds: 1,
    podMaxBackoffSeconds: 10,
  };
}
