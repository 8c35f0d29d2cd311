import { describe, expect, test } from 'vitest';
import { stream } from '../random.ts';
import { backoffUs } from './backoff.ts';

const draws = (jitter: 'none' | 'full' | 'equal' | 'decorrelated', retry: number, previousUs = 0): number[] => {
  const random = stream(1, jitter);
  return Array.from({ length: 2000 }, () => backoffUs({ baseUs: 100, capUs: 1000, jitter }, retry, previousUs, random));
};

describe('from 100 µs, at most 1000', () => {
  test('without jitter it doubles up to the cap', () => {
    expect([0, 1, 2, 3, 4, 100].map((retry) => draws('none', retry)[0])).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  test.each([
    ['full jitter before the third retry', 'full', 2, 0, 0, 400],
    ['equal jitter: 200 and U(0, 200)', 'equal', 2, 0, 200, 400],
    ['decorrelated after a wait of 250', 'decorrelated', 5, 250, 100, 750],
    ['decorrelated, at first', 'decorrelated', 0, 0, 100, 300],
  ] as const)('%s is uniform', (_, jitter, retry, previousUs, low, high) => {
    const values = draws(jitter, retry, previousUs);
    const hundredth = (high - low) / 100;
    expect(Math.abs(Math.min(...values) - low)).toBeLessThan(hundredth);
    expect(Math.abs(Math.max(...values) - high)).toBeLessThan(hundredth);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // Of 2,000 draws: (high - low) / sqrt(12 x 2000) = 0.65 hundredths.
    expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(3 * hundredth);
  });

  test('decorrelated, late: never above the cap', () => {
    expect(Math.max(...draws('decorrelated', 9, 900))).toBe(1000);
  });
});
