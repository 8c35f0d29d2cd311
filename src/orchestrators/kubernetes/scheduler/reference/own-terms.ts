import { isEmptySelector, matchesSelector } from '../../objects/label-selector.ts';
import type { Labels } from '../../objects/meta.ts';
import type { PodTerm } from '../pod-info.ts';

/**
 * The terms of the pod that is placed, their namespaces looked up by name: a selector of namespaces picks among those
 * that are there, an empty one picks all, known or not (upstream interpodaffinity/plugin.go,
 * mergeAffinityTermNamespacesIfNotEmpty). Terms of other pods are asked with the labels of the pod's namespace instead.
 */
export function ownTerms(terms: readonly PodTerm[], namespaces: ReadonlyMap<string, Labels>): PodTerm[] {
  return terms.map((term) => {
    const { namespaceSelector } = term;
    if (namespaceSelector === undefined || isEmptySelector(namespaceSelector)) return term;
    const names = new Set(term.namespaces);
    for (const [name, labels] of namespaces) if (matchesSelector(namespaceSelector, labels)) names.add(name);
    return { ...term, namespaces: names, namespaceSelector: undefined };
  });
}
