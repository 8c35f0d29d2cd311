import type { ApiServer } from '../../api/api-server.ts';
import { matchesSelector } from '../../objects/label-selector.ts';
import type { Labels } from '../../objects/meta.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';

/**
 * Which disruption budgets select pods with some labels. Pods of one template share their labels, so that each such
 * object is held against the budgets once, and again after a budget has come, gone or got another selector.
 */
export class BudgetIndex {
  private readonly api: ApiServer;
  private byNamespace = new Map<string, WeakMap<Labels, readonly number[]>>();

  constructor(api: ApiServer) {
    this.api = api;
    api.store('PodDisruptionBudget').watch((budget, before) => {
      if (budget?.spec !== before?.spec) this.byNamespace = new Map();
    });
  }

  /** Numbers of the budgets, in order of creation. */
  selecting(namespace: string, labels: Labels): readonly number[] {
    const budgets = this.api.store('PodDisruptionBudget');
    if (budgets.size === 0) return NONE;
    let byLabels = this.byNamespace.get(namespace);
    if (byLabels === undefined) this.byNamespace.set(namespace, (byLabels = new WeakMap()));
    let found = byLabels.get(labels);
    if (found !== undefined) return found;
    const ids: number[] = [];
    for (const { id, metadata, spec } of budgets.all())
      if (metadata.namespace === namespace && matchesSelector(spec.selector, labels)) ids.push(id);
    found = ids.length === 0 ? NONE : ids;
    byLabels.set(labels, found);
    return found;
  }
}

const NONE: readonly number[] = [];
const indexes = new WeakMap<ApiServer, BudgetIndex>();

/** The budgets of an API server that select pods with these labels, in order of creation. */
export function budgetsSelecting(api: ApiServer, namespace: string, labels: Labels): PodDisruptionBudget[] {
  let index = indexes.get(api);
  if (index === undefined) indexes.set(api, (index = new BudgetIndex(api)));
  return index.selecting(namespace, labels).map((id) => api.store('PodDisruptionBudget').get(id)!);
}
