import type { QueuePolicy } from '../../sim/policy.ts';

/**
 * The shortest estimated run time first. Lowers the mean wait; long pods may starve, and wrong estimates mislead it. Pods
 * without an estimate come last.
 */
export const shortestFirst: QueuePolicy = {
  name: 'shortest-first',
  summary: 'the shortest estimated run time first',
  source: 'Conway, Maxwell, Miller, Theory of scheduling, 1967 (SPT)',
  key: (pod) => pod.estimateUs,
};
