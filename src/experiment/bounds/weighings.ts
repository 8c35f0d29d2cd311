import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import type { Dimension } from './dimensions.ts';
import { DUAL_FEASIBLE, IDENTITY } from './dual-feasible.ts';

/** A way to weigh pods such that those on one node together never weigh more than 1 of the largest node. */
export interface Weighing {
  readonly name: string;
  /** The pod's weight, in the largest node's capacity (or, weighed plainly, in the average node's). */
  readonly nodesFor: (request: PodRequest) => number;
  /** How much all nodes together can carry, in the same unit. */
  readonly capacityNodes: number;
  /** Turns the unit into largest nodes. */
  readonly ofLargest: number;
}

/**
 * Every dimension under every dual feasible function. The plain weighing uses the true capacity of all nodes; a function
 * that bends sizes holds only within a node as large as the largest, so there every node that has any counts as one.
 */
export function weighingsOf(nodes: readonly NodeSpec[], dimensions: readonly Dimension[]): Weighing[] {
  return dimensions.flatMap((dimension) => {
    const largest = nodes.reduce((most, node) => Math.max(most, dimension.has(node)), 0);
    const having = nodes.filter((node) => dimension.has(node) > 0).length;
    const total = nodes.reduce((sum, node) => sum + dimension.has(node), 0);
    return DUAL_FEASIBLE.map((f): Weighing => {
      if (f === IDENTITY)
        return {
          name: dimension.name,
          nodesFor: (request) => dimension.takes(request) / (total / nodes.length),
          capacityNodes: nodes.length,
          ofLargest: total / nodes.length / largest,
        };
      return {
        name: `${f.name} on ${dimension.name}`,
        nodesFor: (request) => f.of(dimension.takes(request), largest),
        capacityNodes: having,
        ofLargest: 1,
      };
    });
  });
}
