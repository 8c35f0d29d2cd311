import { EngineFault } from '../engine/engine-fault.ts';
import type { ReplayContext } from './replay-context.ts';

const TRIES = 10;
const PAUSE_MS = 50;

/**
 * Does it again while the port that the engine has chosen is taken. Engines that share a loopback, and programs beside
 * them, may choose the same at the same time; at the next try the engine chooses another.
 */
export async function untilPortIsFree(
  { time, over }: Pick<ReplayContext, 'time' | 'over'>,
  task: () => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await task();
    } catch (error) {
      const isTaken = error instanceof EngineFault && error.kind === 'no-room' && /\bport\b/.test(error.message);
      if (!isTaken || tries === TRIES || over.aborted) throw error;
      await time.sleep(PAUSE_MS * tries, over);
    }
  }
}
