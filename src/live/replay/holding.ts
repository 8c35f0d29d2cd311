import type { ReplayView } from './replay-view.ts';
import type { WallClock } from './wall-clock.ts';

/** Why simulated time stands still. */
export type HoldReason = NonNullable<ReplayView['held']>;

export interface Holding {
  /** Absent: it passes. */
  readonly why: HoldReason | undefined;
  /** Simulated time stands still while this goes on. */
  during(why: HoldReason, task: () => Promise<void>): Promise<void>;
}

export function createHolding(clock: WallClock): Holding {
  let held: HoldReason | undefined;
  return {
    get why() {
      return held;
    },
    during: async (why, task) => {
      const release = clock.hold(why === 'late');
      held = why;
      try {
        await task();
      } finally {
        held = undefined;
        release();
      }
    },
  };
}
