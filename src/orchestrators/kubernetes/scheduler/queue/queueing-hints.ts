import type { Labels } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import { matchesNodeTerms } from '../../objects/node-selector.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import type { NodeAffinity, Pod } from '../../objects/pod.ts';
import { podResources } from '../../objects/pod-resources.ts';
import type { PodGroup } from '../../objects/policy.ts';
import { tolerates, UNSCHEDULABLE_TAINT, untoleratedTaint } from '../../objects/tolerations.ts';
import {
  type HostPort,
  matchesRequiredNodes,
  podInfo,
  type PodTerm,
  type SpreadConstraint,
  termMatches,
} from '../pod-info.ts';
import { type ClusterEvent, sameTaints, sameTexts, type NodeEvent, type PodEvent } from './cluster-event.ts';

/** What hints must know besides the pod and the event. */
export interface HintContext {
  namespaceLabels(namespace: string): Labels;
  /** NodeAffinityArgs.addedAffinity of the pod's profile. */
  addedAffinity(pod: Pod): NodeAffinity | undefined;
  /** Constraints with DoNotSchedule that hold for the pod: its own, or the profile's. */
  hardSpread(pod: Pod): readonly SpreadConstraint[];
}

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

/** Whether a pod takes room: it has a node, or one is kept for it. */
function hasPlace(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined || pod.status.nominatedNodeName !== undefined;
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

/** Whether the pod itself, or another that takes room, now asks for less of something that the pod asks for. */
function isRoomMadeByResize(pod: Pod, before: Pod, after: Pod): boolean {
  if (after.id === pod.id) return true;
  if (after.spec.nodeName === undefined) return false;
  const [wants, was, is] = [podResources(pod.spec), podResources(before.spec), podResources(after.spec)];
  if (wants.cpuMilli > 0 && is.cpuMilli < was.cpuMilli) return true;
  if (wants.memBytes > 0 && is.memBytes < was.memBytes) return true;
  if (wants.ephemeralBytes > 0 && is.ephemeralBytes < was.ephemeralBytes) return true;
  const amount = (of: typeof was, name: string): number => of.scalars.find((one) => one.name === name)?.amount ?? 0;
  return wants.scalars.some(({ name }) => amount(is, name) < amount(was, name));
}

/** Whether the pod fits the empty node, and the node is new or has more of something that the pod asks for. */
function mayFitNow(pod: Pod, before: Node | undefined, after: Node | undefined): boolean {
  const wants = podResources(pod.spec);
  const has = nodeResources(after!);
  if (has.pods < 1 || wants.cpuMilli > has.cpuMilli || wants.memBytes > has.memBytes) return false;
  if (wants.ephemeralBytes > has.ephemeralBytes) return false;
  if (wants.scalars.some(({ name, amount }) => amount > (has.scalars.get(name) ?? 0))) return false;
  if (before === undefined) return true;
  const had = nodeResources(before);
  if (has.pods > had.pods) return true;
  if (wants.cpuMilli > 0 && has.cpuMilli > had.cpuMilli) return true;
  if (wants.memBytes > 0 && has.memBytes > had.memBytes) return true;
  if (wants.ephemeralBytes > 0 && has.ephemeralBytes > had.ephemeralBytes) return true;
  return wants.scalars.some(({ name }) => (has.scalars.get(name) ?? 0) > (had.scalars.get(name) ?? 0));
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

/** P/podtopologyspread/plugin.go: the pod itself, or a pod with a place in its namespace, matches a selector now and did not, or the other way round. */
function spreadAfterPod(pod: Pod, before: Pod | undefined, after: Pod | undefined, context: HintContext): boolean {
  const isInvolved = (other: Pod | undefined): boolean =>
    other === undefined ||
    other.id === pod.id ||
    (hasPlace(other) && other.metadata.namespace === pod.metadata.namespace);
  if (!isInvolved(before) || !isInvolved(after)) return false;
  const constraints = context.hardSpread(pod);
  const matches = (labels: Labels, { selector }: SpreadConstraint): boolean => matchesSelector(selector, labels);
  if (before === undefined || after === undefined) {
    const { labels } = (after ?? before)!.metadata;
    return constraints.some((constraint) => matches(labels, constraint));
  }
  if (after.id === pod.id && after.spec.tolerations.length !== before.spec.tolerations.length) {
    if (constraints.some((constraint) => constraint.honorsTaints)) return true;
  }
  return constraints.some(
    (constraint) => matches(before.metadata.labels, constraint) !== matches(after.metadata.labels, constraint),
  );
}

/** The same for nodes: one that has all topology keys came, went, or changed their values or its taints. */
function spreadAfterNode(pod: Pod, before: Node | undefined, after: Node | undefined, context: HintContext): boolean {
  const constraints = context.hardSpread(pod);
  const counts = (node: Node | undefined): boolean =>
    node !== undefined && constraints.every(({ topologyKey }) => node.metadata.labels[topologyKey] !== undefined);
  if (before === undefined || after === undefined) return counts(before) || counts(after);
  if (counts(before) !== counts(after)) return true;
  if (!counts(after)) return false;
  return (
    constraints.some(({ topologyKey }) => before.metadata.labels[topologyKey] !== after.metadata.labels[topologyKey]) ||
    !sameTaints(before, after)
  );
}

/**
 * P/interpodaffinity/plugin.go: a pod with a place now matches all required affinity terms, or no longer all required
 * anti-affinity terms. Besides, the pod's own labels may have changed, and a pod whose anti-affinity kept this one away
 * may have gone: those refuse in the name of the same plugin, and nothing else would tell of them.
 */
function affinityAfterPod(pod: Pod, before: Pod | undefined, after: Pod | undefined, context: HintContext): boolean {
  if (after?.id === pod.id) return before !== undefined && !sameTexts(before.metadata.labels, after.metadata.labels);
  if ((before !== undefined && !hasPlace(before)) || (after !== undefined && !hasPlace(after))) return false;
  const { requiredAffinity, requiredAntiAffinity } = podInfo(pod);
  const matchesAll = (terms: readonly PodTerm[], other: Pod): boolean =>
    terms.length > 0 && terms.every((term) => meansPod(term, other, context));
  if (after !== undefined && matchesAll(requiredAffinity, after))
    return before === undefined || !matchesAll(requiredAffinity, before);
  if (before === undefined) return false;
  if (matchesAll(requiredAntiAffinity, before)) return after === undefined || !matchesAll(requiredAntiAffinity, after);
  return after === undefined && podInfo(before).requiredAntiAffinity.some((term) => meansPod(term, pod, context));
}

/**
 * The same for nodes: with required affinity one that has the key, or now has it or another value of it; with required
 * anti-affinity any new one, or one that has lost the key or has another value. A pod without either was kept away by
 * others, whose keys are not known here: any such change may do.
 */
function affinityAfterNode(pod: Pod, before: Node | undefined, after: Node | undefined): boolean {
  const { requiredAffinity, requiredAntiAffinity } = podInfo(pod);
  if (requiredAffinity.length === 0 && requiredAntiAffinity.length === 0) return true;
  const value = (node: Node, { topologyKey }: PodTerm): string | undefined => node.metadata.labels[topologyKey];
  const isNear = requiredAffinity.some((term) => {
    const is = value(after!, term);
    return is !== undefined && (before === undefined || value(before, term) !== is);
  });
  if (isNear || before === undefined) return isNear || requiredAntiAffinity.length > 0;
  return requiredAntiAffinity.some((term) => {
    const was = value(before, term);
    return was !== undefined && was !== value(after!, term);
  });
}

function meansPod(term: PodTerm, pod: Pod, context: HintContext): boolean {
  const { labels, namespace } = pod.metadata;
  return termMatches(term, labels, namespace, context.namespaceLabels(namespace));
}
