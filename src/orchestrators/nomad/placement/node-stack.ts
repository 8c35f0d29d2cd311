import type { RandomStream } from '../../../sim/random.ts';
import type { MachineChooser } from '../../data-plane/data-plane.ts';
import type { Resources } from '../../data-plane/machine-spec.ts';
import type { NomadGroup } from '../jobs/nomad-jobs.ts';
import type { Victim } from '../preemption/preempt.ts';
import { chooseVictims, PRIORITY_GAP } from '../preemption/preempt.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import { groupOf, isTerminal } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import { ClassFeasibility, distinctRefusal } from './feasibility.ts';
import { exhausted } from './fits.ts';
import { best, limited } from './limit.ts';
import type { Ask, PlanDraft } from './plan-draft.ts';
import { askOf } from './plan-draft.ts';
import { candidateLimit, netPriority, preemptionScore } from './scores.ts';
import type { RankContext, RankedNode } from './rank-node.ts';
import { finalScore, NodeRanking } from './rank-node.ts';
import { Standing } from './standing.ts';

/** Counts of why nodes were refused, for `nomad eval status`. */
export interface PlacementMetrics {
  evaluated: number;
  readonly refused: Map<string, number>;
}

export interface StackOptions {
  readonly algorithm: 'binpack' | 'spread';
  readonly mayPreempt: boolean;
  readonly affinityLimit: number;
  readonly chooser: MachineChooser | undefined;
}

/** Chooses nodes for the groups of one job within one evaluation (scheduler/feasible/stack.go). */
export class NodeStack {
  private readonly order: readonly ServerNode[];
  /** Where the walk over the shuffled nodes goes on. */
  private offset = 0;
  private readonly feasibility = new Map<string, ClassFeasibility>();
  private readonly rankings = new Map<string, NodeRanking>();
  private readonly of: JobVersion;
  private readonly allNodes: readonly ServerNode[];
  private readonly options: StackOptions;

  /** `ready`: nodes in the job's datacenters and pool; they are shuffled with the stream, except for one a node. */
  constructor(
    of: JobVersion,
    ready: readonly ServerNode[],
    allNodes: readonly ServerNode[],
    stream: RandomStream | undefined,
    options: StackOptions,
  ) {
    this.of = of;
    this.allNodes = allNodes;
    this.options = options;
    const order = [...ready];
    if (stream !== undefined)
      for (let place = order.length - 1; place > 0; place--) {
        const other = stream.below(place + 1);
        [order[place], order[other]] = [order[other], order[place]];
      }
    this.order = order;
  }

  feasibilityOf(group: NomadGroup): ClassFeasibility {
    let known = this.feasibility.get(group.name);
    if (known === undefined) this.feasibility.set(group.name, (known = new ClassFeasibility(this.of, group)));
    return known;
  }

  /** `only`: these nodes and no others, in turn (a system job's node, the place of a sticky disk). */
  select(
    group: NomadGroup,
    draft: PlanDraft,
    allocs: readonly Allocation[],
    {
      penalised = new Set<number>(),
      only,
      name,
    }: { readonly penalised?: ReadonlySet<number>; readonly only?: readonly ServerNode[]; readonly name: string },
    metrics: PlacementMetrics,
  ): RankedNode | undefined {
    const ask = askOf(group);
    const context = { standing: new Standing(allocs, group.name, draft, this.allNodes), penalised };
    const { options } = this;
    const from = only ?? this.order;
    const found = this.pass(group, ask, draft, context, from, only !== undefined, name, metrics, false);
    if (found !== undefined || !options.mayPreempt) return found;
    return this.pass(group, ask, draft, context, from, only !== undefined, name, undefined, true);
  }

