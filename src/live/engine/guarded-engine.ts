import { pause } from '../pause.ts';
import type { CallLog } from './call-log.ts';
import { createCallSlots } from './call-slots.ts';
import { clockAhead } from './clock-ahead.ts';
import { CALL_WORDS, type EngineCall } from './engine-call.ts';
import { EngineFault } from './engine-fault.ts';
import type { ContainerSpec, Engine, EngineEvent, Labels, NetworkSpec } from './engine.ts';
import { TIME_LIMITS, type TimeLimits } from './time-limits.ts';

export interface GuardOptions {
  readonly limits?: Partial<TimeLimits>;
  /** How often a call is tried in all; default 3. */
  readonly tries?: number;
  /** Pause before the second try, in milliseconds; doubles up to 2 s. Default 100. */
  readonly backoffMs?: number;
  /** Calls under way at once; others wait. Pings and events do not count. Default 32. */
  readonly atOnce?: number;
  readonly log?: CallLog;
  readonly wait?: (ms: number) => Promise<void>;
}

export interface GuardedEngine extends Engine {
  /** Tries beyond the first so far. */
  readonly retries: number;
}

const LONGEST_BACKOFF_MS = 2000;
/** An engine that ends its own calls says more about them, so it gets so much longer than they have. */
const OVERTIME_MS = 500;
/** Clocks of two processes on one machine agree better than this. */
const CLOCK_SLACK_MS = 50;
/** Calls that are to get through when everything else is stuck. */
const UNLIMITED: ReadonlySet<EngineCall> = new Set(['ping', 'info', 'events']);

/**
 * An engine whose calls end: each has a time limit, and one that failed for a passing reason is tried again. A call
 * whose answer was lost may have been carried out, so before it is made again it is looked whether that is so: a
 * container is not made twice, and not started twice.
 */
