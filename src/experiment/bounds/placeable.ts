import type { NodeSpec } from '../../sim/node-spec.ts';
import { dimensionsOf } from './dimensions.ts';
import type { PodGroup } from './nodes-needed.ts';

/** A number of pods and the bound that gave it. */
export interface Placeable {
  readonly pods: number;
  readonly bound: string;
}

/**
 * The most of these pods that can be on the cluster at once. The smallest of: all of them; nodes times the most of the
 * smallest ask that each holds; and for several weightings of the dimensions (each alone, each two, all) the most pods,
 * smallest first, whose weighted asks do not pass the weighted capacity: whatever set is placed obeys each dimension,
 * hence every weighted sum of them (a surrogate relaxation of the multiple knapsack).
 */
export function placeable(nodes: readonly NodeSpec[], pods: readonly PodGroup[]): Placeable {
  const dimensions = dimensionsOf(nodes);
  const all = pods.reduce((sum, pod) => sum + pod.count, 0);
  let best: Placeable = { pods: all, bound: 'all pods' };
  const offer = (count: number, bound: string): void => {
    if (count < best.pods) best = { pods: count, bound };
  };
  const smallest = dimensions.map((one) =>
    pods.reduce((least, pod) => Math.min(least, one.takes(pod.request)), Infinity),
  );
  let slots = 0;
  for (const node of nodes)
    slots += dimensions.reduce(
      (least, one, d) => (smallest[d] > 0 ? Math.min(least, Math.floor(one.has(node) / smallest[d])) : least),
      Infinity,
    );
  offer(slots, 'nodes full of the smallest pod');
  const capacity = dimensions.map((one) => nodes.reduce((sum, node) => sum + one.has(node), 0));
  for (const chosen of weightings(dimensions.length)) {
    const asks = pods
      .map((pod) => ({
        count: pod.count,
        ask: chosen.reduce((sum, d) => sum + dimensions[d].takes(pod.request) / capacity[d], 0),
      }))
      .sort((a, b) => a.ask - b.ask);
    let room = chosen.length * (1 + 1e-9);
    let count = 0;
    for (const { ask, count: many } of asks) {
      const fits = ask > 0 ? Math.min(many, Math.floor(room / ask)) : many;
      count += fits;
      room -= fits * ask;
      if (fits < many) break;
    }
    offer(count, `total ${chosen.map((d) => dimensions[d].name).join(' and ')}`);
  }
  return best;
}

/** Each dimension alone, each pair, and all together. */
function weightings(dimensions: number): number[][] {
  const sets: number[][] = [];
  for (let a = 0; a < dimensions; a++) sets.push([a]);
  for (let a = 0; a < dimensions; a++) for (let b = a + 1; b < dimensions; b++) sets.push([a, b]);
  if (dimensions > 2) sets.push(Array.from({ length: dimensions }, (_, d) => d));
  return sets;
}
