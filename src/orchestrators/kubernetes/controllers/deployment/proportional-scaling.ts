import type { Deployment, ReplicaSet } from '../../objects/workloads.ts';
import { rolloutBounds, totalReplicas, type ScaleStep } from './rolling-update.ts';

/** What a Deployment asked for when it last set the size of a ReplicaSet. */
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
/** The same with its surge. */
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/**
 * New sizes when a Deployment is scaled in the middle of a rollout: each ReplicaSet grows or shrinks in proportion to its
 * size, and what rounding leaves goes to the largest (`scale` in `pkg/controller/deployment/sync.go`). Of equal ones the
 * newest gains first and the oldest loses first.
 */
export function proportionalSteps(deployment: Deployment, active: readonly ReplicaSet[]): ScaleStep[] {
  const { spec } = deployment;
  const allowed = spec.replicas > 0 ? spec.replicas + rolloutBounds(spec).surge : 0;
  const toAdd = allowed - totalReplicas(active);
  const newer = (left: ReplicaSet, right: ReplicaSet): number =>
    right.metadata.creationUs - left.metadata.creationUs || right.id - left.id;
  const sets = [...active].sort(
    (left, right) => right.spec.replicas - left.spec.replicas || (toAdd > 0 ? newer(left, right) : newer(right, left)),
  );
  let added = 0;
  const sizes = sets.map((set) => {
    const share = shareOf(deployment, set, toAdd, added);
    added += share;
    return set.spec.replicas + share;
  });
  if (toAdd !== 0 && sizes.length > 0) sizes[0] = Math.max(0, sizes[0] + toAdd - added);
  const change = toAdd < 0 ? `${-toAdd} fewer` : `${toAdd} more`;
  const why = `in the middle of a rollout ${allowed} are allowed in all: ${change}, shared by size`;
  return sets.map((set, index) => ({ set, replicas: sizes[index], why }));
}

/** How much of the change falls to one ReplicaSet (`GetReplicaSetProportion`). */
function shareOf(deployment: Deployment, set: ReplicaSet, toAdd: number, added: number): number {
  if (set.spec.replicas === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, set);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

function fractionOf({ spec, status }: Deployment, set: ReplicaSet): number {
  if (spec.replicas === 0) return -set.spec.replicas;
  const most = spec.replicas + rolloutBounds(spec).surge;
  const written = Number(set.metadata.annotations[MAX_REPLICAS]);
  const before = written > 0 ? written : status.replicas;
  if (before === 0) return 0;
  // Half a pod counts as one.
  return Math.floor((set.spec.replicas * most) / before + 0.5) - set.spec.replicas;
}
