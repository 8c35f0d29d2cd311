import { matchesSelector } from '../../objects/label-selector.ts';
import { untoleratedTaint } from '../../objects/tolerations.ts';
import { matchesRequiredNodes, type PodInfo, type PodTerm, type SpreadConstraint } from '../pod-info.ts';
import type { NodeTable } from './node-table.ts';
import type { PodCount } from './pod-count.ts';
import type { PodShape } from './pod-shape.ts';
import type { PodTally } from './pod-tally.ts';
import type { TopologyKey } from './topology-keys.ts';
import { labelPicked, textOfTerm, type TopologyRegistry } from './topology-registry.ts';

/** A spreading constraint and the counts that it goes by. */
export interface SpreadRule {
  readonly constraint: SpreadConstraint;
  readonly key: TopologyKey;
  readonly count: PodCount;
  readonly tally: PodTally;
}

/** What pods of one shape (and owner) ask of the places of other pods, tied to the counts it is answered from. */
export interface TopologyRules {
  readonly epoch: number;
  /** With DoNotSchedule. */
  readonly hard: readonly SpreadRule[];
  /** With ScheduleAnyway. */
  readonly soft: readonly SpreadRule[];
  /** Keys that a node must have for `soft` to score it; none with the system's constraints. */
  readonly softKeys: readonly TopologyKey[];
  /** Required affinity, term by term: pods that match all the terms. */
  readonly affinity: readonly PodTally[];
  /** Whether the pod matches its own affinity. */
  readonly attractsItself: boolean;
  readonly antiAffinity: readonly PodTally[];
  /** Preferred affinity and, with negative weights, anti-affinity. */
  readonly preferred: readonly { readonly tally: PodTally; readonly weight: number }[];
}

/** The spreading constraints of a pod, its own or those that stand in for them. */
export interface SpreadOf {
  readonly hard: readonly SpreadConstraint[];
  readonly soft: readonly SpreadConstraint[];
  /** Whether a node must have the keys of all constraints to be scored. */
  readonly needsAllKeys: boolean;
}

/** Ties what pods of a shape ask to the counts of the registry. */
export function topologyRules(
  nodes: NodeTable,
  registry: TopologyRegistry,
  shape: PodShape,
  spread: SpreadOf,
): TopologyRules {
  registry.makeRoom();
  const { epoch } = registry;
  const { info, kin } = shape;
  const termCount = (terms: readonly PodTerm[]): PodCount =>
    registry.count(
      `terms\n${terms.map(textOfTerm).join('\n')}`,
      false,
      (other) => terms.every((term) => registry.ownMeans(term, other)),
      labelMeant(terms[0]),
    );
  const everywhere = (count: PodCount, term: PodTerm): PodTally =>
    registry.tally(count, nodes.key(term.topologyKey), '', everyNode);
  const one = (term: PodTerm): PodTally => everywhere(termCount([term]), term);
  const required = info.requiredAffinity;
  return {
    epoch,
    hard: spreadRules(nodes, registry, info, spread.hard, true, false),
    soft: spreadRules(nodes, registry, info, spread.soft, spread.needsAllKeys, true),
    softKeys: spread.needsAllKeys ? spread.soft.map(({ topologyKey }) => nodes.key(topologyKey)) : [],
    affinity: required.map((term) => everywhere(termCount(required), term)),
    attractsItself: required.length > 0 && required.every((term) => registry.ownMeans(term, kin)),
    antiAffinity: info.requiredAntiAffinity.map(one),
    preferred: [
      ...info.preferredAffinity.map(({ term, weight }) => ({ tally: one(term), weight })),
      ...info.preferredAntiAffinity.map(({ term, weight }) => ({ tally: one(term), weight: -weight })),
    ],
  };
}

/** A label of all pods that a term means; empty: none is known. */
function labelMeant({ selector, namespaces, namespaceSelector }: PodTerm): string {
  if (namespaces.size !== 1 || namespaceSelector !== undefined) return '';
  const [namespace] = namespaces;
  return labelPicked(namespace, selector);
}

function everyNode(): boolean {
  return true;
}

function spreadRules(
  nodes: NodeTable,
  registry: TopologyRegistry,
  info: PodInfo,
  constraints: readonly SpreadConstraint[],
  needsAllKeys: boolean,
  fillsIn: boolean,
): SpreadRule[] {
  const keys = needsAllKeys ? [...new Set(constraints.map(({ topologyKey }) => topologyKey))].sort() : [];
  return constraints.map((constraint) => {
    const { selector, countsPods, topologyKey } = constraint;
    const { namespace } = info;
    const picks = countsPods ? JSON.stringify([namespace, selector]) : 'nothing';
    const count = registry.count(
      `spread\n${picks}`,
      true,
      (kin) => (countsPods ? kin.namespace === namespace && matchesSelector(selector, kin.labels) : false),
      labelPicked(namespace, selector),
    );
    const key = nodes.key(topologyKey);
    const otherKeys = keys.filter((name) => name !== topologyKey);
    const who = JSON.stringify([
      otherKeys,
      constraint.honorsNodeAffinity ? [info.spec.nodeSelector, info.spec.nodeAffinity?.required ?? null] : null,
      constraint.honorsTaints ? info.spec.tolerations : null,
    ]);
    const takesPart = (slot: number): boolean => {
      const node = nodes.nodes[slot]!;
      const { labels, name } = node.metadata;
      if (otherKeys.some((other) => labels[other] === undefined)) return false;
      if (constraint.honorsNodeAffinity && !matchesRequiredNodes(info.spec, labels, name)) return false;
      return !constraint.honorsTaints || untoleratedTaint(node.spec.taints, info.spec.tolerations) === undefined;
    };
    const counted = fillsIn && !needsAllKeys ? nodes.key(topologyKey, true) : key;
    return { constraint, key, count, tally: registry.tally(count, counted, who, takesPart) };
  });
}
