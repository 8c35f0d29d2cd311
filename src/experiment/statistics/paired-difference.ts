import { mean, meanInterval } from './mean.ts';
import { signFlipPValue } from './sign-flip.ts';
import { studentTwoSided } from './student.ts';

/** What two equally long lists say about the difference of their pairs. */
export interface PairedTest {
  readonly n: number;
  /** Mean of first minus second. */
  readonly mean: number;
  readonly low?: number;
  readonly high?: number;
  /** Two-sided paired t test; absent with one pair and when all differences are equal. */
  readonly pValue?: number;
  /** Two-sided exact sign-flip test; absent with one pair and above 12. */
  readonly pSignFlip?: number;
  /** All differences are equal: nothing random was seen. */
  readonly sameOnEverySeed: boolean;
  /** All differences are exactly 0. */
  readonly identical: boolean;
}

/**
 * Compares two policies that met the same storms: pair i is seed i. What a hard seed does to both cancels in the
 * difference, so its interval is usually far narrower than those of the two means.
 */
export function pairedDifference(first: readonly number[], second: readonly number[], level = 0.95): PairedTest {
  if (first.length !== second.length || first.length === 0)
    throw new Error(`pairedDifference of ${first.length} and ${second.length} values`);
  const differences = first.map((value, pair) => settle(value - second[pair], value, second[pair]));
  const interval = meanInterval(differences, level);
  const identical = differences.every((difference) => difference === 0);
  const n = differences.length;
  if (n === 1) return { n, mean: differences[0], sameOnEverySeed: true, identical };
  const same = interval.standardDeviation === 0;
  const flips = signFlipPValue(differences);
  const base = {
    n,
    mean: same ? differences[0] : mean(differences),
    low: interval.low!,
    high: interval.high!,
    sameOnEverySeed: same,
    identical,
    ...(flips === undefined ? {} : { pSignFlip: flips }),
  };
  if (same) return base;
  const t = Math.abs(base.mean) / (interval.standardDeviation! / Math.sqrt(n));
  return { ...base, pValue: studentTwoSided(t, n - 1) };
}

/** A difference below the rounding of its two numbers is none: metrics are means of many terms. */
function settle(difference: number, a: number, b: number): number {
  return Math.abs(difference) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b)) ? 0 : difference;
}
