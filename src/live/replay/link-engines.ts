import type { Engine } from '../engine/engine.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { linkEngine, type EngineLink, type LinkOptions } from './engine-link.ts';

/** One link for each engine, however many nodes it stands for. */
export async function linkEngines(
  script: ReplayScript,
  engineOf: (node: string) => Engine,
  options: LinkOptions,
): Promise<{ links: EngineLink[]; linkOf: (node: number) => EngineLink }> {
  const engines = script.nodes.map(({ name }) => engineOf(name));
  const links = new Map<Engine, EngineLink>();
  await Promise.all(
    [...new Set(engines)].map(async (engine) => {
      links.set(engine, await linkEngine(engine, options));
    }),
  );
  script.nodes.forEach(({ name }, node) => links.get(engines[node])!.nodes.push(name));
  return {
    links: [...new Set(engines)].map((engine) => links.get(engine)!),
    linkOf: (node) => links.get(engines[node])!,
  };
}
