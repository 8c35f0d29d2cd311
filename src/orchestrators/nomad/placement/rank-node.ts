import type { NomadAffinity, NomadGroup } from '../jobs/nomad-jobs.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import { meets, targetValue } from './operators.ts';
import type { Ask, PlanDraft } from './plan-draft.ts';
import { antiAffinityScore, binPackScore, meanScore, spreadScore } from './scores.ts';
import { SpreadScorer } from './spread-block.ts';
import type { Standing } from './standing.ts';

/** A node with its score, and what it is made of: for reports. */
export interface RankedNode {
  readonly node: ServerNode;
  readonly score: number;
  readonly parts: readonly { readonly name: string; readonly score: number }[];
  readonly victims: readonly Allocation[];
}

/** Scores nodes for one group's allocations within one plan (scheduler/feasible/rank.go). */
export class NodeRanking {
  readonly hasPreferences: boolean;
  private readonly affinities: readonly NomadAffinity[];
  private readonly sumOfWeights: number;
  private readonly spreads: SpreadScorer;
  private readonly spreadAttributes: readonly string[];
  private readonly group: NomadGroup;
  private readonly algorithm: 'binpack' | 'spread';

  constructor(of: JobVersion, group: NomadGroup, algorithm: 'binpack' | 'spread') {
    this.group = group;
    this.algorithm = algorithm;
    const { job } = of;
    this.affinities = [...job.affinities, ...group.affinities, ...group.tasks.flatMap((task) => task.affinities)];
    this.sumOfWeights = this.affinities.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
    const spreads = [...group.spreads, ...job.spreads];
    this.spreadAttributes = spreads.map(({ attribute }) => attribute);
    this.spreads = new SpreadScorer(spreads, group.count);
    this.hasPreferences = this.affinities.length > 0 || spreads.length > 0;
  }

  /** `penalised`: nodes where the one before failed. */
  score(
    node: ServerNode,
    ask: Ask,
    draft: PlanDraft,
    { standing, penalised }: RankContext,
  ): { readonly name: string; readonly score: number }[] {
    const used = draft.used(node);
    const { spec } = node;
    const freeCpu = 1 - (used.cpuMilli + ask.resources.cpuMilli) / spec.cpuMilli;
    const freeMem = 1 - (used.memBytes + ask.resources.memBytes) / spec.memBytes;
    const fit = this.algorithm === 'binpack' ? binPackScore(freeCpu, freeMem) : spreadScore(freeCpu, freeMem);
    const parts = [{ name: 'binpack', score: fit }];
    const collisions = standing.ofGroup.get(node.number) ?? 0;
    if (collisions > 0)
      parts.push({ name: 'job-anti-affinity', score: antiAffinityScore(collisions, this.group.count) });
    if (penalised.has(node.number)) parts.push({ name: 'node-reschedule-penalty', score: -1 });
    if (this.sumOfWeights > 0) {
      const matched = this.affinities.filter((affinity) => meets(affinity, node.attributes));
      const sum = matched.reduce((total, { weight }) => total + weight, 0);
      if (sum !== 0) parts.push({ name: 'node-affinity', score: sum / this.sumOfWeights });
    }
    if (this.spreadAttributes.length > 0) {
      const values = this.spreadAttributes.map((attribute) => targetValue(attribute, node.attributes));
      const counts = this.spreadAttributes.map((attribute) => standing.values('group', attribute));
      const boost = this.spreads.score(values, counts);
      if (boost !== 0) parts.push({ name: 'allocation-spread', score: boost });
    }
    return parts;
  }
}

export interface RankContext {
  readonly standing: Standing;
  readonly penalised: ReadonlySet<number>;
}

export const finalScore = (parts: readonly { readonly score: number }[]): number =>
  meanScore(parts.map(({ score }) => score));
