import type { NewObject } from '../../orchestrators/kubernetes/api/api-server.ts';
import type { NodeGroupSpec } from '../../orchestrators/kubernetes/kubernetes-spec.ts';
import { nodeNamed } from '../../orchestrators/kubernetes/nodes-at-start.ts';
import {
  INSTANCE_TYPE_LABEL,
  NODE_GROUP_LABEL,
  ZONE_LABEL,
} from '../../orchestrators/kubernetes/objects/node-labels.ts';
import type { Node, Taint } from '../../orchestrators/kubernetes/objects/node.ts';
import type { NodeGroup } from '../../sim/fleet/node-group.ts';

/** Pods that a kubelet takes when nobody says otherwise (controllers.md 8). */
const MAX_PODS = 110;
/** Memory that a kubelet keeps free: the hard eviction threshold memory.available < 100Mi (controllers.md 8). */
const EVICTION_BYTES = 100 * 2 ** 20;
/** Disk of a node that does not say, as cloud images have it. */
const DISK_BYTES = 100 * 2 ** 30;

/**
 * Groups of machines as Kubernetes knows them. A group in several zones becomes one a zone, as node groups of clouds
 * are, and its sizes are dealt to them in turn.
 */
export function nodeGroupSpecs(groups: readonly NodeGroup[]): NodeGroupSpec[] {
  return groups.flatMap((group) => {
    const zones = group.zones.length === 0 ? [''] : group.zones;
    const dealt = (total: number, k: number): number => Math.floor((total + zones.length - 1 - k) / zones.length);
    return zones.map((zone, k): NodeGroupSpec => {
      const name = zones.length === 1 ? group.name : `${group.name}-${zone}`;
      return {
        name,
        min: dealt(group.min, k),
        max: dealt(group.max, k),
        initial: dealt(group.initial, k),
        template: nodeOfGroup(group, name, zone),
        usdPerHour: group.usdPerHour,
        spot: group.spot,
        bootUs: group.boot.kind === 'constant' ? group.boot.meanUs : meanUs(group),
      };
    });
  });
}

/** One machine of a group as a Node of its own, under its own name. */
export function nodeOfMachine(
  group: NodeGroup,
  { name, zone }: { readonly name: string; readonly zone: string },
): NewObject<Node> {
  return nodeNamed(nodeOfGroup(group, group.name, zone), name);
}

/** A node's resources, labels and taints by the group's template; its name is completed with a number. */
function nodeOfGroup(group: NodeGroup, name: string, zone: string): NewObject<Node> {
  const { template } = group;
  const extended = Object.fromEntries(Object.entries(template.extended ?? {}).map(([key, value]) => [key, `${value}`]));
  const capacity = {
    cpu: `${template.cpuMilli}m`,
    memory: `${template.memBytes}`,
    pods: `${template.podLimit ?? MAX_PODS}`,
    'ephemeral-storage': `${template.storageBytes ?? DISK_BYTES}`,
    ...(template.gpuCount !== undefined && { 'nvidia.com/gpu': `${template.gpuCount}` }),
    ...extended,
  };
  return {
    kind: 'Node',
    metadata: {
      name,
      namespace: '',
      labels: {
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        ...(zone !== '' && { [ZONE_LABEL]: zone }),
        ...(group.instanceType !== '' && { [INSTANCE_TYPE_LABEL]: group.instanceType }),
        ...template.labels,
        [NODE_GROUP_LABEL]: name,
      },
    },
    spec: { unschedulable: false, taints: (template.taints ?? []).map(taintOf) },
    status: {
      capacity,
      allocatable: { ...capacity, memory: `${Math.max(0, template.memBytes - EVICTION_BYTES)}` },
      conditions: [{ type: 'Ready', status: 'True', changedUs: 0, reason: 'KubeletReady' }],
      images: [],
    },
  };
}

/** A taint written as `key`, `key=value` or `key=value:Effect`; NoSchedule when no effect is named. */
function taintOf(text: string): Taint {
  const [, key, value = '', effect] = /^([^=:]+)(?:=([^:]*))?(?::(.+))?$/.exec(text) ?? [];
  const known = (['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const).find((one) => one === effect);
  return { key: key ?? text, value, effect: known ?? 'NoSchedule' };
}

function meanUs({ boot }: NodeGroup): number {
  return 'meanUs' in boot ? boot.meanUs : 60e6;
}
