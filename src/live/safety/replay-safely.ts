import type { Engine } from '../engine/engine.ts';
import { conduct } from '../replay/conduct.ts';
import type { ReplayOptions } from '../replay/replay-options.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { bothCleaned, cleanReportText } from './clean-report-text.ts';
import { cleanWhenBack } from './clean-when-back.ts';
import type { CleanReport } from './clean-run.ts';
import { lockEngines, type EngineLocks } from './engine-lock.ts';
import { guardEnd, type EndTarget } from './on-end.ts';
import type { ReplayState } from './replay-state.ts';

export interface SafeReplayOptions extends Omit<ReplayOptions, 'signal' | 'cleanUp'> {
  /** All that stand for nodes, each once. */
  readonly engines: readonly Engine[];
  /** An image that is on every engine, for the lock. */
  readonly lockImage: string | ((engine: Engine) => string);
  /** Begins to keep what happens; called once the locks are held, so that no other replay's state is overwritten. */
  readonly keepState: () => ReplayState;
  readonly say: (sentence: string) => void;
  readonly sayBug?: (error: unknown) => void;
  /** How long an engine that is away is waited for when all is removed, in real milliseconds; default one minute. */
  readonly waitForEngineMs?: number;
  /** For tests: the process that gets signals, and how it ends. */
  readonly target?: EndTarget;
  readonly exit?: (code: number) => void;
}

const KEEP_TIME_EVERY_MS = 1000;

/**
 * A replay from lock to unlock: holds its engines, keeps its state in a folder, and whatever ends it removes what it
 * started. Rejects before anything is made with `LockHeld` or an `EngineFault`; afterwards it resolves with the record,
 * unless a signal ends the process first.
 */
export async function replaySafely(script: ReplayScript, options: SafeReplayOptions): Promise<ReplayRecord> {
  const { runId } = script;
  const { say, engines, time } = options;
  const clean = (keepLock: boolean, limitMs = options.waitForEngineMs): Promise<CleanReport> =>
    cleanWhenBack(engines, runId, {
      say,
      keepLock,
      ...(limitMs !== undefined && { limitMs }),
      ...(time !== undefined && { wait: (ms: number) => time.sleep(ms), nowMs: () => time.nowMs() }),
    });

  let locks: EngineLocks | undefined;
  // Before it is there nothing has been made, and what is there of the run is an earlier replay's.
  let state: ReplayState | undefined;
  const giveBack = async (): Promise<void> => {
    for (const sentence of (await locks?.release()) ?? []) say(sentence);
  };
  let isOver = (): void => {};
  const over = new Promise<void>((resolve) => (isOver = resolve));
  let exited = (): void => {};
  const exit = new Promise<void>((resolve) => (exited = resolve));
  let keptMs = -Infinity;
  let cleaned: CleanReport | undefined;
  const cleanAgain = async (limitMs?: number): Promise<CleanReport> => {
    const report = await clean(false, limitMs);
    return cleaned === undefined ? report : bothCleaned(cleaned, report);
  };
  const guard = guardEnd({
    runId,
    say,
    stop: async ({ kind }) => {
      await over;
      if (kind === 'signal' && state !== undefined) say(`go on with it later with: baton replay --resume ${runId}`);
    },
    clean: async () => {
      if (state !== undefined) return cleanAgain();
      await giveBack();
      return { runId, engines: [], left: 0, isClean: true };
    },
    ...(options.sayBug !== undefined && { sayBug: options.sayBug }),
    exit: (code) => {
      if (options.exit === undefined) process.exit(code);
      options.exit(code);
      exited();
    },
    ...(options.target !== undefined && { target: options.target }),
  });
  try {
    locks = await lockEngines(engines, runId, { image: options.lockImage });
    const kept = (state = options.keepState());
    const record = await conduct(script, {
      ...options,
      signal: guard.signal,
      cleanUp: async () => {
        cleaned = await clean(true);
      },
      onStep: (outcome) => {
        kept.append({ kind: 'step', outcome });
        options.onStep?.(outcome);
      },
      onProcess: (process) => {
        kept.append({ kind: 'process', process });
        options.onProcess?.(process);
      },
      onCheckpoint: (checkpoint) => {
        kept.append({ kind: 'checkpoint', checkpoint });
        options.onCheckpoint?.(checkpoint);
      },
      onSample: (sample) => {
        kept.append({ kind: 'sample', sample });
        options.onSample?.(sample);
      },
      onTrouble: (trouble) => {
        const { what, ...at } = trouble;
        kept.append({ kind: 'trouble', at, what });
        options.onTrouble?.(trouble);
      },
      onTick: (view) => {
        const { wallMs, simUs, heldMs } = view;
        if (wallMs - keptMs >= KEEP_TIME_EVERY_MS) kept.append({ kind: 'time', at: { wallMs, simUs }, heldMs });
        if (wallMs - keptMs >= KEEP_TIME_EVERY_MS) keptMs = wallMs;
        options.onTick?.(view);
      },
    });
    kept.finish(record);
    return record;
  } finally {
    isOver();
    if (state?.fault !== undefined) say(state.fault);
    // When it is ended from outside, the guard removes the rest, and ends the process.
    if (guard.signal.aborted) await exit;
    else {
      if (state === undefined || cleaned?.isClean) await giveBack();
      else {
        // Those that are not away have been waited for, and are cleaned to the end; the rest is told.
        const report = await cleanAgain(0);
        if (!report.isClean) say(cleanReportText(report));
        // Nothing was measured, and nothing is left: there is nothing to go on with.
        else state.append({ kind: 'cleaned', at: new Date().toISOString() });
      }
      guard.dispose();
    }
    state?.close();
  }
}
