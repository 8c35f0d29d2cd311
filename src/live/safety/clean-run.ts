import { EngineFault } from '../engine/engine-fault.ts';
import type { ContainerSummary, Engine, Labels } from '../engine/engine.ts';
import { OWNER_LABEL, ROLE_LABEL, RUN_LABEL } from '../labels.ts';
import { pause } from '../pause.ts';
import { sentenceOf } from '../sentence-of.ts';
import { inParallel } from './in-parallel.ts';
import { ownerOf, ownerState } from './lock-owner.ts';

export interface CleanOptions {
  /** References of images of ours that are to go too; absent: none. */
  readonly images?: readonly string[];
  /** Clean although the process that replays the run is alive. */
  readonly evenIfAlive?: boolean;
  /** Leave the lock, for a caller that releases it itself. */
  readonly keepLock?: boolean;
  /** How often an engine is looked at before what is left is told; default 8. */
  readonly looks?: number;
  /** Between two looks, in milliseconds; grows with each look at which nothing could be removed. Default 250. */
  readonly pauseMs?: number;
  readonly wait?: (ms: number) => Promise<void>;
}

export interface CleanReport {
  readonly runId: string;
  readonly engines: readonly EngineCleaned[];
  /** Containers, networks, images and locks of the run that are still there, as far as engines could be asked. */
  readonly left: number;
  /** Whether all engines answered and nothing is left. */
  readonly isClean: boolean;
}

export interface EngineCleaned {
  readonly engine: string;
  /** How many were removed. */
  readonly containers: number;
  readonly networks: number;
  readonly images: number;
  readonly locks: number;
  readonly left: readonly LeftThing[];
  /** Why it could not be cleaned at all; absent: it could. */
  readonly sentence?: string;
}

export interface LeftThing {
  readonly kind: 'container' | 'network' | 'image' | 'lock';
  readonly name: string;
  readonly why: string;
}

/**
 * Removes containers, networks and the lock that carry the run's label, and nothing else, from all these engines at once.
 * What is busy is tried again, one failure stops nothing, and what is left is told. A call that the dead adapter had made
 * may still be carried out, so an engine counts as clean when two looks in a row find nothing.
 */
export async function cleanRun(
  engines: readonly Engine[],
  runId: string,
  options: CleanOptions = {},
): Promise<CleanReport> {
  // An empty value would match the label of every run.
  if (runId === '') throw new RangeError('a run without an id cannot be cleaned');
  const cleaned = await Promise.all(engines.map((engine) => cleanEngine(engine, runId, options)));
  const left = cleaned.reduce((sum, { left: things }) => sum + things.length, 0);
  return { runId, engines: cleaned, left, isClean: left === 0 && cleaned.every((one) => one.sentence === undefined) };
}

const AT_ONCE = 4;
/** So often an engine may fail to say what it has; one that hangs takes its whole time limit each time. */
const MOST_REFUSALS = 3;

async function cleanEngine(engine: Engine, runId: string, options: CleanOptions): Promise<EngineCleaned> {
  const { looks = 8, pauseMs = 250, wait = pause } = options;
  const removed = { containers: new Set<string>(), networks: new Set<string>(), images: 0, locks: new Set<string>() };
  const report = (left: readonly LeftThing[], sentence?: string): EngineCleaned => ({
    engine: engine.name,
    containers: removed.containers.size,
    networks: removed.networks.size,
    images: removed.images,
    locks: removed.locks.size,
    left,
    ...(sentence !== undefined && { sentence }),
  });
  let left: LeftThing[] = [];
  let locks: ContainerSummary[] = [];
  let quiet = 0;
  let refusals = 0;
  let sentence: string | undefined;
  for (let look = 0; look < looks && quiet < 2; look++) {
    if (look > 0) await wait(quiet > 0 ? pauseMs : pauseMs * Math.min(look, 8));
    try {
      const found = await thingsOf(engine, runId);
      sentence = undefined;
      locks = found.locks;
      const held = options.evenIfAlive ? undefined : heldBy(locks);
      if (held !== undefined) return report(held, `${engine.name}: ${held[0].why}`);
      const containers = await removeAll(found.containers, 'container', removed.containers, (id) => engine.remove(id));
      const networks = await removeAll(found.networks, 'network', removed.networks, (id) => engine.removeNetwork(id));
      left = [...containers, ...networks];
      const isQuiet = found.containers.length === 0 && found.networks.length === 0;
      quiet = isQuiet ? quiet + 1 : 0;
      // Where there is not even a lock, nobody was at work.
      if (isQuiet && look === 0 && locks.length === 0) break;
    } catch (error) {
      sentence = `${engine.name} could not be asked what is left of the run: ${sentenceOf(error)}`;
      if (!(error instanceof EngineFault) || !error.isPassing || ++refusals >= MOST_REFUSALS) break;
    }
  }
  if (sentence !== undefined) return report(left, sentence);
  for (const reference of options.images ?? [])
    try {
      if (!(await engine.hasImage(reference))) continue;
      await engine.removeImage(reference);
      removed.images++;
    } catch (error) {
      left.push({ kind: 'image', name: reference, why: sentenceOf(error) });
    }
  if (options.keepLock) return report(left);
  // While something is left the lock stays, so that the next run on this engine is told of it.
  if (left.some(({ kind }) => kind !== 'image'))
    return report([
      ...left,
      ...locks.map(({ name }): LeftThing => ({ kind: 'lock', name, why: 'it stays until the rest is gone' })),
    ]);
  left.push(...(await removeAll(locks, 'lock', removed.locks, (id) => engine.remove(id))));
  return report(left);
}

interface Thing {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
}

/** What carries the run's label. Whether it does is looked at again here: no engine's filter is trusted with a removal. */
async function thingsOf(
  engine: Engine,
  runId: string,
): Promise<{ containers: ContainerSummary[]; locks: ContainerSummary[]; networks: Thing[] }> {
  const [containers, networks] = await Promise.all([
    engine.list({ [RUN_LABEL]: runId }),
    engine.listNetworks({ [RUN_LABEL]: runId }),
  ]);
  const ours = containers.filter(({ labels }) => labels[RUN_LABEL] === runId);
  return {
    containers: ours.filter(({ labels }) => labels[ROLE_LABEL] !== 'lock'),
    locks: ours.filter(({ labels }) => labels[ROLE_LABEL] === 'lock'),
    networks: networks.filter(({ labels }) => labels[RUN_LABEL] === runId),
  };
}

/** The locks whose process is alive on this machine and is another one; undefined: there is none. */
function heldBy(locks: readonly ContainerSummary[]): [LeftThing] | undefined {
  for (const { name, labels } of locks) {
    const owner = ownerOf(labels[OWNER_LABEL] ?? '');
    if (owner === undefined || ownerState(owner) !== 'alive') continue;
    const why = `the run is being replayed by process ${owner.pid} of this machine; end that first (Ctrl-C, or kill ${owner.pid})`;
    return [{ kind: 'lock', name, why }];
  }
  return undefined;
}

/** Those that could not be removed. One that has gone meanwhile counts as removed. */
async function removeAll(
  things: readonly Thing[],
  kind: LeftThing['kind'],
  removed: Set<string>,
  remove: (id: string) => Promise<void>,
): Promise<LeftThing[]> {
  const left: LeftThing[] = [];
  await inParallel(AT_ONCE, things, async ({ id, name }) => {
    try {
      await remove(id);
      removed.add(id);
    } catch (error) {
      if (error instanceof EngineFault && error.kind === 'not-found') removed.add(id);
      else left.push({ kind, name, why: sentenceOf(error) });
    }
  });
  return left;
}
