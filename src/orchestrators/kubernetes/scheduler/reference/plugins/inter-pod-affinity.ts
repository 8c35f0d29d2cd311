import type { Labels } from '../../../objects/meta.ts';
import { type PodInfo, type PodTerm, termMatches } from '../../pod-info.ts';
import { ownTerms } from '../own-terms.ts';
import { type FilterPlugin, resolvable, unresolvable } from '../plugin.ts';
import type { PlacedPod, ReferenceNode } from '../reference-node.ts';
import { TopologyCounts } from '../topology-counts.ts';

const NAME = 'InterPodAffinity';

/**
 * Required affinity and anti-affinity between pods: the pod's own, and the anti-affinity of pods that are there
 * (upstream plugins/interpodaffinity/filtering.go).
 */
export const interPodAffinityFilter: FilterPlugin = {
  name: NAME,
  prepare(incoming, cluster) {
    const { info } = incoming;
    const affinity = ownTerms(info.requiredAffinity, cluster.namespaces);
    const antiAffinity = ownTerms(info.requiredAntiAffinity, cluster.namespaces);
    const namespaceLabels = cluster.namespaces.get(info.namespace) ?? {};
    /** Pods that match all the pod's affinity terms, by each term's key. */
    const attracting = new TopologyCounts();
    /** Pods that match one of the pod's anti-affinity terms, by its key. */
    const repelling = new TopologyCounts();
    /** Pods with an anti-affinity term that matches the pod, by its key. */
    const repelled = new TopologyCounts();
    const count = (other: PlacedPod, node: ReferenceNode, by: 1 | -1): void => {
      const { labels, namespace } = other.info;
      if (matchesAll(affinity, other.info))
        for (const term of affinity) attracting.add(term.topologyKey, node.labels, by);
      for (const term of antiAffinity)
        if (termMatches(term, labels, namespace, NONE)) repelling.add(term.topologyKey, node.labels, by);
      for (const term of other.info.requiredAntiAffinity)
        if (termMatches(term, info.labels, info.namespace, namespaceLabels))
          repelled.add(term.topologyKey, node.labels, by);
    };
    for (const node of cluster.nodes) for (const other of node.pods) count(other, node, 1);
    if (affinity.length === 0 && antiAffinity.length === 0 && repelled.isEmpty) return 'skip';
    return {
      count,
      judge({ labels }) {
        if (!isAttracted(affinity, attracting, info, labels))
          return unresolvable(NAME, "node(s) didn't match pod affinity rules");
        if (antiAffinity.some((term) => repelling.at(term.topologyKey, labels) > 0))
          return resolvable(NAME, "node(s) didn't match pod anti-affinity rules");
        if (repelled.anyAt(labels)) return resolvable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");
        return undefined;
      },
    };
  },
};

const NONE: Labels = {};

/** Every term must hold, at a node that has all their keys. The first pod of a group that attracts itself may go anywhere. */
function isAttracted(terms: readonly PodTerm[], attracting: TopologyCounts, info: PodInfo, labels: Labels): boolean {
  if (!terms.every((term) => labels[term.topologyKey] !== undefined)) return false;
  if (terms.every((term) => attracting.at(term.topologyKey, labels) > 0)) return true;
  return attracting.isEmpty && matchesAll(terms, info);
}

function matchesAll(terms: readonly PodTerm[], info: PodInfo): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, info.labels, info.namespace, NONE));
}
