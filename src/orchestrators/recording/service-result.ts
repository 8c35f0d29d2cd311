import type { ServiceResult } from '../../sim/monitoring/living-result.ts';
import { LatencyHistogram } from '../../sim/requests/latency-histogram.ts';
import type { RequestModel } from '../../sim/requests/request-model.ts';
import { hours, US_PER_SECOND } from '../../sim/time.ts';
import type { Workload } from './workload-counts.ts';

const NO_LATENCY = new LatencyHistogram();

/** What a workload came to; requests only of modelled services, whose numbers are the model's. */
export function serviceResult(
  workload: Workload,
  facts: {
    readonly nowUs: number;
    readonly costUsd: number;
    readonly cpuShareMean: number;
    readonly model?: RequestModel;
    readonly latency?: LatencyHistogram | undefined;
  },
): ServiceResult {
  const { model, latency = NO_LATENCY } = facts;
  const counters = model?.services[workload.index];
  const ms = (share: number): number => latency.quantileUs(share) / 1000;
  return {
    service: workload.name,
    arrived: counters?.arrived ?? 0,
    served: counters?.served ?? 0,
    failed: counters?.failed ?? 0,
    timedOut: counters?.timedOut ?? 0,
    inFlight: counters?.inFlight ?? 0,
    retries: counters?.retries ?? 0,
    failedBy: { ...counters?.failedBy },
    meanMs: latency.meanUs / 1000,
    p50Ms: ms(0.5),
    p90Ms: ms(0.9),
    p99Ms: ms(0.99),
    p999Ms: ms(0.999),
    replicasMean: workload.readyUs / Math.max(1, facts.nowUs),
    replicasPeak: workload.readyPeak,
    replicaHours: workload.readyUs / hours(1),
    cpuShareMean: facts.cpuShareMean,
    costUsd: facts.costUsd,
    deficitReplicaS: workload.missingUs / US_PER_SECOND,
    ...(!Number.isNaN(workload.lostUs) && { lostReplicaS: workload.lostUs / US_PER_SECOND }),
    evictions: workload.evictions,
    restarts: workload.restarts,
    atEnd: { desired: workload.desired, ready: workload.ready },
    model: counters === undefined ? '' : (model?.notes[workload.index] ?? ''),
  };
}
