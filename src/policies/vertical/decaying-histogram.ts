import { pow } from '../../sim/exact-math.ts';
import type { HistogramBuckets } from './histogram-buckets.ts';

/** Weights below this count as nothing: what decay and subtraction leave of a bucket that should be empty. */
const EPSILON = 0.0001;
/** The reference is moved before weights grow beyond 2^100. */
const MOST_HALVINGS = 100;

/**
 * A histogram in which what is newer counts more: the weight of a sample halves with every half-life that passes. New
 * samples are given larger weights instead of making the old ones smaller, so nothing has to be touched as time goes by.
 *
 * Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender/util/decaying_histogram.go and histogram.go.
 */
export class DecayingHistogram {
  readonly #buckets: HistogramBuckets;
  readonly #halfLifeUs: number;
  readonly #weights: Float64Array;
  #total = 0;
  #referenceUs = 0;

  constructor(buckets: HistogramBuckets, halfLifeUs: number) {
    this.#buckets = buckets;
    this.#halfLifeUs = halfLifeUs;
    this.#weights = new Float64Array(buckets.count);
  }

  /** Whether there is nothing of any weight in it. */
  get empty(): boolean {
    return this.#total < EPSILON;
  }

  add(value: number, weight: number, atUs: number): void {
    const weighed = weight * this.#factor(atUs);
    this.#weights[this.#buckets.find(value)] += weighed;
    this.#total += weighed;
  }

  /** Takes a sample back that was added with this weight at this time. */
  subtract(value: number, weight: number, atUs: number): void {
    const weighed = weight * this.#factor(atUs);
    const bucket = this.#buckets.find(value);
    this.#weights[bucket] = Math.max(0, this.#weights[bucket] - weighed);
    this.#total = Math.max(0, this.#total - weighed);
  }

  /** The end of the first bucket at which this share of the weight is reached; the start of the last bucket if it is that one; 0 when empty. */
  percentile(share: number): number {
    if (this.empty) return 0;
    const threshold = share * this.#total;
    let last = this.#weights.length - 1;
    while (last > 0 && this.#weights[last] < EPSILON) last--;
    let sum = 0;
    let bucket = 0;
    while (bucket < last && this.#weights[bucket] < EPSILON) bucket++;
    for (; bucket < last; bucket++) {
      sum += this.#weights[bucket];
      if (sum >= threshold) break;
    }
    return this.#buckets.start(bucket < this.#buckets.count - 1 ? bucket + 1 : bucket);
  }

  #factor(atUs: number): number {
    if (atUs > this.#referenceUs + this.#halfLifeUs * MOST_HALVINGS) this.#moveReference(atUs);
    return pow(2, (atUs - this.#referenceUs) / this.#halfLifeUs);
  }

  /** By whole half-lives, so that a power of two scales every weight and no bit is lost. */
  #moveReference(atUs: number): void {
    const halvings = Math.round((atUs - this.#referenceUs) / this.#halfLifeUs);
    const scale = pow(2, -halvings);
    for (let k = 0; k < this.#weights.length; k++) this.#weights[k] *= scale;
    this.#total *= scale;
    this.#referenceUs += halvings * this.#halfLifeUs;
  }
}
