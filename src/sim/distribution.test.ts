import { expect, test } from 'vitest';
import { Distribution } from './distribution.ts';
import { stream } from './random.ts';

test('percentiles are nearest ranks: of 1..10 the median is 5 and the 90th percentile 9', () => {
  const values = new Distribution();
  for (let value = 10; value >= 1; value--) values.add(value);
  const summary = values.summary();
  expect(summary).toMatchObject({ count: 10, mean: 5.5, p50: 5, p90: 9, p99: 10, max: 10, exact: true });
  // (1 + 4 + ... + 100) / 10 = 38.5
  expect(summary.rms).toBe(Math.sqrt(38.5));
  expect(summary.cdf[0]).toEqual([1, 0]);
  expect(summary.cdf[100]).toEqual([10, 1]);
});

test('an empty one is all zeros', () => {
  expect(new Distribution().summary()).toMatchObject({ count: 0, mean: 0, p50: 0, max: 0, cdf: [] });
});

test('beyond 131,072 values percentiles stay within 0.4 % and the mean stays exact', () => {
  const random = stream(1, 'values');
  const values = new Distribution();
  const all: number[] = [];
  let sum = 0;
  for (let k = 0; k < 200_000; k++) {
    const value = 10 ** (random.next() * 9 - 3);
    values.add(value);
    all.push(value);
    sum += value;
  }
  all.sort((x, y) => x - y);
  const summary = values.summary();
  expect(summary.exact).toBe(false);
  expect(summary.mean).toBe(sum / 200_000);
  for (const [share, got] of [
    [0.5, summary.p50],
    [0.9, summary.p90],
    [0.99, summary.p99],
  ] as const) {
    const exact = all[Math.ceil(share * 200_000) - 1];
    expect(Math.abs(got / exact - 1)).toBeLessThan(0.004);
  }
});

test('a usual value is counted and not kept: all numbers are those of adding it like any other', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = stream(seed, 'usual');
    const [plain, counting] = [new Distribution(), new Distribution(3)];
    for (let k = random.below(60); k > 0; k--) {
      const value = random.below(7);
      plain.add(value);
      if (value === 3) counting.addUsual();
      else counting.add(value);
    }
    expect(counting.summary(), `seed ${seed}`).toEqual(plain.summary());
  }
});
