/** Weights of the newest observation: in the level, in the trend, and in its place of the season. Each from 0 to 1. */
export interface Smoothing {
  readonly level: number;
  readonly trend: number;
  readonly season: number;
}

/**
 * Exponential smoothing with a trend and an additive season. The first season gives the first level (its mean), no
 * trend, and the places of the season (what each differs from the mean); from then on every value is weighed in.
 *
 * Source: Winters, Forecasting sales by exponentially weighted moving averages, Management Science 1960; the additive
 * form as in Hyndman and Athanasopoulos, Forecasting: Principles and Practice, section 8.3.
 */
export class HoltWinters {
  readonly #smoothing: Smoothing;
  readonly #season: number[];
  readonly #length: number;
  #count = 0;
  #level = 0;
  #trend = 0;

  /** `length`: values in one season, at least 1. */
  constructor(length: number, smoothing: Smoothing) {
    this.#length = length;
    this.#smoothing = smoothing;
    this.#season = new Array<number>(length).fill(0);
  }

  /** Whether a whole season has been seen, so that there is a forecast. */
  get ready(): boolean {
    return this.#count >= this.#length;
  }

  /** Takes the next value. */
  observe(value: number): void {
    const place = this.#count % this.#length;
    if (this.#count++ < this.#length) {
      this.#season[place] = value;
      if (this.ready) this.#begin();
      return;
    }
    const { level, trend, season } = this.#smoothing;
    const before = this.#level;
    const expected = before + this.#trend;
    this.#level = level * (value - this.#season[place]) + (1 - level) * expected;
    this.#trend = trend * (this.#level - before) + (1 - trend) * this.#trend;
    this.#season[place] = season * (value - expected) + (1 - season) * this.#season[place];
  }

  /** The value `ahead` steps after the newest one, `ahead` >= 1. NaN before a whole season. */
  forecast(ahead: number): number {
    if (!this.ready) return NaN;
    return this.#level + ahead * this.#trend + this.#season[(this.#count + ahead - 1) % this.#length];
  }

  #begin(): void {
    let sum = 0;
    for (const value of this.#season) sum += value;
    this.#level = sum / this.#length;
    for (let place = 0; place < this.#length; place++) this.#season[place] -= this.#level;
  }
}
