import type { Pod } from '../../objects/pod.ts';

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
