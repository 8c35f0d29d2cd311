import type { Labels, ResourceList } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import { podResources } from '../../objects/pod-resources.ts';
import type { PodGroup } from '../../objects/policy.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../objects/storage.ts';

/**
 * Something that happened in the cluster and may let a refused pod in, as the scheduling queue hears of it (upstream
 * pkg/scheduler/framework/events.go). One change of an object may be several events.
 */
export type ClusterEvent = NodeEvent | PodEvent | PodGroupEvent | VolumeEvent | WildcardEvent;

export interface NodeEvent {
  readonly resource: 'Node';
  readonly action: 'Add' | 'Delete' | 'UpdateNodeAllocatable' | 'UpdateNodeLabel' | 'UpdateNodeTaint';
  readonly before: Node | undefined;
  readonly after: Node | undefined;
}

/** Assigned: the pod has a node, or one is kept for it. */
export interface PodEvent {
  readonly resource: 'AssignedPod' | 'UnscheduledPod';
  readonly action:
    | 'Add'
    | 'Delete'
    | 'Update'
    | 'UpdatePodLabel'
    | 'UpdatePodScaleDown'
    | 'UpdatePodToleration'
    | 'UpdatePodSchedulingGatesEliminated';
  readonly before: Pod | undefined;
  readonly after: Pod | undefined;
}

export interface PodGroupEvent {
  readonly resource: 'PodGroup';
  readonly action: 'Add' | 'Update';
  readonly before: PodGroup | undefined;
  readonly after: PodGroup | undefined;
}

export interface VolumeEvent {
  readonly resource: 'PersistentVolumeClaim' | 'PersistentVolume' | 'StorageClass';
  readonly action: 'Add' | 'Update';
  readonly after: PersistentVolumeClaim | PersistentVolume | StorageClass;
}

/** Moves pods whatever they were refused for. */
export interface WildcardEvent {
  readonly resource: '*';
  readonly action: 'UnschedulableTimeout' | 'ForceActivate';
  /** Only this pod; absent: all. */
  readonly podId?: number;
}

/** How an event is called in explanations: `AssignedPodDelete`, `NodeAdd`, `UpdateNodeTaint`. */
export function eventLabel(event: ClusterEvent): string {
  if (event.resource === '*' || event.action.startsWith('UpdateNode')) return event.action;
  return `${event.resource}${event.action}`;
}

/** What a changed node may be good for. Being no longer cordoned counts as a change of taints. */
export function nodeEvents(after: Node, before: Node): NodeEvent[] {
  const actions: NodeEvent['action'][] = [];
  if (before.spec.unschedulable && !after.spec.unschedulable) actions.push('UpdateNodeTaint');
  if (!sameTexts(before.status.allocatable, after.status.allocatable)) actions.push('UpdateNodeAllocatable');
  if (!sameTexts(before.metadata.labels, after.metadata.labels)) actions.push('UpdateNodeLabel');
  if (!sameTaints(before, after) && !actions.includes('UpdateNodeTaint')) actions.push('UpdateNodeTaint');
  return actions.map((action) => ({ resource: 'Node', action, before, after }));
}

/** What a changed pod may be good for, for itself or for others; a plain `Update` when it is nothing in particular. */
export function podEvents(after: Pod, before: Pod): PodEvent[] {
  const resource = after.spec.nodeName === undefined ? 'UnscheduledPod' : 'AssignedPod';
  const actions: PodEvent['action'][] = [];
  if (!sameTexts(before.metadata.labels, after.metadata.labels)) actions.push('UpdatePodLabel');
  if (before.spec !== after.spec) {
    if (isScaledDown(after, before)) actions.push('UpdatePodScaleDown');
    if (before.spec.schedulingGates.length > 0 && after.spec.schedulingGates.length === 0)
      actions.push('UpdatePodSchedulingGatesEliminated');
    // Tolerations can be added, but not changed or taken away.
    if (before.spec.tolerations.length !== after.spec.tolerations.length) actions.push('UpdatePodToleration');
  }
  if (actions.length === 0) actions.push('Update');
  return actions.map((action) => ({ resource, action, before, after }));
}

/** Whether a pod asks for less of something than it did. */
function isScaledDown(after: Pod, before: Pod): boolean {
  const [now, then] = [podResources(after.spec), podResources(before.spec)];
  if (now === then) return false;
  if (now.cpuMilli < then.cpuMilli || now.memBytes < then.memBytes || now.ephemeralBytes < then.ephemeralBytes)
    return true;
  return then.scalars.some(
    ({ name, amount }) => (now.scalars.find((scalar) => scalar.name === name)?.amount ?? 0) < amount,
  );
}

/** Whether two maps of texts say the same. */
export function sameTexts(one: Labels | ResourceList, other: Labels | ResourceList): boolean {
  if (one === other) return true;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Whether two nodes have the same taints in the same order. */
export function sameTaints(one: Node, other: Node): boolean {
  const [left, right] = [one.spec.taints, other.spec.taints];
  if (left === right) return true;
  return (
    left.length === right.length &&
    left.every(({ key, value, effect }, k) => {
      const taint = right[k];
      return key === taint.key && value === taint.value && effect === taint.effect;
    })
  );
}
