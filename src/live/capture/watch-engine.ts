import { clockAhead } from '../engine/clock-ahead.ts';
import { EngineFault } from '../engine/engine-fault.ts';
import type { ContainerDetail, ContainerSummary, Engine, EngineEvent, EngineInfo } from '../engine/engine.ts';
import { ROLE_LABEL } from '../labels.ts';
import type { CaptureLine, FoundContainer } from './capture-line.ts';
import type { CaptureOptions } from './capture.ts';
import { matchesName } from './matches-name.ts';
import { pause } from '../pause.ts';
import { SampleRound } from './sample-round.ts';

/** One engine under watch. */
export interface EngineWatch {
  readonly name: string;
  readonly isLost: boolean;
  readonly running: number;
  /** Resolves when the signal says so; rejects only for faults that no waiting mends. */
  readonly ended: Promise<void>;
}

export interface WatchOptions extends Pick<
  CaptureOptions,
  'signal' | 'sampleEveryMs' | 'labels' | 'names' | 'includeExisting' | 'retryMs' | 'write'
> {
  readonly trouble: (sentence: string) => void;
}

/** Clocks that differ by less may just have been asked at different moments. */
const SURE_MS = 250;
/** The stream of events may begin a little after it was asked for; then what was missed is found by looking again. */
const LOOK_AGAIN_MS = 1000;
/** Exit code of a process that was killed. */
const KILLED = 137;
const INSPECTS_AT_ONCE = 4;
/** More than any engine remembers of its events. */
const REMEMBERED = 1000;

