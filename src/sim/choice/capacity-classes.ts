import type { Cluster } from '../cluster.ts';

/** The nodes of each capacity class, in the order of the tie rule; nodes of one class differ only in what is free. */
export interface CapacityClasses {
  readonly count: number;
  /** Class of each node. */
  readonly classOf: Int32Array;
  /** Places of the nodes, class after class; class k has those from `first[k]` to `first[k + 1]` - 1. */
  readonly places: Int32Array;
  readonly first: Int32Array;
}

/** Sorts the nodes by all their capacities. Classes are numbered by their first node in the tie order. */
export function capacityClasses(cluster: Cluster, nodeAt: Int32Array): CapacityClasses {
  const classOf = new Int32Array(nodeAt.length);
  const byKey = new Map<string, number>();
  const sizes: number[] = [];
  for (const node of nodeAt) {
    const key = capacityKey(cluster, node);
    let one = byKey.get(key);
    if (one === undefined) {
      one = sizes.length;
      byKey.set(key, one);
      sizes.push(0);
    }
    classOf[node] = one;
    sizes[one]++;
  }
  const first = new Int32Array(sizes.length + 1);
  sizes.forEach((size, one) => (first[one + 1] = first[one] + size));
  const end = first.slice();
  const places = new Int32Array(nodeAt.length);
  nodeAt.forEach((node, place) => (places[end[classOf[node]]++] = place));
  return { count: sizes.length, classOf, places, first };
}

/** Gives the probe the capacities of this node. What is free on it is up to the caller. */
export function copyCapacityToProbe(cluster: Cluster, node: number): void {
  const probe = cluster.count;
  cluster.cpuMilli[probe] = cluster.cpuMilli[node]!;
  cluster.memBytes[probe] = cluster.memBytes[node]!;
  cluster.storageBytes[probe] = cluster.storageBytes[node]!;
  cluster.gpuCount[probe] = cluster.gpuCount[node]!;
  cluster.gpuModel[probe] = cluster.gpuModel[node]!;
  for (const column of cluster.extended) column[probe] = column[node]!;
}

function capacityKey(cluster: Cluster, node: number): string {
  const numbers = [cluster.cpuMilli[node], cluster.memBytes[node], cluster.storageBytes[node]];
  numbers.push(cluster.gpuCount[node], cluster.gpuModel[node], ...cluster.extended.map((column) => column[node]));
  return numbers.join(' ');
}
