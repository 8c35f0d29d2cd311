/**
 * What was one season ago comes again. The baseline that every forecast has to beat, and hard to beat where days are
 * alike (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, section 5.2).
 */
export class SeasonalNaive {
  readonly #season: number[];
  readonly #length: number;
  #count = 0;

  /** `length`: values in one season, at least 1. */
  constructor(length: number) {
    this.#length = length;
    this.#season = new Array<number>(length).fill(0);
  }

  /** Whether a whole season has been seen, so that there is a forecast. */
  get ready(): boolean {
    return this.#count >= this.#length;
  }

  /** Takes the next value. */
  observe(value: number): void {
    this.#season[this.#count++ % this.#length] = value;
  }

  /** The value `ahead` steps after the newest one, `ahead` >= 1. NaN before a whole season. */
  forecast(ahead: number): number {
    return this.ready ? this.#season[(this.#count + ahead - 1) % this.#length] : NaN;
  }
}