/** Watches one engine, loses it, finds it again, and says all of that in lines. */
export function watchEngine(engine: Engine, info: EngineInfo, options: WatchOptions): EngineWatch {
  const { signal, trouble, labels = {}, names = [], retryMs = 1000 } = options;
  const { name } = engine;
  // What is still under way when the end has come is not written any more.
  const write = (line: CaptureLine): void => {
    if (!signal.aborted) options.write(line);
  };
  /** Containers about which a line has been written and that are still there, by id. */
  const known = new Set<string>();
  /** Those that are not wanted, because they were there before. */
  const foreign = new Set<string>();
  /** When something last happened to each of them. */
  const touchedMs = new Map<string, number>();
  const round = new SampleRound();
  /** By the engine's clock: up to here, events are known. */
  let heardMs = 0;
  const recent = new Set<string>();
  /** Containers that were short of memory since their start. */
  const recentOom = new Set<string>();
  let aheadMs = 0;
  let isLost = false;
  let lastLookMs = Date.now();
  const ours = (engineMs: number): number => engineMs - aheadMs;
  // The lock of a replay is no workload.
  const isWanted = (one: Pick<ContainerSummary, 'id' | 'name' | 'labels'>): boolean =>
    !foreign.has(one.id) && one.labels[ROLE_LABEL] !== 'lock' && matchesName(one.name, names);

  async function watch(): Promise<void> {
    const beganMs = Date.now();
    aheadMs = await surelyAhead(engine);
    // What happened in this very millisecond, the first list shows.
    heardMs = beganMs + aheadMs + 1;
    write({ kind: 'engine', atMs: Date.now(), engine: name, info, aheadMs });
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const session = new AbortController();
      try {
        await follow(isFirst, AbortSignal.any([signal, session.signal]));
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof EngineFault) || error.kind === 'denied' || error.kind === 'unsupported') throw error;
        if (!isLost) write({ kind: 'lost', atMs: Date.now(), engine: name, sentence: error.message });
        isLost = true;
      } finally {
        session.abort();
      }
      if (!signal.aborted) await pause(retryMs, signal);
    }
  }

  /** Reads events until the engine goes or the signal comes. What comes before the containers are known waits for that. */
  async function follow(isFirst: boolean, until: AbortSignal): Promise<void> {
    // Answers at once when the engine is not there.
    await engine.ping();
    const early: EngineEvent[] = [];
    let isLive = false;
    const reading = (async () => {
      // What happened since then, as far as the engine still knows it, comes first.
      for await (const event of engine.events(labels, until, heardMs)) {
        if (isLive) take(event);
        else early.push(event);
      }
      if (!until.aborted) throw new EngineFault('unreachable', name, `engine ${name} ended its events`);
    })();
    // Whoever is waited for first must not leave the other's fault unheard.
    reading.catch(() => {});
    await Promise.race([lookAround(isFirst ? 'begin' : 'again', early), reading]);
    if (until.aborted) return;
    if (isLost) {
      write({ kind: 'back', atMs: Date.now(), engine: name });
      isLost = false;
    }
    for (const event of early.splice(0)) take(event);
    isLive = true;
    const later = (async () => {
      await pause(LOOK_AGAIN_MS, until);
      if (!until.aborted) await lookAround('again', []);
      await reading;
    })();
    await Promise.all([reading, later, sample(until)]);
  }

  async function lookAround(when: 'begin' | 'again', early: EngineEvent[]): Promise<void> {
    const sinceMs = lastLookMs;
    const beganMs = Date.now();
    const list = (await engine.list(labels)).filter(isWanted);
    const listedMs = Date.now();
    const details = await inSmallGroups(list, (one) => detailOf(one.id));
    if (signal.aborted) return;
    // At the beginning they tell better than the list what the first states were; later the list mends what they leave out.
    if (when === 'again') for (const event of early.splice(0)) take(event);
    const isTouched = (id: string): boolean =>
      when === 'begin' ? early.some((event) => event.id === id) : (touchedMs.get(id) ?? 0) >= beganMs;
    const alive = new Set<string>();
    list.forEach(({ id }, k) => {
      const detail = details[k];
      if (when === 'begin' && options.includeExisting === false && !isTouched(id)) {
        foreign.add(id);
        return;
      }
      if (detail === undefined) {
        // It went while it was looked at; its end comes as an event, or at the next look.
        if (known.has(id)) alive.add(id);
        return;
      }
      alive.add(id);
      const isNew = !known.has(id);
      known.add(id);
      write({
        kind: 'found',
        atMs: listedMs,
        engine: name,
        when,
        ...(isNew && { isNew: true as const }),
        ...(isTouched(id) && { isPlain: true as const }),
        container: foundOf(detail, ours),
      });
      if (detail.state === 'running') round.add(id);
      else round.drop(id);
    });
    for (const id of known) if (!alive.has(id)) forget(id);
    lastLookMs = listedMs;
    if (when === 'again') write({ kind: 'listed', atMs: listedMs, engine: name, sinceMs, ids: [...alive] });
  }

  function forget(id: string): void {
    known.delete(id);
    touchedMs.delete(id);
    round.drop(id);
  }

  function take(event: EngineEvent): void {
    const { what, id, atMs } = event;
    // Asked for what happened since the last one, the engine tells that one again.
    const told = `${atMs} ${what} ${id}`;
    if (recent.has(told)) return;
    recent.add(told);
    if (recent.size > REMEMBERED) for (const oldest of [...recent].slice(0, REMEMBERED / 2)) recent.delete(oldest);
    heardMs = Math.max(heardMs, atMs);
    if (what === 'other' || !isWanted(event)) return;
    const isNew = !known.has(id);
    known.add(id);
    touchedMs.set(id, ours(atMs));
    const { name: called, image, labels: marks, exitCode } = event;
    const line: CaptureLine = {
      kind: 'event',
      atMs: ours(atMs),
      engine: name,
      what,
      id,
      ...(isNew && { name: called, image, labels: marks }),
      ...(exitCode !== undefined && { exitCode }),
    };
    write(line);
    if (what === 'start' || what === 'unpause') round.add(id);
    if (what === 'die' || what === 'pause') round.drop(id);
    if (what === 'destroy') forget(id);
    if (what === 'die' && exitCode === KILLED && !recentOom.delete(id)) void noteMemory(id, ours(atMs));
    if (what === 'oom') recentOom.add(id);
    else if (what === 'start' || what === 'destroy') recentOom.delete(id);
    if (what === 'create' || what === 'update' || (isNew && what === 'start')) void noteLimits(id);
  }

  /** Some engines do not tell of the lack of memory that killed a container, and only know it when asked. */
  async function noteMemory(id: string, atMs: number): Promise<void> {
    const detail = await detailOf(id);
    if (detail?.oomKilled === true && detail.state !== 'running')
      write({ kind: 'event', atMs, engine: name, what: 'oom', id });
  }

  async function noteLimits(id: string): Promise<void> {
    const detail = await detailOf(id);
    if (detail === undefined || signal.aborted) return;
    const { cpuLimitMilli, memLimitBytes } = detail;
    write({
      kind: 'limits',
      atMs: Date.now(),
      engine: name,
      id,
      ...(cpuLimitMilli !== undefined && { cpuMilli: cpuLimitMilli }),
      ...(memLimitBytes !== undefined && { memBytes: memLimitBytes }),
    });
  }

  /** Undefined: it is not there any more, or cannot be asked now. */
  async function detailOf(id: string): Promise<ContainerDetail | undefined> {
    try {
      return await engine.inspect(id);
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error;
      if (error.kind !== 'not-found' && !signal.aborted)
        trouble(`limits of a container are not known: ${error.message}`);
      return undefined;
    }
  }

  async function sample(until: AbortSignal): Promise<void> {
    const everyMs = options.sampleEveryMs ?? 1000;
    if (everyMs <= 0) return;
    while (!until.aborted) {
      await pause(everyMs, until);
      const id = until.aborted ? undefined : round.next();
      if (id === undefined) continue;
      try {
        const { cpuTotalMs, memBytes, readMs } = await engine.stats(id);
        // A container that has just ended answers with nothing.
        if (memBytes > 0 && known.has(id) && !signal.aborted)
          write({ kind: 'sample', atMs: ours(readMs), engine: name, id, cpuTotalMs, memBytes });
      } catch (error) {
        if (!(error instanceof EngineFault)) throw error;
        if (error.kind !== 'not-found' && error.kind !== 'conflict' && !signal.aborted && !error.isPassing)
          trouble(`a container was not measured: ${error.message}`);
      }
    }
  }

  return {
    name,
    get isLost() {
      return isLost;
    },
    get running() {
      return round.size;
    },
    ended: Promise.race([watch(), endOf(signal)]),
  };
}

