import { type LatencyShape, NO_TIME } from './latency-shape.ts';

/** Requests that joined during one span, first come first served. */
export interface Cohort {
  toUs: number;
  /** By slot, as they joined. */
  readonly amounts: Float64Array;
  total: number;
  /** Share that has not left yet. */
  left: number;
  /** By stream: share of attempts that are answered well and in time, by a call that failed, by an error. */
  readonly good: Float64Array;
  readonly callFailed: Float64Array;
  readonly errors: Float64Array;
  /** By stream: time of a good answer. */
  readonly shapes: LatencyShape[];
}

/** One of nobody, for so many slots and streams. */
export function newCohort(slots: number, streams: number): Cohort {
  return {
    toUs: 0,
    amounts: new Float64Array(slots),
    total: 0,
    left: 1,
    good: new Float64Array(streams),
    callFailed: new Float64Array(streams),
    errors: new Float64Array(streams),
    shapes: Array.from({ length: streams }, () => NO_TIME),
  };
}

/** The requests of a service in the order in which they came. */
export class Cohorts {
  private readonly line: Cohort[] = [];
  private head = 0;
  /** All that have not left. */
  total = 0;

  push(cohort: Cohort): void {
    if (cohort.total <= 0) return;
    this.line.push(cohort);
    this.total += cohort.total;
  }

  /** Spans whose requests still wait. */
  get size(): number {
    return this.line.length - this.head;
  }

  /** Those who came last, if they still wait. */
  last(): Cohort | undefined {
    return this.line.at(-1);
  }

  /** Adds those of a cohort to the last one, which is to fare as they will; they are counted and not kept. */
  join(cohort: Cohort): void {
    const last = this.line.at(-1);
    if (last === undefined) return;
    for (let slot = 0; slot < last.amounts.length; slot++)
      last.amounts[slot] = last.amounts[slot] * last.left + cohort.amounts[slot];
    last.total = last.total * last.left + cohort.total;
    last.left = 1;
    last.toUs = cohort.toUs;
    this.total += cohort.total;
  }

  /** Lets the first of them leave; `leave` gets each cohort and the share of it that goes. */
  leave(amount: number, leave: (cohort: Cohort, share: number) => void): void {
    let rest = Math.min(amount, this.total);
    this.total -= rest;
    while (this.head < this.line.length && rest > 0) {
      const cohort = this.line[this.head];
      const here = cohort.left * cohort.total;
      if (here > rest) {
        leave(cohort, rest / cohort.total);
        cohort.left -= rest / cohort.total;
        break;
      }
      leave(cohort, cohort.left);
      cohort.left = 0;
      rest -= here;
      this.head++;
    }
    if (this.head === this.line.length) {
      this.line.length = this.head = 0;
      this.total = 0;
    } else if (this.head > 256) {
      this.line.splice(0, this.head);
      this.head = 0;
    }
  }

  /** Takes away a share of all. */
  thin(share: number, gone: (cohort: Cohort, share: number) => void): void {
    for (let k = this.head; k < this.line.length; k++) {
      const cohort = this.line[k];
      const part = cohort.left * share;
      gone(cohort, part);
      cohort.left -= part;
    }
    this.total *= 1 - share;
  }

  /** Those still waiting, oldest first, until `visit` returns false. */
  each(visit: (cohort: Cohort) => boolean): void {
    for (let k = this.head; k < this.line.length; k++) if (!visit(this.line[k])) return;
  }
}
