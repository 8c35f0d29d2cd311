/** Points kept: with one every 5 s more than the two minutes that anyone looks back. */
const KEPT = 32;

/** A sum that grows over time (CPU used, requests begun), known at some times and taken for straight between them. */
export class Meter {
  /** When it was told something last, and the sum then. */
  lastUs: number;
  private lastSum = 0;
  /** How fast it grows since the last time, per microsecond. */
  private slope = 0;
  /** What was known before the last time; most meters of things that never change have nothing. */
  private timesUs: number[] | undefined;
  private sums: number[] | undefined;

  constructor(nowUs: number) {
    this.lastUs = nowUs;
  }

  /** From now on it grows so much per microsecond. */
  grow(nowUs: number, slope: number): void {
    if (slope === this.slope) return;
    this.push(nowUs, this.at(nowUs));
    this.slope = slope;
  }

  /** By now it has grown so much since the last time; from now on it is taken to grow as fast. */
  add(nowUs: number, amount: number): void {
    const spanUs = nowUs - this.lastUs;
    if (spanUs <= 0) {
      this.lastSum += amount;
      return;
    }
    this.slope = amount / spanUs;
    this.push(nowUs, this.lastSum + amount);
  }

  /** The sum at this time. */
  at(timeUs: number): number {
    if (timeUs >= this.lastUs) return this.lastSum + this.slope * (timeUs - this.lastUs);
    const { timesUs, sums } = this;
    if (timesUs === undefined || sums === undefined) return this.lastSum;
    let [afterUs, after] = [this.lastUs, this.lastSum];
    for (let k = timesUs.length - 1; k >= 0; k--) {
      if (timesUs[k] <= timeUs) return sums[k] + ((after - sums[k]) * (timeUs - timesUs[k])) / (afterUs - timesUs[k]);
      [afterUs, after] = [timesUs[k], sums[k]];
    }
    return after;
  }

  /** Mean growth per microsecond between two times. */
  rate(fromUs: number, toUs: number): number {
    return toUs > fromUs ? (this.at(toUs) - this.at(fromUs)) / (toUs - fromUs) : 0;
  }

  private push(timeUs: number, sum: number): void {
    if (timeUs > this.lastUs) {
      const timesUs = (this.timesUs ??= []);
      const sums = (this.sums ??= []);
      if (timesUs.length === 2 * KEPT) {
        timesUs.splice(0, KEPT);
        sums.splice(0, KEPT);
      }
      timesUs.push(this.lastUs);
      sums.push(this.lastSum);
    }
    this.lastUs = timeUs;
    this.lastSum = sum;
  }
}
