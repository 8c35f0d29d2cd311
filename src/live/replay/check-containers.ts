import { compareContainers } from './compare-containers.ts';
import { runLabels } from './container-spec.ts';
import type { ContainerSummary } from '../engine/engine.ts';
import { POD_LABEL } from '../labels.ts';
import type { ReplayContext } from './replay-context.ts';
import type { Checkpoint } from './replay-record.ts';
import { sentenceOf } from '../sentence-of.ts';

/** An engine's list may be a little behind its events: what differs is looked at again, so often and after so long. */
const LOOKS = 4;
const LOOK_AGAIN_MS = 100;

/**
 * Asks all engines what they have and compares it with what the script says now; what differs counts when it still does
 * after a while. To be called when nothing is under way and the clock is held. What has ended unseen is noted.
 */
export async function checkContainers(context: ReplayContext): Promise<Checkpoint> {
  for (let look = 1; ; look++) {
    const { checkpoint, isSeen } = await lookOnce(context);
    if (checkpoint.differences.length === 0 || !isSeen || look === LOOKS || context.over.aborted) return checkpoint;
    await context.time.sleep(LOOK_AGAIN_MS, context.over);
  }
}

/** `isSeen`: all engines have answered. */
async function lookOnce(context: ReplayContext): Promise<{ checkpoint: Checkpoint; isSeen: boolean }> {
  const { script, expected, clock, links } = context;
  const at = clock.now();
  const wanted = expected.containers();
  const differences: string[] = [];
  let count = 0;
  let isSeen = true;
  for (const link of links) {
    const here = wanted.filter(({ node }) => context.linkOf(node) === link);
    try {
      const found = await link.call((engine) => engine.list(runLabels(script.runId)));
      count += found.length;
      await noteEnds(context, found);
      differences.push(...compareContainers(script, here, found));
    } catch (error) {
      isSeen = false;
      const why = sentenceOf(error);
      differences.push(`what ${link.engine.name} has cannot be seen, of ${here.length} containers: ${why}`);
    }
  }
  return { checkpoint: { at, expected: wanted.length, found: count, differences }, isSeen };
}

/** Ends that no event has told: the stream of events was broken, or never began. */
async function noteEnds({ script, live }: ReplayContext, found: readonly ContainerSummary[]): Promise<void> {
  const ended = new Map(
    found.flatMap(({ id, labels, state }) => (state === 'exited' ? [[labels[POD_LABEL], id]] : [])),
  );
  if (ended.size === 0) return;
  for (const one of live.all()) {
    if ((one.is !== 'running' && one.is !== 'paused') || one.id === undefined) continue;
    const id = ended.get(script.pods[one.pod].name);
    if (id !== one.id) continue;
    try {
      live.onDetail(one, await one.link.call((engine) => engine.inspect(one.id!)));
    } catch {
      // The next look sees it.
    }
  }
}
