import type { NodeSpec } from '../../sim/node-spec.ts';
import type { Dimension } from './dimensions.ts';
import type { PodGroup } from './nodes-needed.ts';

/** Beyond so many shapes only the biggest are looked at; a smaller clique is still a bound. */
const MOST_SHAPES = 2000;

/**
 * The size of a set of pods no two of which fit on one node, grown greedily from the biggest: each needs its own.
 * Two pods conflict when in some dimension they ask together for more than the largest node has.
 */
export function clique(
  nodes: readonly NodeSpec[],
  dimensions: readonly Dimension[],
  pods: readonly PodGroup[],
): number {
  const largest = dimensions.map((dimension) => nodes.reduce((most, node) => Math.max(most, dimension.has(node)), 0));
  const candidates = pods
    .map((pod) => ({ count: pod.count, share: dimensions.map((one, d) => one.takes(pod.request) / largest[d]) }))
    .map((candidate) => ({ ...candidate, top: candidate.share.reduce((most, one) => Math.max(most, one), 0) }))
    .sort((a, b) => b.top - a.top)
    .slice(0, MOST_SHAPES);
  const members: (readonly number[])[] = [];
  let size = 0;
  for (const { share, count } of candidates) {
    if (!members.every((member) => conflict(member, share))) continue;
    members.push(share);
    size += conflict(share, share) ? count : 1;
  }
  return size;
}

/** The slack keeps two exact halves together. */
function conflict(a: readonly number[], b: readonly number[]): boolean {
  return a.some((share, d) => share + b[d] > 1 + 1e-12);
}
