import type { Pod } from '../../objects/pod.ts';
import { judgeNode } from './filtering.ts';
import type { Rejection } from './plugin.ts';
import type { Consideration, ReferenceCore } from './reference-core.ts';
import type { ReferenceNode } from './reference-node.ts';
import { referenceRefusal } from './reference-refusal.ts';

/** Why a pod would be placed where it would be placed now, or nowhere: everything that a report may say about it. */
export interface DecisionExplanation {
  readonly pod: string;
  /** Undefined: refused, or one of the ties is drawn by chance (up to version 1.34). */
  readonly nodeName: string | undefined;
  readonly choice: ChoiceExplanation;
  readonly window: WindowExplanation;
  /** Filter plugins that have something to say about this pod, in the order in which they judge a node; the others were skipped. */
  readonly filters: readonly string[];
  readonly skippedFilters: readonly string[];
  /** A reason that holds for all nodes at once; then no node was looked at. */
  readonly everywhere: Rejection | undefined;
  /** Every node in the order in which the scheduler would look at it from the start of the window. */
  readonly nodes: readonly NodeExplanation[];
  /** Rejected nodes by reason, most first. */
  readonly reasons: readonly ReasonSummary[];
  /** As kube-scheduler writes the refusal; absent when the pod is placed. */
  readonly message?: string;
}

/** How the node was chosen among those that the pod fits. */
export type ChoiceExplanation =
  /** No node fits. */
  | { readonly rule: 'refused' }
  /** The node that the pod was nominated to fits; no other was looked at. */
  | { readonly rule: 'nominated' }
  /** Only one node fits: it is taken without being scored. */
  | { readonly rule: 'only one' }
  /** One node has the highest total. */
  | { readonly rule: 'highest score' }
  /** Several have: the one that comes first in the heap's order wins (from 1.35 on). */
  | { readonly rule: 'heap order'; readonly tied: readonly string[] }
  /** Several have: one is drawn, each with the same chance (up to 1.34). */
  | { readonly rule: 'drawn'; readonly tied: readonly string[] };

/** Which part of the cluster was looked at. */
export interface WindowExplanation {
  /** Nodes that could be meant at all: all of them, unless the pod names some. */
  readonly candidates: number;
  /** Where in the order of nodes the search starts, counted from 0. */
  readonly start: number;
  /** Feasible nodes that are enough: the search stops at the next one. */
  readonly feasibleWanted: number;
  readonly feasible: number;
  readonly examined: number;
}

export interface NodeExplanation {
  readonly name: string;
  /** Whether the search got to it. What follows is said about the others too, scores excepted. */
  readonly examined: boolean;
  /** Plugins that let the pod pass, in their order, up to the one that did not. */
  readonly passed: readonly string[];
  /** Absent: the pod fits. */
  readonly rejection?: Rejection;
  /** Of a feasible node that was scored; plugins that skipped the pod are not among them. */
  readonly scores?: readonly PluginScore[];
  readonly total?: number;
}

export interface PluginScore {
  readonly plugin: string;
  readonly weight: number;
  readonly raw: number;
  /** 0 to 100. */
  readonly normalised: number;
  /** What it adds to the total. */
  readonly weighted: number;
}

/** Nodes that a reason keeps the pod from. */
export interface ReasonSummary {
  readonly plugin: string;
  readonly reason: string;
  readonly nodes: number;
  /** Whether it might help if pods went away from them. */
  readonly resolvable: boolean;
  /** A few of them, in the order of the search. */
  readonly examples: readonly string[];
}

