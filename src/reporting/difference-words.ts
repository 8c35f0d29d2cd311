import type { PairedDifference } from '../experiment/comparison.ts';
import type { Metric } from '../sim/metric-catalogue.ts';
import { fixed, formatPercent, formatValue } from './format.ts';

/**
 * How much better the best is than another, in words: `18 % less (95 % interval 15 to 21 %)`; shares in points of per
 * cent: `2.1 points more`. The interval is that of the paired difference, set against the other's mean.
 */
export function advantage(metric: Metric, otherMean: number, toBest: PairedDifference): string {
  const word = metric.better === 'lower' ? 'less' : 'more';
  const size = measure(metric, otherMean);
  const interval =
    toBest.low === undefined || toBest.sameOnEverySeed
      ? ''
      : ` (95 % interval ${size.range(toBest.low, toBest.high!)})`;
  return `${size.one(toBest.mean)} ${word}${interval}`;
}

/** How much worse this policy is than the best: `22 % more`, `2.1 points less`. */
export function disadvantage(metric: Metric, bestMean: number, difference: number): string {
  const word = difference > 0 ? 'more' : 'less';
  return `${measure(metric, bestMean).one(difference)} ${word}`;
}

/** Relative to `base` as per cent; shares in points; where the base is 0, in the metric's own unit. */
function measure(
  metric: Metric,
  base: number,
): { one: (difference: number) => string; range: (low: number, high: number) => string } {
  const inPoints = metric.unit === 'share';
  const scale = inPoints ? 100 : base === 0 ? 1 : 100 / Math.abs(base);
  const sizes = (low: number, high: number): [number, number] => {
    const [a, b] = [low * scale, high * scale];
    // Both on the same side of 0 unless the difference is not clear; then the sign says which way each end goes.
    return Math.abs(a) < Math.abs(b) ? [a, b] : [b, a];
  };
  const absolute = base === 0 && !inPoints;
  const unit = inPoints ? ' points' : ' %';
  return {
    one: (difference) =>
      absolute
        ? formatValue(Math.abs(difference), metric.unit)
        : inPoints
          ? `${digits(Math.abs(difference * scale))}${unit}`
          : formatPercent(difference / base),
    range: (low, high) => {
      const [near, far] = sizes(low, high);
      const mixed = near * far < 0;
      const side = far < 0 ? -1 : 1;
      if (absolute)
        return `${formatValue(mixed ? near * side : Math.abs(near), metric.unit)} to ${formatValue(Math.abs(far), metric.unit)}`;
      return `${digits(mixed ? near * side : Math.abs(near))} to ${digits(Math.abs(far))}${unit}`;
    },
  };
}

function digits(value: number): string {
  const size = Math.abs(value);
  return fixed(value, size >= 10 ? 0 : size >= 1 ? 1 : 2);
}
