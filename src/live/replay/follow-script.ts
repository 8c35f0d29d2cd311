import { checkContainers } from './check-containers.ts';
import { orderStep } from './order-steps.ts';
import type { ReplayContext } from './replay-context.ts';

/**
 * Orders every step from this place on when it is due, and compares containers at even times between them and at the end
 * of the run. Resolves when the run has come to its end, or at once when the replay is over.
 */
export async function followScript(context: ReplayContext, from: number): Promise<void> {
  const { script, options, clock, over } = context;
  const { durationUs, steps } = script;
  const { resumeFromUs = -1, checkpointEveryUs = Math.ceil(durationUs / 12) } = options;
  const everyUs = Math.max(1, checkpointEveryUs);
  let checkUs = everyUs;
  while (checkUs <= resumeFromUs) checkUs += everyUs;
  const checkUntil = async (untilUs: number): Promise<void> => {
    for (; checkUs < untilUs && !over.aborted; checkUs += everyUs) {
      await clock.come(checkUs, over);
      if (!over.aborted) await check(context);
    }
    await clock.come(untilUs, over);
  };
  for (let place = from; place < steps.length && !over.aborted; place++) {
    await checkUntil(steps[place].atUs);
    if (!over.aborted) orderStep(context, place);
  }
  await checkUntil(durationUs);
  if (!over.aborted) await check(context);
}

/** Lets what has been ordered come to its end, and compares what there is then. */
function check(context: ReplayContext): Promise<void> {
  const { chains, checkpoints, holding, options, over } = context;
  return holding.during('checkpoint', async () => {
    await chains.idle();
    if (over.aborted) return;
    const checkpoint = await checkContainers(context);
    checkpoints.push(checkpoint);
    options.onCheckpoint?.(checkpoint);
  });
}
