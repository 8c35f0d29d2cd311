import { isEmptySelector, matchesSelector } from '../../objects/label-selector.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';

/** Possible victims by what their going would do to disruption budgets; both in the order in which they were given. */
export interface BudgetSplit {
  readonly violating: readonly Pod[];
  readonly others: readonly Pod[];
}

/**
 * Walks through the pods and counts each down from every budget that selects it; a pod for which one went below zero
 * violates (`filterPodsWithPDBViolation` of P/defaultpreemption). Here an empty selector selects nothing, a pod without
 * labels is in no budget, and one that the eviction API has let through already is not counted again.
 */
export function splitByBudgets(pods: readonly Pod[], budgets: readonly PodDisruptionBudget[]): BudgetSplit {
  if (budgets.length === 0) return { violating: [], others: pods };
  const left = budgets.map((budget) => budget.status.disruptionsAllowed);
  const violating: Pod[] = [];
  const others: Pod[] = [];
  for (const pod of pods) {
    let violates = false;
    for (let k = 0; k < budgets.length; k++) {
      if (!isCounted(pod, budgets[k])) continue;
      left[k]--;
      if (left[k] < 0) violates = true;
    }
    (violates ? violating : others).push(pod);
  }
  return { violating, others };
}

function isCounted(pod: Pod, budget: PodDisruptionBudget): boolean {
  const { name, namespace, labels } = pod.metadata;
  const { selector } = budget.spec;
  if (budget.metadata.namespace !== namespace || selector === undefined) return false;
  if (Object.keys(labels).length === 0 || isEmptySelector(selector) || !matchesSelector(selector, labels)) return false;
  return !Object.hasOwn(budget.status.disruptedPods, name);
}