  private pass(
    group: NomadGroup,
    ask: Ask,
    draft: PlanDraft,
    context: RankContext,
    from: readonly ServerNode[],
    isFixed: boolean,
    name: string,
    metrics: PlacementMetrics | undefined,
    preempts: boolean,
  ): RankedNode | undefined {
    const ranking = this.rankingOf(group);
    const feasibility = this.feasibilityOf(group);
    const isBatch = this.of.job.type === 'batch' || this.of.job.type === 'sysbatch';
    const limit = ranking.hasPreferences
      ? Math.max(group.count, this.options.affinityLimit)
      : candidateLimit(isBatch, this.order.length);
    let seen = 0;
    const next = (): RankedNode | undefined => {
      while (seen < from.length) {
        const node = isFixed ? from[seen] : from[this.offset];
        seen++;
        if (!isFixed) this.offset = (this.offset + 1) % from.length;
        if (metrics !== undefined) metrics.evaluated++;
        const refusal = feasibility.refusal(node) || distinctRefusal(node, feasibility.distinct, context.standing);
        const full = refusal === '' ? exhausted(node, ask, draft) : '';
        if (refusal === '' && (full === '' || preempts)) {
          const ranked =
            full === ''
              ? this.rank(ranking, node, ask, draft, context)
              : this.preempting(ranking, node, ask, draft, context);
          if (ranked !== undefined) return ranked;
        }
        const why = refusal === '' ? full : refusal;
        metrics?.refused.set(why, (metrics.refused.get(why) ?? 0) + 1);
      }
      return undefined;
    };
    const { chooser } = this.options;
    if (chooser === undefined || isFixed) return best(limited(next, isFixed ? from.length : limit));
    const all: RankedNode[] = [];
    for (let one = next(); one !== undefined; one = next()) all.push(one);
    if (all.length === 0) return undefined;
    all.sort((a, b) => a.node.number - b.node.number);
    const choice = chooser.choose(
      all.map(({ node }) => node.number),
      { name, resources: ask.resources },
    );
    return all.find(({ node }) => node.number === choice);
  }

  private rank(ranking: NodeRanking, node: ServerNode, ask: Ask, draft: PlanDraft, context: RankContext): RankedNode {
    const parts = ranking.score(node, ask, draft, context);
    return { node, parts, score: finalScore(parts), victims: [] };
  }

  /** The node with whoever would have to go. Ports are not freed: whose port is wanted stays. */
  private preempting(
    ranking: NodeRanking,
    node: ServerNode,
    ask: Ask,
    draft: PlanDraft,
    context: RankContext,
  ): RankedNode | undefined {
    if (ask.staticPorts.some((port) => draft.hasPort(node, port))) return undefined;
    const { id, priority } = this.of.job;
    const candidates: Victim<Allocation>[] = [];
    for (const alloc of [...node.allocs].sort((a, b) => a.id - b.id)) {
      const of = alloc.of.job;
      if (isTerminal(alloc) || draft.isGone(alloc) || of.id === id || of.priority > priority - PRIORITY_GAP) continue;
      candidates.push({
        alloc,
        priority: of.priority,
        resources: alloc.resources,
        maxParallel: groupOf(alloc.of, alloc.group)?.migrate.maxParallel ?? 0,
        preempted: [...draft.preempted].filter((one) => one.jobId === alloc.jobId && one.group === alloc.group).length,
      });
    }
    const used = draft.used(node);
    const free: Resources = {
      cpuMilli: node.spec.cpuMilli - used.cpuMilli,
      memBytes: node.spec.memBytes - used.memBytes,
      diskBytes: node.spec.diskBytes - used.diskBytes,
      gpuCount: node.spec.gpuCount - used.gpuCount,
    };
    const victims = chooseVictims(ask.resources, free, candidates);
    if (victims === undefined) return undefined;
    for (const { alloc } of victims) draft.preempted.add(alloc);
    const parts = ranking.score(node, ask, draft, context);
    for (const { alloc } of victims) draft.preempted.delete(alloc);
    const cost = preemptionScore(netPriority(victims.map((victim) => victim.priority)));
    parts.push({ name: 'preemption', score: cost });
    return { node, parts, score: finalScore(parts), victims: victims.map(({ alloc }) => alloc) };
  }

  private rankingOf(group: NomadGroup): NodeRanking {
    let known = this.rankings.get(group.name);
    if (known === undefined)
      this.rankings.set(group.name, (known = new NodeRanking(this.of, group, this.options.algorithm)));
    return known;
  }
}
