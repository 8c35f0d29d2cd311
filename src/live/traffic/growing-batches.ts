import { batchMeans } from '../../experiment/statistics/batch-means.ts';

/** Batches that are kept, at most; when there are twice as many, neighbours become one. */
const MOST_BATCHES = 32;

/**
 * Sums of a series in batches of equal length, in memory that does not grow: batches get longer as the series does. At
 * its end there are 32 to 63, each long where the series is.
 */
export class GrowingBatches {
  private length = 1;
  private sums: number[] = [];
  private filled = 0;
  private sum = 0;

  add(value: number): void {
    this.sum += value;
    if (++this.filled < this.length) return;
    this.sums.push(this.sum);
    this.sum = 0;
    this.filled = 0;
    if (this.sums.length < 2 * MOST_BATCHES) return;
    this.sums = Array.from({ length: MOST_BATCHES }, (_, k) => this.sums[2 * k] + this.sums[2 * k + 1]);
    this.length *= 2;
  }

  /** Half of the 95 % interval's width; as wide as the mean itself where there are too few values to tell. */
  get halfWidth(): number {
    const means = this.sums.map((sum) => sum / this.length);
    if (means.length >= 2) return batchMeans(means).halfWidth;
    return means[0] ?? 0;
  }
}
