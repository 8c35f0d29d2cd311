import type { Pod } from '../../objects/pod.ts';

/** The pod as queueing hints see one that takes room, though the API does not know of its node yet. */
export function withNode(pod: Pod): Pod {
  return pod.spec.nodeName === undefined ? { ...pod, spec: { ...pod.spec, nodeName: '' } } : pod;
}

/**
 * The status of a pod that was refused: why, and the node that is kept for it (empty: none; undefined: as before).
 * Undefined when that is what it says already.
 */
export function refusedStatus(
  pod: Pod,
  message: string,
  nomination: string | undefined,
  nowUs: number,
): Pod['status'] | undefined {
  const { nominatedNodeName, unschedulable, ...rest } = pod.status;
  const keeps = nomination ?? nominatedNodeName ?? '';
  if (unschedulable?.message === message && keeps === (nominatedNodeName ?? '')) return undefined;
  return {
    ...rest,
    unschedulable: { sinceUs: unschedulable?.sinceUs ?? nowUs, message },
    ...(keeps !== '' && { nominatedNodeName: keeps }),
  };
}
