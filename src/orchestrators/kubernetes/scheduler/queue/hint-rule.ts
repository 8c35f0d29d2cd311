import type { Labels } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import type { NodeAffinity, Pod } from '../../objects/pod.ts';
import type { PodGroup } from '../../objects/policy.ts';
import type { SpreadConstraint } from '../pod-info.ts';
import type { NodeEvent, PodEvent } from './cluster-event.ts';

/**
 * What a plugin that refused a pod waits for: after such an event it is asked whether the pod should be tried again.
 * Without a question every such event is good enough.
 */
export type HintRule =
  | {
      readonly resource: 'Node';
      readonly actions: readonly NodeEvent['action'][];
      readonly queues?: (pod: Pod, before: Node | undefined, after: Node | undefined, context: HintContext) => boolean;
    }
  | {
      readonly resource: 'AssignedPod' | 'UnscheduledPod' | 'Pod';
      readonly actions: readonly PodEvent['action'][];
      readonly queues: (pod: Pod, before: Pod | undefined, after: Pod | undefined, context: HintContext) => boolean;
    }
  | {
      readonly resource: 'PodGroup';
      readonly actions: readonly ('Add' | 'Update')[];
      readonly queues: (pod: Pod, before: PodGroup | undefined, after: PodGroup | undefined) => boolean;
    }
  | { readonly resource: 'PersistentVolume' | 'StorageClass' | 'PersistentVolumeClaim' };

/** What hints must know besides the pod and the event. */
export interface HintContext {
  namespaceLabels(namespace: string): Labels;
  /** NodeAffinityArgs.addedAffinity of the pod's profile. */
  addedAffinity(pod: Pod): NodeAffinity | undefined;
  /** Constraints with DoNotSchedule that hold for the pod: its own, or the profile's. */
  hardSpread(pod: Pod): readonly SpreadConstraint[];
}

/** Whether a pod takes room: it has a node, or one is kept for it. */
export function hasPlace(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined || pod.status.nominatedNodeName !== undefined;
}
