import { EngineFault } from '../engine/engine-fault.ts';
import type { ContainerDetail, Engine, EngineInfo } from '../engine/engine.ts';
import { RUN_LABEL } from '../labels.ts';
import { inParallel } from './in-parallel.ts';

/** What an engine is and has on it, as far as a plan must know. */
export interface EngineFacts {
  readonly name: string;
  readonly info: EngineInfo;
  /** Networks that are there already, of anybody. */
  readonly networks: number;
  /** Containers that run and are not of this run. */
  readonly others: OtherContainers;
  /** Containers and networks of this very run that are there already. */
  readonly ofThisRun: number;
  /** Whether it has the images that were asked about. */
  readonly images: Readonly<Record<string, boolean>>;
}

export interface OtherContainers {
  readonly running: number;
  /** Of those, without a limit on CPU or on memory: they may take all. */
  readonly unlimited: number;
  /** Limits of the others together. */
  readonly cpuMilli: number;
  readonly memBytes: number;
}

/** Asks an engine what a plan must know. Nothing is changed. Rejects with an `EngineFault`. */
export async function readEngineFacts(engine: Engine, runId: string, images: readonly string[]): Promise<EngineFacts> {
  const [info, containers, networks] = await Promise.all([engine.info(), engine.list({}), engine.listNetworks({})]);
  const others = { running: 0, unlimited: 0, cpuMilli: 0, memBytes: 0 };
  const running = containers.filter(
    ({ state, labels }) => (state === 'running' || state === 'paused') && labels[RUN_LABEL] !== runId,
  );
  await inParallel(4, running, async ({ id }) => {
    const detail = await inspected(engine, id);
    if (detail === undefined) return;
    const { cpuLimitMilli, memLimitBytes } = detail;
    others.running++;
    others.cpuMilli += cpuLimitMilli ?? 0;
    others.memBytes += memLimitBytes ?? 0;
    if (!cpuLimitMilli || !memLimitBytes) others.unlimited++;
  });
  const has: Record<string, boolean> = {};
  for (const image of images) has[image] = await engine.hasImage(image);
  const isOfRun = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) => labels[RUN_LABEL] === runId;
  return {
    name: engine.name,
    info,
    networks: networks.length,
    others,
    ofThisRun: containers.filter(isOfRun).length + networks.filter(isOfRun).length,
    images: has,
  };
}

/** Undefined: it has gone since it was listed; others may remove theirs at any time. */
async function inspected(engine: Engine, id: string): Promise<ContainerDetail | undefined> {
  try {
    return await engine.inspect(id);
  } catch (error) {
    if (error instanceof EngineFault && error.kind === 'not-found') return undefined;
    throw error;
  }
}
