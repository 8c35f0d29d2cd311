import type { PairedDifference, PolicyOnMetric } from '../experiment/comparison.ts';
import type { Metric } from '../sim/metric-catalogue.ts';
import { fixed, formatPercent, formatValue } from './format.ts';

/** From this on a difference is told as `8.2 times`, no longer in per cent. */
const TOLD_AS_TIMES = 5;
/** From this on (and below its inverse) also a factor says little, and both values are told. */
const TOLD_AS_VALUES = 200;

/**
 * How far the best is ahead of another, to be put behind its value: `, 18 % less than b (95 % interval 15 to 21 %)`;
 * shares in points; and where the best is next to nothing, so that per cent would always say 100, ` against 3.3 min with
 * b (95 % interval 1.9 to 4.8 min)`. The interval is that of the paired difference.
 */
export function ahead(metric: Metric, best: PolicyOnMetric, other: PolicyOnMetric): string {
  const toBest = other.toBest!;
  const name = other.policy;
  const factor = metric.better === 'lower' ? other.mean / best.mean : best.mean / other.mean;
  const word = metric.better === 'lower' ? 'less' : 'more';
  const inUnit = interval(toBest, (size) => formatValue(size, metric.unit), {});
  if (metric.unit === 'share')
    return `, ${points(toBest.mean)} points ${word} than ${name}${interval(toBest, (size) => digits(size * 100), { unit: ' points' })}`;
  if (!(factor < TOLD_AS_VALUES)) return ` against ${formatValue(other.mean, metric.unit)} with ${name}${inUnit}`;
  if (word === 'more' && factor >= TOLD_AS_TIMES) return `, ${digits(factor)} times that of ${name}${inUnit}`;
  const percent = (difference: number): string => digits((difference * 100) / Math.abs(other.mean));
  return `, ${formatPercent(toBest.mean / other.mean)} ${word} than ${name}${interval(toBest, percent, { unit: ' %' })}`;
}

/**
 * How much worse a policy is than the best: `22 % more cost than b`, `8.2 times the cost of b`, `a cost of $3 against $0
 * with b`; without a noun `22 % more than b`, `8.2 times that of b`, `against $0 with b`.
 */
export function behind(metric: Metric, best: { policy: string; mean: number }, own: number, noun?: string): string {
  const difference = own - best.mean;
  const what = noun === undefined ? '' : ` ${noun}`;
  const word = difference > 0 ? 'more' : 'less';
  if (metric.unit === 'share') return `${points(difference)} points ${word}${what} than ${best.policy}`;
  const factor = own / best.mean;
  if (!(factor < TOLD_AS_VALUES && factor > 1 / TOLD_AS_VALUES))
    return `${noun === undefined ? '' : `${noun} ${formatValue(own, metric.unit)} `}against ${formatValue(best.mean, metric.unit)} with ${best.policy}`;
  if (factor >= TOLD_AS_TIMES)
    return `${digits(factor)} times ${noun === undefined ? 'that' : `the ${noun}`} of ${best.policy}`;
  return `${formatPercent(difference / best.mean)} ${word}${what} than ${best.policy}`;
}

/** The difference to the best in a table: `+18 %`, `8.2×`, `−2.10 pt`, `+3.3 min` where the best is 0; empty for none. */
export function signedDifference(
  { toBest, mean }: PolicyOnMetric,
  metric: Metric,
  { pointUnit = 'pt', format = (size: number) => formatValue(size, metric.unit) } = {},
): string {
  if (!toBest || toBest.mean === 0) return '';
  const sign = toBest.mean > 0 ? '+' : '−';
  const size = Math.abs(toBest.mean);
  if (metric.unit === 'share') return `${sign}${fixed(size * 100, 2)} ${pointUnit}`.trimEnd();
  const best = mean - toBest.mean;
  if (toBest.shareOfBest === undefined || best === 0) return `${sign}${format(size)}`;
  if (toBest.shareOfBest >= TOLD_AS_TIMES - 1) return `${digits(mean / best)}×`;
  return `${sign}${formatPercent(toBest.shareOfBest)}`;
}

/** ` (95 % interval 15 to 21 %)`, or that every seed says the same; empty with one seed. */
function interval(toBest: PairedDifference, write: (size: number) => string, { unit = '' }): string {
  if (toBest.low === undefined || toBest.high === undefined) return '';
  if (toBest.sameOnEverySeed) return ' (the same on every seed)';
  const [near, far] =
    Math.abs(toBest.low) < Math.abs(toBest.high) ? [toBest.low, toBest.high] : [toBest.high, toBest.low];
  // Both on the same side of 0 unless the difference is not clear; then the sign says which way each end goes.
  const [from, to] = [write(near * (far < 0 ? -1 : 1)), write(Math.abs(far))];
  const [, suffix = ''] = /( [a-z%]+)$/.exec(to) ?? [];
  const least = suffix !== '' && from.endsWith(suffix) ? from.slice(0, -suffix.length) : from;
  return ` (95 % interval ${least} to ${to}${unit})`;
}

function points(difference: number): string {
  return digits(Math.abs(difference) * 100);
}

function digits(value: number): string {
  const size = Math.abs(value);
  return fixed(value, size >= 10 ? 0 : size >= 1 ? 1 : 2);
}
