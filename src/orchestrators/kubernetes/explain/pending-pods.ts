import type { WaitingPods } from '../../../sim/monitoring/living-result.ts';
import { controllerOf } from '../api/api-server.ts';
import type { KubernetesRun } from '../kubernetes-run.ts';
import { fullName } from '../objects/full-name.ts';
import type { Pod } from '../objects/pod.ts';
import { stateOf } from './pod-story.ts';

/** Pods that wait for the same reason. */
export interface PendingGroup {
  /** Who made them, or the pod itself: `ReplicaSet shop/web-5d4f`. */
  readonly owner: string;
  readonly reason: string;
  readonly pods: readonly string[];
  /** Since when the first of them waits. */
  readonly sinceUs: number;
  /** Attempts of the scheduler for the first of them. */
  readonly attempts: number;
}

/** Pods without a node as they stand now, those with one owner and reason together; the oldest first. */
export function pendingPods(run: KubernetesRun): PendingGroup[] {
  return groupsOf(run.api.pods.all()).map(({ owner, reason, pods }): PendingGroup => ({
    owner,
    reason,
    pods: pods.map(fullName),
    sinceUs: pods[0].metadata.creationUs,
    attempts: run.scheduler.log.of(pods[0].id).attempts,
  }));
}

const MOST_GROUPS = 200;
const EXAMPLES = 3;

/** The same for a run's result: counts, and a few examples. */
export function waitingPods(all: Iterable<Pod>): WaitingPods[] {
  return groupsOf(all)
    .slice(0, MOST_GROUPS)
    .map(({ owner, reason, pods }) => ({
      owner,
      reason,
      count: pods.length,
      examples: pods.slice(0, EXAMPLES).map(fullName),
      sinceUs: pods[0].metadata.creationUs,
    }));
}

interface Group {
  readonly owner: string;
  readonly reason: string;
  readonly pods: Pod[];
}

function groupsOf(all: Iterable<Pod>): Group[] {
  const groups = new Map<string, Group>();
  for (const pod of all) {
    if (pod.spec.nodeName !== undefined || pod.status.phase !== 'Pending') continue;
    const owner = ownerOf(pod);
    const reason = stateOf(pod).replace(/^pending: /, '');
    const key = `${owner}\n${reason}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { owner, reason, pods: [pod] });
    else group.pods.push(pod);
  }
  return [...groups.values()].sort((a, b) => a.pods[0].metadata.creationUs - b.pods[0].metadata.creationUs);
}

function ownerOf(pod: Pod): string {
  const owner = controllerOf(pod);
  return owner === undefined ? `Pod ${fullName(pod)}` : `${owner.kind} ${pod.metadata.namespace}/${owner.name}`;
}
