import type { QueuePolicy } from '../../sim/policy.ts';
import { requestSize } from './request-size.ts';

/** The smallest request first, by dominant share of the cluster: most pods start soon, large ones may starve. */
export const smallestFirst: QueuePolicy = {
  name: 'smallest-first',
  summary: 'the smallest share of the cluster first',
  source: 'Majumdar, Eager, Bunt, Scheduling in multiprogrammed parallel systems, 1988 (smallest first)',
  key: requestSize,
};
