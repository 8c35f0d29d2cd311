import { requestKey, type PodRequest } from '../../sim/pod-request.ts';
import type { FleetPod } from '../../sim/scaling/node-policy.ts';

/** Pods that are alike to a node policy: one owner, one request. Cluster Autoscaler calls them an equivalence group. */
export interface PodKind {
  readonly owner: string;
  readonly request: PodRequest;
  readonly pods: readonly FleetPod[];
}

/** Sorts pods into kinds, in the order in which each kind is first met. */
export function podKinds(pods: readonly FleetPod[]): PodKind[] {
  const keys = new Map<PodRequest, string>();
  const kinds = new Map<string, FleetPod[]>();
  for (const pod of pods) {
    let key = keys.get(pod.request);
    if (key === undefined) keys.set(pod.request, (key = requestKey(pod.request)));
    const name = `${pod.owner}\n${key}`;
    const kind = kinds.get(name);
    if (kind) kind.push(pod);
    else kinds.set(name, [pod]);
  }
  return [...kinds.values()].map((alike) => ({ owner: alike[0].owner, request: alike[0].request, pods: alike }));
}

/** "10 pods of web and 2 of jobs", for the reason of a decision; at most three owners are named. */
export function podsText(pods: readonly FleetPod[]): string {
  const counts = new Map<string, number>();
  for (const pod of pods) counts.set(pod.owner, (counts.get(pod.owner) ?? 0) + 1);
  const owners = [...counts].sort((a, b) => b[1] - a[1]);
  const named = owners.slice(0, 3).map(([owner, count], k) => `${count}${k === 0 ? podWord(count) : ''} of ${owner}`);
  const rest = owners.slice(3).reduce((sum, [, count]) => sum + count, 0);
  if (rest > 0) named.push(`${rest} of others`);
  return named.length === 0 ? '0 pods' : joined(named);
}

function podWord(count: number): string {
  return count === 1 ? ' pod' : ' pods';
}

function joined(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}
