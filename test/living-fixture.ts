import type { ExperimentFacts, RunRecord } from '../src/experiment/comparison.ts';
import type {
  DecisionRecord,
  HappeningRecord,
  LivingResult,
  TimelineSeries,
} from '../src/sim/monitoring/living-result.ts';
import type { LivingSnapshot } from '../src/sim/monitoring/living-snapshot.ts';
import { stream } from '../src/sim/random.ts';
import { comparisonFixture } from './comparison-fixture.ts';

/** How a made-up policy scales: how late, how generously, and from how many replicas. */
interface Manner {
  readonly name: string;
  readonly lagPoints: number;
  /** CPU share it aims at. */
  readonly target: number;
  readonly fixed?: number;
}

const MANNERS: readonly Manner[] = [
  { name: 'target-utilisation(cpu=60)', lagPoints: 6, target: 0.6 },
  { name: 'step-scaling', lagPoints: 10, target: 0.7 },
  { name: 'holt-winters', lagPoints: 1, target: 0.65 },
  { name: 'fixed(replicas=24)', lagPoints: 0, target: 0.6, fixed: 24 },
];
const SERVICES = [
  { name: 'web', perReplica: 60, share: 1, baseMs: 45 },
  { name: 'cart', perReplica: 40, share: 0.45, baseMs: 18 },
  { name: 'database', perReplica: 90, share: 0.8, baseMs: 6 },
] as const;
const POINTS = 400;
const SPAN_S = 6 * 3600;
const NODE_USD_PER_HOUR = 0.192;

export interface LivingWish {
  readonly policies?: number;
  readonly seeds?: readonly number[];
}

/**
 * A made-up comparison of autoscaling policies over a flash crowd with a zone outage: three services, two zones, up to
 * twelve nodes, 400 points. For reports and exports to be tested and looked at without an engine.
 */
export function livingFixture(wish: LivingWish = {}): { facts: ExperimentFacts; runs: RunRecord[] } {
  const manners = MANNERS.slice(0, wish.policies ?? 4);
  const seeds = wish.seeds ?? [1, 2, 3];
  const base = comparisonFixture({ policies: manners.map((one) => one.name), seeds, waits: false });
  const runs = base.runs.map((run): RunRecord => {
    const manner = manners.find((one) => one.name === run.policy)!;
    const { living, metrics } = livingRun(manner, Number(run.seed));
    const result = run.result!;
    return { ...run, result: { ...result, endUs: SPAN_S * 1e6, living, metrics: { ...metrics } } };
  });
  const facts: ExperimentFacts = {
    ...base.facts,
    title: 'Autoscaling under a flash crowd',
    command: 'baton compare --experiment scenarios/black-friday.yaml --out reports/black-friday',
    clusters: base.facts.clusters.map((one) => ({ ...one, description: 'two zones', nodes: 12 })),
    workloads: base.facts.workloads.map((one) => ({ ...one, description: 'a shop of three tiers', drops: [] })),
  };
  return { facts, runs };
}

/** One made-up run. */
export function livingResult(seed = 1, policy = 0): LivingResult {
  return livingRun(MANNERS[policy], seed).living;
}

