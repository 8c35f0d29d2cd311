import { matchesNodeTerm, matchesNodeTerms } from '../../../objects/node-selector.ts';
import type { NodeSelectorTerm } from '../../../objects/pod.ts';
import { matchesRequiredNodes, type PodInfo } from '../../pod-info.ts';
import { normaliseByMaximum } from '../normalise.ts';
import { type FilterPlugin, type ScorePlugin, unresolvable } from '../plugin.ts';

const NAME = 'NodeAffinity';

/** `nodeSelector` and required node affinity, and what the profile adds to them (upstream plugins/nodeaffinity). */
export const nodeAffinityFilter: FilterPlugin = {
  name: NAME,
  prepare({ info }, { profile }) {
    const added = profile.addedAffinity?.required;
    const required = info.spec.nodeAffinity?.required;
    if (added === undefined && required === undefined && Object.keys(info.spec.nodeSelector).length === 0)
      return 'skip';
    const onlyNodes = namedNodes(required);
    if (onlyNodes?.size === 0) return unresolvable(NAME, 'pod affinity terms conflict');
    return {
      onlyNodes,
      judge(node) {
        if (!matchesNodeTerms(added, node.labels, node.name))
          return unresolvable(NAME, "node(s) didn't match scheduler-enforced node affinity");
        if (!matchesRequiredNodes(info.spec, node.labels, node.name))
          return unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");
        return undefined;
      },
    };
  },
};

/** The weights of the preferred terms that match, the pod's and those that the profile adds. */
export const nodeAffinityScore: ScorePlugin = {
  name: NAME,
  prepare({ info }, _feasible, { profile }) {
    const added = (profile.addedAffinity?.preferred ?? []).map(({ weight, preference }) => ({
      weight,
      term: preference,
    }));
    const terms = [...added, ...info.preferredNodeTerms];
    if (!hasPreferences(info) && added.length === 0) return undefined;
    return {
      score(node) {
        let sum = 0;
        for (const { weight, term } of terms) if (matchesNodeTerm(term, node.labels, node.name)) sum += weight;
        return sum;
      },
      normalise: (scores) => normaliseByMaximum(scores, false),
    };
  },
};

function hasPreferences(info: PodInfo): boolean {
  return (info.spec.nodeAffinity?.preferred ?? []).length > 0;
}

/**
 * When every term names nodes (`metadata.name In [...]`, as pods of a DaemonSet do), only those are looked at at all.
 * Undefined: some term does not; empty: the names of each term contradict one another.
 */
function namedNodes(terms: readonly NodeSelectorTerm[] | undefined): ReadonlySet<string> | undefined {
  if (terms === undefined || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    const lists = term.matchFields.filter((field) => field.key === 'metadata.name' && field.operator === 'In');
    if (lists.length === 0) return undefined;
    for (const name of lists[0].values) if (lists.every((list) => list.values.includes(name))) names.add(name);
  }
  return names;
}
