import { LatencyHistogram } from '../latency-histogram.ts';
import { addShape, type LatencyShape, pourInto } from './latency-shape.ts';
import { NODES } from './log-grid.ts';

/** Shares of many distributions summed up; those of the same shape one after the other are added at once. */
export class GridSum {
  private readonly grid = new Float64Array(NODES);
  private atZero = 0;
  private pending: LatencyShape | undefined;
  private weight = 0;

  add(shape: LatencyShape, weight: number): void {
    if (shape !== this.pending) {
      this.flush();
      this.pending = shape;
    }
    this.weight += weight;
  }

  private flush(): void {
    if (this.pending !== undefined && this.weight > 0) this.atZero += addShape(this.grid, this.pending, this.weight);
    this.weight = 0;
  }

  /** What was summed since this was last asked, as a histogram. */
  take(): LatencyHistogram {
    this.flush();
    const histogram = new LatencyHistogram();
    pourInto(histogram, this.atZero, this.grid);
    this.grid.fill(0);
    this.atZero = 0;
    return histogram;
  }
}
