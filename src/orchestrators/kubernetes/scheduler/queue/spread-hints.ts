import { matchesSelector } from '../../objects/label-selector.ts';
import type { Labels } from '../../objects/meta.ts';
import type { Node } from '../../objects/node.ts';
import type { Pod } from '../../objects/pod.ts';
import type { SpreadConstraint } from '../pod-info.ts';
import { sameTaints } from './cluster-event.ts';
import { hasPlace, type HintContext } from './hint-rule.ts';

/** plugins/podtopologyspread/plugin.go: the pod itself, or a pod with a place in its namespace, matches a selector now and did not, or the other way round. */
export function spreadAfterPod(
  pod: Pod,
  before: Pod | undefined,
  after: Pod | undefined,
  context: HintContext,
): boolean {
  const isInvolved = (other: Pod | undefined): boolean =>
    other === undefined ||
    other.id === pod.id ||
    (hasPlace(other) && other.metadata.namespace === pod.metadata.namespace);
  if (!isInvolved(before) || !isInvolved(after)) return false;
  const constraints = context.hardSpread(pod);
  const matches = (labels: Labels, { selector }: SpreadConstraint): boolean => matchesSelector(selector, labels);
  if (before === undefined || after === undefined) {
    const { labels } = (after ?? before)!.metadata;
    return constraints.some((constraint) => matches(labels, constraint));
  }
  if (after.id === pod.id && after.spec.tolerations.length !== before.spec.tolerations.length) {
    if (constraints.some((constraint) => constraint.honorsTaints)) return true;
  }
  return constraints.some(
    (constraint) => matches(before.metadata.labels, constraint) !== matches(after.metadata.labels, constraint),
  );
}

/** The same for nodes: one that has all topology keys came, went, or changed their values or its taints. */
export function spreadAfterNode(
  pod: Pod,
  before: Node | undefined,
  after: Node | undefined,
  context: HintContext,
): boolean {
  const constraints = context.hardSpread(pod);
  const counts = (node: Node | undefined): boolean =>
    node !== undefined && constraints.every(({ topologyKey }) => node.metadata.labels[topologyKey] !== undefined);
  if (before === undefined || after === undefined) return counts(before) || counts(after);
  if (counts(before) !== counts(after)) return true;
  if (!counts(after)) return false;
  return (
    constraints.some(({ topologyKey }) => before.metadata.labels[topologyKey] !== after.metadata.labels[topologyKey]) ||
    !sameTaints(before, after)
  );
}
