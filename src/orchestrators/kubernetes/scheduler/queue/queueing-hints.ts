import type { Node } from '../../objects/node.ts';
import { matchesNodeTerms } from '../../objects/node-selector.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodGroup } from '../../objects/policy.ts';
import { tolerates, UNSCHEDULABLE_TAINT, untoleratedTaint } from '../../objects/tolerations.ts';
import { type HostPort, matchesRequiredNodes, podInfo } from '../pod-info.ts';
import { affinityAfterNode, affinityAfterPod } from './affinity-hints.ts';
import type { ClusterEvent, NodeEvent, PodEvent } from './cluster-event.ts';
import { hasPlace, type HintContext, type HintRule } from './hint-rule.ts';
import { isRoomMadeByResize, mayFitNow } from './resource-hints.ts';
import { spreadAfterNode, spreadAfterPod } from './spread-hints.ts';

/**
 * Queueing hints of the in-tree plugins, by plugin (`EventsToRegister` and the functions named `isSchedulableAfter…` in
 * pkg/scheduler/framework/plugins; generally available since 1.34). Pods for which a place is kept (nominated) count
 * as having one when they go (since 1.36). Extenders, devices and CSI limits are not modelled, so they refuse nothing.
 */
export const QUEUEING_HINTS: Readonly<Record<string, readonly HintRule[]>> = {
  SchedulingGates: [
    {
      resource: 'UnscheduledPod',
      actions: ['UpdatePodSchedulingGatesEliminated'],
      queues: isOwnChange,
    },
  ],
  NodeUnschedulable: [
    { resource: 'Node', actions: ['Add', 'UpdateNodeTaint'], queues: (_, __, after) => !after!.spec.unschedulable },
    {
      resource: 'Pod',
      actions: ['UpdatePodToleration'],
      queues: (pod, _, after) => isOwnChange(pod, _, after) && tolerates(after!.spec.tolerations, UNSCHEDULABLE_TAINT),
    },
  ],
  NodeName: [{ resource: 'Node', actions: ['Add'] }],
  TaintToleration: [
    {
      resource: 'Node',
      actions: ['Add', 'UpdateNodeTaint'],
      queues: ({ spec: { tolerations } }, before, after) =>
        (before === undefined || untoleratedTaint(before.spec.taints, tolerations) !== undefined) &&
        untoleratedTaint(after!.spec.taints, tolerations) === undefined,
    },
    { resource: 'Pod', actions: ['UpdatePodToleration'], queues: isOwnChange },
  ],
  NodeAffinity: [
    {
      resource: 'Node',
      actions: ['Add', 'UpdateNodeLabel'],
      queues: (pod, before, after, context) =>
        isAllowed(pod, after!, context) && (before === undefined || !isAllowed(pod, before, context)),
    },
  ],
  NodePorts: [
    {
      resource: 'Pod',
      actions: ['Delete'],
      queues: (pod, before) => hasPlace(before!) && portsMeet(podInfo(pod).hostPorts, podInfo(before!).hostPorts),
    },
    { resource: 'Node', actions: ['Add'] },
  ],
  NodeResourcesFit: [
    {
      resource: 'Pod',
      actions: ['Delete', 'UpdatePodScaleDown'],
      queues: (pod, before, after) =>
        after === undefined ? hasPlace(before!) : isRoomMadeByResize(pod, before!, after),
    },
    { resource: 'Node', actions: ['Add', 'UpdateNodeAllocatable'], queues: mayFitNow },
  ],
  VolumeRestrictions: [
    { resource: 'PersistentVolumeClaim' },
    { resource: 'Pod', actions: ['Delete'], queues: sharesClaim },
  ],
  VolumeBinding: [
    { resource: 'PersistentVolumeClaim' },
    { resource: 'PersistentVolume' },
    { resource: 'StorageClass' },
    { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'] },
  ],
  VolumeZone: [
    { resource: 'PersistentVolumeClaim' },
    { resource: 'PersistentVolume' },
    { resource: 'StorageClass' },
    { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'] },
  ],
  PodTopologySpread: [
    {
      resource: 'Pod',
      actions: ['Add', 'UpdatePodLabel', 'UpdatePodToleration', 'Delete'],
      queues: spreadAfterPod,
    },
    {
      resource: 'Node',
      actions: ['Add', 'Delete', 'UpdateNodeLabel', 'UpdateNodeTaint'],
      queues: spreadAfterNode,
    },
  ],
  InterPodAffinity: [
    { resource: 'Pod', actions: ['Add', 'UpdatePodLabel', 'Delete'], queues: affinityAfterPod },
    { resource: 'Node', actions: ['Add', 'UpdateNodeLabel'], queues: affinityAfterNode },
  ],
  // It refuses nothing itself: it holds back pods whose victims are being told, and what else refused them decides.
  DefaultPreemption: [{ resource: 'AssignedPod', actions: ['Delete'], queues: () => false }],
  GangScheduling: [
    {
      resource: 'Pod',
      actions: ['Add'],
      queues: (pod, _, after) =>
        pod.spec.podGroupName !== undefined &&
        pod.spec.podGroupName === after!.spec.podGroupName &&
        pod.metadata.namespace === after!.metadata.namespace,
    },
    { resource: 'PodGroup', actions: ['Add'], queues: (pod, _, after) => isGroupOf(pod, after!) },
    {
      resource: 'PodGroup',
      actions: ['Update'],
      queues: (pod, before, after) => isGroupOf(pod, after!) && after!.minCount < before!.minCount,
    },
  ],
};

/** Plugins that want to hear of such an event, with their rules for it. */
export function interestedIn(event: ClusterEvent): readonly (readonly [plugin: string, rule: HintRule])[] {
  if (event.resource === '*') return [];
  const key = `${event.resource}/${event.action}`;
  let interested = interests.get(key);
  if (interested === undefined) {
    interested = Object.entries(QUEUEING_HINTS).flatMap(([plugin, rules]) =>
      rules.filter((rule) => hears(rule, event)).map((rule) => [plugin, rule] as const),
    );
    interests.set(key, interested);
  }
  return interested;
}

/** What a rule says to an event that it is about. */
export function hint(rule: HintRule, pod: Pod, event: ClusterEvent, context: HintContext): boolean {
  switch (rule.resource) {
    case 'Node': {
      const { before, after } = event as NodeEvent;
      return rule.queues === undefined || rule.queues(pod, before, after, context);
    }
    case 'PodGroup': {
      const { before, after } = event as Extract<ClusterEvent, { resource: 'PodGroup' }>;
      return rule.queues(pod, before, after);
    }
    case 'PersistentVolumeClaim':
      return isClaimOf(pod, event);
    case 'PersistentVolume':
    case 'StorageClass':
      return true;
    default: {
      const { before, after } = event as PodEvent;
      return rule.queues(pod, before, after, context);
    }
  }
}

const interests = new Map<string, readonly (readonly [string, HintRule])[]>();

function hears(rule: HintRule, event: ClusterEvent): boolean {
  const isPod = event.resource === 'AssignedPod' || event.resource === 'UnscheduledPod';
  if (rule.resource !== event.resource && !(rule.resource === 'Pod' && isPod)) return false;
  return !('actions' in rule) || (rule.actions as readonly string[]).includes(event.action);
}

function isOwnChange(pod: Pod, _: Pod | undefined, after: Pod | undefined): boolean {
  return after?.id === pod.id;
}

function isAllowed(pod: Pod, node: Node, context: HintContext): boolean {
  const { labels, name } = node.metadata;
  const added = context.addedAffinity(pod)?.required;
  return matchesNodeTerms(added, labels, name) && matchesRequiredNodes(pod.spec, labels, name);
}

function portsMeet(wanted: readonly HostPort[], freed: readonly HostPort[]): boolean {
  return wanted.some(({ ip, protocol, port }) =>
    freed.some(
      (free) =>
        free.port === port &&
        free.protocol === protocol &&
        (free.ip === ip || free.ip === '0.0.0.0' || ip === '0.0.0.0'),
    ),
  );
}

function sharesClaim(pod: Pod, before: Pod | undefined): boolean {
  if (pod.metadata.namespace !== before!.metadata.namespace) return false;
  return pod.spec.volumes.some(
    ({ persistentVolumeClaim: claim }) =>
      claim !== undefined && before!.spec.volumes.some((volume) => volume.persistentVolumeClaim === claim),
  );
}

function isClaimOf(pod: Pod, event: ClusterEvent): boolean {
  if (event.resource !== 'PersistentVolumeClaim' || pod.metadata.namespace !== event.after.metadata.namespace)
    return false;
  return pod.spec.volumes.some((volume) => volume.persistentVolumeClaim === event.after.metadata.name);
}

function isGroupOf(pod: Pod, group: PodGroup): boolean {
  return pod.spec.podGroupName === group.metadata.name && pod.metadata.namespace === group.metadata.namespace;
}
