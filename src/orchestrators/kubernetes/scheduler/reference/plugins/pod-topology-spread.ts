import { matchesSelector } from '../../../objects/label-selector.ts';
import { untoleratedTaint } from '../../../objects/tolerations.ts';
import { matchesRequiredNodes, type PodInfo, type SpreadConstraint } from '../../pod-info.ts';
import { type FilterPlugin, resolvable, unresolvable } from '../plugin.ts';
import type { ReferenceNode } from '../reference-node.ts';

const NAME = 'PodTopologySpread';
const MISMATCH = "node(s) didn't match pod topology spread constraints";

/** The smallest count when no domain is there: nothing is too many more than that (math.MaxInt32). */
const NO_DOMAIN = 2147483647;

/**
 * Constraints with DoNotSchedule: after placement the node's domain may have at most `maxSkew` matching pods more than
 * the domain with the fewest (upstream plugins/podtopologyspread/filtering.go).
 */
export const podTopologySpreadFilter: FilterPlugin = {
  name: NAME,
  prepare(pod, cluster) {
    const { info } = pod;
    const constraints =
      info.spec.topologySpreadConstraints.length > 0
        ? info.hardSpread
        : cluster.defaultSpread(pod.pod, 'DoNotSchedule');
    if (constraints.length === 0) return 'skip';
    const counts = constraints.map(() => new Map<string, number>());
    for (const node of cluster.nodes) {
      if (!hasAllKeys(node, constraints)) continue;
      constraints.forEach((constraint, i) => {
        if (!isIncluded(constraint, info, node)) return;
        add(counts[i], node.labels[constraint.topologyKey], matchingPods(node, constraint, info.namespace));
      });
    }
    return {
      judge(node) {
        for (const [i, constraint] of constraints.entries()) {
          const value = node.labels[constraint.topologyKey];
          if (value === undefined) return unresolvable(NAME, `${MISMATCH} (missing required label)`);
          const after = (counts[i].get(value) ?? 0) + (constraint.matchesSelf ? 1 : 0);
          if (after - fewest(counts[i], constraint.minDomains) > constraint.maxSkew) return resolvable(NAME, MISMATCH);
        }
        return undefined;
      },
      count(other, node, by) {
        if (other.info.namespace !== info.namespace || !hasAllKeys(node, constraints)) return;
        constraints.forEach((constraint, i) => {
          // Unlike the count above, this one takes terminating pods and empty selectors for matches. [as upstream]
          if (!matchesSelector(constraint.selector, other.info.labels) || !isIncluded(constraint, info, node)) return;
          add(counts[i], node.labels[constraint.topologyKey], by);
        });
      },
    };
  },
};

/** Whether the node has a label for every constraint. */
export function hasAllKeys(node: ReferenceNode, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.every((constraint) => node.labels[constraint.topologyKey] !== undefined);
}

/** Whether the node counts for the constraint: by the pod's node affinity and tolerations, as the constraint wants them honoured. */
export function isIncluded(constraint: SpreadConstraint, info: PodInfo, node: ReferenceNode): boolean {
  if (constraint.honorsNodeAffinity && !matchesRequiredNodes(info.spec, node.labels, node.name)) return false;
  return !constraint.honorsTaints || untoleratedTaint(node.node.spec.taints, info.spec.tolerations) === undefined;
}

/** Pods on the node that the constraint means; pods that are going do not count. */
export function matchingPods(node: ReferenceNode, constraint: SpreadConstraint, namespace: string): number {
  if (!constraint.countsPods) return 0;
  let count = 0;
  for (const { pod, info } of node.pods) {
    if (pod.metadata.deletionUs !== undefined || info.namespace !== namespace) continue;
    if (matchesSelector(constraint.selector, info.labels)) count += 1;
  }
  return count;
}

/** The fewest pods of any domain; 0 while there are fewer domains than there should be. */
function fewest(counts: ReadonlyMap<string, number>, minDomains: number): number {
  if (counts.size < minDomains) return 0;
  let least = NO_DOMAIN;
  for (const count of counts.values()) least = Math.min(least, count);
  return least;
}

function add(counts: Map<string, number>, value: string, by: number): void {
  counts.set(value, (counts.get(value) ?? 0) + by);
}
