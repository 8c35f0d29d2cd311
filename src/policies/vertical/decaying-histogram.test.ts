import { describe, expect, test } from 'vitest';
import { days, hours } from '../../sim/time.ts';
import { DecayingHistogram } from './decaying-histogram.ts';
import { CPU_BUCKETS, MEMORY_BUCKETS } from './histogram-buckets.ts';

describe('buckets', () => {
  test('bucket k begins at first (1.05^k - 1) / 0.05', () => {
    // 0, 0.01, 0.01 + 0.0105 = 0.0205, + 0.011025 = 0.031525; 0.2 (1.05^9 - 1) = 0.11026564.
    expect([0, 1, 2, 3].map((k) => CPU_BUCKETS.start(k))).toEqual([
      0,
      expect.closeTo(0.01, 12),
      expect.closeTo(0.0205, 12),
      expect.closeTo(0.031525, 12),
    ]);
    expect(CPU_BUCKETS.start(9)).toBeCloseTo(0.11026564, 8);
    expect(MEMORY_BUCKETS.start(1)).toBeCloseTo(1e7, 3);
    // ceil(ln 5001 / ln 1.05) + 1 = ceil(174.57) + 1.
    expect(CPU_BUCKETS.count).toBe(176);
    expect(MEMORY_BUCKETS.count).toBe(176);
  });

  test('every value lies in its bucket; beyond the last begins nothing', () => {
    for (let k = 0; k < CPU_BUCKETS.count - 1; k++) {
      expect(CPU_BUCKETS.find(CPU_BUCKETS.start(k))).toBe(k);
      expect(CPU_BUCKETS.find((CPU_BUCKETS.start(k) + CPU_BUCKETS.start(k + 1)) / 2)).toBe(k);
    }
    expect(CPU_BUCKETS.find(1e9)).toBe(175);
    expect(CPU_BUCKETS.find(0)).toBe(0);
  });
});

describe('percentiles', () => {
  test('the end of the bucket in which the share is reached', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS, hours(24));
    expect(histogram.percentile(0.9)).toBe(0);
    for (let k = 0; k < 95; k++) histogram.add(0.1, 1, 0);
    for (let k = 0; k < 5; k++) histogram.add(1, 1, 0);
    // 0.1 lies in bucket 8 (0.0955 to 0.1103); 1 in bucket 36 (0.2 (1.05^36 - 1) = 0.958 to 1.016).
    expect(histogram.percentile(0.5)).toBeCloseTo(0.11026564, 8);
    expect(histogram.percentile(0.9)).toBeCloseTo(0.11026564, 8);
    expect(histogram.percentile(0.96)).toBe(CPU_BUCKETS.start(37));
    expect(histogram.percentile(0)).toBeCloseTo(0.11026564, 8);
  });

  test('what is a day younger counts twice', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS, hours(24));
    for (let k = 0; k < 3; k++) histogram.add(0.1, 1, 0);
    histogram.add(1, 1, hours(24));
    // 3 of weight 1, one of weight 2: 3/5 of all are low.
    expect(histogram.percentile(0.59)).toBeLessThan(0.2);
    expect(histogram.percentile(0.61)).toBeGreaterThan(0.9);
  });

  test('moving the reference changes nothing: after 100, 200 and 1000 half-lives', () => {
    for (const ages of [100, 200, 1000]) {
      const histogram = new DecayingHistogram(CPU_BUCKETS, hours(24));
      histogram.add(5, 1, 0);
      for (let k = 0; k < 3; k++) histogram.add(0.1, 1, days(ages));
      histogram.add(1, 1, days(ages + 1));
      expect(histogram.percentile(0.59)).toBeLessThan(0.2);
      expect(histogram.percentile(0.61)).toBeGreaterThan(0.9);
    }
  });

  test('a sample that is taken back is gone', () => {
    const histogram = new DecayingHistogram(CPU_BUCKETS, hours(24));
    histogram.add(0.1, 1, hours(5));
    histogram.add(3, 1, hours(7));
    histogram.subtract(3, 1, hours(7));
    expect(histogram.percentile(1)).toBeLessThan(0.2);
    histogram.subtract(0.1, 1, hours(5));
    expect(histogram.empty).toBe(true);
  });
});
