import type { SchedulerProfile } from '../scheduler-profile.ts';
import type { NodeFilter, ReferenceCluster, Rejection } from './plugin.ts';
import { filterPlugins } from './plugins.ts';
import { type PlacedPod, type ReferenceNode, withPods } from './reference-node.ts';
import { nodesToFind } from './sampling.ts';

/** The filters of one pod, prepared once (PreFilter). */
export interface PreparedFilters {
  /** Plugins that have something to say about the pod, in the profile's order. */
  readonly filters: readonly { readonly plugin: string; readonly filter: NodeFilter }[];
  /** Holds for all nodes; then nothing else is asked. */
  readonly rejection?: Rejection;
  /** The only nodes that can be meant, and the plugins that say so. */
  readonly only?: { readonly nodes: ReadonlySet<string>; readonly plugins: readonly string[] };
}

/** Which nodes a pod fits. */
export interface Filtering {
  readonly prepared: PreparedFilters;
  /** Nodes in the order in which they were found. */
  readonly feasible: readonly ReferenceNode[];
  /** Nodes that were looked at and rejected. */
  readonly rejected: ReadonlyMap<ReferenceNode, Rejection>;
  /** How far the start of the next search moves on. */
  readonly movesBy: number;
  /** Nodes that could be meant at all, and how many feasible ones were looked for among them. */
  readonly candidates: number;
  readonly wanted: number;
}

export function prepareFilters(pod: PlacedPod, cluster: ReferenceCluster): PreparedFilters {
  const filters: { plugin: string; filter: NodeFilter }[] = [];
  let only: { nodes: ReadonlySet<string>; plugins: readonly string[] } | undefined;
  for (const plugin of filterPlugins(cluster.profile)) {
    const filter = plugin.prepare(pod, cluster);
    if (filter === 'skip') continue;
    if ('reasons' in filter) return { filters: [], rejection: filter };
    filters.push({ plugin: plugin.name, filter });
    // One plugin alone (NodeAffinity) narrows the nodes down.
    if (filter.onlyNodes !== undefined) only = { nodes: filter.onlyNodes, plugins: [plugin.name] };
  }
  return only === undefined ? { filters } : { filters, only };
}

/**
 * Looks for nodes that the pod fits, from the start on and round, until one more than wanted is found: that one is not
 * counted (upstream pkg/scheduler/schedule_one.go, findNodesThatFitPod). A node to which the pod is nominated is
 * looked at first and taken if it fits, whatever the others are.
 *
 * `nominated`: pods that keep their room on a node.
 */
export function findFeasible(
  pod: PlacedPod,
  cluster: ReferenceCluster,
  start: number,
  nominated: (node: ReferenceNode) => readonly PlacedPod[],
): Filtering {
  const prepared = prepareFilters(pod, cluster);
  const rejected = new Map<ReferenceNode, Rejection>();
  const judge = (node: ReferenceNode): boolean => {
    const rejection = judgeNode(prepared, node, nominated(node));
    if (rejection !== undefined) rejected.set(node, rejection);
    return rejection === undefined;
  };
  if (prepared.rejection !== undefined)
    return { prepared, feasible: [], rejected, movesBy: 0, candidates: 0, wanted: 0 };

  const own = cluster.node(pod.pod.status.nominatedNodeName ?? '');
  if (own !== undefined && judge(own))
    return { prepared, feasible: [own], rejected, movesBy: 0, candidates: 1, wanted: 1 };

  const { only } = prepared;
  const candidates = only === undefined ? cluster.nodes : cluster.nodes.filter((node) => only.nodes.has(node.name));
  const wanted = feasibleWanted(candidates.length, cluster.profile);
  const feasible: ReferenceNode[] = [];
  for (let i = 0; i < candidates.length; i += 1) {
    const node = candidates[(start + i) % candidates.length];
    if (!judge(node)) continue;
    if (feasible.length === wanted) break;
    feasible.push(node);
  }
  const movesBy = feasible.length + rejected.size;
  return { prepared, feasible, rejected, movesBy, candidates: candidates.length, wanted };
}

/**
 * The first plugin's rejection of a node; undefined: the pod fits. Pods nominated to the node are counted in first; it
 * must fit without them too, since they may never come (upstream framework/runtime/framework.go,
 * RunFilterPluginsWithNominatedPods).
 */
export function judgeNode(
  prepared: PreparedFilters,
  node: ReferenceNode,
  nominated: readonly PlacedPod[],
): Rejection | undefined {
  if (nominated.length > 0) {
    for (const { filter } of prepared.filters) for (const other of nominated) filter.count?.(other, node, 1);
    const rejection = firstRejection(prepared, withPods(node, [...node.pods, ...nominated]));
    for (const { filter } of prepared.filters) for (const other of nominated) filter.count?.(other, node, -1);
    if (rejection !== undefined) return rejection;
  }
  return firstRejection(prepared, node);
}

function firstRejection(prepared: PreparedFilters, node: ReferenceNode): Rejection | undefined {
  for (const { filter } of prepared.filters) {
    const rejection = filter.judge(node);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

function feasibleWanted(candidates: number, profile: SchedulerProfile): number {
  return profile.scores.length === 0 ? 1 : nodesToFind(candidates, profile.percentageOfNodesToScore);
}
