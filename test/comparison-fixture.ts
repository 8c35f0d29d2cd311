import type { BoundRecord, ExperimentFacts, RunRecord } from '../src/experiment/comparison.ts';
import { type RandomStream, stream } from '../src/sim/random.ts';
import type { DistributionSummary, RunResult } from '../src/sim/result.ts';

/** What to make up; everything else follows from it and the seeds. */
export interface FixtureWish {
  readonly policies?: readonly string[];
  readonly seeds?: readonly number[];
  readonly clusters?: readonly string[];
  readonly workloads?: readonly string[];
  /** Every policy does the same. */
  readonly alike?: boolean;
  /** Pods wait (default); else the runs place pods that never end. */
  readonly waits?: boolean;
}

/**
 * Made-up runs that look like real ones: for reports and statistics to be tested and looked at without an engine.
 * Earlier policies are a little better at waiting and a little worse at packing; a seed is hard or easy for all.
 */
export function comparisonFixture(wish: FixtureWish = {}): {
  facts: ExperimentFacts;
  runs: RunRecord[];
  bounds: BoundRecord[];
} {
  const policies = wish.policies ?? ['best-fit', 'first-fit', 'fgd', 'least-allocated', 'random', 'worst-fit'];
  const seeds = wish.seeds ?? [1, 2, 3, 4, 5];
  const clusters = wish.clusters ?? ['openb'];
  const workloads = wish.workloads ?? ['default'];
  const facts: ExperimentFacts = {
    title: 'Placement policies on the openb trace',
    batonVersion: '0.1.0',
    nodeVersion: 'v20.20.2',
    command: `baton compare --workload traces/small.csv --policies ${policies.map((name) => `'${name}'`).join(',')} --seeds ${seeds.join(',')}`,
    startedFrom: { commit: '824cb47', experiment: 'flags' },
    clusters: clusters.map((name) => ({
      name,
      description: 'GPU cluster of 1,213 nodes',
      nodes: 1213,
      totals: { cpuMilli: 107_018_000, memBytes: 7.8e14, gpuCount: 6212 },
    })),
    workloads: workloads.map((name) => ({
      name,
      description: 'A day of pods',
      drops: ['12 rows without a duration', '3 pods larger than any node'],
      statistics: { pods: 8152, 'mean run time': '1.9 h', 'GPU pods': '83 %' },
    })),
    policies: policies.map((name) => ({
      name,
      summary: `Picks nodes the ${name} way.`,
      source: name === 'fgd' ? 'Weng et al., ATC 2023' : 'textbook',
      ...(name.startsWith('mine') ? { file: './mine.ts' } : {}),
    })),
    seeds,
  };
  const runs: RunRecord[] = [];
  for (const cluster of clusters)
    for (const workload of workloads)
      for (const [place, policy] of policies.entries())
        for (const seed of seeds) {
          const storm = stream(seed, `${cluster}/${workload}`);
          const own = stream(seed, `${cluster}/${workload}/${wish.alike ? '' : policy}`);
          runs.push({
            id: `${cluster}-${workload}-${place}-${seed}`,
            cluster,
            workload,
            policy,
            seed,
            status: 'finished',
            result: resultOf(storm, own, wish.alike ? 0 : place, wish.waits ?? true),
            timing: {
              wallMs: 900 + 100 * place + 50 * own.next(),
              cpuMs: 850 + 90 * place,
              decisionUs: { mean: 2.1 + place, p50: 1.8 + place, p99: 9 + 3 * place },
              peakRssBytes: 9e7 + 1e6 * place,
            },
          });
        }
  const bounds: BoundRecord[] = clusters.flatMap((cluster) =>
    workloads.map((workload) => ({
      cluster,
      workload,
      bounds: [
        {
          metric: 'makespanS',
          side: 'lower',
          value: 86_000,
          bound: 'work over capacity, GPU',
          meaning: 'What is asked for times run time, over what the cluster has.',
          holds: 'all-finished',
          impossiblePods: 0,
        },
        {
          metric: 'nodeHours',
          side: 'lower',
          value: 15_000,
          bound: 'work over node, GPU devices',
          meaning: 'Pods hold their ask for their run time.',
          holds: 'all-finished',
          impossiblePods: 0,
        },
      ],
    })),
  );
  return { facts, runs, bounds };
}

const POINTS = 120;

