import type { QueuedPod } from './queued-pod.ts';

/** The backoff queue is flushed, and expirations are cut, to whole seconds of the wall clock. */
export const BACKOFF_WINDOW_US = 1_000_000;

export interface BackoffRules {
  readonly initialBackoffUs: number;
  readonly maxBackoffUs: number;
  /** Wall-clock microseconds past a whole second when the run's clock stands at 0. */
  readonly pastWholeSecondUs: number;
}

/** Until when pods that were refused are not to be tried again. */
export class BackoffTimes {
  private readonly rules: BackoffRules;

  constructor(rules: BackoffRules) {
    this.rules = rules;
  }

  /** Timestamp plus 1, 2, 4, 8, 10, 10 s, cut to the whole second; -Infinity: there is none. */
  untilUs(entry: QueuedPod): number {
    const count = entry.consecutiveErrors > 0 ? entry.consecutiveErrors : entry.unschedulableCount;
    if (count === 0) return -Infinity;
    if (entry.backoffUntilUs === -1)
      entry.backoffUntilUs = this.wholeSecond(entry.timestampUs + backoffUs(this.rules, count));
    return entry.backoffUntilUs;
  }

  isBackingOff(entry: QueuedPod, nowUs: number): boolean {
    return this.untilUs(entry) >= this.wholeSecond(nowUs);
  }

  private wholeSecond(timeUs: number): number {
    const past = this.rules.pastWholeSecondUs;
    return Math.floor((timeUs + past) / BACKOFF_WINDOW_US) * BACKOFF_WINDOW_US - past;
  }
}

/** The backoff after so many failures in a row: the first, doubling, at most the largest. */
export function backoffUs(rules: Pick<BackoffRules, 'initialBackoffUs' | 'maxBackoffUs'>, count: number): number {
  let delayUs = Math.min(rules.maxBackoffUs, rules.initialBackoffUs);
  for (let k = 1; k < count && delayUs > 0 && delayUs < rules.maxBackoffUs; k++)
    delayUs = Math.min(rules.maxBackoffUs, 2 * delayUs);
  return delayUs;
}
