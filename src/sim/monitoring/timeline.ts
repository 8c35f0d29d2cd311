import type { TimelineSeries } from './living-result.ts';

/** How the values of one series that fall between two points of the timeline become one. */
export type Folding = 'mean' | 'max' | 'last';

interface Line {
  readonly series: TimelineSeries;
  readonly fold: Folding;
  sum: number;
  count: number;
}

/**
 * Series of values on common times. Values come at every scrape; a point of the timeline stands for so many scrapes
 * that there are about as many points as wanted, however long the run.
 */
export class Timeline {
  readonly timeUs: number[] = [];
  private readonly lines: Line[] = [];
  private readonly scrapesPerPoint: number;
  private scrapes = 0;

  constructor(durationUs: number, scrapeUs: number, points: number) {
    this.scrapesPerPoint = Math.max(1, Math.ceil(durationUs / scrapeUs / Math.max(1, points)));
  }

  /** A new series; the function returned takes its value at the current scrape. NaN: nothing was measured. */
  add(series: Omit<TimelineSeries, 'values'>, fold: Folding): (value: number) => void {
    const line: Line = { series: { ...series, values: [] }, fold, sum: 0, count: 0 };
    this.lines.push(line);
    return (value) => {
      if (Number.isNaN(value)) return;
      if (fold === 'mean') line.sum += value;
      else if (fold === 'last' || line.count === 0) line.sum = value;
      else line.sum = Math.max(line.sum, value);
      line.count++;
    };
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

  get series(): readonly TimelineSeries[] {
    return this.lines.map((line) => line.series);
  }

  private endPoint(nowUs: number): void {
    this.timeUs.push(nowUs);
    for (const line of this.lines) {
      const value = line.fold === 'mean' ? line.sum / line.count : line.sum;
      line.series.values.push(line.count === 0 ? Number.NaN : value);
      line.sum = 0;
      line.count = 0;
    }
  }
}
