import type { RandomStream } from '../../../sim/random.ts';
import type { MachineChooser } from '../../data-plane/data-plane.ts';
import type { Deployment, GroupDeployment } from '../deployments/deployment.ts';
import { deploymentCounts, needsPromotion } from '../deployments/deployment.ts';
import type { NomadGroup } from '../jobs/nomad-jobs.ts';
import { ClassFeasibility } from '../placement/feasibility.ts';
import type { PlacementMetrics } from '../placement/node-stack.ts';
import { NodeStack } from '../placement/node-stack.ts';
import type { NewAllocation } from '../placement/plan-draft.ts';
import { askOf, PlanDraft } from '../placement/plan-draft.ts';
import type { RankedNode } from '../placement/rank-node.ts';
import type { GroupChanges, LaterRequest, PlaceRequest, StopRequest } from '../reconciler/group-changes.ts';
import { reconcileGroup } from '../reconciler/reconcile-group.ts';
import { reconcileSystem } from '../reconciler/reconcile-system.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import { isTerminal } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import type { StateStore } from '../state/state-store.ts';
import type { Evaluation } from './evaluation.ts';
import type { Plan } from './plan.ts';

/** What one look at a job came to. */
export interface Proposal {
  readonly plan: Plan;
  /** Something found no node: an evaluation has to wait for room. */
  readonly isBlocked: boolean;
  /** Placements without a node, with what was said of the nodes. */
  readonly failed: readonly { readonly request: PlaceRequest; readonly why: string }[];
  readonly classes: ReadonlyMap<string, boolean>;
  readonly escaped: boolean;
  /** The state that was looked at. */
  readonly snapshot: number;
  readonly later: readonly LaterRequest[];
  /** A system job's next step of its update. */
  readonly rollingAfterUs: number | undefined;
  /** Why the chosen nodes were chosen, for reports. */
  readonly chosen: readonly {
    readonly alloc: NewAllocation;
    readonly ranked: RankedNode;
    readonly evaluated: number;
  }[];
}

export interface SchedulerOptions {
  readonly algorithm: 'binpack' | 'spread';
  readonly preempts: Readonly<Record<'service' | 'batch' | 'system' | 'sysbatch', boolean>>;
  readonly affinityLimit: number;
  readonly chooser: MachineChooser | undefined;
  /** Shuffles nodes, seeded from the run as upstream from evaluation and state. */
  readonly shuffle: RandomStream;
}

/** Looks at one job and proposes a plan; changes nothing (scheduler/generic_sched.go, scheduler_system.go). */
export function propose(evaluation: Evaluation, state: StateStore, options: SchedulerOptions, nowUs: number): Proposal {
  const record = state.jobs.get(evaluation.jobId);
  const allocs = state.allocsOf(evaluation.jobId);
  const deployment = state.deployments.get(evaluation.jobId);
  const plan = emptyPlan(evaluation, record?.current, undefined);
  const proposal = {
    plan,
    isBlocked: false,
    failed: [],
    classes: new Map<string, boolean>(),
    escaped: false,
    snapshot: state.index,
    later: [],
    rollingAfterUs: undefined,
    chosen: [],
  };
  if (record === undefined) return proposal;
  const version = record.current;
  const groups = record.stopped ? [] : version.job.groups;
  for (const alloc of allocs)
    if (!isTerminal(alloc) && !groups.some(({ name }) => name === alloc.group))
      plan.stops.push({ alloc, as: 'stopped', why: 'alloc not needed as its job is stopped or its group removed' });
  if (deployment?.status === 'running' && (record.stopped || deployment.version !== version.version))
    plan.deploymentEnds.push({
      deployment,
      as: 'cancelled',
      why: record.stopped ? 'Cancelled because job is stopped' : 'Cancelled due to newer version of job',
    });
  if (record.stopped) return proposal;
  const isSystem = version.job.type === 'system' || version.job.type === 'sysbatch';
  return isSystem
    ? proposeSystem(state, options, version, plan)
    : proposeGeneric(evaluation, state, options, version, plan, nowUs);
}

