import type { HorizontalDecision, ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';

/** The decision for so many replicas, kept between the service's minimum and maximum; a bound that bites is named in `limitedBy`. */
export function withinBounds(
  seen: ServiceObservation,
  replicas: number,
  why: string,
  limits: readonly string[] = [],
): HorizontalDecision {
  const bounded = Math.min(Math.max(replicas, seen.minReplicas), seen.maxReplicas);
  const named = [...limits];
  if (replicas > seen.maxReplicas) named.push(`at most ${seen.maxReplicas}`);
  if (replicas < seen.minReplicas) named.push(`at least ${seen.minReplicas}`);
  return named.length === 0 ? { replicas: bounded, why } : { replicas: bounded, why, limitedBy: named.join(', ') };
}
