import { expect, test } from 'vitest';
import type { LevelCurve } from '../traffic.ts';
import { swingOf } from './swing.ts';

/** Levels of ten seconds each, again and again. */
const repeating = (...levels: number[]): LevelCurve => ({
  at: (us) => levels[Math.floor(us / 10) % levels.length],
  untilUs: (us) => (Math.floor(us / 10) + 1) * 10,
});

test('what stays does not swing', () => {
  const curve: LevelCurve = { at: () => 5, untilUs: () => Infinity };
  expect(swingOf(curve, 0, 1000)).toEqual({ halfUs: Infinity, depth: 1, jumps: false });
});

test('a step up and down turns after each of its halves', () => {
  expect(swingOf(repeating(10, 4), 0, 200)).toEqual({ halfUs: 10, depth: 0.4, jumps: true });
});

test('a slow wave in small steps turns at its ends and jumps nowhere', () => {
  // From 100 down to 64 by 5 % a step, 9 steps, and up again: 9 steps of 10 from end to end.
  const down = Array.from({ length: 10 }, (_, k) => 100 * 0.95 ** k);
  const { halfUs, depth, jumps } = swingOf(repeating(...down, ...down.slice(1, -1).reverse()), 0, 2000);
  expect(halfUs).toBe(90);
  expect(depth).toBeCloseTo(0.95 ** 9, 6);
  expect(jumps).toBe(false);
});

test('noise of less than a tenth is none', () => {
  expect(swingOf(repeating(100, 95, 104, 97), 0, 2000).halfUs).toBe(Infinity);
});
