import type {
  BoundRecord,
  Cell,
  Comparison,
  ExperimentFacts,
  MetricComparison,
  RunRecord,
  Seed,
} from '../comparison.ts';
import { METRICS } from '../../sim/metric-catalogue.ts';
import type { RunResult } from '../../sim/result.ts';
import { compareBounds } from './compare-bounds.ts';
import { compareMetric } from './compare-metric.ts';

/** The finished runs of one policy in one cell, by seed. */
export type ResultsBySeed = ReadonlyMap<Seed, RunResult>;

/**
 * Turns runs into a comparison: for each workload on each cluster the statistics of every metric and the distance to
 * what is possible. `runs` and `bounds` may come in any order and be incomplete; the result depends on neither.
 */
export function summarise(
  facts: ExperimentFacts,
  runs: readonly RunRecord[],
  bounds: readonly BoundRecord[] = [],
): Comparison {
  const cells: Cell[] = [];
  for (const cluster of facts.clusters)
    for (const workload of facts.workloads) cells.push(cell(facts, runs, bounds, cluster.name, workload.name));
  return { ...facts, runs: inOrder(facts, runs), cells };
}

function cell(
  facts: ExperimentFacts,
  runs: readonly RunRecord[],
  bounds: readonly BoundRecord[],
  cluster: string,
  workload: string,
): Cell {
  const results = new Map<string, Map<Seed, RunResult>>(facts.policies.map((policy) => [policy.name, new Map()]));
  for (const run of runs)
    if (run.cluster === cluster && run.workload === workload && run.result)
      results.get(run.policy)?.set(run.seed, run.result);
  const { policies, seeds } = comparable(facts, results);
  const metrics: Record<string, MetricComparison> = {};
  for (const metric of METRICS) {
    const values = new Map<string, number[]>();
    for (const policy of policies) {
      const perSeed = seeds.map((seed) => results.get(policy)!.get(seed)!.metrics[metric.name]);
      if (perSeed.every((value) => value !== undefined && Number.isFinite(value))) values.set(policy, perSeed);
    }
    if (values.size > 0) metrics[metric.name] = compareMetric(metric, values);
  }
  const here = bounds.filter((record) => record.cluster === cluster && record.workload === workload);
  return { cluster, workload, seeds, policies, metrics, bounds: compareBounds(here, policies, seeds, results) };
}

/**
 * The policies that can be compared and the seeds they share. A policy without a finished run drops out; while the
 * rest share no seed, so does the one with the fewest (the last of equals).
 */
function comparable(
  facts: ExperimentFacts,
  results: ReadonlyMap<string, ResultsBySeed>,
): { policies: string[]; seeds: Seed[] } {
  let policies = facts.policies.map((policy) => policy.name).filter((name) => results.get(name)!.size > 0);
  for (;;) {
    const seeds = facts.seeds.filter((seed) => policies.every((name) => results.get(name)!.has(seed)));
    if (seeds.length > 0 || policies.length === 0) return { policies, seeds: policies.length === 0 ? [] : seeds };
    const fewest = Math.min(...policies.map((name) => results.get(name)!.size));
    const last = policies.findLastIndex((name) => results.get(name)!.size === fewest);
    policies = policies.filter((_, index) => index !== last);
  }
}

/** Runs in the order of the experiment, whatever the order in which workers finished them. */
function inOrder(facts: ExperimentFacts, runs: readonly RunRecord[]): RunRecord[] {
  const places = [facts.clusters, facts.workloads, facts.policies].map(
    (list) => new Map(list.map((one, place) => [one.name, place])),
  );
  const seedPlace = new Map(facts.seeds.map((seed, place) => [seed, place]));
  const key = (run: RunRecord): number[] => [
    places[0].get(run.cluster) ?? Infinity,
    places[1].get(run.workload) ?? Infinity,
    places[2].get(run.policy) ?? Infinity,
    seedPlace.get(run.seed) ?? Infinity,
  ];
  return runs
    .map((run) => ({ run, key: key(run) }))
    .sort((a, b) => {
      const differs = a.key.findIndex((place, index) => place !== b.key[index]);
      return differs < 0 ? 0 : a.key[differs] < b.key[differs] ? -1 : 1;
    })
    .map((entry) => entry.run);
}
