import { EngineFault } from '../engine/engine-fault.ts';
import type { Engine } from '../engine/engine.ts';
import { pause } from '../pause.ts';
import { sentenceOf } from '../sentence-of.ts';

export interface AwaitOptions {
  /** How long to wait at most, in milliseconds. */
  readonly limitMs: number;
  readonly backoffMs?: number;
  readonly signal?: AbortSignal;
  /** Before each pause. */
  readonly onWaiting?: (fault: EngineFault, waitedMs: number) => void;
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly nowMs?: () => number;
}

/** Waits until it answers; returns the last fault when it has not within the limit, or when the signal came. */
export async function engineAnswers(engine: Engine, options: AwaitOptions): Promise<EngineFault | undefined> {
  const { limitMs, backoffMs = 250, wait = pause, nowMs = () => performance.now() } = options;
  const signal = options.signal ?? new AbortController().signal;
  const beganMs = nowMs();
  for (let pauseMs = backoffMs; ; pauseMs = Math.min(pauseMs * 2, 5000)) {
    const fault = await pinged(engine);
    if (fault === undefined) return undefined;
    const waitedMs = nowMs() - beganMs;
    // What is not passing, such as a lack of rights, is not waited for.
    if (waitedMs >= limitMs || signal.aborted || !fault.isPassing) return fault;
    options.onWaiting?.(fault, waitedMs);
    await wait(Math.min(pauseMs, limitMs - waitedMs), signal);
  }
}

async function pinged(engine: Engine): Promise<EngineFault | undefined> {
  try {
    await engine.ping();
    return undefined;
  } catch (error) {
    return error instanceof EngineFault ? error : new EngineFault('failed', engine.name, sentenceOf(error));
  }
}
