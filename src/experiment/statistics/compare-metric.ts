import type { MetricComparison, PairedDifference, PolicyOnMetric, Verdict } from '../comparison.ts';
import type { Metric } from '../../sim/metric-catalogue.ts';
import { holm } from './holm.ts';
import { meanInterval } from './mean.ts';
import { pairedDifference, type PairedTest } from './paired-difference.ts';

/** A corrected p value below this, and an interval without 0, make a difference. */
const SIGNIFICANT = 0.05;

/**
 * Ranks policies on one metric and says of each whether it differs from the best. `values`: one number a seed, the same
 * seeds for all.
 *
 * The best is picked by looking at the data, so Holm's correction covers all pairs of policies, not only those with the
 * best. With equal policies, 5 seeds and the correction over pairs with the best alone, some policy was called worse in
 * 9 % (5 policies) and 11 % (10 policies) of 1,500 simulated experiments; over all pairs in 4 % and 2.5 %.
 */
export function compareMetric(
  metric: Pick<Metric, 'name' | 'better'>,
  values: ReadonlyMap<string, readonly number[]>,
): MetricComparison {
  const names = [...values.keys()];
  const described = names.map((policy) => ({
    policy,
    values: values.get(policy)!,
    ...meanInterval(values.get(policy)!),
  }));
  if (metric.better === 'neither') return { metric: metric.name, policies: described };
  const sign = metric.better === 'lower' ? 1 : -1;
  const best = described.reduce((a, b) => (sign * b.mean < sign * a.mean ? b : a));
  const corrected = correctAllPairs(described.map((one) => one.values));
  const bestIndex = described.indexOf(best);
  const judged: PolicyOnMetric[] = described.map((one, index) => {
    if (one === best) return { ...one, verdict: 'best' };
    const test = pairedDifference(one.values, best.values);
    const pHolm = corrected(index, bestIndex);
    return { ...one, toBest: publish(test, best.mean, pHolm), verdict: verdictOf(test, pHolm) };
  });
  // Stable: equal means keep the experiment's order.
  judged.sort((a, b) => sign * (a.mean - b.mean));
  return { metric: metric.name, best: best.policy, policies: judged };
}

function verdictOf(test: PairedTest, pHolm: number | undefined): Verdict {
  if (test.identical) return 'identical';
  if (test.n === 1) return 'one seed';
  if (test.sameOnEverySeed) return 'worse';
  const containsZero = test.low! <= 0 && test.high! >= 0;
  return containsZero || !(pHolm! < SIGNIFICANT) ? 'indistinguishable' : 'worse';
}

function publish(test: PairedTest, bestMean: number, pHolm: number | undefined): PairedDifference {
  const { identical: _, ...difference } = test;
  return {
    ...difference,
    ...(bestMean === 0 ? {} : { shareOfBest: test.mean / Math.abs(bestMean) }),
    ...(pHolm === undefined ? {} : { pHolm }),
  };
}

/** Corrected p values of all pairs that have one; identical pairs count as p = 1, constant differences are no test. */
function correctAllPairs(
  values: readonly (readonly number[])[],
): (first: number, second: number) => number | undefined {
  const raw: number[] = [];
  const placeOf = new Map<number, number>();
  for (let first = 0; first < values.length; first++)
    for (let second = 0; second < first; second++) {
      const test = pairedDifference(values[first], values[second]);
      const pValue = test.identical && test.n > 1 ? 1 : test.pValue;
      if (pValue === undefined) continue;
      placeOf.set(first * values.length + second, raw.length);
      raw.push(pValue);
    }
  const adjusted = holm(raw);
  return (first, second) => {
    const place = placeOf.get(Math.max(first, second) * values.length + Math.min(first, second));
    return place === undefined ? undefined : adjusted[place];
  };
}
