import type { ScoringStrategy } from '../scheduler-profile.ts';
import { MAX_NODE_SCORE } from './normalise.ts';
import type { ResourceShare } from './resource-shares.ts';

/**
 * A node's score by one of the three strategies of NodeResourcesFit, 0 to 100, in whole numbers as upstream
 * (plugins/noderesources/least_allocated.go, most_allocated.go, requested_to_capacity_ratio.go).
 */
export function strategyScore(strategy: ScoringStrategy, shares: readonly ResourceShare[]): number {
  let sum = 0;
  let weights = 0;
  for (const share of shares) {
    const weight = strategy.resources.find((resource) => resource.name === share.name)?.weight ?? 0;
    const score = scoreOf(strategy, share);
    // Only with a shape, resources that score nothing do not pull the others down.
    if (strategy.type === 'RequestedToCapacityRatio' && score <= 0) continue;
    sum += weight * score;
    weights += weight;
  }
  if (weights === 0) return 0;
  return strategy.type === 'RequestedToCapacityRatio' ? Math.round(sum / weights) : Math.trunc(sum / weights);
}

function scoreOf(strategy: ScoringStrategy, { requested, allocatable }: ResourceShare): number {
  if (strategy.type === 'LeastAllocated')
    return requested > allocatable ? 0 : Math.trunc(((allocatable - requested) * MAX_NODE_SCORE) / allocatable);
  if (strategy.type === 'MostAllocated')
    return Math.trunc((Math.min(requested, allocatable) * MAX_NODE_SCORE) / allocatable);
  return onShape(strategy.shape, requested > allocatable ? 100 : Math.trunc((requested * 100) / allocatable));
}

/** The score at a utilisation on the line through the shape's points, flat outside; scores of points are 0 to 10. */
function onShape(shape: ScoringStrategy['shape'], utilization: number): number {
  const next = shape.findIndex((point) => utilization <= point.utilization);
  if (next === 0) return shape[0].score * 10;
  if (next < 0) return (shape.at(-1)?.score ?? 0) * 10;
  const [from, to] = [shape[next - 1], shape[next]];
  const rise = (to.score - from.score) * 10 * (utilization - from.utilization);
  return from.score * 10 + Math.trunc(rise / (to.utilization - from.utilization));
}
