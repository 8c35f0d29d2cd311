import { hasEnded, isAvailable } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { StatefulSet } from '../../objects/workloads.ts';
import { REVISION_HASH } from '../shared/template-revision.ts';
import { ordinalOf } from './stateful-pods.ts';

/** What one look at a StatefulSet finds to do. */
export interface StatefulPlan {
  /** Ordinals to create now. */
  readonly create: readonly number[];
  readonly remove: readonly Pod[];
  readonly why: string;
}

/**
 * What to do with a StatefulSet's pods (`updateStatefulSet` in `pkg/controller/statefulset/stateful_set_control.go`):
 * first the living replicas in order of their ordinals, then what is beyond them from the highest down, then the rolling
 * update from the highest down to the partition. With OrderedReady one thing at a time, and nothing while a pod that
 * comes before is not running, ready and available.
 */
export function planStatefulSet(
  set: StatefulSet,
  pods: readonly Pod[],
  updateRevision: string,
  nowUs: number,
): StatefulPlan {
  const { replicas: count, ordinalsStart: start, podManagementPolicy, minReadySeconds } = set.spec;
  const ordered = podManagementPolicy === 'OrderedReady';
  const replicas: (Pod | undefined)[] = new Array<Pod | undefined>(count).fill(undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal >= start && ordinal < start + count) replicas[ordinal - start] = pod;
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((left, right) => ordinalOf(set, right) - ordinalOf(set, left));
  const healthy = (pod: Pod): boolean =>
    pod.metadata.deletionUs === undefined && pod.status.phase === 'Running' && isAvailable(pod, minReadySeconds, nowUs);
  const isGoing = (pod: Pod): boolean => pod.metadata.deletionUs !== undefined;

  const create: number[] = [];
  const remove: Pod[] = [];
  for (const [index, pod] of replicas.entries()) {
    const ordinal = start + index;
    if (pod === undefined) create.push(ordinal);
    else if (hasEnded(pod)) {
      if (!isGoing(pod)) remove.push(pod);
    } else if (!ordered || healthy(pod)) continue;
    // In order: whatever is to be done or waited for here comes before everything else.
    if (ordered) return { create, remove, why: `${set.metadata.name}-${ordinal} comes first` };
  }
  // A pod that has ended is made anew before anything else happens, in every mode.
  if (remove.length > 0) return { create, remove, why: 'pods that have ended are made anew' };

  const firstUnhealthy =
    replicas.find((pod) => pod === undefined || !healthy(pod)) ?? lowestUnhealthy(condemned, healthy);
  for (const pod of condemned) {
    if (isGoing(pod)) {
      if (ordered) return { create, remove, why: `${pod.metadata.name} is still going` };
      continue;
    }
    if (ordered && !healthy(pod) && pod !== firstUnhealthy)
      return { create, remove, why: `${firstUnhealthy?.metadata.name ?? 'another pod'} is not healthy` };
    remove.push(pod);
    if (ordered) return { create, remove, why: `${count} replicas are wanted, the highest goes first` };
  }
  if (set.spec.updateStrategy.type === 'OnDelete') return { create, remove, why: `${count} replicas are wanted` };
  return { create, ...rollingUpdate(set, replicas, remove, updateRevision, healthy) };
}

function rollingUpdate(
  set: StatefulSet,
  replicas: readonly (Pod | undefined)[],
  remove: readonly Pod[],
  updateRevision: string,
  healthy: (pod: Pod) => boolean,
): Pick<StatefulPlan, 'remove' | 'why'> {
  const { partition } = set.spec.updateStrategy;
  for (let index = replicas.length - 1; index >= partition; index--) {
    const pod = replicas[index];
    // Just being created, in the update's revision.
    if (pod === undefined) break;
    if (pod.metadata.labels[REVISION_HASH] !== updateRevision && pod.metadata.deletionUs === undefined)
      return { remove: [...remove, pod], why: `${pod.metadata.name} is not of revision ${updateRevision}` };
    if (!healthy(pod)) break;
  }
  return { remove, why: `${set.spec.replicas} replicas are wanted` };
}

function lowestUnhealthy(condemned: readonly Pod[], healthy: (pod: Pod) => boolean): Pod | undefined {
  return condemned.findLast((pod) => !healthy(pod));
}