function proposeGeneric(
  evaluation: Evaluation,
  state: StateStore,
  options: SchedulerOptions,
  version: JobVersion,
  plan: Plan,
  nowUs: number,
): Proposal {
  const { job } = version;
  const allocs = state.allocsOf(job.id);
  const latest = state.deployments.get(job.id);
  const current = latest?.version === version.version ? latest : undefined;
  const versions = state.jobs.get(job.id)?.versions ?? [];
  const older =
    versions.findLast((one) => one.version < version.version && one.stable) ??
    versions.findLast((one) => one.version < version.version);
  const draft = new PlanDraft();
  const stack = new NodeStack(version, state.readyNodes(version), state.nodes, options.shuffle, {
    algorithm: options.algorithm,
    mayPreempt: options.preempts[job.type],
    affinityLimit: options.affinityLimit,
    chooser: options.chooser,
  });
  const all = job.groups.map((group) => ({
    group,
    changes: reconcileGroup(group, {
      allocs: allocs.filter((alloc) => alloc.group === group.name),
      nodes: state.nodes,
      deployment: current,
      version,
      olderVersion: older,
      nowUs,
      evaluation: evaluation.id,
    }),
  }));
  const begins = current === undefined ? deploymentOf(version, all, allocs, state, nowUs) : undefined;
  const filled: Plan = { ...plan, begins };
  for (const { changes } of all) collect(filled, changes, draft);
  endDeployment(filled, current, all, allocs);
  const failed: { request: PlaceRequest; why: string }[] = [];
  const chosen: Proposal['chosen'][number][] = [];
  for (const { group, changes } of all) {
    const failedWhy = new Map<string, string>();
    const steps = [
      ...changes.destructive.map(({ old, request }) => ({ request, old })),
      ...changes.place.map((request) => ({ request, old: undefined as Allocation | undefined })),
    ];
    for (const { request, old } of steps) {
      // What found no node before finds none now: the plan only grows.
      const why = failedWhy.get(request.group);
      if (why !== undefined && old === undefined && group.spreads.length === 0) {
        failed.push({ request, why });
        continue;
      }
      if (old !== undefined) draft.stopped.add(old);
      const metrics: PlacementMetrics = { evaluated: 0, refused: new Map() };
      const ranked = selectFor(stack, group, request, draft, allocs, metrics, state.nodes);
      if (ranked === undefined) {
        if (old !== undefined) draft.stopped.delete(old);
        const said = whyNot(metrics, state);
        failedWhy.set(request.group, said);
        failed.push({ request, why: said });
        continue;
      }
      if (old !== undefined)
        filled.stops.push({ alloc: old, as: 'stopped', why: 'alloc is being updated due to job update' });
      const alloc = newAllocation(request, group, ranked);
      chosen.push({ alloc, ranked, evaluated: metrics.evaluated });
      place(filled, draft, alloc, ranked, request.inDeployment);
    }
  }
  return {
    plan: filled,
    isBlocked: failed.length > 0,
    failed,
    ...classesOf(
      job.groups.filter(({ name }) => failed.some(({ request }) => request.group === name)),
      stack,
      state,
      version,
    ),
    snapshot: state.index,
    later: all.flatMap(({ changes }) => changes.later),
    rollingAfterUs: undefined,
    chosen,
  };
}

