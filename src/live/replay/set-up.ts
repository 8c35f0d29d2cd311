import { orderStep } from './order-steps.ts';
import type { ReplayContext } from './replay-context.ts';

/** What is not ready after so long is not waited for any more. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 50;

/**
 * What is there when the run begins is made before its time passes, while simulated time is held: in the simulation it has
 * been there for long. Returns the place of the first step that is later.
 */
export async function setUp(context: ReplayContext): Promise<number> {
  const { script, expected, live, chains, time, over } = context;
  let next = 0;
  for (; next < script.steps.length && script.steps[next].atUs <= 0 && !over.aborted; next++) orderStep(context, next);
  await chains.idle();
  const unready = (): number => {
    let count = 0;
    for (const { pod, isReady } of expected.containers()) {
      const known = live.get(pod);
      // One that could not be made, or has ended, will not become ready by being waited for.
      if (isReady && known?.is === 'running' && !known.isReady) count++;
    }
    return count;
  };
  const untilMs = time.nowMs() + PATIENCE_MS;
  while (unready() > 0 && time.nowMs() < untilMs && !over.aborted) await time.sleep(LOOK_EVERY_MS, over);
  const left = over.aborted ? 0 : unready();
  if (left > 0)
    context.trouble(
      `${left} pods that were there when the run began are not ready after ${PATIENCE_MS / 1000} s; time passes all the same`,
    );
  return next;
}
