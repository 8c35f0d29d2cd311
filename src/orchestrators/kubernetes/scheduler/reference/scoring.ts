import type { ReferenceCluster } from './plugin.ts';
import { scorePlugins } from './plugins.ts';
import type { PlacedPod, ReferenceNode } from './reference-node.ts';

/** What one plugin gave every feasible node. */
export interface ScoreColumn {
  readonly plugin: string;
  readonly weight: number;
  /** Before and after normalisation, in the order of the feasible nodes; absent: the plugin skipped the pod, which gives 0. */
  readonly raw?: readonly number[];
  readonly normalised?: readonly number[];
}

/** Scores of the feasible nodes. */
export interface Scoring {
  readonly columns: readonly ScoreColumn[];
  /** Of each node: the sum of weight times normalised score. */
  readonly totals: readonly number[];
}

/** Scores the feasible nodes, plugin by plugin (PreScore, Score, NormalizeScore; upstream framework/runtime/framework.go). */
export function scoreNodes(pod: PlacedPod, feasible: readonly ReferenceNode[], cluster: ReferenceCluster): Scoring {
  const totals = feasible.map(() => 0);
  const columns = scorePlugins(cluster.profile).map(({ plugin, weight }): ScoreColumn => {
    const scorer = plugin.prepare(pod, feasible, cluster);
    if (scorer === undefined) return { plugin: plugin.name, weight };
    const raw = feasible.map((node) => scorer.score(node));
    const normalised = scorer.normalise?.(raw, feasible) ?? raw;
    normalised.forEach((score, i) => (totals[i] += weight * score));
    return { plugin: plugin.name, weight, raw, normalised };
  });
  return { columns, totals };
}
