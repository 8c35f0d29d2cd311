import type { DecayingHistogram } from './decaying-histogram.ts';

/**
 * Feeds the largest memory usage of each replica in each interval into a histogram, with weight 1: a larger sample within
 * the interval replaces the one before. Memory is not averaged, since going over the limit once is one time too many.
 *
 * Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender/model/container.go (addMemorySample).
 */
export class MemoryPeaks {
  readonly #histogram: DecayingHistogram;
  readonly #intervalUs: number;
  readonly #peaks = new Map<number, Peak>();

  constructor(histogram: DecayingHistogram, intervalUs: number) {
    this.#histogram = histogram;
    this.#intervalUs = intervalUs;
  }

  /** The largest usage of this replica in the interval it is in, out of memory included; 0: none. */
  peakOf(replica: number): number {
    return this.#peaks.get(replica)?.bytes ?? 0;
  }

  observe(replica: number, bytes: number, atUs: number): void {
    let peak = this.#peaks.get(replica);
    if (peak === undefined) {
      this.#forgetBefore(atUs - this.#intervalUs);
      peak = { bytes: 0, endsUs: atUs + this.#intervalUs };
      this.#peaks.set(replica, peak);
    } else if (atUs >= peak.endsUs) {
      const intervals = Math.floor((atUs - peak.endsUs) / this.#intervalUs) + 1;
      peak.bytes = 0;
      peak.endsUs += intervals * this.#intervalUs;
    } else if (bytes <= peak.bytes) return;
    else this.#histogram.subtract(peak.bytes, 1, peak.endsUs);
    peak.bytes = bytes;
    this.#histogram.add(bytes, 1, peak.endsUs);
  }

  /** Replicas that have long ended need no memory of their own; what they used stays in the histogram. */
  #forgetBefore(atUs: number): void {
    for (const [replica, { endsUs }] of this.#peaks) if (endsUs < atUs) this.#peaks.delete(replica);
  }
}

interface Peak {
  bytes: number;
  endsUs: number;
}
