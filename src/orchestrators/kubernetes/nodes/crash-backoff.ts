/** First wait, and the longest (`pkg/kubelet/kubelet.go`: containerBackOffPeriod, MaxCrashLoopBackOff). */
export const FIRST_BACKOFF_US = 10_000_000;
export const LAST_BACKOFF_US = 300_000_000;
/** What ran longer than this since its last start begins anew: twice the longest wait. */
const RESET_US = 2 * LAST_BACKOFF_US;

/** How long a container waits after its next end, and when that was last decided. */
export interface Backoff {
  readonly delayUs: number;
  readonly sinceUs: number;
}

/**
 * When a container that ended at `finishedUs` may start again (`client-go/util/flowcontrol/backoff.go`,
 * IsInBackOffSince): at once the first time and after a run of more than ten minutes, else after the wait.
 */
export function restartUs(backoff: Backoff | undefined, finishedUs: number): number {
  if (backoff === undefined || finishedUs - backoff.sinceUs > RESET_US) return finishedUs;
  return finishedUs + backoff.delayUs;
}

/** The backoff after a start at `nowUs` that followed an end at `finishedUs`: 10 s, then doubling to 300 s. */
export function grownBackoff(backoff: Backoff | undefined, finishedUs: number, nowUs: number): Backoff {
  if (backoff === undefined || finishedUs - backoff.sinceUs > RESET_US)
    return { delayUs: FIRST_BACKOFF_US, sinceUs: nowUs };
  return { delayUs: Math.min(LAST_BACKOFF_US, backoff.delayUs * 2), sinceUs: nowUs };
}

/** The wait after a failed pull of an image, the `failures`th in a row from 1: 10, 20, 40, ... 300 s. */
export function pullBackoffUs(failures: number): number {
  let waitUs = FIRST_BACKOFF_US;
  for (let k = 1; k < failures && waitUs < LAST_BACKOFF_US; k++) waitUs *= 2;
  return Math.min(LAST_BACKOFF_US, waitUs);
}
