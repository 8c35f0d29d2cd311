import type { Pod } from '../../objects/pod.ts';

/** Whether the pod has ended, well or not. */
export function hasEnded(pod: Pod): boolean {
  const { phase } = pod.status;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Whether a controller counts on the pod: it has not ended and was not told to go (`IsPodActive`). */
export function isActive(pod: Pod): boolean {
  return pod.metadata.deletionUs === undefined && !hasEnded(pod);
}

/** Whether the pod has been ready for so long (`IsPodAvailable`). */
export function isAvailable(pod: Pod, minReadySeconds: number, nowUs: number): boolean {
  return pod.status.ready && pod.status.readyChangedUs + minReadySeconds * 1_000_000 <= nowUs;
}

/** Whether something changed that controllers of pods go by; its node, restarts and container states are not among it. */
export function matters(pod: Pod | undefined, before: Pod | undefined): boolean {
  if (pod === undefined || before === undefined) return true;
  const is = pod.status;
  const was = before.status;
  return (
    is.phase !== was.phase ||
    is.ready !== was.ready ||
    is.readyChangedUs !== was.readyChangedUs ||
    (pod.metadata !== before.metadata &&
      (pod.metadata.deletionUs !== before.metadata.deletionUs ||
        pod.metadata.labels !== before.metadata.labels ||
        pod.metadata.ownerReferences !== before.metadata.ownerReferences))
  );
}
