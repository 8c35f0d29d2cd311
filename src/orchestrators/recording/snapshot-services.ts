import type { LivingSnapshot } from '../../sim/monitoring/living-snapshot.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import type { WorkloadReading } from './cluster-lines.ts';
import type { Workload } from './workload-counts.ts';

/** Workloads for a dashboard, as of the last scrape; `readings` by workload. */
export function snapshotServices(
  workloads: readonly Workload[],
  readings: readonly (WorkloadReading | undefined)[],
): LivingSnapshot['services'] {
  return workloads.map(({ index, name, desired, ready }) => {
    const reading = readings[index];
    const calls = reading?.calls;
    const perSecond = calls === undefined ? 0 : US_PER_SECOND / calls.spanUs;
    return {
      name,
      desired,
      ready,
      coming: Math.max(0, desired - ready),
      requestsPerSecond: (calls?.arrived ?? 0) * perSecond,
      failedPerSecond: (calls?.bad ?? 0) * perSecond,
      p99Ms: (calls?.latency.quantileUs(0.99) ?? 0) / 1000,
      cpuShare: Number.isFinite(reading?.cpuShare) ? reading!.cpuShare : 0,
    };
  });
}
