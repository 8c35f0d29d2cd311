import { log, pow } from '../../sim/exact-math.ts';

/**
 * Buckets that grow by a constant ratio: the first is `first` wide, each further one `ratio` times as wide as the one
 * before. Bucket k begins at first (ratio^k - 1) / (ratio - 1).
 *
 * Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender/util/histogram_options.go.
 */
export class HistogramBuckets {
  readonly #starts: Float64Array;

  /** Enough buckets to reach `largest`; what is larger falls into the last. */
  constructor(first: number, ratio: number, largest: number) {
    const count = Math.ceil(log((largest * (ratio - 1)) / first + 1) / log(ratio)) + 1;
    this.#starts = new Float64Array(count);
    for (let k = 0; k < count; k++) this.#starts[k] = (first * (pow(ratio, k) - 1)) / (ratio - 1);
  }

  get count(): number {
    return this.#starts.length;
  }

  /** Where bucket k begins. */
  start(k: number): number {
    return this.#starts[k];
  }

  /** The bucket that holds the value. */
  find(value: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle] <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** CPU in cores: from 0.01 to 1000, each bucket 5 % wider than the one before. */
export const CPU_BUCKETS = new HistogramBuckets(0.01, 1.05, 1000);
/** Memory in bytes: from 10 MB to 1 TB. */
export const MEMORY_BUCKETS = new HistogramBuckets(1e7, 1.05, 1e12);
