/** Numbers to a request in an endpoint's ring. */
export const ROW = 8;
const FIRST_ROWS = 4;

/**
 * What the arrival tier keeps of each endpoint, by its number: a ring of the requests that are there or whose answers are
 * on their way, in the order of their departure. Positions in the ring only ever grow, modulo 2^32; what is at a
 * position stands in row (position & (rows - 1)), and the number of rows is a power of two.
 */
export class Departures {
  readonly rings: Float64Array[] = [];
  /** All before this position are answered. */
  readonly answered: number[] = [];
  /** All before this position have departed. */
  readonly gone: number[] = [];
  readonly end: number[] = [];
  /** One way to the clients. */
  readonly delayUs: number[] = [];
  /** Requests that were sent there so far. */
  readonly turns: number[] = [];
  /** When its speed last changed. */
  readonly changedUs: number[] = [];
  /** Of those that have departed. */
  readonly startedBefore: number[] = [];
  readonly busyBefore: number[] = [];

  /** Endpoints come in the order of their numbers. */
  add(nowUs: number): void {
    this.rings.push(new Float64Array(FIRST_ROWS * ROW));
    this.changedUs.push(nowUs);
    for (const column of [
      this.answered,
      this.gone,
      this.end,
      this.delayUs,
      this.turns,
      this.startedBefore,
      this.busyBefore,
    ])
      column.push(0);
  }
}
