import type { QueuePolicy } from '../../sim/policy.ts';

/** The highest priority first, first come first served among equals. Low priorities may wait for ever. */
export const priority: QueuePolicy = {
  name: 'priority',
  summary: 'the highest priority first',
  source: 'Kubernetes PrioritySort',
  key: (pod) => -pod.priority,
};
