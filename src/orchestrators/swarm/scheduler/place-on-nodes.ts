import type { NodeInfo } from './node-info.ts';
import type { NodeOrder } from './node-order.ts';

/** A group of equal tasks on its way to nodes. */
export interface Placing {
  readonly order: NodeOrder;
  /** Whether the filters allow the node now. */
  readonly passes: (node: NodeInfo) => boolean;
  /** Puts the next task of the group on a node and counts it there. */
  readonly place: (node: NodeInfo) => void;
  /** Tasks of the group that have no node yet. */
  readonly left: () => number;
}

/**
 * Puts `count` tasks on nodes, best first, none of which may be unfit at the beginning. A first pass goes on to the next
 * node only when that has become strictly better, and never goes back; after the last node each gets one in turn. Nodes
 * that have become unfit are passed over. Says how many were put. (SwarmKit manager/scheduler/scheduler.go,
 * scheduleNTasksOnNodes.)
 */
export function placeOnNodes(count: number, nodes: readonly NodeInfo[], placing: Placing): number {
  const unfit = new Set<NodeInfo>();
  let at = 0;
  let placed = 0;
  while (nodes.length > 0 && placing.left() > 0) {
    const node = nodes[at % nodes.length];
    placing.place(node);
    placed++;
    if (placed === count) break;
    const isFirstPass = at + 1 < nodes.length;
    if (!isFirstPass || placing.order(nodes[at + 1], node) < 0) at++;
    const from = at;
    for (;;) {
      const next = nodes[at % nodes.length];
      if (!unfit.has(next) && placing.passes(next)) break;
      unfit.add(next);
      at++;
      if (at - from === nodes.length) return placed;
    }
  }
  return placed;
}
