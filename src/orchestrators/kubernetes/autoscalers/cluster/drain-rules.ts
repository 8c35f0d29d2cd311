import { controllerOf, type ApiServer } from '../../api/api-server.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';
import type { Pod } from '../../objects/pod.ts';
import { seconds } from '../../../../sim/time.ts';
import type { ClusterAutoscalerSettings } from './cluster-autoscaler-flags.ts';

/** What becomes of a pod when its node is drained. */
export type DrainVerdict =
  { readonly kind: 'skip' } | { readonly kind: 'move' } | { readonly kind: 'block'; readonly why: string };

const SKIP: DrainVerdict = { kind: 'skip' };
const MOVE: DrainVerdict = { kind: 'move' };
const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const SAFE_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';
const MIRROR = 'kubernetes.io/config.mirror';
const BUILT_IN: ReadonlySet<string> = new Set([
  'ReplicationController',
  'ReplicaSet',
  'Job',
  'StatefulSet',
  'DaemonSet',
]);
/** A pod that should have ended so much earlier ends no more by itself (`drain.PodLongTerminatingExtraThreshold`). */
const LONG_TERMINATING_US = seconds(30);

/**
 * The rules in upstream's order: pods that need no new place, pods that may go because they say so, pods that keep their
 * node. The first rule that applies decides.
 *
 * Source: cluster-autoscaler, pkg/simulator/drainability/rules.
 */
export function drainVerdict(
  pod: Pod,
  api: ApiServer,
  budgets: BudgetTracker,
  settings: ClusterAutoscalerSettings,
): DrainVerdict {
  const { annotations, namespace, deletionUs, deletionGracePeriodSeconds = 0, creationUs } = pod.metadata;
  const owner = controllerOf(pod);
  if (MIRROR in annotations || owner?.kind === 'Node') return SKIP;
  if (deletionUs !== undefined && api.nowUs > deletionUs + seconds(deletionGracePeriodSeconds) + LONG_TERMINATING_US)
    return SKIP;
  if (owner?.kind === 'DaemonSet') return SKIP;
  if (annotations[SAFE_TO_EVICT] === 'true') return budgets.allows(pod) ? MOVE : outOfBudget(pod, budgets);
  if (hasEnded(pod)) return SKIP;
  if (annotations[SAFE_TO_EVICT] === 'false') return block(pod, 'is annotated safe-to-evict=false');
  if (owner === undefined) return block(pod, 'has no controller');
  if (settings['skip-nodes-with-custom-controller-pods'] && !BUILT_IN.has(owner.kind))
    return block(pod, `is managed by a ${owner.kind}`);
  if (
    settings['skip-nodes-with-system-pods'] &&
    namespace === 'kube-system' &&
    budgets.of(pod).length === 0 &&
    api.nowUs < creationUs + settings['blocking-system-pod-disruption-timeout']
  )
    return block(pod, 'is a system pod without a disruption budget');
  if (settings['skip-nodes-with-local-storage']) {
    const safe = new Set((annotations[SAFE_VOLUMES] ?? '').split(',').map((name) => name.trim()));
    const local = pod.spec.volumes.find(
      (volume) => (volume.emptyDir === true || volume.hostPath === true) && !safe.has(volume.name),
    );
    if (local !== undefined) return block(pod, `has local storage (volume ${local.name})`);
  }
  return budgets.allows(pod) ? MOVE : outOfBudget(pod, budgets);
}

/** Disruption budgets as they would be after the evictions that are planned. */
export class BudgetTracker {
  private readonly budgets: readonly PodDisruptionBudget[];
  private readonly left = new Map<number, number>();

  constructor(api: ApiServer) {
    this.budgets = [...api.store('PodDisruptionBudget').all()];
    for (const { id, status } of this.budgets) this.left.set(id, status.disruptionsAllowed);
  }

  of(pod: Pod): readonly PodDisruptionBudget[] {
    return this.budgets.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && matchesSelector(spec.selector, pod.metadata.labels),
    );
  }

  allows(pod: Pod): boolean {
    return this.of(pod).every(({ id }) => (this.left.get(id) ?? 0) >= 1);
  }

  /** Counts evictions that are going to happen. */
  take(pods: readonly Pod[]): void {
    for (const pod of pods) for (const { id } of this.of(pod)) this.left.set(id, (this.left.get(id) ?? 0) - 1);
  }
}

function outOfBudget(pod: Pod, budgets: BudgetTracker): DrainVerdict {
  return block(pod, `is held by disruption budget ${budgets.of(pod)[0]?.metadata.name}`);
}

function block({ metadata }: Pod, why: string): DrainVerdict {
  return { kind: 'block', why: `${metadata.namespace}/${metadata.name} ${why}` };
}
