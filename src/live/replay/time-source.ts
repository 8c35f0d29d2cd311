import { pause } from '../pause.ts';

/** Where a replay takes its time from; tests give one of their own. */
export interface TimeSource {
  /** Milliseconds by a clock that never goes back, from any beginning. */
  nowMs(): number;
  /** Milliseconds since 1970, to be held against the clock of an engine. */
  dateMs(): number;
  /** Resolves after so long, or at once when the signal is given. */
  sleep(waitMs: number, signal?: AbortSignal): Promise<void>;
}

export const realTime: TimeSource = {
  nowMs: () => performance.now(),
  dateMs: () => Date.now(),
  sleep: pause,
};
