import { readTextFile } from '../experiment/local/read-input.ts';
import { addressText } from './engine/engine-address.ts';
import { callLog, type CallLog, type CallLine } from './engine/call-log.ts';
import { connectEngine } from './engine/connect-engine.ts';
import type { Engine } from './engine/engine.ts';
import {
  checkDifferentEngines,
  engineOfNodes,
  parseDockerOptions,
  parseEngineMap,
  type MappedEngine,
} from './engine/engine-map.ts';
import { guardedEngine } from './engine/guarded-engine.ts';
import type { StateEngine } from './safety/state-line.ts';
import type { ScriptNode } from './script/replay-script.ts';

export interface EnginesMeant {
  /** As written after `--docker`, each `ADDRESS` or `NAME=ADDRESS`; absent or empty: the usual engine. */
  readonly docker?: readonly string[];
  /** File of `--engines`. */
  readonly map?: string;
  /** Those of a replay that was kept. */
  readonly kept?: readonly StateEngine[];
  readonly isPlainAllowed?: boolean;
}

/** Engines that answer, each once. */
export interface ConnectedEngines {
  readonly engines: readonly Engine[];
  /** For people: where each is, and who said so. */
  readonly descriptions: readonly string[];
  /** For each node, the place of its engine. */
  placesOf(nodes: readonly Pick<ScriptNode, 'name' | 'zone'>[]): readonly number[];
  /** To be kept with a replay, so that `--resume` and `--clean` find them again. */
  kept(nodes: readonly ScriptNode[]): StateEngine[];
  /** From now on each call is a line of this file; those made before are written too. */
  logTo(path: string): void;
  close(): void;
}

/**
 * Connects to the engines that are meant, and asks each who it is, unless it need not be there (`mayBeAway`). Rejects with
 * an `InputError` for what is written wrongly, and with an `EngineFault` when one cannot be used.
 */
export async function connectEngines(
  meant: EnginesMeant,
  { mayBeAway = false }: { readonly mayBeAway?: boolean } = {},
): Promise<ConnectedEngines> {
  const { mapped, where } = read(meant);
  const log = lateLog();
  const found = await Promise.all(
    mapped.map(async ({ name, docker }) => {
      const { engine, address, description } = await connectEngine({
        name,
        ...(docker !== undefined && { docker }),
        ...(meant.isPlainAllowed === true && { isPlainAllowed: true }),
      });
      // As it was written, so that a context brings its keys again.
      return { engine: guardedEngine(engine, { log }), address: docker ?? addressText(address), description };
    }),
  );
  const engines = found.map(({ engine }) => engine);
  const close = (): void => {
    for (const engine of engines) engine.close();
    log.close();
  };
  try {
    if (!mayBeAway) await checkAll(engines);
  } catch (error) {
    close();
    throw error;
  }
  const placesOf: ConnectedEngines['placesOf'] = (nodes) => engineOfNodes(mapped, nodes, where);
  return {
    engines,
    descriptions: found.map(({ description }) => description),
    placesOf,
    kept: (nodes) => {
      const places = placesOf(nodes);
      return engines.map(({ name }, place) => ({
        name,
        address: found[place].address,
        nodes: nodes.filter((_, node) => places[node] === place).map((node) => node.name),
      }));
    },
    logTo: (path) => log.open(path),
    close,
  };
}

async function checkAll(engines: readonly Engine[]): Promise<void> {
  const infos = await Promise.all(engines.map((engine) => engine.info()));
  checkDifferentEngines(infos.map(({ id }, place) => ({ name: engines[place].name, id })));
}

function read({ docker = [], map, kept }: EnginesMeant): { mapped: readonly MappedEngine[]; where: string } {
  if (kept !== undefined) {
    const mapped = kept.map(({ name, address, nodes }) => ({
      name,
      docker: address,
      ...(nodes.length > 0 && { nodes }),
    }));
    return { mapped, where: 'the kept replay' };
  }
  if (map !== undefined) return { mapped: parseEngineMap(readTextFile(map, 'a map of engines'), map), where: map };
  return { mapped: parseDockerOptions(docker.filter((value) => value !== '')), where: '--docker' };
}

/** A log whose file is not known yet: what comes before is kept, as far as that is little. */
function lateLog(): CallLog & { open(path: string): void } {
  const MOST_EARLY = 1000;
  const beganMs = performance.now();
  const early: CallLine[] = [];
  let log: CallLog | undefined;
  return {
    nowMs: () => performance.now() - beganMs,
    add: (line) => {
      if (log !== undefined) log.add(line);
      else if (early.length < MOST_EARLY) early.push(line);
    },
    flush: () => log?.flush(),
    close: () => log?.close(),
    get trouble() {
      return log?.trouble;
    },
    open: (path) => {
      log = callLog(path);
      for (const line of early.splice(0)) log.add(line);
    },
  };
}