function resultOf(storm: RandomStream, own: RandomStream, place: number, waits: boolean): RunResult {
  const hard = 1 + 0.5 * storm.next();
  // Places 0 and 1 are so close that chance decides.
  const slower = 1 + (place < 2 ? 0 : 0.12 * place) + 0.03 * own.next();
  const looser = 1 + (place === 0 ? 0.06 : 0.015 * place) + 0.01 * own.next();
  const wait = waits ? 340 * hard * slower : 0;
  const slowdown = waits ? 1 + 2.2 * hard * slower : 1;
  const makespanS = 90_000 * (0.98 + 0.01 * hard) * (1 + 0.004 * place);
  const timeUs = Array.from({ length: POINTS }, (_, k) => Math.round((k / (POINTS - 1)) * makespanS * 1e6));
  const level = (k: number): number => {
    const x = k / (POINTS - 1);
    const full = Math.min(1, x * 6) * Math.min(1, (1 - x) * 5);
    return Math.max(0, Math.min(1, full * (0.9 - 0.015 * place) + 0.04 * (own.next() - 0.5) * full));
  };
  const share = timeUs.map((_, k) => level(k));
  const groups = Array.from({ length: 40 }, (_, g) => ({ firstNode: g * 30, lastNode: g * 30 + 29 }));
  const users = Array.from({ length: 14 }, (_, u) => ({
    user: `user-${String(u).padStart(2, '0')}`,
    pods: 100 + 40 * u,
    meanWaitS: wait * (0.5 + own.next()),
    meanBoundedSlowdown: 1 + (slowdown - 1) * (0.4 + 0.1 * place * own.next() + own.next()),
    dominantShare: 0.02 + 0.01 * u,
  }));
  const placed = waits ? 8152 : Math.round(8152 * (0.93 - 0.012 * place + 0.004 * own.next()));
  return {
    fingerprint: [0, 1]
      .map(() =>
        own
          .below(2 ** 32)
          .toString(16)
          .padStart(8, '0'),
      )
      .join(''),
    counts: {
      arrived: 8152,
      finished: waits ? placed : 0,
      running: waits ? 0 : placed,
      pending: 0,
      refused: 8152 - placed,
      killed: 0,
    },
    startUs: 0,
    endUs: Math.round(makespanS * 1e6),
    metrics: {
      placedShare: placed / 8152,
      refusedShare: 1 - placed / 8152,
      pendingAtEnd: 0,
      meanWaitS: wait,
      p50WaitS: wait * 0.2,
      p99WaitS: wait * 9,
      maxWaitS: wait * 22,
      meanFlowS: wait + 6840,
      meanSlowdown: slowdown * 1.4,
      meanBoundedSlowdown: slowdown,
      p99BoundedSlowdown: 1 + (slowdown - 1) * 14,
      makespanS,
      cpuAllocatedShare: 0.61 / looser,
      memAllocatedShare: 0.42 / looser,
      gpuAllocatedShare: 0.78 / looser,
      gpuPeakShare: 0.95 / looser,
      fragmentation: 0.16 * looser * (1 + 0.05 * place),
      nodesUsedMean: 700 * looser,
      nodesUsedPeak: Math.round(1100 * Math.min(1.1, looser)),
      nodeHours: 17_400 * looser * hard,
      jainFairness: 0.93 - 0.03 * place + 0.005 * own.next(),
      worstUserSlowdown: slowdown * 1.9,
      decisions: 9000 + 60 * place,
      nodeEvaluations: 400_000 + 90_000 * place + Math.round(900 * own.next()),
    },
    distributions: {
      waitS: spread(wait),
      flowS: spread(wait + 6840),
      slowdown: spread(slowdown * 1.4, 1),
      boundedSlowdown: spread(slowdown, 1),
    },
    curves: {
      timeUs,
      cpuShare: share.map((value) => value * 0.7),
      memShare: share.map((value) => value * 0.45),
      gpuShare: share,
      running: share.map((value) => Math.round(value * 3000)),
      pending: share.map((value) => (waits ? Math.round(Math.max(0, value - 0.6) * 900 * slower) : 0)),
      nodesUsed: share.map((value) => Math.round(Math.min(1213, value * 1250 * looser))),
      fragmentation: share.map((value) => Math.min(1, 0.05 + value * 0.18 * looser)),
    },
    heat: {
      timeUs: timeUs.filter((_, k) => k % 2 === 0),
      groups,
      resource: 'gpu',
      share: groups.map((_, g) =>
        share
          .filter((_, k) => k % 2 === 0)
          .map((value) =>
            Math.max(0, Math.min(1, value * (1.35 - (g / 40) * (0.8 - 0.1 * place)) + 0.1 * own.next() - 0.05)),
          ),
      ),
    },
    users,
    work: { events: 24_000, decisions: 9000, nodeEvaluations: 400_000 + 90_000 * place, scoreCalls: 250_000 },
  };
}

/** A long-tailed distribution about a mean: the value at share q is the mean times q³·4 (mean 1 over q). */
function spread(mean: number, floor = 0): DistributionSummary {
  const at = (q: number): number => floor + (mean - floor) * 4 * q * q * q;
  return {
    count: 8152,
    mean,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    max: at(1),
    rms: mean * 1.5,
    exact: true,
    cdf: Array.from({ length: 101 }, (_, k) => [at(k / 100), k / 100]),
  };
}
