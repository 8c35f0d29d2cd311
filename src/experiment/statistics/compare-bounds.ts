import type { BoundComparison, BoundRecord, Seed } from '../comparison.ts';
import type { Bound } from '../bounds/bound.ts';
import type { RunResult } from '../../sim/result.ts';
import type { ResultsBySeed } from './summarise.ts';
import { mean } from './mean.ts';

/**
 * Sets the best that was seen beside what is possible: for each metric and side with a bound on every seed, the policy
 * that comes closest among those whose every run meets the bound's condition. Where none does, there is nothing to say.
 */
export function compareBounds(
  records: readonly BoundRecord[],
  policies: readonly string[],
  seeds: readonly Seed[],
  results: ReadonlyMap<string, ResultsBySeed>,
): BoundComparison[] {
  const kinds = new Map<string, Bound>();
  for (const record of records)
    for (const bound of record.bounds) kinds.set(`${bound.metric} ${bound.side} ${bound.holds}`, bound);
  const compared: BoundComparison[] = [];
  for (const kind of kinds.values()) {
    const perSeed = seeds.map((seed) => boundOf(records, seed, kind));
    if (perSeed.length === 0 || perSeed.some((bound) => bound === undefined)) continue;
    const bounds = perSeed as Bound[];
    const value = mean(bounds.map((bound) => bound.value));
    let closest: { policy: string; seen: number } | undefined;
    for (const policy of policies) {
      const runs = seeds.map((seed) => results.get(policy)!.get(seed)!);
      const seen = runs.map((run) => run.metrics[kind.metric]);
      if (seen.some((number) => number === undefined)) continue;
      if (!runs.every((run, index) => meets(run, bounds[index]))) continue;
      const average = mean(seen);
      const closer = closest === undefined || (kind.side === 'lower' ? average < closest.seen : average > closest.seen);
      if (closer) closest = { policy, seen: average };
    }
    if (!closest) continue;
    const gap = kind.side === 'lower' ? closest.seen / value - 1 : 1 - closest.seen / value;
    // Of several seeds, the words are those of the first.
    compared.push({ ...bounds[0], value, ...closest, ...(value > 0 ? { gap } : {}) });
  }
  return compared;
}

function boundOf(records: readonly BoundRecord[], seed: Seed, kind: Bound): Bound | undefined {
  for (const record of records)
    if (record.seed === undefined || record.seed === seed)
      for (const bound of record.bounds)
        if (bound.metric === kind.metric && bound.side === kind.side && bound.holds === kind.holds) return bound;
  return undefined;
}

function meets(run: RunResult, bound: Bound): boolean {
  const possible = run.counts.arrived - bound.impossiblePods;
  const started = run.counts.finished + run.counts.running;
  if (bound.holds === 'always') return true;
  if (bound.holds === 'all-finished') return run.counts.finished === possible;
  return started === possible && (bound.holds === 'all-placed' || run.distributions.waitS.max === 0);
}
