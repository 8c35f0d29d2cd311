import type { Pod } from '../../objects/pod.ts';

/** A pod's failure holds its successor up for 10 s, doubling with each in a row, at most 10 min (`DefaultJobPodFailureBackOff`). */
const FIRST_US = 10_000_000;
const LAST_US = 600_000_000;

/** Failures of a job since its last success. */
export interface FailureRow {
  readonly failures: number;
  /** When the last of them ended. */
  readonly lastUs: number;
}

export const NO_FAILURES: FailureRow = { failures: 0, lastUs: 0 };

/** How long the next pod has to wait after so many failures in a row (`getRemainingTimeForFailuresCount`). */
export function remainingUs({ failures, lastUs }: FailureRow, nowUs: number): number {
  return Math.max(0, lastUs + backoffUs(failures) - nowUs);
}

/** 10, 20, 40, … 600 s; 0 without a failure. */
export function backoffUs(failures: number): number {
  if (failures === 0) return 0;
  let waitUs = FIRST_US;
  for (let k = 1; k < failures && waitUs < LAST_US; k++) waitUs *= 2;
  return Math.min(LAST_US, waitUs);
}

/**
 * The row after more pods have ended, in the order in which they did: a success begins a new one, in which only later
 * failures count (`newBackoffRecord`).
 */
export function withEnded(
  row: FailureRow,
  ended: readonly { readonly pod: Pod; readonly failed: boolean }[],
): FailureRow {
  const inOrder = ended
    .map(({ pod, failed }) => ({ failed, endUs: endUsOf(pod), id: pod.id }))
    .sort(
      (left, right) => left.endUs - right.endUs || Number(right.failed) - Number(left.failed) || left.id - right.id,
    );
  return inOrder.reduce<FailureRow>(
    ({ failures }, { failed, endUs }) =>
      failed ? { failures: failures + 1, lastUs: endUs } : { failures: 0, lastUs: endUs },
    row,
  );
}

/**
 * When the last of a pod's containers ended; else, once a kubelet had it, when it stopped being ready; else when it was
 * told to go (`getFinishedTime`). So a pod of a lost node ended when the node was given up, not when the pod was evicted.
 */
export function endUsOf({ metadata, status }: Pod): number {
  const { containers, ready, readyChangedUs, startUs } = status;
  if (containers.length > 0 && containers.every(({ state }) => state === 'terminated'))
    return containers.reduce((endUs, { sinceUs }) => Math.max(endUs, sinceUs), -Infinity);
  if (!ready && startUs !== undefined) return Math.max(readyChangedUs, startUs);
  return metadata.deletionUs ?? metadata.creationUs;
}
