/** Counts of arrivals in windows one after another from the first arrival on; the last, cut one is left out. */
export class ArrivalCounter {
  private readonly windowUs: number;
  private window = 0;
  private inWindow = 0;
  private sum = 0;
  private sumOfSquares = 0;

  constructor(windowUs: number) {
    this.windowUs = windowUs;
  }

  /** So many arrivals at this time since the first; in rising order. */
  add(sinceFirstUs: number, count: number): void {
    const window = Math.floor(sinceFirstUs / this.windowUs);
    if (window !== this.window) {
      this.sum += this.inWindow;
      this.sumOfSquares += this.inWindow * this.inWindow;
      this.window = window;
      this.inWindow = 0;
    }
    this.inWindow += count;
  }

  /** The index of dispersion for counts: variance over mean, 1 for a Poisson process. Needs 10 windows. */
  get dispersion(): number | undefined {
    if (this.window < 10 || this.sum === 0) return undefined;
    const mean = this.sum / this.window;
    return (this.sumOfSquares / this.window - mean * mean) / mean;
  }
}
