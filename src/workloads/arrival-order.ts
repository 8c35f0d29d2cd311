import { InputError } from '../sim/input-error.ts';

/** What a reader does about rows out of time order: refuse them, or hand them on to a `sort`. */
export type OrderRule = 'by-arrival' | 'any';

/** Watches that no pod arrives before the one in front of it. */
export class ArrivalOrder {
  private readonly rule: OrderRule;
  private lastUs = 0;

  constructor(rule: OrderRule = 'by-arrival') {
    this.rule = rule;
  }

  /** Throws InputError when the rule forbids this arrival; `where` is asked for `file:line` only then. */
  check(arrivesUs: number, where: () => string): void {
    if (arrivesUs < this.lastUs && this.rule === 'by-arrival')
      throw new InputError(
        `${where()}: the pod arrives at ${arrivesUs / 1e6}s, before the one above it (${this.lastUs / 1e6}s); sort the rows by arrival or use the transform "sort"`,
      );
    this.lastUs = arrivesUs;
  }
}
