import type { ServiceCounters } from '../request-model.ts';

/** What an attempt comes to. */
export const GOOD = 0;
export const QUEUE_FULL = 1;
export const NO_ENDPOINT = 2;
export const ENDPOINT_LOST = 3;
export const BREAKER_OPEN = 4;
export const CALL_FAILED = 5;
export const ERROR_ANSWER = 6;
export const TIMED_OUT = 7;

/** Counts an attempt that came to anything but `GOOD`. */
export function countBad(tally: ServiceCounters, outcome: number): void {
  if (outcome === TIMED_OUT) {
    tally.timedOut++;
    return;
  }
  tally.failed++;
  if (outcome === QUEUE_FULL) tally.failedBy.queueFull++;
  else if (outcome === NO_ENDPOINT) tally.failedBy.noEndpoint++;
  else if (outcome === ENDPOINT_LOST) tally.failedBy.endpointLost++;
  else if (outcome === BREAKER_OPEN) tally.failedBy.breakerOpen++;
  else if (outcome === ERROR_ANSWER) tally.failedBy.errorAnswer++;
  else tally.failedBy.callFailed++;
}
