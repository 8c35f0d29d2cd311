import { resolveIntOrPercent } from '../../objects/int-or-percent.ts';
import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';

/** How far a rollout may go above and below the replicas that are wanted. */
export interface RolloutBounds {
  readonly surge: number;
  readonly unavailable: number;
}

/** A change of one ReplicaSet's size, and why. */
export interface ScaleStep {
  readonly set: ReplicaSet;
  readonly replicas: number;
  readonly why: string;
}

/**
 * The bounds in pods: surge rounds up, unavailable down, and if both come to 0, one may be unavailable
 * (`ResolveFenceposts`, `MaxUnavailable` in `pkg/controller/deployment/util/deployment_util.go`). Recreate has none.
 */
export function rolloutBounds(spec: Deployment['spec']): RolloutBounds {
  if (spec.strategy.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const surge = resolveIntOrPercent(spec.strategy.maxSurge, spec.replicas, 'up');
  const unavailable = resolveIntOrPercent(spec.strategy.maxUnavailable, spec.replicas, 'down');
  if (spec.replicas === 0) return { surge, unavailable: 0 };
  return { surge, unavailable: Math.min(spec.replicas, surge === 0 && unavailable === 0 ? 1 : unavailable) };
}

/** How large the new ReplicaSet is to be now, when so many pods are asked for in all (`NewRSNewReplicas`). */
export function newSetReplicas(spec: Deployment['spec'], all: number, newSet: number): number {
  if (spec.strategy.type === 'Recreate') return spec.replicas;
  const most = spec.replicas + rolloutBounds(spec).surge;
  return all >= most ? newSet : newSet + Math.min(most - all, spec.replicas - newSet);
}

/** The first thing a sync tries: another size of the new ReplicaSet (`reconcileNewReplicaSet`). */
export function stepOfNewSet(spec: Deployment['spec'], newSet: ReplicaSet, old: readonly ReplicaSet[]): ScaleStep[] {
  const now = newSet.spec.replicas;
  if (now === spec.replicas) return [];
  if (now > spec.replicas) return [{ set: newSet, replicas: spec.replicas, why: `${spec.replicas} are wanted` }];
  const all = totalReplicas(old) + now;
  const replicas = newSetReplicas(spec, all, now);
  const { surge } = rolloutBounds(spec);
  const why = `replicas ${spec.replicas} + surge ${surge} - ${all} in all = room for ${replicas - now} more`;
  return replicas === now ? [] : [{ set: newSet, replicas, why }];
}

/**
 * The second thing, if the first changed nothing: smaller old ReplicaSets, first by pods that are not available, then by
 * as many as availability allows (`reconcileOldReplicaSets`). `old`: oldest first, those with replicas only.
 */
export function stepsOfOldSets(spec: Deployment['spec'], newSet: ReplicaSet, old: readonly ReplicaSet[]): ScaleStep[] {
  const oldTotal = totalReplicas(old);
  if (oldTotal === 0) return [];
  const { unavailable } = rolloutBounds(spec);
  const least = spec.replicas - unavailable;
  const all = oldTotal + newSet.spec.replicas;
  const newUnavailable = newSet.spec.replicas - newSet.status.availableReplicas;
  const most = all - least - newUnavailable;
  if (most <= 0) return [];
  const sizes = new Map(old.map((set) => [set, set.spec.replicas]));
  let cleaned = 0;
  for (const set of old) {
    const unhealthy = set.spec.replicas - set.status.availableReplicas;
    if (unhealthy <= 0) continue;
    const removed = Math.min(most - cleaned, unhealthy);
    sizes.set(set, set.spec.replicas - removed);
    cleaned += removed;
  }
  const available = old.reduce((sum, set) => sum + set.status.availableReplicas, newSet.status.availableReplicas);
  // Upstream does not look at `most` here. It is the smaller one only when a set's status lags behind a size that was just
  // changed; without it such a moment may cost more available pods than the bounds allow.
  let spare = Math.min(available - least, most - cleaned);
  for (const set of old) {
    if (spare <= 0) break;
    const removed = Math.min(sizes.get(set)!, spare);
    sizes.set(set, sizes.get(set)! - removed);
    spare -= removed;
  }
  const why =
    `${all} in all - at least ${least} available - ${newUnavailable} new ones not available yet = up to ${most} fewer; ` +
    `${cleaned} of them are not available, ${available} are`;
  return Array.from(sizes, ([set, replicas]) => ({ set, replicas, why })).filter(
    ({ set, replicas }) => replicas !== set.spec.replicas,
  );
}

/** The replicas that these ask for. */
export function totalReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, set) => sum + set.spec.replicas, 0);
}
