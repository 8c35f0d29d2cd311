import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { clique } from './clique.ts';
import { type Dimension, dimensionsOf } from './dimensions.ts';
import { DUAL_FEASIBLE } from './dual-feasible.ts';
import { ceilSafely, martelloToth } from './martello-toth.ts';

/** So many equal pods on the cluster at once. */
export interface PodGroup {
  readonly request: PodRequest;
  readonly count: number;
}

/** A number of nodes and the bound that gave it. */
export interface NodesNeeded {
  readonly nodes: number;
  readonly bound: string;
}

/**
 * A number of nodes that any placement of all these pods at once needs, each pod able to run on some node. The largest
 * of, per dimension: what the largest nodes together hold (L1, for unequal nodes), Martello & Toth's L2 and dual
 * feasible functions (with every node as large as the largest); and a clique of pods no two of which fit together.
 */
export function nodesNeeded(nodes: readonly NodeSpec[], pods: readonly PodGroup[]): NodesNeeded {
  let best: NodesNeeded = { nodes: 0, bound: 'no pods' };
  const offer = (count: number, bound: string): void => {
    if (count > best.nodes) best = { nodes: count, bound };
  };
  const dimensions = dimensionsOf(nodes);
  const asked = pods.filter((pod) => pod.count > 0);
  if (asked.length > 0) offer(1, 'a pod needs a node');
  for (const dimension of dimensions) {
    const largest = nodes.reduce((most, node) => Math.max(most, dimension.has(node)), 0);
    const items = asked
      .map((pod) => ({ ask: dimension.takes(pod.request), count: pod.count }))
      .filter((item) => item.ask > 0);
    const total = items.reduce((sum, item) => sum + item.ask * item.count, 0);
    offer(largestNodesHolding(nodes, dimension, total), `L1 on ${dimension.name}`);
    offer(martelloToth(items, largest), `L2 on ${dimension.name}`);
    for (const f of DUAL_FEASIBLE) {
      const sum = items.reduce((so, item) => so + f.of(item.ask, largest) * item.count, 0);
      offer(ceilSafely(sum), `${f.name} on ${dimension.name}`);
    }
  }
  offer(clique(nodes, dimensions, asked), 'pods of which no two fit on one node');
  return best;
}

/** The smallest k such that the k largest nodes hold `total`; one more than there are when all together do not. */
export function largestNodesHolding(
  nodes: readonly NodeSpec[],
  dimension: Pick<Dimension, 'has'>,
  total: number,
): number {
  if (total <= 0) return 0;
  const capacities = nodes.map(dimension.has).sort((a, b) => b - a);
  let held = 0;
  // The slack keeps the rounding of sums beyond 2^53 from adding a node.
  for (let k = 0; k < capacities.length; k++) {
    held += capacities[k];
    if (held >= total * (1 - 1e-12)) return k + 1;
  }
  return capacities.length + 1;
}