export function guardedEngine(engine: Engine, options: GuardOptions = {}): GuardedEngine {
  const { tries = 3, backoffMs = 100, atOnce = 32, log, wait = pause } = options;
  const limits: TimeLimits = { ...TIME_LIMITS, ...options.limits };
  const slots = createCallSlots(atOnce);
  const names = new Map<string, string>();
  /** The engine's, as far as it has been asked for it. */
  let clock = { aheadMs: 0, slackMs: 0 };
  let retries = 0;
  let isClosed = false;

  /** One try of one call. */
  const once = <T>(
    call: EngineCall,
    subject: string | undefined,
    attempt: number,
    body: () => Promise<T>,
    extraMs = 0,
  ): Promise<T> => {
    const made = (): Promise<T> => logged(call, subject, attempt, body, extraMs);
    return UNLIMITED.has(call) ? made() : slots.run(made);
  };
  const logged = async <T>(
    call: EngineCall,
    subject: string | undefined,
    attempt: number,
    body: () => Promise<T>,
    extraMs: number,
  ): Promise<T> => {
    const atMs = log?.nowMs() ?? 0;
    const beganMs = performance.now();
    const write = (outcome: 'ok' | EngineFault): void => {
      const about = subject === undefined ? undefined : (names.get(subject) ?? shortened(subject));
      log?.add({
        atMs,
        engine: engine.name,
        call,
        ...(about !== undefined && { subject: about }),
        ms: performance.now() - beganMs,
        outcome: outcome === 'ok' ? outcome : outcome.kind,
        try: attempt,
        ...(outcome !== 'ok' && { sentence: outcome.message }),
      });
    };
    try {
      const result = await withLimit(engine.name, call, limits[call] + extraMs + OVERTIME_MS, body);
      write('ok');
      return result;
    } catch (error) {
      if (error instanceof EngineFault) write(error);
      throw error;
    }
  };

  /** A call with all its tries; `again` is what the later ones do. */
  const tried = async <T>(first: () => Promise<T>, again: (attempt: number, fault: EngineFault) => Promise<T>) => {
    let fault: EngineFault | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await (fault === undefined ? first() : again(attempt, fault));
      } catch (error) {
        if (!(error instanceof EngineFault) || !error.isPassing || attempt >= tries || isClosed) throw error;
        fault = error;
      }
      await wait(Math.min(LONGEST_BACKOFF_MS, backoffMs * 2 ** (attempt - 1)));
      retries++;
    }
  };
  /** For calls that may be made twice. */
  const repeated = <T>(call: EngineCall, subject: string | undefined, body: () => Promise<T>, extraMs = 0) =>
    tried(
      () => once(call, subject, 1, body, extraMs),
      (attempt) => once(call, subject, attempt, body, extraMs),
    );
  /** For calls that say "conflict" when made twice: then the first has been carried out. */
  const settled = (call: EngineCall, subject: string, body: () => Promise<void>): Promise<void> =>
    tried(
      () => once(call, subject, 1, body),
      async (attempt) => {
        try {
          await once(call, subject, attempt, body);
        } catch (error) {
          if (!(error instanceof EngineFault) || error.kind !== 'conflict') throw error;
        }
      },
    );
  /** For calls that make something with a name: before it is made again it is looked for. */
  const made = (
    call: 'createContainer' | 'createNetwork',
    spec: { readonly name: string; readonly labels: Labels },
    body: () => Promise<string>,
  ): Promise<string> => {
    const look = call === 'createContainer' ? 'list' : 'listNetworks';
    return tried(
      () => once(call, spec.name, 1, body),
      async (attempt) => {
        const all = await once(look, spec.name, attempt, async () => engine[look](spec.labels));
        return all.find(({ name }) => name === spec.name)?.id ?? (await once(call, spec.name, attempt, body));
      },
    );
  };

  return {
    name: engine.name,
    get retries() {
      return retries;
    },
    info: () =>
      repeated('info', undefined, async () => {
        const askedMs = Date.now();
        const info = await engine.info();
        clock = clockAhead(info, askedMs, Date.now());
        return info;
      }),
    // One that waits for an engine pings it itself, again and again.
    ping: () => once('ping', undefined, 1, () => engine.ping()),
    hasImage: (reference) => repeated('hasImage', reference, () => engine.hasImage(reference)),
    importImage: (tar, image) => repeated('importImage', image.reference, () => engine.importImage(tar, image)),
    removeImage: (reference) => repeated('removeImage', reference, () => engine.removeImage(reference)),
    createNetwork: (spec: NetworkSpec) => made('createNetwork', spec, () => engine.createNetwork(spec)),
    removeNetwork: (id) => repeated('removeNetwork', id, () => engine.removeNetwork(id)),
    listNetworks: (labels) => repeated('listNetworks', undefined, () => engine.listNetworks(labels)),
    createContainer: async (spec: ContainerSpec) => {
      const id = await made('createContainer', spec, () => engine.createContainer(spec));
      names.set(id, spec.name);
      return id;
    },
    start: (id) => {
      const beganMs = Date.now() + clock.aheadMs - clock.slackMs - CLOCK_SLACK_MS;
      const start = (attempt: number): Promise<void> => once('start', id, attempt, () => engine.start(id));
      return tried(
        () => start(1),
        async (attempt) => {
          const { state, startedMs } = await once('inspect', id, attempt, () => engine.inspect(id));
          const isDone = state === 'running' || state === 'restarting' || startedMs >= beganMs;
          if (!isDone) await start(attempt);
        },
      );
    },
    stop: (id, graceS) => repeated('stop', id, () => engine.stop(id, graceS), graceS * 1000),
    kill: (id, signal) => settled('kill', id, () => engine.kill(id, signal)),
    pause: (id) => settled('pause', id, () => engine.pause(id)),
    unpause: (id) => settled('unpause', id, () => engine.unpause(id)),
    update: (id, changed) => repeated('update', id, () => engine.update(id, changed)),
    connect: (networkId, id) => settled('connect', id, () => engine.connect(networkId, id)),
    disconnect: (networkId, id) => settled('disconnect', id, () => engine.disconnect(networkId, id)),
    remove: async (id) => {
      await repeated('remove', id, () => engine.remove(id));
      names.delete(id);
    },
    list: (labels) => repeated('list', undefined, () => engine.list(labels)),
    inspect: (id) => repeated('inspect', id, () => engine.inspect(id)),
    stats: (id) => repeated('stats', id, () => engine.stats(id)),
    logs: (id, lines) => repeated('logs', id, () => engine.logs(id, lines)),
    events: (labels, signal, sinceMs) => {
      const stream = engine.events(labels, signal, sinceMs);
      return watched(stream);
    },
    close: () => {
      isClosed = true;
      engine.close();
    },
  };

  /** Events are not tried again: who follows them must know that some were missed. */
  async function* watched(stream: AsyncIterable<EngineEvent>): AsyncGenerator<EngineEvent> {
    const atMs = log?.nowMs() ?? 0;
    const write = (outcome: 'ok' | EngineFault): void =>
      log?.add({
        atMs,
        engine: engine.name,
        call: 'events',
        ms: log.nowMs() - atMs,
        outcome: outcome === 'ok' ? outcome : outcome.kind,
        try: 1,
        ...(outcome !== 'ok' && { sentence: outcome.message }),
      });
    try {
      yield* stream;
      write('ok');
    } catch (error) {
      if (error instanceof EngineFault) write(error);
      throw error;
    }
  }
}

/** Rejects with a fault when it has not come to an end in time; what comes of it later is nobody's concern. */
async function withLimit<T>(engine: string, call: EngineCall, limitMs: number, body: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const words = `${engine}: could not ${CALL_WORDS[call]}: there was no answer within ${limitMs / 1000} s`;
      reject(new EngineFault('timeout', engine, words));
    }, limitMs);
  });
  const running = body();
  running.catch(() => {});
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

const shortened = (subject: string): string => (/^[0-9a-f]{64}$/.test(subject) ? subject.slice(0, 12) : subject);
