import type { Cluster } from '../cluster.ts';
import type { ColumnScore } from '../policy.ts';
import type { ShapeTable } from '../shapes.ts';

/** Deterministic counts of the work done, equal on every machine; what the regression gate looks at first. */
export interface WorkCounters {
  /** Times a chooser asked whether a pod fits a node. */
  nodeEvaluations: number;
  /** Times a score was computed. */
  scoreCalls: number;
}

/** In which order equal scores are settled: the node at the lowest place wins. */
export interface TieOrder {
  readonly nodeAt: Int32Array;
  readonly placeOf: Int32Array;
}

/** Ties to the lowest node id. */
export function byNodeId(count: number): TieOrder {
  const identity = Int32Array.from({ length: count }, (_, node) => node);
  return { nodeAt: identity, placeOf: identity };
}

/** Ties to the node with the lowest rank; `ranks` is a permutation of 0 to count-1, one rank a node. */
export function byRank(ranks: ArrayLike<number>): TieOrder {
  const placeOf = Int32Array.from(ranks);
  const nodeAt = new Int32Array(placeOf.length);
  placeOf.forEach((place, node) => (nodeAt[place] = node));
  return { nodeAt, placeOf };
}

/** What a chooser decides from. Score and filter depend on the node's own state and the shape only. */
export interface ChoiceProblem {
  readonly cluster: Cluster;
  readonly shapes: ShapeTable;
  readonly score: ColumnScore;
  /** The policy's own filter, asked after `cluster.fits`. */
  readonly filter: ((shape: number, node: number) => boolean) | undefined;
  /** As in `PlacementPolicy.prefers`; undefined when the policy promised nothing. */
  readonly prefers: 'less-free' | 'more-free' | undefined;
  readonly order: TieOrder;
  readonly counters: WorkCounters;
}

/** Answers the same question as a scan of all nodes, as fast as it can. */
export interface Chooser {
  readonly kind: 'scan' | 'block-maxima' | 'kd-tree';
  /** Of the nodes that fit, the one with the highest score, ties by the order; -1 when none fits. */
  choose(shape: number): number;
  /** Must be called after each change of a node's own state: bind, release, ready. */
  changed(node: number): void;
}
