import type { ReplayContext } from './replay-context.ts';

const LOOK_EVERY_MS = 100;
const LOOK_WHILE_HELD_MS = 50;

/** Holds simulated time whenever the oldest step is later than this, until the engines have caught up. Lasts until the replay is over. */
export async function keepPace(context: ReplayContext, maxLateMs: number): Promise<void> {
  const { clock, holding, over, time, works } = context;
  const isLaterThan = (ms: number): boolean => works.lateMs(clock.nowMs()) > ms;
  while (!over.aborted) {
    if (isLaterThan(maxLateMs) && holding.why === undefined)
      await holding.during('late', async () => {
        while (!over.aborted && isLaterThan(0)) await time.sleep(LOOK_WHILE_HELD_MS, over);
      });
    await time.sleep(LOOK_EVERY_MS, over);
  }
}
