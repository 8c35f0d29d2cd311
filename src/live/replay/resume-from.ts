import { EngineFault } from '../engine/engine-fault.ts';
import { mendEngine } from './mend.ts';
import type { ReplayContext } from './replay-context.ts';

/**
 * Brings what an earlier replay left to what the script says of that time, while simulated time is held; returns the place
 * of the next step.
 */
export async function resumeFrom(context: ReplayContext, fromUs: number): Promise<number> {
  const { script, expected, live, links } = context;
  let next = 0;
  for (; next < script.steps.length && script.steps[next].atUs <= fromUs; next++)
    expected.advance(script.steps[next], next);
  try {
    for (const { pod, node, isInRotation } of expected.containers()) live.place(pod, node).isInRotation = isInRotation;
    await Promise.all(links.map((link) => mendEngine(context, link, () => {})));
  } catch (error) {
    if (!(error instanceof EngineFault)) throw error;
    context.trouble(`what the earlier replay left cannot be seen: ${error.message}`);
  }
  return next;
}
