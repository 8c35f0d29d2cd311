import type { Pod } from '../../objects/pod.ts';

/** Whether a pod has run to its end: it takes no room any more. */
export function hasEnded(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** `namespace/name`. */
export function fullName({ metadata: { namespace, name } }: Pod): string {
  return `${namespace}/${name}`;
}

/** The pod as queueing hints see one that takes room, though the API does not know of its node yet. */
export function withNode(pod: Pod): Pod {
  return pod.spec.nodeName === undefined ? { ...pod, spec: { ...pod.spec, nodeName: '' } } : pod;
}