function proposeSystem(state: StateStore, options: SchedulerOptions, version: JobVersion, plan: Plan): Proposal {
  const { job } = version;
  const allocs = state.allocsOf(job.id);
  const draft = new PlanDraft();
  const stack = new NodeStack(version, [], state.nodes, undefined, {
    algorithm: options.algorithm,
    mayPreempt: options.preempts[job.type],
    affinityLimit: options.affinityLimit,
    chooser: undefined,
  });
  const failed: { request: PlaceRequest; why: string }[] = [];
  const failedGroups: NomadGroup[] = [];
  let isRolling = false;
  for (const group of job.groups) {
    const feasible = new ClassFeasibility(version, group);
    const isFor = (node: ServerNode): boolean => state.isFor(node, job) && feasible.refusal(node) === '';
    const ofGroup = allocs.filter((alloc) => alloc.group === group.name);
    const changes = reconcileSystem(group, version, ofGroup, state.nodes, isFor);
    collect(plan, changes, draft);
    if (changes.waitingUpdates > 0) isRolling = true;
    const steps = [
      ...changes.destructive.map(({ old, request }) => ({ node: state.nodes[old.node], request, old })),
      ...changes.placeOn.map(({ node, request }) => ({ node, request, old: undefined as Allocation | undefined })),
    ];
    for (const { node, request, old } of steps) {
      if (old !== undefined) draft.stopped.add(old);
      const metrics: PlacementMetrics = { evaluated: 0, refused: new Map() };
      const ranked = stack.select(group, draft, allocs, { only: [node], name: request.name }, metrics);
      if (ranked === undefined) {
        if (old !== undefined) draft.stopped.delete(old);
        failed.push({ request, why: whyNot(metrics, state) });
        failedGroups.push(group);
        continue;
      }
      if (old !== undefined)
        plan.stops.push({ alloc: old, as: 'stopped', why: 'alloc is being updated due to job update' });
      place(plan, draft, newAllocation(request, group, ranked), ranked, false);
    }
  }
  const staggerUs = job.groups[0].update?.staggerUs ?? 0;
  return {
    plan,
    isBlocked: failed.length > 0,
    // A full node is no replica that waits: the job wants one on each node that has room.
    failed: [],
    ...classesOf(failedGroups, stack, state, version),
    // Nodes that are full now are looked at when they gain room.
    escaped: failed.length > 0,
    snapshot: state.index,
    later: [],
    rollingAfterUs: isRolling ? staggerUs : undefined,
    chosen: [],
  };
}

function selectFor(
  stack: NodeStack,
  group: NomadGroup,
  request: PlaceRequest,
  draft: PlanDraft,
  allocs: readonly Allocation[],
  metrics: PlacementMetrics,
  nodes: readonly ServerNode[],
): RankedNode | undefined {
  const { previous } = request;
  const penalised = new Set<number>(previous?.reschedules.map(({ node }) => node));
  if (previous?.status === 'failed') penalised.add(previous.node);
  if (group.sticky && previous !== undefined) {
    const node = nodes[previous.node];
    if (node.status === 'ready' && node.eligible && node.drainDeadlineUs === undefined) {
      const back = stack.select(group, draft, allocs, { penalised, only: [node], name: request.name }, metrics);
      if (back !== undefined) return back;
    }
  }
  return stack.select(group, draft, allocs, { penalised, name: request.name }, metrics);
}

function newAllocation(request: PlaceRequest, group: NomadGroup, { node, score }: RankedNode): NewAllocation {
  const { name, index, of, previous, isReschedule, rescheduleDelayUs, isCanary } = request;
  const own = of.job.groups.find((one) => one.name === group.name) ?? group;
  return {
    name,
    index,
    of,
    group: group.name,
    node: node.number,
    ask: askOf(own),
    score,
    previous,
    isReschedule,
    rescheduleDelayUs,
    isCanary,
  };
}

function place(plan: Plan, draft: PlanDraft, alloc: NewAllocation, ranked: RankedNode, inDeployment: boolean): void {
  draft.place(alloc);
  for (const victim of ranked.victims) {
    draft.preempted.add(victim);
    plan.preempted.push({ alloc: victim, by: alloc });
  }
  plan.placements.push({ ...alloc, inDeployment });
}

function collect(plan: Plan, changes: GroupChanges, draft: PlanDraft): void {
  for (const stop of changes.stop) addStop(plan, draft, stop);
  plan.inPlace.push(...changes.inPlace);
  plan.unknown.push(...changes.unknown);
  plan.reconnected.push(...changes.reconnected);
}

function addStop(plan: Plan, draft: PlanDraft, stop: StopRequest): void {
  if (draft.stopped.has(stop.alloc)) return;
  draft.stopped.add(stop.alloc);
  plan.stops.push(stop);
}

