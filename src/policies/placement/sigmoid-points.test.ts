import { expect, test } from 'vitest';
import { exp } from '../../sim/exact-math.ts';
import { stream } from '../../sim/random.ts';
import { sigmoidPoints } from './sigmoid-points.ts';

const byFormula = (change: number): number => Math.trunc(100 * (1 / (1 + exp(-change / 1000))));

test('points are the truncated sigmoid at random changes', () => {
  const random = stream(1, 'changes');
  for (let draw = 0; draw < 20_000; draw++) {
    const change = (random.fine() - 0.5) * 20 ** (1 + 2 * random.fine());
    expect(sigmoidPoints(change), `change ${change}`).toBe(byFormula(change));
  }
});

test('known points', () => {
  // 1 / (1 + e^-1) = .7310; 1 / (1 + e^8) = .000335; ln(3) = 1.0986 gives exactly three quarters.
  expect([0, 1000, -1000, 8000, -8000].map(sigmoidPoints)).toEqual([50, 73, 26, 99, 0]);
  expect([1098.6, 1098.7].map(sigmoidPoints)).toEqual([74, 75]);
  expect([-1e9, 1e9].map(sigmoidPoints)).toEqual([0, 100]);
});

test('near zero a loss counts only when 1 / (1 + exp(x)) can tell it from a half', () => {
  // exp(x) is 1 + x rounded to a multiple of 2^-52 there. 1 + (1 + 2^-52) is rounded to 2, hence 50 points; the first
  // x that makes 1 + 2 * 2^-52 lies at 1.5 * 2^-52, a change of -3.3307e-13.
  const ulp = 2 ** -52;
  for (const share of [0.2, 0.6, 1, 1.4]) expect(sigmoidPoints(-1000 * share * ulp), `${share}`).toBe(50);
  for (const share of [1.6, 2, 3, 100]) expect(sigmoidPoints(-1000 * share * ulp), `${share}`).toBe(49);
});
