import { LatencyHistogram } from '../../sim/requests/latency-histogram.ts';
import { GrowingBatches } from './growing-batches.ts';
import type { LatencySummary } from './traffic-measured.ts';

/** Times in real milliseconds, in bounded memory: quantiles within a hundredth, the mean exact. */
export class LatencyMeter {
  private readonly histogram = new LatencyHistogram();
  private readonly batches = new GrowingBatches();

  add(ms: number): void {
    this.histogram.add(Math.max(0, Math.round(ms * 1000)));
    this.batches.add(ms);
  }

  get count(): number {
    return this.histogram.count;
  }

  get summary(): LatencySummary {
    const { histogram, batches } = this;
    const quantileMs = (share: number): number => histogram.quantileUs(share) / 1000;
    return {
      count: histogram.count,
      meanMs: histogram.meanUs / 1000,
      meanHalfWidthMs: batches.halfWidth,
      p50Ms: quantileMs(0.5),
      p90Ms: quantileMs(0.9),
      p99Ms: quantileMs(0.99),
      maxMs: histogram.maxUs / 1000,
    };
  }
}