function emptyPlan(evaluation: Evaluation, version: JobVersion | undefined, begins: Deployment | undefined): Plan {
  return {
    evaluation,
    version,
    allAtOnce: version?.job.allAtOnce ?? false,
    stops: [],
    placements: [],
    preempted: [],
    inPlace: [],
    unknown: [],
    reconnected: [],
    begins,
    deploymentEnds: [],
  };
}

/** A service's new version begins a deployment, the first one too. */
function deploymentOf(
  version: JobVersion,
  all: readonly { readonly group: NomadGroup; readonly changes: GroupChanges }[],
  allocs: readonly Allocation[],
  state: StateStore,
  nowUs: number,
): Deployment | undefined {
  if (version.job.type !== 'service') return undefined;
  const groups = new Map<string, GroupDeployment>();
  for (const { group, changes } of all) {
    const { update } = group;
    if (update === undefined || update.maxParallel === 0 || group.count === 0) continue;
    const updates = changes.destructive.length + changes.inPlace.length + changes.waitingUpdates > 0;
    const isNew = !allocs.some((alloc) => alloc.group === group.name && alloc.of.version === version.version);
    if (!updates && !isNew) continue;
    const hasCanaries = update.canary > 0 && changes.place.some(({ isCanary }) => isCanary);
    groups.set(group.name, {
      strategy: update,
      desiredTotal: group.count,
      desiredCanaries: hasCanaries ? update.canary : 0,
      promoted: false,
      progressByUs: update.progressDeadlineUs === 0 ? Infinity : nowUs + update.progressDeadlineUs,
    });
  }
  if (groups.size === 0) return undefined;
  return {
    id: state.nextDeployment++,
    jobId: version.job.id,
    version: version.version,
    createdUs: nowUs,
    groups,
    status: 'running',
    description: 'Deployment is running',
  };
}

/** Everything is healthy and nothing is left to do: it has succeeded. */
function endDeployment(
  plan: Plan,
  deployment: Deployment | undefined,
  all: readonly { readonly group: NomadGroup; readonly changes: GroupChanges }[],
  allocs: readonly Allocation[],
): void {
  if (deployment?.status !== 'running') return;
  const isDone = all.every(({ group, changes }) => {
    const ofGroup = deployment.groups.get(group.name);
    if (ofGroup === undefined) return true;
    if (changes.place.length + changes.destructive.length + changes.inPlace.length + changes.waitingUpdates > 0)
      return false;
    return !needsPromotion(ofGroup) && deploymentCounts(deployment, group.name, allocs).healthy >= group.count;
  });
  if (isDone) plan.deploymentEnds.push({ deployment, as: 'successful', why: 'Deployment completed successfully' });
}

function classesOf(
  groups: readonly NomadGroup[],
  stack: NodeStack,
  state: StateStore,
  version: JobVersion,
): { classes: Map<string, boolean>; escaped: boolean } {
  const classes = new Map<string, boolean>();
  let escaped = false;
  for (const group of groups) {
    const feasibility = stack.feasibilityOf(group);
    if (feasibility.escaped) escaped = true;
    for (const node of state.nodes) {
      const { computedClass } = node;
      const verdict = state.isFor(node, version.job) ? feasibility.verdicts.get(computedClass) : undefined;
      if (verdict !== undefined) classes.set(computedClass, classes.get(computedClass) === true || verdict === '');
    }
  }
  return { classes, escaped };
}

/** As `nomad eval status` counts it. */
function whyNot({ refused }: PlacementMetrics, state: StateStore): string {
  if (refused.size === 0)
    return state.nodes.length === 0
      ? 'no nodes were eligible for evaluation'
      : 'no nodes are ready in its datacenters and node pool';
  const parts = [...refused].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return parts
    .map(([why, count]) =>
      /^(cpu|memory|disk|network|devices)/.test(why)
        ? `resources exhausted on ${count} nodes: dimension "${why}"`
        : `constraint "${why}" filtered ${count} nodes`,
    )
    .join('; ');
}
