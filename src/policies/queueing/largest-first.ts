import type { QueuePolicy } from '../../sim/policy.ts';
import { requestSize } from './request-size.ts';

/** The largest request first, by dominant share of the cluster: large pods are placed while there is room, small fill up. */
export const largestFirst: QueuePolicy = {
  name: 'largest-first',
  summary: 'the largest share of the cluster first',
  source: 'Johnson, Fast algorithms for bin packing, 1974 (decreasing order), with the dominant share as size',
  key: (pod) => -requestSize(pod),
};
