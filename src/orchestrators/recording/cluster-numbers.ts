import type { LivingResult } from '../../sim/monitoring/living-result.ts';
import type { ObjectiveMeter } from '../../sim/monitoring/objective-meter.ts';
import { LatencyHistogram } from '../../sim/requests/latency-histogram.ts';
import type { TrafficCounters } from '../../sim/requests/request-model.ts';
import { hours, minutes } from '../../sim/time.ts';

/** What the numbers are made of. */
export interface NumberFacts {
  readonly nowUs: number;
  readonly living: LivingResult;
  /** Over time: CPU that machines have, and machines, times microseconds. */
  readonly bills: { readonly cpuMilliUs: number; readonly nodeUs: number };
  readonly objectives: readonly ObjectiveMeter[];
  readonly traffic: readonly Readonly<TrafficCounters>[];
  readonly latencies: readonly LatencyHistogram[];
  readonly cpuUsedMilliUs: number;
  /** Counted: evictions, restarts, kills for want of memory, scaling actions, nodes bought. */
  readonly totals: Readonly<Record<string, number>>;
}

/** The numbers by which runs are compared, by name (`METRICS` says what each means); one without a meaning here is absent. */
export function clusterNumbers(facts: NumberFacts): Record<string, number> {
  const { living, bills, traffic, objectives } = facts;
  const numbers: Record<string, number> = {};
  const good = total(traffic, (one) => one.good);
  const bad = total(traffic, (one) => one.bad);
  if (traffic.length > 0) numbers['requestsOffered'] = total(traffic, (one) => one.offered);
  if (good + bad > 0) {
    numbers['goodShare'] = good / (good + bad);
    numbers['errorShare'] = bad / (good + bad);
  }
  const latency = new LatencyHistogram();
  for (const one of facts.latencies) latency.merge(one);
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
    numbers['sloViolatedMinutes'] = violatedMinutes(facts);
    numbers['sloKeptShare'] = total(living.objectives, (one) => (one.kept ? 1 : 0)) / objectives.length;
    numbers['errorBudgetUsed'] = most(living.objectives, (one) => one.budgetUsed);
    numbers['worstBurn1h'] = most(living.objectives, (one) => one.worstBurn1h);
    numbers['timeToRecoverS'] = 60 * most(objectives, (one) => one.longestViolationMinutes);
  }
  const { cost } = living;
  if (cost.totalUsd > 0) {
    numbers['costUsd'] = cost.totalUsd;
    numbers['idleCostUsd'] = cost.idleUsd;
    if (good > 0) numbers['usdPerMillionRequests'] = cost.usdPerMillionRequests;
  }
  if (cost.energyKWh > 0) {
    numbers['energyKWh'] = cost.energyKWh;
    numbers['carbonKg'] = cost.carbonKg;
  }
  if (living.services.length > 0) {
    numbers['replicaHours'] = total(living.services, (one) => one.replicaHours);
    numbers['replicaDeficitS'] = total(living.services, (one) => one.deficitReplicaS);
    if (living.services.some(({ lostReplicaS }) => lostReplicaS !== undefined))
      numbers['lostReplicaS'] = total(living.services, (one) => one.lostReplicaS ?? 0);
  }
  if (bills.cpuMilliUs > 0) numbers['cpuUsedShare'] = facts.cpuUsedMilliUs / bills.cpuMilliUs;
  numbers['nodeHours'] = bills.nodeUs / hours(1);
  return { ...numbers, ...facts.totals };
}

/** Minutes in which any promise was broken. */
function violatedMinutes({ nowUs, objectives }: NumberFacts): number {
  let violated = 0;
  for (let minute = 0; minute < Math.ceil(nowUs / minutes(1)); minute++)
    if (objectives.some((one) => one.isViolated(minute))) violated++;
  return violated;
}

const total = <T>(list: readonly T[], value: (one: T) => number): number =>
  list.reduce((sum, one) => sum + value(one), 0);
const most = <T>(list: readonly T[], value: (one: T) => number): number =>
  list.reduce((top, one) => Math.max(top, value(one)), 0);
