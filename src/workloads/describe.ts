import type { NodeSpec } from '../sim/node-spec.ts';
import { blankRow, type PodSource } from '../sim/pod-source.ts';
import type { WorkloadStatistics } from './workload-statistics.ts';
import { WorkloadTally } from './workload-tally.ts';

export type { WorkloadStatistics } from './workload-statistics.ts';
export { WorkloadTally } from './workload-tally.ts';

/** Reads the source to its end; memory does not grow with the number of pods. With nodes it also gives the load. */
export function describePods(source: PodSource, nodes?: readonly NodeSpec[]): WorkloadStatistics {
  const tally = new WorkloadTally();
  const row = blankRow();
  while (source.next(row)) tally.add(row);
  return tally.statistics(nodes);
}
