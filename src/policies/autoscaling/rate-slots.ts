import type { ServicePoint } from '../../sim/scaling/horizontal-policy.ts';

/**
 * Requests per second folded into equal slots of time as the points come in: the mean of each slot, handed on once the
 * slot has passed. A slot without points repeats the one before it, so that the season stays in step with the clock.
 */
export class RateSlots {
  readonly #lengthUs: number;
  readonly #closed: (mean: number) => void;
  #seenUs = -1;
  #slot = 0;
  #sum = 0;
  #weight = 0;
  #last = 0;

  constructor(lengthUs: number, closed: (mean: number) => void) {
    this.#lengthUs = lengthUs;
    this.#closed = closed;
  }

  /** The number of slots that have passed: the one that is open now. */
  get open(): number {
    return this.#slot;
  }

  /** Takes those points that are newer than any before. */
  take(points: readonly ServicePoint[]): void {
    let from = points.length;
    while (from > 0 && points[from - 1].timeUs > this.#seenUs) from--;
    for (let k = from; k < points.length; k++) {
      const { timeUs, spanUs, requestsPerSecond } = points[k];
      this.#seenUs = timeUs;
      // A point belongs to the slot in which its span ends; one that ends with the slot is still in it.
      this.#closeUpTo(Math.max(0, Math.ceil(timeUs / this.#lengthUs) - 1));
      if (Number.isFinite(requestsPerSecond)) {
        this.#sum += requestsPerSecond * spanUs;
        this.#weight += spanUs;
      }
      if (timeUs % this.#lengthUs === 0) this.#closeUpTo(Math.round(timeUs / this.#lengthUs));
    }
  }

  #closeUpTo(slot: number): void {
    while (this.#slot < slot) {
      if (this.#weight > 0) this.#last = this.#sum / this.#weight;
      this.#closed(this.#last);
      this.#sum = 0;
      this.#weight = 0;
      this.#slot++;
    }
  }
}
