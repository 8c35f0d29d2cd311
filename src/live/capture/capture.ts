import type { Engine, EngineEvent, Labels } from '../engine/engine.ts';
import { pause } from '../pause.ts';
import { CAPTURE_FORMAT, type CaptureLine } from './capture-line.ts';
import { watchEngine } from './watch-engine.ts';

export interface CaptureOptions {
  /** Ends the capture, which is then as good as one that came to its own end. */
  readonly signal: AbortSignal;
  /** Ends it after so long. */
  readonly forMs?: number;
  /** One container of each engine is measured so often, one after the other; 0: none ever is. Default 1000. */
  readonly sampleEveryMs?: number;
  /** Only containers with these labels; an empty value matches any. */
  readonly labels?: Labels;
  /** Only containers of these names; `*` stands for any text. */
  readonly names?: readonly string[];
  /** Whether containers that are there already belong to it; default true. */
  readonly includeExisting?: boolean;
  /** How long to wait before a lost engine is asked again; default 1000. */
  readonly retryMs?: number;
  /** Takes what happens, as it happens. */
  readonly write: (line: CaptureLine) => void;
  readonly onTick?: (so: CaptureProgress) => void;
}

/** So far. */
export interface CaptureProgress {
  readonly wallMs: number;
  readonly containers: number;
  readonly running: number;
  readonly events: number;
  readonly samples: number;
  /** Names of engines that do not answer now. */
  readonly lost: readonly string[];
}

/** What a capture came to; the lines that it wrote are the capture itself. */
export interface Capture extends CaptureProgress {
  readonly byEvent: Readonly<Partial<Record<EngineEvent['what'], number>>>;
  /** Calls that failed while the engine answered others: what is missing for them. */
  readonly troubles: readonly string[];
}

const TICK_MS = 1000;

/**
 * Watches engines until told to stop, and writes down what happens to their containers. Only reads: lists, inspects,
 * samples and events. An engine that goes away is waited for. Throws an EngineFault when one does not answer at the start.
 */
export async function capture(engines: readonly Engine[], options: CaptureOptions): Promise<Capture> {
  const began = performance.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const byEvent: Partial<Record<EngineEvent['what'], number>> = {};
  const troubles: string[] = [];
  let containers = 0;
  let events = 0;
  let samples = 0;
  const write = (line: CaptureLine): void => {
    if (line.kind === 'event') {
      events++;
      byEvent[line.what] = (byEvent[line.what] ?? 0) + 1;
      if (line.name !== undefined) containers++;
    } else if (line.kind === 'sample') samples++;
    else if (line.kind === 'found' && line.isNew === true) containers++;
    options.write(line);
  };
  // Before anything is promised to the user, all of them must answer.
  const infos = await Promise.all(engines.map((engine) => engine.info()));
  write({ kind: 'begin', format: CAPTURE_FORMAT, atMs: Date.now() });
  const watches = engines.map((engine, k) =>
    watchEngine(engine, infos[k], { ...options, signal, write, trouble: (sentence) => troubles.push(sentence) }),
  );
  const progress = (): CaptureProgress => ({
    wallMs: performance.now() - began,
    containers,
    running: watches.reduce((sum, one) => sum + one.running, 0),
    events,
    samples,
    lost: watches.flatMap((one) => (one.isLost ? [one.name] : [])),
  });
  const tick = setInterval(() => options.onTick?.(progress()), TICK_MS);
  if (options.forMs !== undefined) void pause(options.forMs, signal).then(() => stop.abort());
  try {
    await Promise.all(watches.map((one) => one.ended));
  } finally {
    stop.abort();
    clearInterval(tick);
  }
  write({ kind: 'end', atMs: Date.now() });
  return { ...progress(), running: 0, byEvent, troubles: [...new Set(troubles)] };
}
