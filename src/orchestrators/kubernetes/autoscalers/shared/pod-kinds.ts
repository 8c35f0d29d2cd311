import { controllerOf } from '../../api/api-server.ts';
import type { Pod, PodSpec } from '../../objects/pod.ts';

/** Pods that are alike to an autoscaler: one controller, one spec, the same labels (an "equivalence group"). */
export interface AlikePods {
  readonly pods: readonly Pod[];
}

/** Sorts pods into kinds, in the order in which each kind is first met. A pod without a controller is a kind of its own. */
export function alikePods(pods: readonly Pod[]): AlikePods[] {
  const kinds = new Map<string, Pod[]>();
  for (const pod of pods) {
    const key = kindKeyOf(pod);
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, [pod]);
    else kind.push(pod);
  }
  return [...kinds.values()].map((alike) => ({ pods: alike }));
}

/** The same for pods that are alike. */
export function kindKeyOf(pod: Pod): string {
  const owner = controllerOf(pod);
  if (owner === undefined) return `pod ${pod.id}`;
  return `${owner.uid} ${specKey(pod.spec)} ${JSON.stringify(pod.metadata.labels)}`;
}

/** "3 pods of web and 1 of jobs". */
export function podsInWords(pods: readonly Pod[]): string {
  const counts = new Map<string, number>();
  for (const pod of pods) {
    const name = controllerOf(pod)?.name ?? pod.metadata.name;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const names = [...counts].sort((a, b) => b[1] - a[1]);
  const told = names
    .slice(0, 3)
    .map(([name, count], k) => `${count}${k > 0 ? '' : count === 1 ? ' pod' : ' pods'} of ${name}`);
  const rest = names.slice(3).reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0) told.push(`${rest} of others`);
  return told.length < 2 ? (told[0] ?? '0 pods') : `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`;
}

const keys = new WeakMap<PodSpec, string>();

function specKey(spec: PodSpec): string {
  let key = keys.get(spec);
  if (key === undefined) keys.set(spec, (key = JSON.stringify({ ...spec, nodeName: undefined })));
  return key;
}
