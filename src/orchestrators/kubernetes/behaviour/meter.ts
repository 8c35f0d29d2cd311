/** Points kept: with one every 5 s more than the two minutes that anyone looks back. */
const KEPT = 32;

/** A sum that grows over time (CPU used, requests begun), known at some times and taken for straight between them. */
export class Meter {
  private readonly timesUs: number[] = [];
  private readonly sums: number[] = [];
  /** How fast it grows since the last time, per microsecond. */
  private slope = 0;

  constructor(nowUs: number) {
    this.timesUs.push(nowUs);
    this.sums.push(0);
  }

  /** From now on it grows so much per microsecond. */
  grow(nowUs: number, slope: number): void {
    if (slope === this.slope) return;
    this.push(nowUs, this.at(nowUs));
    this.slope = slope;
  }

  /** By now it has grown so much since the last time; from now on it is taken to grow as fast. */
  add(nowUs: number, amount: number): void {
    const last = this.timesUs.length - 1;
    const spanUs = nowUs - this.timesUs[last];
    if (spanUs <= 0) {
      this.sums[last] += amount;
      return;
    }
    this.slope = amount / spanUs;
    this.push(nowUs, this.sums[last] + amount);
  }

  /** When it was told something last. */
  get lastUs(): number {
    return this.timesUs[this.timesUs.length - 1];
  }

  /** The sum at this time. */
  at(timeUs: number): number {
    const { timesUs, sums } = this;
    let k = timesUs.length - 1;
    if (timeUs >= timesUs[k]) return sums[k] + this.slope * (timeUs - timesUs[k]);
    while (k > 0 && timesUs[k] > timeUs) k--;
    if (timesUs[k] > timeUs) return sums[k];
    const share = (timeUs - timesUs[k]) / (timesUs[k + 1] - timesUs[k]);
    return sums[k] + (sums[k + 1] - sums[k]) * share;
  }

  /** Mean growth per microsecond between two times. */
  rate(fromUs: number, toUs: number): number {
    return toUs > fromUs ? (this.at(toUs) - this.at(fromUs)) / (toUs - fromUs) : 0;
  }

  private push(timeUs: number, sum: number): void {
    const { timesUs, sums } = this;
    const last = timesUs.length - 1;
    if (timesUs[last] === timeUs) {
      sums[last] = sum;
      return;
    }
    if (timesUs.length === 2 * KEPT) {
      timesUs.splice(0, KEPT);
      sums.splice(0, KEPT);
    }
    timesUs.push(timeUs);
    sums.push(sum);
  }
}
