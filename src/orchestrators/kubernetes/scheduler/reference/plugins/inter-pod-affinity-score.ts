import type { Labels } from '../../../objects/meta.ts';
import { type PodInfo, type PodTerm, termMatches } from '../../pod-info.ts';
import { largest, MAX_NODE_SCORE, smallest } from '../normalise.ts';
import { ownTerms } from '../own-terms.ts';
import type { ScorePlugin } from '../plugin.ts';
import { TopologyCounts } from '../topology-counts.ts';

/**
 * Preferred affinity between pods, both ways: weights of the pod's terms that match pods there, and of the terms of
 * pods there that match the pod, theirs that are required included (upstream plugins/interpodaffinity/scoring.go).
 */
export const interPodAffinityScore: ScorePlugin = {
  name: 'InterPodAffinity',
  prepare({ info }, _feasible, cluster) {
    const { profile, namespaces } = cluster;
    const preferred = weighted(info.preferredAffinity, namespaces);
    const unwanted = weighted(info.preferredAntiAffinity, namespaces);
    if (profile.ignorePreferredTermsOfExistingPods && preferred.length === 0 && unwanted.length === 0) return undefined;
    const namespaceLabels = namespaces.get(info.namespace) ?? {};
    const sums = new TopologyCounts();
    for (const node of cluster.nodes) {
      for (const { info: other } of node.pods) {
        const add = (term: PodTerm, target: PodInfo, targetNamespace: Labels, weight: number): void => {
          if (termMatches(term, target.labels, target.namespace, targetNamespace))
            sums.add(term.topologyKey, node.labels, weight);
        };
        for (const { term, weight } of preferred) add(term, other, NONE, weight);
        for (const { term, weight } of unwanted) add(term, other, NONE, -weight);
        if (profile.hardPodAffinityWeight > 0)
          for (const term of other.requiredAffinity) add(term, info, namespaceLabels, profile.hardPodAffinityWeight);
        for (const { term, weight } of other.preferredAffinity) add(term, info, namespaceLabels, weight);
        for (const { term, weight } of other.preferredAntiAffinity) add(term, info, namespaceLabels, -weight);
      }
    }
    if (sums.isEmpty) return undefined;
    return {
      score: ({ labels }) => sums.sumAt(labels),
      normalise(scores) {
        const lowest = smallest(scores, Infinity);
        const range = largest(scores, -Infinity) - lowest;
        // The quotient first, in floating point: 29 of 100 is 28 by upstream's arithmetic.
        return scores.map((score) => (range > 0 ? Math.trunc(MAX_NODE_SCORE * ((score - lowest) / range)) : 0));
      },
    };
  },
};

const NONE: Labels = {};

function weighted(
  terms: PodInfo['preferredAffinity'],
  namespaces: ReadonlyMap<string, Labels>,
): { readonly term: PodTerm; readonly weight: number }[] {
  const own = ownTerms(
    terms.map(({ term }) => term),
    namespaces,
  );
  return own.map((term, i) => ({ term, weight: terms[i].weight }));
}
