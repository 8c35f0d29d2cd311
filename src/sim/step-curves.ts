/** Points kept, at most; when more are needed, neighbours are merged and each point stands for twice the time. */
const POINTS = 256;
const FIRST_WIDTH_US = 1_000_000;

/**
 * Averages several step functions over equal spans of time whose number stays bounded however long the run is.
 * `levels[channel]` is the current height; call `advance` before changing it.
 */
export class StepCurves {
  readonly levels: Float64Array;
  /** The highest level of each channel at which time has passed. */
  readonly peaks: Float64Array;
  widthUs = FIRST_WIDTH_US;
  startUs = 0;
  nowUs = 0;
  /** Spans completely behind. */
  full = 0;
  private readonly channels: number;
  private readonly sums: Float64Array;
  private spanEndUs = 0;
  private started = false;
  private readonly onSpan: ((span: number, endUs: number) => void) | undefined;
  private readonly onMerge: (() => void) | undefined;

  /** `onSpan` is called when a span is complete, `onMerge` when neighbouring spans become one. */
  constructor(channels: number, onSpan?: (span: number, endUs: number) => void, onMerge?: () => void) {
    this.channels = channels;
    this.levels = new Float64Array(channels);
    this.peaks = new Float64Array(channels);
    this.sums = new Float64Array(channels * POINTS);
    this.onSpan = onSpan;
    this.onMerge = onMerge;
  }

  /** Carries the current levels forward to this time. */
  advance(nowUs: number): void {
    if (!this.started) {
      this.started = true;
      this.startUs = nowUs;
      this.nowUs = nowUs;
      this.spanEndUs = nowUs + this.widthUs;
      return;
    }
    while (nowUs >= this.spanEndUs) {
      this.add(this.spanEndUs - this.nowUs);
      this.nowUs = this.spanEndUs;
      this.onSpan?.(this.full, this.nowUs);
      this.full++;
      if (this.full === POINTS) this.merge();
      this.spanEndUs = this.nowUs + this.widthUs;
    }
    this.add(nowUs - this.nowUs);
    this.nowUs = nowUs;
  }

  /** Ends of the spans so far, the unfinished one included. */
  get timesUs(): number[] {
    const times = Array.from({ length: this.full }, (_, span) => this.startUs + (span + 1) * this.widthUs);
    if (this.nowUs > this.startUs + this.full * this.widthUs) times.push(this.nowUs);
    return times;
  }

  /** Mean level of a channel in each of those spans. */
  means(channel: number): number[] {
    const spans = this.timesUs.length;
    const lastUs = this.nowUs - (this.startUs + this.full * this.widthUs);
    return Array.from({ length: spans }, (_, span) => {
      const sum = this.sums[span * this.channels + channel];
      return sum / (span < this.full ? this.widthUs : lastUs);
    });
  }

  /** Level times microseconds, over the whole run. */
  integral(channel: number): number {
    let sum = 0;
    for (let span = 0; span < POINTS; span++) sum += this.sums[span * this.channels + channel];
    return sum;
  }

  private add(forUs: number): void {
    if (forUs <= 0) return;
    const { levels, peaks, sums, channels } = this;
    const base = this.full * channels;
    for (let channel = 0; channel < channels; channel++) {
      const level = levels[channel];
      sums[base + channel] += level * forUs;
      if (level > peaks[channel]) peaks[channel] = level;
    }
  }

  private merge(): void {
    mergePairs(this.sums, this.channels, POINTS);
    this.full = POINTS / 2;
    this.widthUs *= 2;
    this.onMerge?.();
  }
}

/** Adds each odd row to the even one before it, moves the sums together and clears the rest. */
export function mergePairs(rows: Float64Array, width: number, count: number): void {
  for (let row = 0; row < count / 2; row++)
    for (let k = 0; k < width; k++) rows[row * width + k] = rows[2 * row * width + k] + rows[(2 * row + 1) * width + k];
  rows.fill(0, (count / 2) * width);
}

/** Rows that `StepCurves` needs of a companion table. */
export const CURVE_POINTS = POINTS;
