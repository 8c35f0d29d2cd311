import { meanInterval } from '../../experiment/statistics/mean.ts';
import type { SampleSummary } from '../../reporting/reality/reality-check.ts';

/** The numbers that tell a sample; undefined of nothing. */
export function sampleSummary(values: readonly number[]): SampleSummary | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((one, other) => one - other);
  const { mean, low, high } = meanInterval(sorted);
  return {
    count: sorted.length,
    mean,
    ...(low !== undefined && high !== undefined && { low, high }),
    min: sorted[0],
    p5: quantile(sorted, 0.05),
    median: quantile(sorted, 0.5),
    ...medianInterval(sorted),
    p90: quantile(sorted, 0.9),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    max: sorted[sorted.length - 1],
  };
}

/** The value below which a share of sorted values lies, linear between neighbours: 0 the lowest, 1 the highest. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** 21 quantiles at even shares from 0 to 1, of values in any order; at least one. */
export function quantiles(values: readonly number[]): number[] {
  const sorted = [...values].sort((one, other) => one - other);
  return Array.from({ length: 21 }, (_, k) => quantile(sorted, k / 20));
}

/** Middle of values in any order; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return quantile(
    [...values].sort((one, other) => one - other),
    0.5,
  );
}

/**
 * The 95 % interval of the median between two of the values: as many lie below the true one as heads come in so many
 * throws of a coin, so n/2 ± 0.98 √n values away from the middle (Conover, Practical Nonparametric Statistics, 1999, 3.2).
 */
function medianInterval(sorted: readonly number[]): { medianLow?: number; medianHigh?: number } {
  const { length } = sorted;
  if (length < 6) return {};
  const reach = 0.98 * Math.sqrt(length);
  const from = Math.max(1, Math.floor(length / 2 - reach));
  const to = Math.min(length, Math.ceil(length / 2 + 1 + reach));
  return { medianLow: sorted[from - 1], medianHigh: sorted[to - 1] };
}
