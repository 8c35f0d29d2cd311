import { expect, test } from 'vitest';
import { HoltWinters } from './holt-winters.ts';
import { SeasonalNaive } from './seasonal-naive.ts';

const SMOOTHING = { level: 0.5, trend: 0.4, season: 0.5 };

test('by hand, a season of two: 10, 20, then 14', () => {
  const model = new HoltWinters(2, SMOOTHING);
  model.observe(10);
  expect(model.ready).toBe(false);
  expect(model.forecast(1)).toBeNaN();
  model.observe(20);
  // Level 15, trend 0, season -5 and +5.
  expect([1, 2, 3].map((ahead) => model.forecast(ahead))).toEqual([10, 20, 10]);
  model.observe(14);
  // Level 0.5 (14 + 5) + 0.5 x 15 = 17; trend 0.4 x 2 = 0.8; season 0.5 (14 - 15) + 0.5 x -5 = -3.
  // Next: 17 + 0.8 + 5 = 22.8, then 17 + 1.6 - 3 = 15.6.
  expect(model.forecast(1)).toBeCloseTo(22.8, 12);
  expect(model.forecast(2)).toBeCloseTo(15.6, 12);
});

test('what only repeats itself is forecast exactly, a steady growth is learnt', () => {
  const season = [5, 9, 14, 7, 3, 4];
  const repeats = new HoltWinters(6, SMOOTHING);
  const grows = new HoltWinters(6, SMOOTHING);
  for (let t = 0; t < 60; t++) repeats.observe(season[t % 6]);
  for (let t = 0; t < 600; t++) grows.observe(season[t % 6] + 0.5 * t);
  for (let ahead = 1; ahead <= 12; ahead++) {
    expect(repeats.forecast(ahead)).toBeCloseTo(season[(60 + ahead - 1) % 6], 9);
    const t = 600 + ahead - 1;
    expect(grows.forecast(ahead)).toBeCloseTo(season[t % 6] + 0.5 * t, 3);
  }
});

test('seasonal-naive: what was one season ago', () => {
  const model = new SeasonalNaive(3);
  for (const value of [1, 2, 3, 4]) model.observe(value);
  // The newest four are 2 3 4 after the 1 is overwritten: next come 2, 3, 4, 2.
  expect([1, 2, 3, 4].map((ahead) => model.forecast(ahead))).toEqual([2, 3, 4, 2]);
});
