import type { Pod } from './pod.ts';

/** Whether the pod has ended, well or not: it takes no room any more. */
export function hasEnded({ status }: Pick<Pod, 'status'>): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

/** Whether a controller counts on the pod: it has not ended and was not told to go (`IsPodActive`). */
export function isActive(pod: Pod): boolean {
  return pod.metadata.deletionUs === undefined && !hasEnded(pod);
}

/** Whether the pod has been ready for so long (`IsPodAvailable`). */
export function isAvailable({ status }: Pod, minReadySeconds: number, nowUs: number): boolean {
  return status.ready && status.readyChangedUs + minReadySeconds * 1_000_000 <= nowUs;
}