/** What `core` would decide about the pod now, and why; nothing changes. */
export function explainDecision(core: ReferenceCore, pod: Pod): DecisionExplanation {
  const considered = core.consider(pod);
  const { filtering, winner } = considered;
  const { prepared, feasible, rejected } = filtering;
  const filters = prepared.filters.map(({ plugin }) => plugin);
  const nodes = nodesInOrder(considered).map((node) => explainNode(core, considered, node));
  return {
    pod: pod.metadata.name,
    nodeName: winner === undefined ? undefined : feasible[winner].name,
    choice: explainChoice(considered),
    window: {
      candidates: filtering.candidates,
      start: considered.start,
      feasibleWanted: filtering.wanted,
      feasible: feasible.length,
      examined: feasible.length + rejected.size,
    },
    filters,
    skippedFilters: core.profile.filters.filter((name) => !filters.includes(name)),
    everywhere: prepared.rejection,
    nodes,
    reasons: summarise(nodes),
    ...(feasible.length > 0 ? {} : { message: referenceRefusal(considered).message() }),
  };
}

/** How many examples a reason is given. */
const EXAMPLES = 3;

function nodesInOrder({ cluster, start }: Consideration): ReferenceNode[] {
  const { nodes } = cluster;
  const first = nodes.length === 0 ? 0 : start % nodes.length;
  return [...nodes.slice(first), ...nodes.slice(0, first)];
}

function explainNode(core: ReferenceCore, considered: Consideration, node: ReferenceNode): NodeExplanation {
  const { filtering, scoring, pod } = considered;
  const { prepared, feasible, rejected } = filtering;
  const place = feasible.indexOf(node);
  const examined = place >= 0 || rejected.has(node);
  const leftOut = prepared.only !== undefined && !prepared.only.nodes.has(node.name);
  const rejection =
    rejected.get(node) ??
    prepared.rejection ??
    (leftOut
      ? {
          plugin: prepared.only.plugins[0],
          reasons: [`node(s) didn't satisfy plugin(s) [${prepared.only.plugins.join(' ')}]`],
          resolvable: false,
        }
      : place >= 0
        ? undefined
        : judgeNode(prepared, node, core.nominatedTo(node, pod)));
  const names = prepared.filters.map(({ plugin }) => plugin);
  const passed = rejection === undefined ? names : names.slice(0, Math.max(0, names.indexOf(rejection.plugin)));
  if (rejection !== undefined) return { name: node.name, examined, passed, rejection };
  if (place < 0 || scoring === undefined) return { name: node.name, examined, passed };
  const scores: PluginScore[] = [];
  for (const { plugin, weight, raw, normalised } of scoring.columns)
    if (raw !== undefined && normalised !== undefined)
      scores.push({
        plugin,
        weight,
        raw: raw[place],
        normalised: normalised[place],
        weighted: weight * normalised[place],
      });
  return { name: node.name, examined, passed, scores, total: scoring.totals[place] };
}

function explainChoice({ cluster, filtering, scoring, pod }: Consideration): ChoiceExplanation {
  const { feasible } = filtering;
  if (feasible.length === 0) return { rule: 'refused' };
  if (scoring === undefined)
    return { rule: feasible[0].name === pod.pod.status.nominatedNodeName ? 'nominated' : 'only one' };
  let highest = -Infinity;
  for (const total of scoring.totals) highest = Math.max(highest, total);
  const tied = feasible.filter((_, i) => scoring.totals[i] === highest).map((node) => node.name);
  if (tied.length === 1) return { rule: 'highest score' };
  return { rule: cluster.profile.version === '1.34' ? 'drawn' : 'heap order', tied };
}

function summarise(nodes: readonly NodeExplanation[]): ReasonSummary[] {
  const byReason = new Map<string, ReasonSummary & { examples: string[]; nodes: number }>();
  for (const { name, rejection } of nodes) {
    if (rejection === undefined) continue;
    const { plugin, resolvable } = rejection;
    for (const reason of rejection.reasons) {
      const key = `${plugin}/${reason}/${resolvable}`;
      const summary = byReason.get(key) ?? { plugin, reason, resolvable, nodes: 0, examples: [] };
      byReason.set(key, summary);
      summary.nodes += 1;
      if (summary.examples.length < EXAMPLES) summary.examples.push(name);
    }
  }
  return [...byReason.values()].sort((a, b) => b.nodes - a.nodes);
}
