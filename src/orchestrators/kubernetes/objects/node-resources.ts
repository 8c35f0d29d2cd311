import type { ResourceList } from './meta.ts';
import type { Node } from './node.ts';
import { quantityMilli, quantityValue } from './quantity.ts';
import { isScalarResource } from './resource-names.ts';

/** What a node has to give, as the scheduler counts it. */
export interface NodeResources {
  readonly cpuMilli: number;
  readonly memBytes: number;
  readonly ephemeralBytes: number;
  readonly pods: number;
  /** Huge pages, extended and other countable resources; one that is not there counts as 0. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** A node's allocatable amounts as numbers, CPU rounded up to milli and the rest to units; remembered by identity. */
export function nodeResources(node: Node): NodeResources {
  const { allocatable } = node.status;
  const known = remembered.get(allocatable);
  if (known !== undefined) return known;
  const resources = count(allocatable);
  remembered.set(allocatable, resources);
  return resources;
}

const remembered = new WeakMap<ResourceList, NodeResources>();

function count(allocatable: ResourceList): NodeResources {
  const amount = (name: string): number => quantityValue(allocatable[name] ?? '0');
  const scalars = new Map<string, number>();
  for (const name of Object.keys(allocatable)) if (isScalarResource(name)) scalars.set(name, amount(name));
  return {
    cpuMilli: quantityMilli(allocatable['cpu'] ?? '0'),
    memBytes: amount('memory'),
    ephemeralBytes: amount('ephemeral-storage'),
    pods: amount('pods'),
    scalars,
  };
}
