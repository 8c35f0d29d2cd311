import type { TimelineSeries } from './living-result.ts';

/** How the values of one series that fall between two points of the timeline become one. */
export type Folding = 'mean' | 'max' | 'last';

/**
 * Series of values on common times. Values come at every scrape; a point of the timeline stands for so many scrapes
 * that there are about as many points as wanted, however long the run.
 */
export class Timeline {
  readonly timeUs: number[] = [];
  readonly series: TimelineSeries[] = [];
  /** By series: how it is folded, and what came since the last point, folded so far. */
  private readonly folds: Folding[] = [];
  private readonly folded: number[] = [];
  private readonly counts: number[] = [];
  private readonly scrapesPerPoint: number;
  private scrapes = 0;

  constructor(durationUs: number, scrapeUs: number, points: number) {
    this.scrapesPerPoint = Math.max(1, Math.ceil(durationUs / scrapeUs / Math.max(1, points)));
  }

  /** A new series, which may begin later than others. Returns its number, for `take`. */
  add(series: Omit<TimelineSeries, 'values'>, fold: Folding): number {
    this.folds.push(fold);
    this.folded.push(0);
    this.counts.push(0);
    return this.series.push({ ...series, values: this.timeUs.map(() => Number.NaN) }) - 1;
  }

  /** The value of a series at the current scrape. NaN: nothing was measured. */
  take(series: number, value: number): void {
    if (Number.isNaN(value)) return;
    const fold = this.folds[series];
    if (fold === 'mean') this.folded[series] += value;
    else if (fold === 'last' || this.counts[series] === 0 || value > this.folded[series]) this.folded[series] = value;
    this.counts[series]++;
  }

  /** Every series has been told its value at this scrape. */
  endScrape(nowUs: number): void {
    if (++this.scrapes % this.scrapesPerPoint === 0) this.endPoint(nowUs);
  }

  /** The last point, of whatever scrapes there are. */
  finish(nowUs: number): void {
    if (this.scrapes % this.scrapesPerPoint !== 0) this.endPoint(nowUs);
    this.scrapes = 0;
  }

  private endPoint(nowUs: number): void {
    this.timeUs.push(nowUs);
    for (let k = 0; k < this.series.length; k++) {
      const count = this.counts[k];
      const value = this.folds[k] === 'mean' ? this.folded[k] / count : this.folded[k];
      this.series[k].values.push(count === 0 ? Number.NaN : value);
      this.folded[k] = 0;
      this.counts[k] = 0;
    }
  }
}