/** A call that hangs does not hold up the end. */
function endOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** How far the engine's clock is ahead, where that is more than asking may make of it. */
async function surelyAhead(engine: Engine): Promise<number> {
  try {
    const askedMs = Date.now();
    const { aheadMs, slackMs } = clockAhead(await engine.info(), askedMs, Date.now());
    return Math.abs(aheadMs) > SURE_MS + slackMs ? aheadMs : 0;
  } catch (error) {
    if (error instanceof EngineFault) return 0;
    throw error;
  }
}

function foundOf(detail: ContainerDetail, ours: (ms: number) => number): FoundContainer {
  const { id, name, labels, state, image, exitCode, oomKilled, cpuLimitMilli, memLimitBytes } = detail;
  const { createdMs, startedMs, finishedMs } = detail;
  const known = (ms: number): boolean => Number.isFinite(ms) && ms > 0;
  return {
    id,
    name,
    labels,
    state,
    image,
    exitCode,
    oomKilled,
    ...(cpuLimitMilli !== undefined && { cpuLimitMilli }),
    ...(memLimitBytes !== undefined && { memLimitBytes }),
    ...(known(createdMs) && { createdMs: ours(createdMs) }),
    ...(known(startedMs) && { startedMs: ours(startedMs) }),
    ...(known(finishedMs) && { finishedMs: ours(finishedMs) }),
  };
}

async function inSmallGroups<T, R>(list: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let k = 0; k < list.length; k += INSPECTS_AT_ONCE)
    results.push(...(await Promise.all(list.slice(k, k + INSPECTS_AT_ONCE).map(work))));
  return results;
}
