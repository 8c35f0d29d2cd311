import { expect, test } from 'vitest';
import type { PodSource } from '../sim/pod-source.ts';
import { clearRow, type PodRow } from '../sim/pod-source.ts';
import { pareto } from '../sim/distributions.ts';
import { stream } from '../sim/random.ts';
import { seconds } from '../sim/time.ts';
import { describePods } from './describe.ts';
import { TailHistogram } from './tail-histogram.ts';
import { compareWithTargets } from './targets.ts';

function sourceOf(rows: readonly Partial<PodRow>[]): PodSource {
  let k = 0;
  return {
    next(row) {
      if (k === rows.length) return false;
      clearRow(row);
      Object.assign(row, rows[k++]);
      return true;
    },
  };
}

const small = { cpuMilli: 1000, memBytes: 100 };
const large = { cpuMilli: 3000, memBytes: 100 };

test('counts what is in a small workload', () => {
  // Three arrivals at 0 s, 60 s and 240 s; the second brings a gang of two. Gaps 60 and 180: mean 120, deviation 60.
  const statistics = describePods(
    sourceOf([
      { arrivesUs: 0, runsUs: seconds(10), estimateUs: seconds(20), request: small, user: 'a', priority: 5 },
      { arrivesUs: seconds(60), runsUs: seconds(30), request: large, user: 'b', gang: 'g', gangSize: 2 },
      { arrivesUs: seconds(60), runsUs: seconds(30), request: large, user: 'b', gang: 'g', gangSize: 2 },
      { arrivesUs: seconds(240), runsUs: Infinity, request: small, user: 'a' },
    ]),
    [{ name: 'n', cpuMilli: 4000, memBytes: 1000 }],
  );
  expect(statistics).toMatchObject({
    pods: 4,
    arrivals: 3,
    gapCv: 0.5,
    arrivalsPerHour: 30,
    podsPerArrivalMean: 4 / 3,
    singleShare: 2 / 3,
    runSecondsP50: 30,
    runSecondsMax: 30,
    endlessPods: 1,
    distinctShapes: 2,
    users: 2,
    topUserShare: 0.5,
    gangs: 1,
    gangPods: 2,
    largestGang: 2,
    runOverEstimateP50: 0.5,
    priorities: [
      { priority: 5, pods: 1 },
      { priority: 0, pods: 3 },
    ],
    dispersion1Minute: undefined,
    dayPeakToTrough: undefined,
    loadGpu: undefined,
  });
  expect(statistics.topShapes.map(({ request, pods }) => [request, pods])).toEqual([
    ['cpu=1000m mem=100', 2],
    ['cpu=3000m mem=100', 2],
  ]);
  // CPU: (1 x 10 + 3 x 30 + 3 x 30) core-seconds over 4 cores x 240 s.
  expect(statistics.loadCpu).toBeCloseTo(190 / 960, 12);
});

test('the dispersion of regular arrivals is 0 and of pairs 1', () => {
  // One arrival each 6 s: ten a minute, always. Then 0 and 2 in turn: mean 1, variance 1.
  const regular = Array.from({ length: 601 }, (_, k) => ({ arrivesUs: seconds(6 * k) }));
  expect(describePods(sourceOf(regular)).dispersion1Minute).toBe(0);
  const pairs = Array.from({ length: 41 }, (_, k) => ({ arrivesUs: seconds(120 * Math.floor(k / 2) + (k % 2)) }));
  expect(describePods(sourceOf(pairs)).dispersion1Minute).toBe(1);
});

test('an empty workload has counts and nothing else', () => {
  expect(describePods(sourceOf([]))).toMatchObject({
    pods: 0,
    arrivals: 0,
    gapCv: undefined,
    runSecondsP50: undefined,
  });
});

test('quantiles and the share of the top stay right when values are poured into buckets', () => {
  const histogram = new TailHistogram();
  const count = 200_000;
  for (let k = 1; k <= count; k++) histogram.add(((k * 7919) % count) + 1);
  for (const share of [0.01, 0.5, 0.9, 0.999])
    expect(histogram.quantile(share)! / (share * count), `quantile ${share}`).toBeCloseTo(1, 2);
  // The top 1 % of 1..n sums to about n (0.01 n) of n^2 / 2, less half its own width: 0.0199.
  expect(histogram.sumOfTop(0.01)).toBeCloseTo(0.0199, 4);
  expect(histogram.max).toBe(count);
});

test("Hill's estimate finds the exponent of a Pareto tail", () => {
  for (const seed of [1, 2, 3]) {
    const draws = stream(seed, 'hill');
    const histogram = new TailHistogram();
    for (let k = 0; k < 300_000; k++) histogram.add(pareto(draws)(1.5, 10));
    // From 3,000 values the standard error is 1.5 / sqrt 3000 = 0.027.
    expect(Math.abs(histogram.hillAlpha(0.01)! - 1.5), `seed ${seed}`).toBeLessThan(0.12);
  }
});

test('targets say what was wanted, what came, and whether that is near', () => {
  const statistics = describePods(sourceOf([{ arrivesUs: 0, runsUs: seconds(90) }]));
  expect(
    compareWithTargets(statistics, [
      { statistic: 'runSecondsP50', value: 100, tolerance: 0.1 },
      { statistic: 'runSecondsP50', value: 100, tolerance: 0.05 },
      { statistic: 'gapCv', value: 1, tolerance: 0.5 },
    ]).map(({ got, within }) => [got, within]),
  ).toEqual([
    [90, true],
    [90, false],
    [undefined, false],
  ]);
});
