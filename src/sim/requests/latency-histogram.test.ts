import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { unitExponential } from '../ziggurat.ts';
import { LatencyHistogram, RELATIVE_ERROR } from './latency-histogram.ts';

/** Whole microseconds between 1 µs and days, on a logarithmic scale. */
function someTimes(seed: number, count: number): number[] {
  const random = stream(seed, 'times');
  return Array.from({ length: count }, () => {
    let scale = 1;
    for (let k = random.below(12); k > 0; k--) scale *= 10;
    return Math.floor(scale * unitExponential(random));
  });
}

const histogramOf = (times: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const us of times) histogram.add(us);
  return histogram;
};

const all = (histogram: LatencyHistogram): unknown => [
  histogram.count,
  histogram.sumUs,
  histogram.maxUs,
  Array.from({ length: 101 }, (_, k) => histogram.quantileUs(k / 100)),
];

test('1, 2, 3 and 94 µs: mean 25, median 2, and all but a quarter within 3', () => {
  const histogram = histogramOf([1, 2, 3, 94]);
  expect(histogram.meanUs).toBe(25);
  expect(histogram.quantileUs(0.5)).toBe(2);
  expect(histogram.quantileUs(1)).toBe(94);
  expect(histogram.shareWithin(3)).toBe(0.75);
  expect(histogram.shareWithin(0)).toBe(0);
  expect(histogram.shareWithin(1e9)).toBe(1);
});

test('empty: no mean, no quantile, and everything within any time', () => {
  const histogram = new LatencyHistogram();
  expect([histogram.meanUs, histogram.quantileUs(0.99), histogram.shareWithin(0)]).toEqual([0, 0, 1]);
});

describe('over 30 random sets of times', () => {
  test('every quantile is within 1 % of the exact one', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const times = someTimes(seed, 2000);
      const histogram = histogramOf(times);
      const sorted = times.toSorted((one, other) => one - other);
      for (const share of [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1]) {
        const exact = sorted[Math.ceil(share * times.length) - 1];
        expect(Math.abs(histogram.quantileUs(share) - exact), `seed ${seed}`).toBeLessThanOrEqual(
          RELATIVE_ERROR * exact,
        );
      }
    }
  });

  test('merged halves are the whole, in any order, and addOne is add', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const times = someTimes(seed, 500);
      const whole = histogramOf(times);
      const [front, back] = [histogramOf(times.slice(0, 123)), histogramOf(times.slice(123))];
      const merged = new LatencyHistogram();
      merged.merge(back);
      merged.merge(front);
      expect(all(merged)).toEqual(all(whole));
      const fast = new LatencyHistogram();
      for (const us of times) fast.addOne(us);
      expect(all(fast)).toEqual(all(whole));
      fast.clear();
      expect(all(fast)).toEqual(all(new LatencyHistogram()));
      fast.merge(whole);
      expect(all(fast)).toEqual(all(whole));
    }
  });
});

test('fractions of occurrences count as such', () => {
  const histogram = new LatencyHistogram();
  histogram.add(10, 0.5);
  histogram.add(1000, 1.5);
  expect(histogram.count).toBe(2);
  expect(histogram.meanUs).toBe((10 * 0.5 + 1000 * 1.5) / 2);
  expect(histogram.quantileUs(0.25)).toBe(10);
  expect(Math.abs(histogram.quantileUs(0.26) / 1000 - 1)).toBeLessThan(RELATIVE_ERROR);
});

test('what nobody can wait for lands in the last bucket', () => {
  const histogram = histogramOf([1e18, 1]);
  expect(histogram.quantileUs(0.5)).toBe(1);
  expect(histogram.maxUs).toBe(1e18);
});
