import { exp, log } from '../exact-math.ts';
import { around, Z95, type Estimate } from './weibull-fit.ts';

export interface LognormalFit {
  /** Mean and deviation of the logarithms; the median is exp(mu). */
  readonly mu: number;
  readonly sigma: number;
  readonly median: Estimate;
  readonly count: number;
}

/** A lognormal by maximum likelihood; times below `least` count as `least`. Undefined for fewer than two times. */
export function fitLognormal(times: readonly number[], least = 1): LognormalFit | undefined {
  const count = times.length;
  if (count < 2) return undefined;
  const logs = times.map((time) => log(Math.max(least, time)));
  const mu = logs.reduce((sum, one) => sum + one, 0) / count;
  const sigma = Math.sqrt(logs.reduce((sum, one) => sum + (one - mu) * (one - mu), 0) / count);
  return { mu, sigma, median: around(exp(mu), (sigma * sigma) / count), count };
}

/**
 * The median of a sample with the interval that order statistics give whatever the distribution (Conover, Practical
 * Nonparametric Statistics, 1999, section 3.2): ranks n / 2 -+ z sqrt(n) / 2.
 */
export function medianOf(times: readonly number[]): Estimate {
  const sorted = [...times].sort((a, b) => a - b);
  const n = sorted.length;
  const at = (rank: number) => sorted[Math.min(n - 1, Math.max(0, rank - 1))];
  const half = (Z95 * Math.sqrt(n)) / 2;
  return {
    value: quantileOf(sorted, 0.5),
    low: at(Math.floor(n / 2 - half)),
    high: at(Math.ceil(n / 2 + half) + 1),
  };
}

/** The smallest value such that at least this share of the sorted values are at most that; 0 of none. */
export function quantileOf(sorted: readonly number[], share: number): number {
  return sorted.length === 0 ? 0 : sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
}
