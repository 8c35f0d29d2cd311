import type { QueuePolicy } from '../../sim/policy.ts';

/**
 * The longest estimated run time first: a batch ends sooner, since no long pod is left for the end (on m machines at most
 * 4/3 - 1/(3m) of the optimal makespan), but most pods wait longer. Pods without an estimate come first.
 */
export const longestFirst: QueuePolicy = {
  name: 'longest-first',
  summary: 'the longest estimated run time first',
  source: 'Graham, Bounds on multiprocessing timing anomalies, 1969 (LPT)',
  key: (pod) => -pod.estimateUs,
};
