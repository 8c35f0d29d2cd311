import type { Pod } from '../../objects/pod.ts';

/** The pod as queueing hints see one that takes room, though the API does not know of its node yet. */
export function withNode(pod: Pod): Pod {
  return pod.spec.nodeName === undefined ? { ...pod, spec: { ...pod.spec, nodeName: '' } } : pod;
}
