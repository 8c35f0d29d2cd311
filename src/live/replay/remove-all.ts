import { ROLE_LABEL, RUN_LABEL } from '../labels.ts';
import type { EngineLink } from './engine-link.ts';
import type { ReplayContext } from './replay-context.ts';
import { sentenceOf } from '../sentence-of.ts';

/** Removes containers and networks of the run from all engines, in one attempt; what fails is told. */
export async function removeAllOfRun(
  runId: string,
  links: readonly EngineLink[],
  trouble: (what: string) => void,
): Promise<void> {
  await Promise.all(
    links.map(async ({ engine }) => {
      try {
        const containers = await engine.list({ [RUN_LABEL]: runId });
        await Promise.all(containers.filter(isNoLock).map(({ id }) => engine.remove(id)));
        const networks = await engine.listNetworks({ [RUN_LABEL]: runId });
        await Promise.all(networks.map(({ id }) => engine.removeNetwork(id)));
      } catch (error) {
        trouble(`${engine.name} keeps something of the run: ${sentenceOf(error)}`);
      }
    }),
  );
}

/** Containers and networks that are still there. Of an engine that does not answer: those it was known to have. */
export async function whatIsLeft(runId: string, links: readonly EngineLink[], context: ReplayContext): Promise<number> {
  const counts = await Promise.all(
    links.map(async (link) => {
      try {
        const containers = await link.engine.list({ [RUN_LABEL]: runId });
        const networks = await link.engine.listNetworks({ [RUN_LABEL]: runId });
        return containers.filter(isNoLock).length + networks.length;
      } catch (error) {
        const known = [...context.live.all()].filter((live) => live.link === link && live.id !== undefined).length;
        const why = sentenceOf(error);
        context.trouble(
          `${link.engine.name} cannot be asked what is left of the run; baton replay --clean ${runId} asks again: ${why}`,
        );
        return known;
      }
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

function isNoLock({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean {
  return labels[ROLE_LABEL] !== 'lock';
}
