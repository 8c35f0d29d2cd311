import { resolveIntOrPercent } from '../../objects/int-or-percent.ts';
import { isAvailable } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { DaemonSet } from '../../objects/workloads.ts';
import { REVISION_HASH } from '../shared/template-revision.ts';
import type { Eligibility } from './node-eligibility.ts';

/** A node and the daemon's pods on or for it, oldest first. */
export interface DaemonNode {
  readonly name: string;
  readonly eligibility: Eligibility;
  readonly pods: readonly Pod[];
}

export interface DaemonPlan {
  /** Names of nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  /** Ended pods among those, found on their nodes. */
  readonly ended: readonly Pod[];
  readonly why: string;
}

/** How many daemons may be down, or doubled, during an update; both round up, and both 0 means one down (`updatedDesiredNodeCounts`). */
export function daemonBounds(spec: DaemonSet['spec'], desired: number): { unavailable: number; surge: number } {
  const unavailable = resolveIntOrPercent(spec.updateStrategy.maxUnavailable, desired, 'up');
  const surge = resolveIntOrPercent(spec.updateStrategy.maxSurge, desired, 'up');
  return { unavailable: unavailable === 0 && surge === 0 ? 1 : unavailable, surge };
}

/** Nodes that lack a pod and pods that are too many (`manage`, `podsShouldBeOnNode`); `waitUs`: how long an ended pod must stay. */
export function planPresence(
  spec: DaemonSet['spec'],
  nodes: readonly DaemonNode[],
  revision: string,
  nowUs: number,
  waitUs: (pod: Pod) => number,
): DaemonPlan {
  const create: string[] = [];
  const remove: Pod[] = [];
  const ended: Pod[] = [];
  const surges = daemonBounds(spec, nodes.length).surge > 0 && spec.updateStrategy.type === 'RollingUpdate';
  for (const { name, eligibility, pods } of nodes) {
    if (pods.length === 0) {
      if (eligibility.shouldRun) create.push(name);
      continue;
    }
    const staying = pods.filter(({ metadata }) => metadata.deletionUs === undefined);
    if (!eligibility.mayStay) {
      remove.push(...staying);
      continue;
    }
    const running: Pod[] = [];
    for (const pod of staying) {
      const { phase } = pod.status;
      if (phase !== 'Failed' && phase !== 'Succeeded') running.push(pod);
      else if (phase === 'Succeeded' || waitUs(pod) === 0) ended.push(pod);
    }
    if (running.length > 1) remove.push(...(surges ? excessOfSurge(spec, running, revision, nowUs) : running.slice(1)));
  }
  return {
    create,
    remove: [...ended, ...remove],
    ended,
    why: `${nodes.filter(({ eligibility }) => eligibility.shouldRun).length} nodes are to have one`,
  };
}

/** With surge two pods may share a node while the new one is not available and the old one is. */
function excessOfSurge(spec: DaemonSet['spec'], running: readonly Pod[], revision: string, nowUs: number): Pod[] {
  const excess: Pod[] = [];
  let [oldestNew, oldestOld]: (Pod | undefined)[] = [];
  for (const pod of running) {
    const isNew = pod.metadata.labels[REVISION_HASH] === revision;
    if (isNew && oldestNew === undefined) oldestNew = pod;
    else if (!isNew && oldestOld === undefined) oldestOld = pod;
    else excess.push(pod);
  }
  if (oldestNew !== undefined && oldestOld !== undefined) {
    if (isAvailable(oldestNew, spec.minReadySeconds, nowUs)) excess.push(oldestOld);
    // The old one is not available: the new one may take its place.
    else if (!oldestOld.status.ready) excess.push(oldestOld);
  }
  return excess;
}

/** What a rolling update replaces now (`rollingUpdate` in `pkg/controller/daemon/update.go`). */
export function planUpdate(
  spec: DaemonSet['spec'],
  nodes: readonly DaemonNode[],
  revision: string,
  nowUs: number,
): DaemonPlan {
  const desired = nodes.filter(({ eligibility }) => eligibility.shouldRun).length;
  const { unavailable, surge } = daemonBounds(spec, desired);
  const available = (pod: Pod): boolean => isAvailable(pod, spec.minReadySeconds, nowUs);
  const withPods = nodes
    .filter(({ pods }) => pods.length > 0)
    .map(({ name, pods }) => ({ name, pods: updatedPods(pods, revision) }));
  if (surge > 0) {
    const [allowed, candidates, remove]: [string[], string[], Pod[]] = [[], [], []];
    let surging = 0;
    for (const { name, pods } of withPods) {
      if (pods === undefined) surging++;
      else if (pods.old === undefined) continue;
      else if (pods.new !== undefined) {
        if (available(pods.new)) remove.push(pods.old);
        else surging++;
      } else if (available(pods.old)) candidates.push(name);
      else allowed.push(name);
    }
    const room = Math.max(0, surge - surging);
    const why = `maxSurge ${surge} of ${desired} - ${surging} doubled = room for ${room}; ${allowed.length} old ones are not available`;
    return { create: [...allowed, ...candidates.slice(0, room)], remove, ended: [], why };
  }
  const [allowed, candidates]: [Pod[], Pod[]] = [[], []];
  let down = 0;
  for (const { pods } of withPods) {
    if (pods === undefined || (pods.old === undefined) === (pods.new === undefined)) down++;
    else if (pods.new !== undefined) down += available(pods.new) ? 0 : 1;
    else if (available(pods.old!)) candidates.push(pods.old!);
    else allowed.push(pods.old!);
  }
  const room = Math.max(0, unavailable - down);
  const why = `maxUnavailable ${unavailable} of ${desired} - ${down} down = room for ${room}; ${allowed.length} old ones are not available`;
  return { create: [], remove: [...allowed, ...candidates.slice(0, room)], ended: [], why };
}

/** The one old and the one new pod of a node; undefined: there are several of a sort (`findUpdatedPodsOnNode`). */
function updatedPods(
  pods: readonly Pod[],
  revision: string,
): { new: Pod | undefined; old: Pod | undefined } | undefined {
  const found: { new: Pod | undefined; old: Pod | undefined } = { new: undefined, old: undefined };
  for (const pod of pods) {
    if (pod.metadata.deletionUs !== undefined) continue;
    const which = pod.metadata.labels[REVISION_HASH] === revision ? 'new' : 'old';
    if (found[which] !== undefined) return undefined;
    found[which] = pod;
  }
  return found;
}
