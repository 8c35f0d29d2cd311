import { exp, log } from '../exact-math.ts';
import { gamma } from '../gamma.ts';

/** An estimate and the bounds of its 95 % confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface WeibullFit {
  readonly shape: Estimate;
  /** In the unit of the times. */
  readonly scale: Estimate;
  /** scale x gamma(1 + 1 / shape). */
  readonly mean: Estimate;
  /** Times that ended, and times that were still going on when one stopped looking. */
  readonly complete: number;
  readonly censored: number;
}

/** The 97.5 % quantile of the normal distribution. */
export const Z95 = 1.959963984540054;

/**
 * Shape and scale of a Weibull by maximum likelihood. `censored` are times that lasted at least so long; times below
 * `least` count as `least` (records in minutes know no shorter ones, and ln 0 has no value). Intervals: observed
 * information of (ln shape, ln scale), so bounds are positive; that of the mean by the delta method. Undefined for fewer
 * than two different times.
 *
 * Newton on the profile equation sum x^k ln x / sum x^k - 1 / k - mean of ln x = 0 (Cohen, Technometrics 7, 1965), which
 * grows with k, inside a bracket that shrinks, so it always arrives.
 */
export function fitWeibull(
  times: readonly number[],
  censored: readonly number[] = [],
  least = 1,
): WeibullFit | undefined {
  const complete = times.length;
  if (complete < 2) return undefined;
  const clipped = (time: number) => Math.max(least, time);
  // Relative to the largest, so that powers neither overflow nor vanish all.
  const unit = [...times, ...censored].reduce((most, time) => Math.max(most, time), least);
  const logs = [...times, ...censored].map((time) => log(clipped(time) / unit));
  let meanLog = 0;
  for (let k = 0; k < complete; k++) meanLog += logs[k] / complete;
  if (logs.every((one) => Math.abs(one - logs[0]) < 1e-12)) return undefined;

  let low = 0;
  let high = Infinity;
  let shape = 1;
  for (let step = 0; step < 200; step++) {
    const { sum, first, second } = sums(logs, shape);
    const ratio = first / sum;
    const gap = ratio - 1 / shape - meanLog;
    if (gap > 0) high = shape;
    else low = shape;
    const slope = second / sum - ratio * ratio + 1 / (shape * shape);
    let next = shape - gap / slope;
    if (!(next > low && next < high)) next = high === Infinity ? shape * 2 : (low + high) / 2;
    if (Math.abs(next - shape) < 1e-12 * shape) break;
    shape = next;
  }

  const { sum, first, second } = sums(logs, shape);
  const logScale = log(sum / complete) / shape;
  // With z = (x / scale)^k: sum z = r, and L = ln(x / scale).
  const perR = complete / sum;
  const zL = perR * (first - logScale * sum);
  const zLL = perR * (second - 2 * logScale * first + logScale * logScale * sum);
  // Minus the second derivatives of the log likelihood in (ln k, ln scale), where its first ones vanish.
  const kk = complete + shape * shape * zLL;
  const ss = shape * shape * complete;
  const ks = -shape * shape * zL;
  const determinant = kk * ss - ks * ks;
  const varK = ss / determinant;
  const varS = kk / determinant;
  const cov = -ks / determinant;
  const scale = exp(logScale) * unit;
  const mean = scale * gamma(1 + 1 / shape);
  // d ln mean / d ln k = -digamma(1 + 1/k) / k, here as a difference.
  const h = 1e-4;
  const byK = log(gamma(1 + 1 / (shape * (1 + h))) / gamma(1 + 1 / (shape * (1 - h)))) / log((1 + h) / (1 - h));
  const varMean = varS + byK * byK * varK + 2 * byK * cov;
  return {
    shape: around(shape, varK),
    scale: around(scale, varS),
    mean: around(mean, varMean),
    complete,
    censored: censored.length,
  };
}

/** The interval of a positive estimate whose logarithm has this variance. */
export function around(value: number, variance: number): Estimate {
  const factor = exp(Z95 * Math.sqrt(Math.max(0, variance)));
  return { value, low: value / factor, high: value * factor };
}

function sums(logs: readonly number[], shape: number): { sum: number; first: number; second: number } {
  let sum = 0;
  let first = 0;
  let second = 0;
  for (const one of logs) {
    const power = exp(shape * one);
    sum += power;
    first += power * one;
    second += power * one * one;
  }
  return { sum, first, second };
}
