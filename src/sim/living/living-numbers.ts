import type { LivingResult } from '../monitoring/living-result.ts';
import type { ObjectiveMeter } from '../monitoring/objective-meter.ts';
import { LatencyHistogram } from '../requests/latency-histogram.ts';
import { US_PER_SECOND } from '../time.ts';
import type { MetricControl } from './metric-control.ts';
import type { World } from './world.ts';

/** The numbers by which living runs are compared, by name (`METRICS` says what each means). */
export function livingNumbers(
  world: World,
  metrics: MetricControl,
  objectives: readonly ObjectiveMeter[],
  living: LivingResult,
  cpuUsedShare: number | undefined,
): Record<string, number> {
  const numbers: Record<string, number> = {};
  const latency = new LatencyHistogram();
  for (const one of metrics.latencyOfTraffic) latency.merge(one);
  const traffic = world.requests.traffic;
  const good = total(traffic, (one) => one.good);
  const bad = total(traffic, (one) => one.bad);
  numbers['requestsOffered'] = total(traffic, (one) => one.offered);
  if (good + bad > 0) {
    numbers['goodShare'] = good / (good + bad);
    numbers['errorShare'] = bad / (good + bad);
  }
  if (latency.count > 0) {
    numbers['meanLatencyMs'] = latency.meanUs / 1000;
    numbers['p50LatencyMs'] = latency.quantileUs(0.5) / 1000;
    numbers['p90LatencyMs'] = latency.quantileUs(0.9) / 1000;
    numbers['p99LatencyMs'] = latency.quantileUs(0.99) / 1000;
    numbers['p999LatencyMs'] = latency.quantileUs(0.999) / 1000;
  }
  const arrived = total(living.services, (one) => one.arrived);
  if (arrived > 0) numbers['retriesShare'] = total(living.services, (one) => one.retries) / arrived;
  if (objectives.length > 0) {
    numbers['sloViolatedMinutes'] = violatedMinutes(world, objectives);
    numbers['sloKeptShare'] = total(living.objectives, (one) => (one.kept ? 1 : 0)) / objectives.length;
    numbers['errorBudgetUsed'] = most(living.objectives, (one) => one.budgetUsed);
    numbers['worstBurn1h'] = most(living.objectives, (one) => one.worstBurn1h);
    numbers['timeToRecoverS'] = 60 * most(objectives, (one) => one.longestViolationMinutes);
  }
  const { cost } = living;
  numbers['costUsd'] = cost.totalUsd;
  numbers['idleCostUsd'] = cost.idleUsd;
  if (good > 0) numbers['usdPerMillionRequests'] = cost.usdPerMillionRequests;
  numbers['energyKWh'] = cost.energyKWh;
  numbers['carbonKg'] = cost.carbonKg;
  numbers['replicaHours'] = total(living.services, (one) => one.replicaHours);
  numbers['replicaDeficitS'] = total(living.services, (one) => one.deficitReplicaS);
  if (cpuUsedShare !== undefined) numbers['cpuUsedShare'] = cpuUsedShare;
  const { evictions, restarts, oomKills, scalingActions, nodesBought } = world.counts;
  return { ...numbers, evictions, restarts, oomKills, scalingActions, nodesBought };
}

/** Minutes in which any promise was broken. */
function violatedMinutes(world: World, objectives: readonly ObjectiveMeter[]): number {
  let violated = 0;
  const last = Math.ceil(world.nowUs / (60 * US_PER_SECOND));
  for (let minute = 0; minute < last; minute++) if (objectives.some((one) => one.isViolated(minute))) violated++;
  return violated;
}

const total = <T>(list: readonly T[], value: (one: T) => number): number =>
  list.reduce((sum, one) => sum + value(one), 0);
const most = <T>(list: readonly T[], value: (one: T) => number): number =>
  list.reduce((top, one) => Math.max(top, value(one)), 0);
