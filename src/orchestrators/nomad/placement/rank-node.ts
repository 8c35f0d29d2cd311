import type { NomadAffinity, NomadGroup } from '../jobs/nomad-jobs.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import { isTerminal } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import { meets, targetValue } from './operators.ts';
import type { Ask, PlanDraft } from './plan-draft.ts';
import { antiAffinityScore, binPackScore, meanScore, spreadScore } from './scores.ts';
import { SpreadScorer } from './spread-block.ts';
import { standing } from './feasibility.ts';

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
  private readonly of: JobVersion;
  private readonly group: NomadGroup;
  private readonly algorithm: 'binpack' | 'spread';

  constructor(of: JobVersion, group: NomadGroup, algorithm: 'binpack' | 'spread') {
    this.of = of;
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

  /** `allocs`: all of the job's; `penalised`: nodes where the one before failed. */
  score(
    node: ServerNode,
    ask: Ask,
    draft: PlanDraft,
    { allocs, nodes, penalised }: RankContext,
  ): { readonly name: string; readonly score: number }[] {
    const used = draft.used(node);
    const { spec } = node;
    const freeCpu = 1 - (used.cpuMilli + ask.resources.cpuMilli) / spec.cpuMilli;
    const freeMem = 1 - (used.memBytes + ask.resources.memBytes) / spec.memBytes;
    const fit = this.algorithm === 'binpack' ? binPackScore(freeCpu, freeMem) : spreadScore(freeCpu, freeMem);
    const parts = [{ name: 'binpack', score: fit }];
    let collisions = 0;
    for (const alloc of node.allocs)
      if (
        alloc.jobId === this.of.job.id &&
        alloc.group === this.group.name &&
        !isTerminal(alloc) &&
        !draft.isGone(alloc)
      )
        collisions++;
    for (const placed of draft.on(node.number))
      if (placed.of.job.id === this.of.job.id && placed.group === this.group.name) collisions++;
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
      const counts = this.spreadAttributes.map((attribute) => this.counts(attribute, allocs, nodes, draft));
      const boost = this.spreads.score(values, counts);
      if (boost !== 0) parts.push({ name: 'allocation-spread', score: boost });
    }
    return parts;
  }

  private counts(
    attribute: string,
    allocs: Iterable<Allocation>,
    nodes: readonly ServerNode[],
    draft: PlanDraft,
  ): Map<string, number> {
    const counts = new Map<string, number>();
    for (const number of standing(allocs, draft, this.group.name)) {
      const value = targetValue(attribute, nodes[number].attributes);
      if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
  }
}

export interface RankContext {
  readonly allocs: readonly Allocation[];
  readonly nodes: readonly ServerNode[];
  readonly penalised: ReadonlySet<number>;
}

export const finalScore = (parts: readonly { readonly score: number }[]): number =>
  meanScore(parts.map(({ score }) => score));
