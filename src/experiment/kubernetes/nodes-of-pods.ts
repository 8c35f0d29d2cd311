import type { NewObject } from '../../orchestrators/kubernetes/api/api-server.ts';
import type { AnyObject } from '../../orchestrators/kubernetes/objects/kinds.ts';
import type { Labels } from '../../orchestrators/kubernetes/objects/meta.ts';
import { newPodStatus } from '../../orchestrators/kubernetes/objects/new-statuses.ts';
import type { Node } from '../../orchestrators/kubernetes/objects/node.ts';
import { podResources } from '../../orchestrators/kubernetes/objects/pod-resources.ts';
import type { Pod } from '../../orchestrators/kubernetes/objects/pod.ts';
import { instanceOf } from '../scenario/instances.ts';

const SIZES = ['m5.large', 'm5.xlarge', 'm5.2xlarge', 'm5.4xlarge', 'm5.8xlarge', 'm5.16xlarge'];
/** How full a machine is taken to be at most. */
const FULL = 0.9;
const MAX_PODS = 110;
const DISK_BYTES = 100 * 2 ** 30;
const HOSTNAME = 'kubernetes.io/hostname';
const MOST_NAMED = 3;

/**
 * The objects with pods that name nodes nobody knows put right, as far as that can be, and a note of it. When the
 * manifests hold no node at all (a dump of pods alone), machines of the same names stand in, unless other machines are
 * given: then pods go to the scheduler as if they were new, and those of DaemonSets are left out, since each belongs to
 * its node. When the manifests hold nodes, but not these, the pods are what they would be in a cluster: orphans.
 */
export function withNodesOfPods(
  objects: readonly NewObject<AnyObject>[],
  machines: { readonly areGiven: boolean; readonly named: ReadonlySet<string> },
  note: (sentence: string) => void,
): readonly NewObject<AnyObject>[] {
  const nodes = new Set(machines.named);
  let hasNodes = false;
  for (const { kind, metadata } of objects) {
    if (kind !== 'Node') continue;
    nodes.add(metadata.name);
    hasNodes = true;
  }
  const isLost = (object: NewObject<AnyObject>): object is NewObject<Pod> =>
    object.kind === 'Pod' && object.spec.nodeName !== undefined && !nodes.has(object.spec.nodeName);
  const lost = objects.filter(isLost);
  if (lost.length === 0) return objects;
  const pods = lost.length === 1 ? '1 pod is' : `${lost.length} pods are`;
  const about = `${pods} on nodes that are not among the manifests (${namesOf(lost)})`;
  if (hasNodes) {
    note(`${about}; the pod garbage collector takes them away, as in a cluster`);
    return objects;
  }
  if (machines.areGiven) {
    note(`${about}, so the scheduler places them anew; those of DaemonSets are left out`);
    return objects.flatMap((object) => {
      if (!isLost(object) || hasEnded(object)) return [object];
      return isOfDaemonSet(object) ? [] : [unbound(object)];
    });
  }
  const standIns = nodesOf(lost);
  const type = standIns[0].metadata.labels?.[INSTANCE_TYPE] ?? '';
  note(`${about}, so ${standIns.length} x ${type} stand in for them; write cluster: to place the pods on others`);
  return [...standIns, ...objects];
}

const INSTANCE_TYPE = 'node.kubernetes.io/instance-type';

/** A machine for each name, all of the smallest size that holds what is on the fullest; labels as far as pods ask for them. */
function nodesOf(pods: readonly NewObject<Pod>[]): NewObject<Node>[] {
  const byNode = new Map<string, NewObject<Pod>[]>();
  for (const pod of pods) {
    const there = byNode.get(pod.spec.nodeName!);
    if (there === undefined) byNode.set(pod.spec.nodeName!, [pod]);
    else there.push(pod);
  }
  const loads = new Map(Array.from(byNode, ([name, there]) => [name, loadOf(there)]));
  const most = { cpuMilli: 0, memBytes: 0 };
  for (const { cpuMilli, memBytes } of loads.values()) {
    most.cpuMilli = Math.max(most.cpuMilli, cpuMilli);
    most.memBytes = Math.max(most.memBytes, memBytes);
  }
  const types = SIZES.map((name) => instanceOf(name));
  const type =
    types.find((one) => most.cpuMilli <= FULL * one.cpuMilli && most.memBytes <= FULL * one.memBytes) ?? types.at(-1)!;
  return [...byNode.keys()].sort().map((name): NewObject<Node> => {
    const { count, scalars } = loads.get(name)!;
    const capacity = {
      cpu: `${Math.max(type.cpuMilli, most.cpuMilli)}m`,
      memory: `${Math.max(type.memBytes, most.memBytes)}`,
      pods: `${Math.max(MAX_PODS, count)}`,
      'ephemeral-storage': `${DISK_BYTES}`,
      ...Object.fromEntries(Array.from(scalars, ([resource, amount]) => [resource, `${amount}`])),
    };
    const labels = {
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      [INSTANCE_TYPE]: type.name,
      ...labelsOf(byNode.get(name)!),
      [HOSTNAME]: name,
    };
    return {
      kind: 'Node',
      metadata: { name, namespace: '', labels },
      spec: { unschedulable: false, taints: [] },
      status: {
        capacity,
        allocatable: capacity,
        conditions: [{ type: 'Ready', status: 'True', changedUs: 0, reason: 'KubeletReady' }],
        images: [],
      },
    };
  });
}

/** What pods that have not ended ask for together. */
function loadOf(pods: readonly NewObject<Pod>[]): {
  cpuMilli: number;
  memBytes: number;
  count: number;
  scalars: ReadonlyMap<string, number>;
} {
  const load = { cpuMilli: 0, memBytes: 0, count: 0, scalars: new Map<string, number>() };
  for (const pod of pods) {
    if (hasEnded(pod)) continue;
    const { cpuMilli, memBytes, scalars } = podResources(pod.spec);
    load.cpuMilli += cpuMilli;
    load.memBytes += memBytes;
    load.count++;
    for (const { name, amount } of scalars) load.scalars.set(name, (load.scalars.get(name) ?? 0) + amount);
  }
  return load;
}

/** Labels that the node of these pods must have had: what their selectors ask for, and affinities that leave one choice. */
function labelsOf(pods: readonly NewObject<Pod>[]): Labels {
  const labels: Record<string, string> = {};
  for (const { spec } of pods) {
    Object.assign(labels, spec.nodeSelector);
    const [term, ...others] = spec.nodeAffinity?.required ?? [];
    if (term === undefined || others.length > 0) continue;
    for (const { key, operator, values } of term.matchExpressions)
      if (operator === 'In') labels[key] ??= values[0];
      else if (operator === 'Exists') labels[key] ??= '';
  }
  return labels;
}

function unbound({ spec, ...pod }: NewObject<Pod>): NewObject<Pod> {
  const { nodeName: _, ...rest } = spec;
  return { ...pod, spec: rest, status: newPodStatus(0) };
}

function hasEnded({ status }: NewObject<Pod>): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

function isOfDaemonSet({ metadata }: NewObject<Pod>): boolean {
  return metadata.ownerReferences?.some(({ controller, kind }) => controller && kind === 'DaemonSet') === true;
}

function namesOf(pods: readonly NewObject<Pod>[]): string {
  const names = [...new Set(pods.map(({ spec }) => spec.nodeName!))].sort();
  const more = names.length - MOST_NAMED;
  return more > 0 ? `${names.slice(0, MOST_NAMED).join(', ')} and ${more} more` : names.join(', ');
}
