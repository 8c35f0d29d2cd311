import type { Clock } from '../../clock.ts';
import type { Chronicle } from '../../chronicle.ts';
import type { Books } from '../../data-plane/data-plane.ts';
import type { Plan, PlanResult } from '../evaluations/plan.ts';
import { verifyPlan } from '../evaluations/plan-applier.ts';
import type { Accounts } from './accounts.ts';
import type { Allocation, RescheduleEvent } from './allocation.ts';
import { clientHasEnded } from './allocation.ts';
import { hold } from './server-node.ts';
import type { StateStore } from './state-store.ts';

export interface CommitParts {
  readonly clock: Clock;
  readonly state: StateStore;
  readonly accounts: Accounts;
  readonly books: Books;
  readonly chronicle: Chronicle;
  /** The client of a node has something new to fetch. */
  readonly tellClient: (node: number) => void;
  /** Allocations of these jobs were preempted. */
  readonly preempted: (jobs: readonly string[]) => void;
  readonly deploymentChanged: (jobId: string) => void;
}

/** Reschedules that a new allocation remembers of those before it. */
const MOST_EVENTS = 5;

/** Applies what of a plan can be applied now. */
export function commitPlan(plan: Plan, parts: CommitParts): PlanResult {
  const { state, accounts, books } = parts;
  const { rejectedNodes, placements } = verifyPlan(plan, state);
  state.index++;
  const record = state.jobs.get(plan.evaluation.jobId);
  if (plan.begins !== undefined && record?.current === plan.version) {
    state.deployments.set(plan.begins.jobId, plan.begins);
    parts.deploymentChanged(plan.begins.jobId);
  }
  for (const { deployment, as, why } of plan.deploymentEnds) {
    if (deployment.status !== 'running') continue;
    deployment.status = as;
    deployment.description = why;
    const version = record?.versions.find((one) => one.version === deployment.version);
    if (as === 'successful' && version !== undefined) version.stable = true;
    parts.chronicle.event(
      'deployment-watcher',
      'Normal',
      as === 'successful' ? 'DeploymentSuccessful' : 'DeploymentCancelled',
      `job ${deployment.jobId}`,
      why,
    );
    parts.deploymentChanged(deployment.jobId);
  }
  for (const { alloc, as, why } of plan.stops) {
    // What was to make room for a placement that is refused stays.
    const isForRefused = plan.placements.some(({ previous, node }) => previous === alloc && rejectedNodes.has(node));
    if (alloc.desired !== 'run' || (rejectedNodes.has(alloc.node) && isForRefused)) continue;
    stop(alloc, as, why, parts);
  }
  const evicted = new Set<string>();
  for (const { alloc, by } of plan.preempted) {
    if (alloc.desired !== 'run' || rejectedNodes.has(alloc.node)) continue;
    alloc.desired = 'evict';
    hold(state.nodes[alloc.node], alloc, -1);
    if (!clientHasEnded(alloc)) accounts.end(alloc, 'evicted');
    books.happened('preempted', alloc.name, `preempted by ${by.name} (priority ${by.of.job.priority})`);
    evicted.add(alloc.jobId);
    parts.tellClient(alloc.node);
  }
  const deployment = state.deployments.get(plan.evaluation.jobId);
  const ownDeployment =
    deployment?.status === 'running' && deployment.version === plan.version?.version ? deployment : undefined;
  for (const alloc of plan.inPlace) {
    if (alloc.desired !== 'run' || plan.version === undefined) continue;
    alloc.of = plan.version;
    if (ownDeployment?.groups.has(alloc.group) === true) {
      alloc.deployment = ownDeployment.id;
      alloc.healthy = undefined;
      alloc.isCanary = false;
    }
    parts.tellClient(alloc.node);
  }
  for (const alloc of plan.unknown) alloc.status = 'unknown';
  for (const alloc of plan.reconnected) {
    alloc.status = 'running';
    alloc.next = undefined;
    alloc.disconnectedUs = Number.NaN;
    parts.tellClient(alloc.node);
  }
  const made = placements.map((place) => make(plan, place, ownDeployment?.id ?? -1, parts));
  parts.preempted([...evicted].sort());
  return { isFull: rejectedNodes.size === 0, made, rejectedNodes: [...rejectedNodes] };
}

function stop(
  alloc: Allocation,
  as: 'stopped' | 'lost',
  why: string,
  { state, accounts, chronicle, clock, tellClient }: CommitParts,
): void {
  const hadEnded = clientHasEnded(alloc);
  alloc.desired = 'stop';
  hold(state.nodes[alloc.node], alloc, -1);
  if (as === 'lost') {
    alloc.status = 'lost';
    alloc.endedUs = clock.nowUs;
  }
  if (!hadEnded) {
    accounts.end(alloc, as === 'lost' || alloc.migrate ? 'evicted' : 'stopped');
    chronicle.event(
      'scheduler',
      as === 'lost' ? 'Warning' : 'Normal',
      as === 'lost' ? 'AllocationLost' : 'AllocationStopped',
      alloc.name,
      why,
    );
  }
  tellClient(alloc.node);
}

function make(
  plan: Plan,
  place: number,
  deployment: number,
  { clock, state, accounts, books, tellClient, chronicle }: CommitParts,
): Allocation {
  const placed = plan.placements[place];
  const { previous, isReschedule, of, ask } = placed;
  const task = accounts.task(placed);
  const event: RescheduleEvent[] =
    isReschedule && previous !== undefined
      ? [{ timeUs: clock.nowUs, node: previous.node, delayUs: placed.rescheduleDelayUs }]
      : [];
  const kept = previous === undefined || !(isReschedule || previous.status === 'lost') ? [] : previous.reschedules;
  const alloc: Allocation = {
    id: state.nextAllocation++,
    name: placed.name,
    index: placed.index,
    jobId: of.job.id,
    group: placed.group,
    node: placed.node,
    resources: ask.resources,
    staticPorts: ask.staticPorts,
    dynamicPorts: ask.dynamicPorts,
    createdUs: clock.nowUs,
    task,
    score: placed.score,
    reschedules: [...kept, ...event].slice(-Math.max(MOST_EVENTS, attemptsOf(placed.group, of.job.groups))),
    of,
    desired: 'run',
    status: 'pending',
    deployment: placed.inDeployment ? deployment : -1,
    isCanary: placed.isCanary,
    healthy: undefined,
    migrate: false,
    mayReschedule: false,
    followUp: -1,
    next: undefined,
    endedUs: Number.NaN,
    runningSinceUs: Number.NaN,
    disconnectedUs: Number.NaN,
  };
  if (previous !== undefined) previous.next = alloc;
  state.add(alloc);
  const node = state.nodes[placed.node];
  hold(node, alloc, 1);
  books.place(task, placed.node);
  chronicle.event('scheduler', 'Normal', 'AllocationPlaced', alloc.name, `placed on ${node.name}`);
  tellClient(placed.node);
  return alloc;
}

/** As many events as the policy counts, where it counts them. */
function attemptsOf(
  name: string,
  groups: readonly { readonly name: string; readonly reschedule: { readonly attempts: number } }[],
): number {
  return groups.find((group) => group.name === name)?.reschedule.attempts ?? 0;
}
