import type { DistributionSummary } from './result.ts';

/** Values kept one by one; beyond that only the histogram goes on. */
const KEPT = 1 << 17;
/** Mantissa bits that tell buckets apart: 128 buckets to each power of two, so 0.4 % either way. */
const BUCKET_BITS = 7;
/** The smallest exponent with buckets of its own; all below, zero included, share bucket 0. */
const LOWEST_EXPONENT = -34;
const HIGHEST_EXPONENT = 60;
const BUCKETS = ((HIGHEST_EXPONENT - LOWEST_EXPONENT) << BUCKET_BITS) + 2;

const SUM = 0;
const SQUARES = 1;
const MAX = 2;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);

/**
 * Collects numbers >= 0 and summarises them. Mean, maximum and root mean square are always exact (plain sums in the
 * order of arrival); percentiles are exact up to 131,072 values and within 0.4 % beyond. Memory is bounded. One value
 * that comes very often, such as no wait at all, may be named beforehand: it is only counted, and always exact.
 */
export class Distribution {
  private count = 0;
  /** Sum, sum of squares, maximum: in typed memory, where a number is always a double. */
  private readonly totals = new Float64Array(3);
  private values = new Float64Array(256);
  private buckets: Uint32Array | undefined;
  private readonly usual: number;
  private usualCount = 0;

  constructor(usual: number = 0) {
    this.usual = usual;
  }

  /** As `add` of the value named as usual. */
  addUsual(): void {
    this.usualCount++;
  }

  add(value: number): void {
    const { totals } = this;
    totals[SUM] += value;
    totals[SQUARES] += value * value;
    if (value > totals[MAX]) totals[MAX] = value;
    if (this.buckets !== undefined) this.buckets[bucketOf(value)]++;
    else this.keep(value);
    this.count++;
  }

  private keep(value: number): void {
    if (this.count === KEPT) {
      this.buckets = new Uint32Array(BUCKETS);
      for (const kept of this.values) this.buckets[bucketOf(kept)]++;
      this.buckets[bucketOf(value)]++;
      this.values = new Float64Array(0);
      return;
    }
    if (this.count === this.values.length) {
      const wider = new Float64Array(this.values.length * 2);
      wider.set(this.values);
      this.values = wider;
    }
    this.values[this.count] = value;
  }

  summary(): DistributionSummary {
    const { usual, usualCount, totals } = this;
    const count = this.count + usualCount;
    const quantile = this.quantiles(count);
    const cdf: [number, number][] = [];
    if (count > 0) for (let k = 0; k <= 100; k++) cdf.push([quantile(k / 100), k / 100]);
    return {
      count,
      mean: count ? (totals[SUM] + usual * usualCount) / count : 0,
      p50: quantile(0.5),
      p90: quantile(0.9),
      p99: quantile(0.99),
      max: usualCount ? Math.max(usual, totals[MAX]) : totals[MAX],
      rms: count ? Math.sqrt((totals[SQUARES] + usual * usual * usualCount) / count) : 0,
      exact: this.buckets === undefined,
      cdf,
    };
  }

  /** The smallest value such that at least this share of all values are at most that (nearest rank). */
  private quantiles(count: number): (share: number) => number {
    if (count === 0) return () => 0;
    const other = this.ofOthers();
    // The usual values stand together, behind all others that are smaller.
    const { usual, usualCount } = this;
    let smaller = 0;
    for (let step = 2 ** 30; step >= 1; step /= 2)
      if (smaller + step <= this.count && other(smaller + step) < usual) smaller += step;
    return (share) => {
      const rank = Math.max(1, Math.ceil(share * count));
      if (rank <= smaller) return other(rank);
      return rank <= smaller + usualCount ? usual : other(rank - usualCount);
    };
  }

  /** The value of each rank, from 1, among those that were not counted as usual. */
  private ofOthers(): (rank: number) => number {
    const { buckets } = this;
    if (buckets === undefined) {
      const sorted = this.values.slice(0, this.count).sort();
      return (rank) => sorted[rank - 1];
    }
    return (rank) => {
      let left = rank;
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        left -= buckets[bucket];
        if (left <= 0) return Math.min(middleOf(bucket), this.totals[MAX]);
      }
      return this.totals[MAX];
    };
  }
}

function bucketOf(value: number): number {
  double[0] = value;
  const top = words[1] >>> (20 - BUCKET_BITS);
  const bucket = top - ((1023 + LOWEST_EXPONENT) << BUCKET_BITS) + 1;
  return bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket;
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const top = bucket - 1 + ((1023 + LOWEST_EXPONENT) << BUCKET_BITS);
  words[0] = 0;
  words[1] = (top << (20 - BUCKET_BITS)) | (1 << (19 - BUCKET_BITS));
  return double[0];
}
