import { log } from '../../../../../sim/exact-math.ts';
import { HOSTNAME_LABEL } from '../../../objects/node-labels.ts';
import type { SpreadConstraint } from '../../pod-info.ts';
import { largest, MAX_NODE_SCORE, smallest } from '../normalise.ts';
import type { ScorePlugin } from '../plugin.ts';
import type { ReferenceNode } from '../reference-node.ts';
import { hasAllKeys, isIncluded, matchingPods } from './pod-topology-spread.ts';

/**
 * Constraints with ScheduleAnyway: fewer matching pods in the node's domains are better. Keys with many domains weigh
 * more, since their counts are small: ln(domains + 2) (upstream plugins/podtopologyspread/scoring.go).
 */
export const podTopologySpreadScore: ScorePlugin = {
  name: 'PodTopologySpread',
  prepare(pod, feasible, cluster) {
    const { info } = pod;
    const own = info.spec.topologySpreadConstraints.length > 0;
    const constraints = own ? info.softSpread : cluster.defaultSpread(pod.pod, 'ScheduleAnyway');
    if (constraints.length === 0) return undefined;
    // With the system's own constraints a node without a zone is still scored by its hostname.
    const needsAllKeys = own || cluster.profile.defaultConstraints !== 'System';
    const isScored = (node: ReferenceNode): boolean => !needsAllKeys || hasAllKeys(node, constraints);
    const scored = feasible.filter(isScored);
    const domains = constraints.map((constraint) => domainsOf(constraint, scored));
    for (const node of cluster.nodes) {
      if (!isScored(node)) continue;
      constraints.forEach((constraint, i) => {
        const value = node.labels[constraint.topologyKey] ?? '';
        const before = domains[i].get(value);
        if (before === undefined || !isIncluded(constraint, info, node)) return;
        domains[i].set(value, before + matchingPods(node, constraint, info.namespace));
      });
    }
    const weights = constraints.map((constraint, i) =>
      log((constraint.topologyKey === HOSTNAME_LABEL ? scored.length : domains[i].size) + 2),
    );
    return {
      score(node) {
        if (!isScored(node)) return 0;
        let score = 0;
        constraints.forEach((constraint, i) => {
          const value = node.labels[constraint.topologyKey];
          if (value === undefined) return;
          const isHost = constraint.topologyKey === HOSTNAME_LABEL;
          const count = isHost ? matchingPods(node, constraint, info.namespace) : (domains[i].get(value) ?? 0);
          // The tolerated skew is added so that differences within it are watered down.
          score += count * weights[i] + (constraint.maxSkew - 1);
        });
        return Math.round(score);
      },
      normalise: (scores, nodes) => fewestFirst(scores, nodes.map(isScored)),
    };
  },
};

/** Values of the key among the nodes, each with 0 pods. Hosts have none: their own pods are all there is to count. */
function domainsOf(constraint: SpreadConstraint, nodes: readonly ReferenceNode[]): Map<string, number> {
  const domains = new Map<string, number>();
  if (constraint.topologyKey === HOSTNAME_LABEL) return domains;
  // A node without the label (with the system's constraints) stands for a domain of its own without a name.
  for (const node of nodes) domains.set(node.labels[constraint.topologyKey] ?? '', 0);
  return domains;
}

function fewestFirst(scores: readonly number[], scored: readonly boolean[]): number[] {
  const counted = scores.filter((_, i) => scored[i]);
  const highest = largest(counted, 0);
  const lowest = smallest(counted, Infinity);
  return scores.map((score, i) => {
    if (!scored[i]) return 0;
    return highest === 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (highest + lowest - score)) / highest);
  });
}
