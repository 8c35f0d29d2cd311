import type { PodResources } from '../../objects/pod-resources.ts';
import { isScalarResource } from '../../objects/resource-names.ts';
import type { ReferenceNode } from './reference-node.ts';

/** One resource of a node with the pod on it. */
export interface ResourceShare {
  readonly name: string;
  readonly requested: number;
  readonly allocatable: number;
}

/** CPU and memory of containers that ask for none: `filled in` with 100m and 200 MiB, or `as asked for`. */
export type Counting = 'filled in' | 'as asked for';

/**
 * What would be asked for of each resource with the pod on the node, beside what the node has (upstream
 * plugins/noderesources/resource_allocation.go). Resources that the node does not have, and extended ones that the pod
 * does not ask for, are left out. `counted`: what to add for the pod, when it is not the pod itself.
 */
export function resourceShares(
  names: readonly string[],
  pod: PodResources,
  node: ReferenceNode,
  counting: Counting,
  counted: PodResources = pod,
): ResourceShare[] {
  const shares: ResourceShare[] = [];
  for (const name of names) {
    if (isScalarResource(name) && podAmount(name, pod, counting) === 0) continue;
    const [allocatable, used] = nodeAmounts(name, node, counting);
    if (allocatable !== 0) shares.push({ name, allocatable, requested: used + podAmount(name, counted, counting) });
  }
  return shares;
}

/** What a pod asks for of a resource. */
export function podAmount(name: string, pod: PodResources, counting: Counting): number {
  switch (name) {
    case 'cpu':
      return counting === 'filled in' ? pod.nonZeroCpuMilli : pod.cpuMilli;
    case 'memory':
      return counting === 'filled in' ? pod.nonZeroMemBytes : pod.memBytes;
    case 'ephemeral-storage':
      return pod.ephemeralBytes;
    default:
      return pod.scalars.find((scalar) => scalar.name === name)?.amount ?? 0;
  }
}

function nodeAmounts(name: string, { allocatable, requested }: ReferenceNode, counting: Counting): [number, number] {
  switch (name) {
    case 'cpu':
      return [allocatable.cpuMilli, counting === 'filled in' ? requested.nonZeroCpuMilli : requested.cpuMilli];
    case 'memory':
      return [allocatable.memBytes, counting === 'filled in' ? requested.nonZeroMemBytes : requested.memBytes];
    case 'ephemeral-storage':
      return [allocatable.ephemeralBytes, requested.ephemeralBytes];
    default:
      return [allocatable.scalars.get(name) ?? 0, requested.scalars.get(name) ?? 0];
  }
}
