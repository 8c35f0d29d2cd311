import { log } from '../sim/exact-math.ts';

/** Values kept one by one; beyond that they are poured into buckets. */
const KEPT = 1 << 17;
/** 256 buckets to each power of two: quantiles are then within 0.2 %. */
const BUCKET_BITS = 8;
const LOWEST_EXPONENT = -34;
const BUCKETS = (120 << BUCKET_BITS) + 1;

const view = new DataView(new ArrayBuffer(8));

/** Numbers >= 0 in bounded memory, for what a mean hides: quantiles, the share held by the largest, the tail's exponent. */
export class TailHistogram {
  count = 0;
  sum = 0;
  max = 0;
  private sumOfSquares = 0;
  private kept: number[] | undefined = [];
  private readonly counts = new Float64Array(BUCKETS);
  private readonly sums = new Float64Array(BUCKETS);

  add(value: number): void {
    this.count++;
    this.sum += value;
    this.sumOfSquares += value * value;
    if (value > this.max) this.max = value;
    if (this.kept === undefined) return this.pour(value);
    this.kept.push(value);
    if (this.kept.length === KEPT) {
      for (const one of this.kept) this.pour(one);
      this.kept = undefined;
    }
  }

  get mean(): number | undefined {
    return this.count > 0 ? this.sum / this.count : undefined;
  }

  /** Variance over squared mean: 1 for exponential, far above for heavy tails. */
  get squaredVariation(): number | undefined {
    return this.sum > 0 ? (this.count * this.sumOfSquares) / (this.sum * this.sum) - 1 : undefined;
  }

  /** The smallest value such that at least this share of all are no larger. */
  quantile(share: number): number | undefined {
    if (this.count === 0) return undefined;
    let left = Math.max(1, Math.ceil(share * this.count));
    for (const [value, count] of this.ascending()) {
      left -= count;
      if (left <= 0) return value;
    }
    return this.max;
  }

  /** The part of the sum that the largest `share` of the values holds. */
  sumOfTop(share: number): number | undefined {
    if (this.sum === 0) return undefined;
    let left = Math.max(1, Math.floor(share * this.count));
    let sum = 0;
    for (const [value, count] of this.descending()) {
      sum += Math.min(count, left) * value;
      left -= count;
      if (left <= 0) break;
    }
    return sum / this.sum;
  }

  /** Hill's estimate of the tail exponent from the largest `share` of the values (Hill 1975); needs 50 of them. */
  hillAlpha(share: number): number | undefined {
    const top = Math.floor(share * this.count);
    if (top < 50) return undefined;
    let left = top;
    let logs = 0;
    for (const [value, count] of this.descending()) {
      if (left <= count) {
        // The largest value outside the top is this one, or the next: the same to within a bucket.
        logs -= (top - left) * log(value);
        return value > 0 && logs > 0 ? top / logs : undefined;
      }
      logs += count * log(value);
      left -= count;
    }
    return undefined;
  }

  private pour(value: number): void {
    view.setFloat64(0, value);
    const bucket = (view.getUint32(0) >>> (20 - BUCKET_BITS)) - ((1023 + LOWEST_EXPONENT) << BUCKET_BITS) + 1;
    const place = bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : bucket;
    this.counts[place]++;
    this.sums[place] += value;
  }

  private ascending(): (readonly [number, number])[] {
    if (this.kept) return Array.from(Float64Array.from(this.kept).toSorted(), (value) => [value, 1] as const);
    const pairs: [number, number][] = [];
    this.counts.forEach((count, place) => {
      if (count > 0) pairs.push([this.sums[place] / count, count]);
    });
    return pairs;
  }

  private descending(): (readonly [number, number])[] {
    return this.ascending().toReversed();
  }
}
