import type { Clock } from '../../clock.ts';

/** From a change until a controller acts on it: a watch event on its way and a turn in the queue. [model] */
export const SYNC_DELAY_US = 1_000;
/** Failures are tried again after 5 ms, doubling, at most 1000 s (client-go, `DefaultTypedControllerRateLimiter`). */
const FIRST_RETRY_US = 5_000;
const LAST_RETRY_US = 1_000_000_000;

/**
 * A controller's queue of objects to look at, by number. An object that is in it already is not added again: however
 * much happens to it, it is looked at once, and then as it is.
 */
export class WorkQueue {
  private readonly clock: Clock;
  private readonly kind: number;
  private readonly waitingUntilUs = new Map<number, number>();
  private readonly failures = new Map<number, number>();

  /** `sync` looks at one object and does what is needed. */
  constructor(clock: Clock, sync: (id: number) => void) {
    this.clock = clock;
    this.kind = clock.apiKind((id) => {
      // Only the earliest of the times that were asked for counts; the others find nothing to do, or have to wait.
      const untilUs = this.waitingUntilUs.get(id);
      if (untilUs === undefined || untilUs > clock.nowUs) return;
      this.waitingUntilUs.delete(id);
      sync(id);
    });
  }

  add(id: number): void {
    this.addAfter(id, SYNC_DELAY_US);
  }

  /** Looks at the object after so long, or earlier if someone asks. */
  addAfter(id: number, delayUs: number): void {
    const timeUs = this.clock.nowUs + Math.max(0, Math.ceil(delayUs));
    const waiting = this.waitingUntilUs.get(id);
    if (waiting !== undefined && waiting <= timeUs) return;
    this.waitingUntilUs.set(id, timeUs);
    this.clock.at(timeUs, this.kind, id);
  }

  /** After a failure: the wait doubles each time until `forget`. */
  retry(id: number): void {
    const failures = this.failures.get(id) ?? 0;
    this.failures.set(id, failures + 1);
    this.addAfter(id, Math.min(LAST_RETRY_US, FIRST_RETRY_US * (1 << Math.min(failures, 18))));
  }

  forget(id: number): void {
    this.failures.delete(id);
  }
}
