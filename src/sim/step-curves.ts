/** Points kept, at most; when more are needed, neighbours are merged and each point stands for twice the time. */
const POINTS = 256;
const FIRST_WIDTH_US = 1_000_000;

/**
 * Averages several step functions over equal spans of time whose number stays bounded however long the run is.
 * Call `advance` whenever the clock moves, then `raise` what changes. A channel costs nothing while it stays level.
 */
export class StepCurves {
  /** The current heights. */
  readonly levels: Float64Array;
  /** The highest level of each channel at which time has passed, up to the last change or settling. */
  readonly peaks: Float64Array;
  widthUs = FIRST_WIDTH_US;
  startUs = 0;
  nowUs = 0;
  /** Spans completely behind. */
  full = 0;
  private readonly channels: number;
  private readonly sums: Float64Array;
  /** Until when each channel's level has been added to the sums. */
  private readonly settledUs: Float64Array;
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
    this.settledUs = new Float64Array(channels);
    this.onSpan = onSpan;
    this.onMerge = onMerge;
  }

  /** Carries the current levels forward to this time. */
  advance(nowUs: number): void {
    if (!this.started) {
      this.started = true;
      this.startUs = nowUs;
      this.settledUs.fill(nowUs);
      this.spanEndUs = nowUs + this.widthUs;
    }
    while (nowUs >= this.spanEndUs) this.endSpan();
    this.nowUs = nowUs;
  }

  /** Changes a level at the time of the last `advance`. */
  raise(channel: number, by: number): void {
    this.settle(channel, this.nowUs);
    this.levels[channel] += by;
  }

  /** Brings sums and peaks up to the time of the last `advance`; to be called before they are read. */
  settleAll(): void {
    for (let channel = 0; channel < this.channels; channel++) this.settle(channel, this.nowUs);
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

  private endSpan(): void {
    const endUs = this.spanEndUs;
    for (let channel = 0; channel < this.channels; channel++) this.settle(channel, endUs);
    this.nowUs = endUs;
    this.onSpan?.(this.full, endUs);
    this.full++;
    if (this.full === POINTS) this.merge();
    this.spanEndUs = endUs + this.widthUs;
  }

  private settle(channel: number, untilUs: number): void {
    const forUs = untilUs - this.settledUs[channel];
    if (forUs <= 0) return;
    const level = this.levels[channel];
    this.sums[this.full * this.channels + channel] += level * forUs;
    this.settledUs[channel] = untilUs;
    if (level > this.peaks[channel]) this.peaks[channel] = level;
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
