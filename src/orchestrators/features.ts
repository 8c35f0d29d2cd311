/** What people ask of an orchestrator, in the order of the feature matrix. */
export const FEATURES = {
  'spread-over-zones': 'Spreads replicas over zones',
  'bin-packing': 'Packs machines tightly',
  'resource-reservations': 'Places by declared resources',
  'generic-resources': 'GPUs and other countable resources',
  'placement-constraints': 'Constraints on machines',
  'replica-limit-per-machine': 'Limits replicas on one machine',
  'soft-placement-preferences': 'Preferences that may be broken',
  priorities: 'Priorities and preemption',
  quotas: 'Quotas and fair shares between teams',
  daemons: 'One replica on every machine',
  'batch-jobs': 'Jobs that end',
  'scheduled-jobs': 'Jobs by the calendar',
  'start-order': 'Waits for what it depends on',
  'rolling-update': 'Rolling updates',
  'start-first': 'Starts the new before it stops the old',
  canary: 'Canaries',
  'automatic-rollback': 'Rolls back by itself',
  'restart-backoff': 'Waits longer before each restart',
  'health-checks': 'Replaces what fails health checks',
  'replica-autoscaling': 'Scales replicas by load',
  'machine-autoscaling': 'Buys and gives back machines',
  'serverless-machines': 'Runs without machines of your own',
  rebalancing: 'Rebalances when machines come back',
  drain: 'Empties machines in good order',
  'disruption-budgets': 'Limits how many are away at once',
  'load-balancer': 'Brings its own load balancer',
  'partition-aware': 'Chooses what cut-off replicas do',
} as const;

export type FeatureName = keyof typeof FEATURES;

/** Whether an orchestrator has it, and by which means of its own; a run of ours behaves so. */
export interface Feature {
  readonly has: 'yes' | 'partly' | 'no' | 'outside';
  /** `deploy.placement.preferences`; where it has not: what people do instead. */
  readonly by: string;
}

export type Features = Readonly<Record<FeatureName, Feature>>;
