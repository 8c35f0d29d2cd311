import { compareContainers } from './compare-containers.ts';
import { runLabels } from './container-spec.ts';
import type { ContainerSummary } from '../engine/engine.ts';
import { POD_LABEL } from '../labels.ts';
import type { ReplayContext } from './replay-context.ts';
import type { Checkpoint } from './replay-record.ts';
import { sentenceOf } from '../sentence-of.ts';

/**
 * Asks all engines what they have and compares it with what the script says now. To be called when nothing is under way
 * and the clock is held. What has ended unseen is noted.
 */
export async function checkContainers(context: ReplayContext): Promise<Checkpoint> {
  const { script, expected, clock, links } = context;
  const at = clock.now();
  const wanted = expected.containers();
  const differences: string[] = [];
  let count = 0;
  for (const link of links) {
    const here = wanted.filter(({ node }) => context.linkOf(node) === link);
    try {
      const found = await link.call((engine) => engine.list(runLabels(script.runId)));
      count += found.length;
      await noteEnds(context, found);
      differences.push(...compareContainers(script, here, found));
    } catch (error) {
      const why = sentenceOf(error);
      differences.push(`what ${link.engine.name} has cannot be seen, of ${here.length} containers: ${why}`);
    }
  }
  return { at, expected: wanted.length, found: count, differences };
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
