/**
 * Timers that all run equally long, such as the timeouts of one client: they end in the order in which they were set, so
 * a line of them needs no heap. Only its head stands in the heap of events, and those that were cancelled meanwhile,
 * nearly all of them, are passed over.
 */
export class TimerLine {
  readonly lengthUs: number;
  private endsUs = new Float64Array(64);
  private subjects = new Int32Array(64);
  private stamps = new Int32Array(64);
  private head = 0;
  private count = 0;

  constructor(lengthUs: number) {
    this.lengthUs = lengthUs;
  }

  get empty(): boolean {
    return this.count === 0;
  }

  /** When the first ends. */
  get headUs(): number {
    return this.endsUs[this.head];
  }
  get headSubject(): number {
    return this.subjects[this.head];
  }
  /** The subject's stamp when the timer was set: if it has another one by now, the timer has lost its meaning. */
  get headStamp(): number {
    return this.stamps[this.head];
  }

  /** Sets a timer that ends then, not before those that were set earlier. */
  push(endUs: number, subject: number, stamp: number): void {
    if (this.count === this.endsUs.length) this.grow();
    const at = (this.head + this.count++) & (this.endsUs.length - 1);
    this.endsUs[at] = endUs;
    this.subjects[at] = subject;
    this.stamps[at] = stamp;
  }

  drop(): void {
    this.head = (this.head + 1) & (this.endsUs.length - 1);
    this.count--;
  }

  private grow(): void {
    const { endsUs, subjects, stamps, head, count } = this;
    this.endsUs = new Float64Array(count * 2);
    this.subjects = new Int32Array(count * 2);
    this.stamps = new Int32Array(count * 2);
    for (let k = 0; k < count; k++) {
      const at = (head + k) & (count - 1);
      this.endsUs[k] = endsUs[at];
      this.subjects[k] = subjects[at];
      this.stamps[k] = stamps[at];
    }
    this.head = 0;
  }
}
