import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import { podInfo, type PodTerm, termMatches } from '../pod-info.ts';
import { sameTexts } from './cluster-event.ts';
import { hasPlace, type HintContext } from './hint-rule.ts';

/**
 * plugins/interpodaffinity/plugin.go: a pod with a place now matches all required affinity terms, or no longer all required
 * anti-affinity terms. Besides, the pod's own labels may have changed, and a pod whose anti-affinity kept this one away
 * may have gone: those refuse in the name of the same plugin, and nothing else would tell of them.
 */
export function affinityAfterPod(
  pod: Pod,
  before: Pod | undefined,
  after: Pod | undefined,
  context: HintContext,
): boolean {
  if (after?.id === pod.id) return before !== undefined && !sameTexts(before.metadata.labels, after.metadata.labels);
  if ((before !== undefined && !hasPlace(before)) || (after !== undefined && !hasPlace(after))) return false;
  const { requiredAffinity, requiredAntiAffinity } = podInfo(pod);
  const matchesAll = (terms: readonly PodTerm[], other: Pod): boolean =>
    terms.length > 0 && terms.every((term) => meansPod(term, other, context));
  if (after !== undefined && matchesAll(requiredAffinity, after))
    return before === undefined || !matchesAll(requiredAffinity, before);
  if (before === undefined) return false;
  if (matchesAll(requiredAntiAffinity, before)) return after === undefined || !matchesAll(requiredAntiAffinity, after);
  return after === undefined && podInfo(before).requiredAntiAffinity.some((term) => meansPod(term, pod, context));
}

/**
 * The same for nodes: with required affinity one that has the key, or now has it or another value of it; with required
 * anti-affinity any new one, or one that has lost the key or has another value. A pod without either was kept away by
 * others, whose keys are not known here: any such change may do.
 */
export function affinityAfterNode(pod: Pod, before: Node | undefined, after: Node | undefined): boolean {
  const { requiredAffinity, requiredAntiAffinity } = podInfo(pod);
  if (requiredAffinity.length === 0 && requiredAntiAffinity.length === 0) return true;
  const value = (node: Node, { topologyKey }: PodTerm): string | undefined => node.metadata.labels[topologyKey];
  const isNear = requiredAffinity.some((term) => {
    const is = value(after!, term);
    return is !== undefined && (before === undefined || value(before, term) !== is);
  });
  if (isNear || before === undefined) return isNear || requiredAntiAffinity.length > 0;
  return requiredAntiAffinity.some((term) => {
    const was = value(before, term);
    return was !== undefined && was !== value(after!, term);
  });
}

function meansPod(term: PodTerm, pod: Pod, context: HintContext): boolean {
  const { labels, namespace } = pod.metadata;
  return termMatches(term, labels, namespace, context.namespaceLabels(namespace));
}
