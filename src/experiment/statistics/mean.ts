import { studentQuantile } from './student.ts';

/** Arithmetic mean, summed in the order given so that equal inputs give equal bits; NaN of nothing. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Sample standard deviation (divisor n - 1) about the mean, in two passes; 0 when all are equal; NaN below two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  if (values.every((value) => value === values[0])) return 0;
  const centre = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - centre) * (value - centre);
  return Math.sqrt(squares / (values.length - 1));
}

/** A mean with its interval. */
export interface MeanInterval {
  readonly n: number;
  readonly mean: number;
  /** Absent with one value. */
  readonly standardDeviation?: number;
  readonly low?: number;
  readonly high?: number;
}

/**
 * Mean with Student's interval, mean ± t(1 - (1 - level)/2, n - 1) · s/√n. One value has no interval; equal values have
 * one of width 0.
 */
export function meanInterval(values: readonly number[], level = 0.95): MeanInterval {
  const n = values.length;
  if (n === 0) throw new Error('meanInterval of no values');
  if (n === 1) return { n, mean: values[0] };
  const deviation = standardDeviation(values);
  // Equal values are their own mean; a rounded sum would set the mean beside them and the interval beside the truth.
  const centre = deviation === 0 ? values[0] : mean(values);
  const half = deviation === 0 ? 0 : (studentQuantile(1 - (1 - level) / 2, n - 1) * deviation) / Math.sqrt(n);
  return { n, mean: centre, standardDeviation: deviation, low: centre - half, high: centre + half };
}
