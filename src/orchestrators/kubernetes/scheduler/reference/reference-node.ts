import type { Labels } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import { type NodeResources, nodeResources } from '../../objects/node-resources.ts';
import type { Pod } from '../../objects/pod.ts';
import { type PodInfo, podInfo } from '../pod-info.ts';

/** A pod on a node (or nominated to one), and what is worked out of it. */
export interface PlacedPod {
  readonly pod: Pod;
  readonly info: PodInfo;
}

/** An image on a node: its size as the first node reported it, and how many nodes had it when this node last changed. */
export interface ImageOnNode {
  readonly sizeBytes: number;
  readonly nodes: number;
}

/** What the pods on a node ask for together. */
export interface Requested {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly ephemeralBytes: number;
  readonly scalars: ReadonlyMap<string, number>;
  readonly nonZeroCpuMilli: number;
  readonly nonZeroMemBytes: number;
}

/** A node as one decision sees it: what it has, what runs there and what that asks for. Never changed. */
export interface ReferenceNode {
  readonly name: string;
  readonly node: Node;
  readonly labels: Labels;
  readonly allocatable: NodeResources;
  /** In the order in which they were added. */
  readonly pods: readonly PlacedPod[];
  readonly requested: Requested;
  readonly images: ReadonlyMap<string, ImageOnNode>;
}

/** A node with these pods. */
export function referenceNode(
  node: Node,
  pods: readonly PlacedPod[],
  images: ReadonlyMap<string, ImageOnNode>,
): ReferenceNode {
  return {
    name: node.metadata.name,
    node,
    labels: node.metadata.labels,
    allocatable: nodeResources(node),
    pods,
    requested: sumOfRequests(pods),
    images,
  };
}

/** The same node with other pods: what preemption and nominated pods ask about. */
export function withPods(node: ReferenceNode, pods: readonly PlacedPod[]): ReferenceNode {
  return { ...node, pods, requested: sumOfRequests(pods) };
}

export function placedPod(pod: Pod): PlacedPod {
  return { pod, info: podInfo(pod) };
}

function sumOfRequests(pods: readonly PlacedPod[]): Requested {
  const scalars = new Map<string, number>();
  const sum = { cpuMilli: 0, memBytes: 0, ephemeralBytes: 0, nonZeroCpuMilli: 0, nonZeroMemBytes: 0 };
  for (const { info } of pods) {
    const { resources } = info;
    sum.cpuMilli += resources.cpuMilli;
    sum.memBytes += resources.memBytes;
    sum.ephemeralBytes += resources.ephemeralBytes;
    sum.nonZeroCpuMilli += resources.nonZeroCpuMilli;
    sum.nonZeroMemBytes += resources.nonZeroMemBytes;
    for (const { name, amount } of resources.scalars) scalars.set(name, (scalars.get(name) ?? 0) + amount);
  }
  return { ...sum, scalars };
}