function livingRun(manner: Manner, seed: number): { living: LivingResult; metrics: Record<string, number> } {
  const storm = stream(seed, 'storm');
  const outageFrom = Math.floor(POINTS * (0.58 + 0.06 * storm.next()));
  const outageTo = outageFrom + 24;
  const peak = 900 * (1 + 0.3 * storm.next());
  const timeUs = Array.from({ length: POINTS }, (_, k) => Math.round(((k + 1) / POINTS) * SPAN_S) * 1e6);
  const stepS = SPAN_S / POINTS;
  const noise = Array.from({ length: POINTS }, () => storm.next() - 0.5);
  const demand = timeUs.map((_, k) => {
    const day = 0.5 - 0.5 * triangle(k / POINTS);
    const crowd = k > 180 && k < 330 ? Math.min(1, (k - 180) / 12) * Math.min(1, (330 - k) / 90) : 0;
    return Math.max(20, 180 + 240 * day + peak * crowd) * (1 + 0.06 * noise[k]);
  });
  const decisions: DecisionRecord[] = [];
  const happenings: HappeningRecord[] = zoneOutage(timeUs[outageFrom], timeUs[outageTo]);
  const series: TimelineSeries[] = [];
  const add = (name: string, title: string, unit: TimelineSeries['unit'], labels: Record<string, string>): number[] => {
    const values: number[] = [];
    series.push({ name, title, unit, labels, values });
    return values;
  };
  const used = new Float64Array(POINTS);
  const asked = new Float64Array(POINTS);
  const tally = SERVICES.map((service) => {
    const labels = { service: service.name };
    const columns = {
      offered: add('baton_service_requests_per_second', 'Requests offered', 'per-second', labels),
      failed: add('baton_service_failed_per_second', 'Requests failed or too late', 'per-second', labels),
      p50: add('baton_service_latency_p50_seconds', 'Latency p50', 's', labels),
      p99: add('baton_service_latency_p99_seconds', 'Latency p99', 's', labels),
      desired: add('baton_service_replicas_desired', 'Replicas asked for', '', labels),
      ready: add('baton_service_replicas_ready', 'Replicas ready', '', labels),
      cpu: add('baton_service_cpu_share', 'CPU used of requested', 'share', labels),
    };
    let [desired, ready, arrived, failed, deficit, worst] = [manner.fixed ?? 6, manner.fixed ?? 6, 0, 0, 0, 0];
    let violated = 0;
    const hour: number[] = [];
    for (let k = 0; k < POINTS; k++) {
      const rate = demand[k] * service.share;
      const seen = demand[Math.max(0, k - manner.lagPoints)] * service.share;
      const wanted = Math.ceil(seen / (service.perReplica * manner.target));
      const next = manner.fixed ?? Math.max(2, Math.min(30, wanted < desired ? Math.max(wanted, desired - 1) : wanted));
      if (next !== desired) {
        const cpu = Math.round((100 * seen) / (service.perReplica * desired));
        decisions.push({
          timeUs: timeUs[k],
          by: 'horizontal',
          policy: manner.name,
          about: service.name,
          what: `${desired} -> ${next} replicas`,
          why: `cpu ${cpu} % of ${100 * manner.target} %: ceil(${desired} x ${cpu} / ${100 * manner.target}) = ${wanted}`,
          ...(wanted > 30 ? { limitedBy: 'at most 30' } : wanted < next ? { limitedBy: 'one fewer a minute' } : {}),
        });
        desired = next;
      }
      if (k === outageFrom) {
        for (let one = 0; one < Math.floor(ready / 2); one += 2)
          happenings.push({
            timeUs: timeUs[k] + 40e6 + one * 1e6,
            kind: 'evicted',
            about: `${service.name}-${one}`,
            what: `${service.name}-${one} leaves a node of zone-b that does not answer`,
          });
        ready = Math.ceil(ready / 2);
      }
      ready += Math.sign(desired - ready) * Math.min(3, Math.abs(desired - ready)) * (k % 2);
      const load = rate / (service.perReplica * Math.max(1, ready));
      const bad = load > 1 ? rate * (1 - 1 / load) : k >= outageFrom && k < outageFrom + 2 ? rate * 0.2 : 0;
      columns.offered.push(rate);
      columns.failed.push(bad);
      columns.p50.push((service.baseMs / 1000) * (1 + 0.4 * Math.min(4, load * load)));
      columns.p99.push(
        k === 0 ? NaN : Math.min(2, (service.baseMs / 1000) * (2 + 3 / Math.max(0.02, 1 - Math.min(0.98, load)))),
      );
      columns.desired.push(desired);
      columns.ready.push(ready);
      columns.cpu.push(Math.min(1, load));
      used[k] += Math.min(1, load) * ready;
      asked[k] += ready;
      arrived += rate * stepS;
      failed += bad * stepS;
      deficit += Math.max(0, desired - ready) * stepS;
      hour.push(bad / rate);
      const burn = hour.slice(-67).reduce((sum, one) => sum + one, 0) / Math.min(67, hour.length) / 0.001;
      worst = Math.max(worst, burn);
      if (bad / rate > 0.001) violated += stepS / 60;
    }
    return { service, columns, arrived, failed, deficit, worst, violated };
  });
  const nodes = { ready: [] as number[], coming: [] as number[], down: [] as number[] };
  let bought = manner.fixed === undefined ? 4 : 12;
  for (let k = 0; k < POINTS; k++) {
    const wanted = manner.fixed === undefined ? Math.max(4, Math.min(12, Math.ceil(asked[k] / 6))) : 12;
    const down = k >= outageFrom && k < outageTo ? Math.floor(bought / 2) : 0;
    if (wanted !== bought && k % 4 === 0) {
      const to = wanted > bought ? wanted : bought - 1;
      decisions.push({
        timeUs: timeUs[k],
        by: 'nodes',
        policy: 'cluster-autoscaler',
        about: 'general',
        what: `${bought} -> ${to} nodes`,
        why:
          to > bought
            ? `${Math.round(asked[k])} replicas at 6 a node: ceil(${Math.round(asked[k])} / 6) = ${wanted}; expander least-waste: general wastes 11 % CPU`
            : `node-${bought} requested 31 % < 50 % for 10 min and its pods fit elsewhere`,
        ...(Math.ceil(asked[k] / 6) > 12 ? { limitedBy: 'quota of 12 nodes' } : {}),
      });
      bought = to;
    }
    nodes.ready.push(bought - down);
    nodes.coming.push(wanted > bought ? 1 : 0);
    nodes.down.push(down);
  }
  decisions.sort((a, b) => a.timeUs - b.timeUs);
  happenings.sort((a, b) => a.timeUs - b.timeUs);
  const paidFor = nodes.ready.map((ready, k) => ready + nodes.coming[k] + nodes.down[k]);
  add('baton_nodes_bought', 'Nodes paid for', '', {}).push(...paidFor);
  add('baton_nodes_ready', 'Nodes that work', '', {}).push(...nodes.ready);
  add('baton_nodes_down', 'Nodes down or cut off', '', {}).push(...nodes.down);
  add('baton_nodes_ready', 'Nodes that work', '', { zone: 'zone-a' }).push(...paidFor.map((all) => Math.ceil(all / 2)));
  add('baton_nodes_ready', 'Nodes that work', '', { zone: 'zone-b' }).push(
    ...paidFor.map((all, k) => (nodes.down[k] > 0 ? 0 : Math.floor(all / 2))),
  );
  const perHour = nodes.ready.map((ready, k) => (ready + nodes.coming[k]) * NODE_USD_PER_HOUR);
  add('baton_cpu_requested_share', 'CPU requested', 'share', {}).push(
    ...nodes.ready.map((ready, k) => Math.min(1, asked[k] / 7.5 / ready)),
  );
  add('baton_cpu_used_share', 'CPU used', 'share', {}).push(
    ...nodes.ready.map((ready, k) => Math.min(1, used[k] / 7.5 / ready)),
  );
  add('baton_cost_usd_per_hour', 'Cost per hour', 'usd-per-hour', {}).push(...perHour);
  let sum = 0;
  add('baton_cost_usd', 'Cost so far', 'usd', {}).push(...perHour.map((usd) => (sum += (usd * stepS) / 3600)));
  add('baton_power_watts', 'Power', 'watts', {}).push(...nodes.ready.map((ready, k) => ready * 60 + used[k] * 9));
  const idle = sum * (manner.fixed === undefined ? 0.24 : 0.61);
  const arrived = tally[0].arrived;
  const good = 1 - tally[0].failed / arrived;
  const violatedMinutes = tally.reduce((minutes, one) => minutes + one.violated, 0);
  const p99Ms = quantile(tally[0].columns.p99, 0.97) * 1000;
  const living: LivingResult = {
    timeline: { timeUs, series },
    decisions,
    happenings,
    services: tally.map(({ service, columns, arrived: came, failed, deficit }) => ({
      service: service.name,
      arrived: Math.round(came),
      served: Math.round(came - failed),
      failed: Math.round(failed * 0.7),
      timedOut: Math.round(failed * 0.3),
      inFlight: 0,
      retries: Math.round(failed * 0.4),
      failedBy: { 'queue full': Math.round(failed * 0.7), timeout: Math.round(failed * 0.3) },
      meanMs: 1.3 * 1000 * mean(columns.p50),
      p50Ms: 1000 * mean(columns.p50),
      p90Ms: 700 * mean(columns.p99),
      p99Ms: 1000 * quantile(columns.p99, 0.97),
      p999Ms: 1300 * quantile(columns.p99, 0.99),
      replicasMean: mean(columns.ready),
      replicasPeak: Math.max(...columns.ready),
      replicaHours: (mean(columns.ready) * SPAN_S) / 3600,
      cpuShareMean: mean(columns.cpu),
      costUsd: ((sum - idle) * service.share) / 2.25,
      deficitReplicaS: deficit,
      evictions: 3,
      restarts: 2,
      model: 'fluid: 512 requests a second on the mean',
    })),
    objectives: tally.flatMap(({ service, violated, worst, failed, arrived: came }) => {
      const share = 1 - failed / came;
      const one = { service: service.name, target: 0.999, goodShare: share, budgetUsed: (1 - share) / 0.001 };
      const burn = { worstBurn5m: worst * 2.2, worstBurn1h: worst, violatedMinutes: violated, kept: share >= 0.999 };
      const availability = { ...one, ...burn, kind: 'availability' as const, text: '99.9 % good' };
      return service.name === 'web'
        ? [availability, { ...availability, kind: 'latency' as const, text: 'p99 <= 300 ms', target: 0.99 }]
        : [availability];
    }),
    cost: {
      totalUsd: sum,
      idleUsd: idle,
      byGroup: { general: sum * 0.8, spot: sum * 0.2 },
      byService: Object.fromEntries(SERVICES.map((one) => [one.name, ((sum - idle) * one.share) / 2.25])),
      usdPerMillionRequests: sum / (arrived / 1e6),
      energyKWh: 3.1 * sum,
      carbonKg: 1.2 * sum,
    },
    notes: ['requests of all services ran in the fluid model: 512 a second on the mean, within 5 % on mean and p99'],
  };
  return {
    living,
    metrics: {
      goodShare: good,
      errorShare: 1 - good,
      meanLatencyMs: living.services[0].meanMs,
      p50LatencyMs: living.services[0].p50Ms,
      p90LatencyMs: living.services[0].p90Ms,
      p99LatencyMs: p99Ms,
      p999LatencyMs: p99Ms * 1.3,
      requestsOffered: Math.round(arrived),
      retriesShare: (1 - good) * 0.4,
      sloViolatedMinutes: violatedMinutes,
      sloKeptShare: living.objectives.filter((one) => one.kept).length / living.objectives.length,
      errorBudgetUsed: Math.max(...living.objectives.map((one) => one.budgetUsed)),
      worstBurn1h: Math.max(...living.objectives.map((one) => one.worstBurn1h)),
      costUsd: sum,
      idleCostUsd: idle,
      usdPerMillionRequests: living.cost.usdPerMillionRequests,
      energyKWh: living.cost.energyKWh,
      carbonKg: living.cost.carbonKg,
      replicaHours: living.services.reduce((hours, one) => hours + one.replicaHours, 0),
      nodeHours: sum / NODE_USD_PER_HOUR,
      replicaDeficitS: living.services.reduce((missing, one) => missing + one.deficitReplicaS, 0),
      evictions: 9,
      restarts: 6,
      scalingActions: decisions.length,
      nodesBought: 8,
      timeToRecoverS: 90 + 12 * manner.lagPoints + 5 * storm.next(),
      oomKills: 0,
      cpuUsedShare: mean(series.find((one) => one.name === 'baton_cpu_used_share')!.values),
    },
  };
}

