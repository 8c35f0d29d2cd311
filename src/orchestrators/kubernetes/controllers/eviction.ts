import type { ApiServer } from '../api/api-server.ts';
import { hasEnded } from '../objects/pod-state.ts';
import type { Pod } from '../objects/pod.ts';
import type { PodDisruptionBudget } from '../objects/policy.ts';
import { budgetsSelecting } from './disruption/budget-index.ts';

/** Whether an eviction was let through, and if not, why not, as the API server answers (429, or 500 for two budgets). */
export type Eviction = { readonly allowed: true } | { readonly allowed: false; readonly why: string };

/** So many evicted pods at most may not have gone yet (`MaxDisruptedPodSize`). */
const MAX_DISRUPTED = 2000;

/**
 * Evicts a pod through the eviction API (`pkg/registry/core/pod/storage/eviction.go`): asks its disruption budget, takes
 * one disruption from it, and deletes the pod. Pods that have ended, are pending or going already are not protected.
 */
export function evict(api: ApiServer, pod: Pod, options: { readonly graceSeconds?: number } = {}): Eviction {
  const current = api.pods.get(pod.id);
  if (current === undefined) return { allowed: true };
  const verdict = permit(api, current);
  if (!verdict.allowed) return verdict;
  const disruptionTarget = 'EvictionByEvictionAPI';
  api.deletePod(current.id, { ...options, disruptionTarget });
  return verdict;
}

/** What the eviction API would answer now, without evicting. */
export function mayEvict(api: ApiServer, pod: Pod): Eviction {
  const { answer } = ask(api, pod);
  return answer;
}

/** The budgets that protect a pod. */
export function budgetsOf(api: ApiServer, pod: Pod): PodDisruptionBudget[] {
  return budgetsSelecting(api, pod.metadata.namespace, pod.metadata.labels);
}

function permit(api: ApiServer, pod: Pod): Eviction {
  const { answer, pays } = ask(api, pod);
  if (pays !== undefined) {
    const { disruptionsAllowed, disruptedPods } = pays.status;
    api.setStatus('PodDisruptionBudget', pays.id, {
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: { ...disruptedPods, [pod.metadata.name]: api.nowUs },
    });
  }
  return answer;
}

/** The answer, and the budget that a disruption is taken from. */
function ask(api: ApiServer, pod: Pod): { answer: Eviction; pays?: PodDisruptionBudget } {
  const allowed = { answer: { allowed: true } as const };
  if (hasEnded(pod) || pod.status.phase === 'Pending' || pod.metadata.deletionUs !== undefined) return allowed;
  const budgets = budgetsOf(api, pod);
  if (budgets.length === 0) return allowed;
  if (budgets.length > 1)
    return refused('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  const [budget] = budgets;
  const { disruptionsAllowed, disruptedPods, desiredHealthy, currentHealthy } = budget.status;
  if (!pod.status.ready) {
    if (budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return allowed;
    // The healthy ones suffice without it.
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return allowed;
  }
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED)
    return refused('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  if (disruptionsAllowed <= 0)
    return refused(
      `Cannot evict pod as it would violate the pod's disruption budget. The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    );
  return { ...allowed, pays: budget };
}

function refused(why: string): { answer: Eviction } {
  return { answer: { allowed: false, why } };
}
