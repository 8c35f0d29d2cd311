import type { Clock } from '../../../clock.ts';

/** How long a pod may wait for its gang (P/gangscheduling). */
export const GANG_WAIT_US = 300_000_000;

/** Pods that have a node in mind and wait for enough of their gang to have one, too (the Permit plugin GangScheduling). */
export class Permits<T> {
  private readonly clock: Clock;
  private readonly kind: number;
  private readonly waiting = new Map<number, { readonly untilUs: number; readonly what: T }>();

  /** `expire`: a pod has waited for too long; it waits no more. */
  constructor(clock: Clock, expire: (id: number, what: T) => void) {
    this.clock = clock;
    this.kind = clock.apiKind((id) => {
      const permit = this.waiting.get(id);
      if (permit === undefined || permit.untilUs > clock.nowUs) return;
      this.waiting.delete(id);
      expire(id, permit.what);
    });
  }

  /** Lets a pod wait, with what is to be remembered of it. */
  wait(id: number, what: T): void {
    this.waiting.set(id, { untilUs: this.clock.nowUs + GANG_WAIT_US, what });
    this.clock.after(GANG_WAIT_US, this.kind, id);
  }

  /** Ends a pod's wait; undefined: it does not wait. */
  end(id: number): T | undefined {
    const permit = this.waiting.get(id);
    this.waiting.delete(id);
    return permit?.what;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** Pods that wait. */
  ids(): number[] {
    return Array.from(this.waiting.keys());
  }
}