function zoneOutage(fromUs: number, toUs: number): HappeningRecord[] {
  const nodes = ['node-2', 'node-4', 'node-6', 'node-8'];
  return [
    { timeUs: 0.2 * fromUs, kind: 'crash', about: 'cart-1', what: 'segmentation fault; started again at once' },
    ...nodes.map((about) => ({
      timeUs: fromUs,
      kind: 'node-down',
      about,
      what: `${about} is down: zone-b has no power`,
    })),
    ...nodes.map((about, at) => ({
      timeUs: fromUs + 40e6 + at * 1e6,
      kind: 'node-lost',
      about,
      what: `${about} is held for dead: no heartbeat for 40 s`,
    })),
    { timeUs: 0.5 * fromUs, kind: 'deployment', about: 'cart', what: 'version 2 by rolling' },
    { timeUs: 0.6 * fromUs, kind: 'deployed', about: 'cart', what: 'version 2' },
    ...nodes.map((about) => ({ timeUs: toUs, kind: 'node-up', about, what: `${about} is back` })),
  ];
}

/** How a made-up cluster stands at a point of the timeline: what a dashboard draws. */
export function livingSnapshot(at = 270, nodes = 12): LivingSnapshot {
  const { timeline, decisions, happenings } = livingResult();
  const nowUs = timeline.timeUs[at];
  const value = (name: string, labels: Record<string, string> = {}): number =>
    timeline.series.find(
      (one) => one.name === name && Object.entries(labels).every(([key, text]) => one.labels[key] === text),
    )!.values[at];
  const states = [
    'ready',
    'ready',
    'ready',
    'down',
    'ready',
    'unready',
    'ready',
    'ready',
    'leaving',
    'coming',
  ] as const;
  return {
    nowUs,
    endUs: SPAN_S * 1e6,
    nodes: Array.from({ length: nodes }, (_, k) => ({
      name: `node-${k + 1}`,
      zone: k % 2 === 0 ? 'zone-a' : 'zone-b',
      group: 'general',
      state: states[k % states.length],
      cpuRequestedShare: 0.8,
      cpuUsedShare: (k * 0.093) % 1.05,
      memRequestedShare: 0.5,
      pods: 3 + k,
    })),
    services: SERVICES.map(({ name }) => ({
      name,
      desired: value('baton_service_replicas_desired', { service: name }),
      ready: value('baton_service_replicas_ready', { service: name }),
      coming: 1,
      requestsPerSecond: value('baton_service_requests_per_second', { service: name }),
      failedPerSecond: value('baton_service_failed_per_second', { service: name }),
      p99Ms: 1000 * value('baton_service_latency_p99_seconds', { service: name }),
      cpuShare: value('baton_service_cpu_share', { service: name }),
    })),
    usdPerHour: value('baton_cost_usd_per_hour'),
    usdSoFar: value('baton_cost_usd'),
    decisions: decisions.filter((one) => one.timeUs <= nowUs).slice(-50),
    happenings: happenings.filter((one) => one.timeUs <= nowUs).slice(-50),
  };
}

/** 1 at both ends, 0 in the middle. */
const triangle = (x: number): number => Math.abs(2 * x - 1);
const mean = (values: readonly number[]): number => {
  const known = values.filter((one) => !Number.isNaN(one));
  return known.reduce((total, one) => total + one, 0) / known.length;
};
const quantile = (values: readonly number[], q: number): number =>
  values.filter((one) => !Number.isNaN(one)).sort((a, b) => a - b)[Math.floor(q * (values.length - 2))];
