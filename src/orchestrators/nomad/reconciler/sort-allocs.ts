import type { NomadGroup } from '../jobs/nomad-jobs.ts';
import type { Deployment } from '../deployments/deployment.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import { mayBeRescheduled, nextDelayUs } from './reschedule-delays.ts';

/** Failed ones that are due within so long are replaced at once (reconciler, `rescheduleWindowSize`). */
const DUE_WINDOW_US = 1e6;

export interface SortedAllocs {
  /** Run as they should, or have done their work. */
  readonly kept: Allocation[];
  readonly migrating: Allocation[];
  readonly lost: Allocation[];
  /** Lost, but replaced only when their client must have stopped them. */
  readonly lostLater: { readonly alloc: Allocation; readonly atUs: number }[];
  /** Failed, replaced now. */
  readonly failedNow: Allocation[];
  readonly failedLater: { readonly alloc: Allocation; readonly atUs: number }[];
  /** Failed for good: they stay as they are, and nobody takes their place. */
  readonly failedForGood: Allocation[];
  /** Their node has just fallen silent, and they may come back. */
  readonly disconnecting: Allocation[];
  /** They are silent. */
  readonly unknown: Allocation[];
  readonly reconnecting: Allocation[];
}

export interface SortContext {
  readonly nodes: readonly ServerNode[];
  readonly deployment: Deployment | undefined;
  readonly version: JobVersion;
  readonly nowUs: number;
  /** The evaluation at hand: what it was to follow up is due. */
  readonly evaluation: number;
}

/** Sorts a group's allocations by what became of them (scheduler/reconciler, filters). */
export function sortAllocs(allocs: readonly Allocation[], group: NomadGroup, context: SortContext): SortedAllocs {
  const sorted: SortedAllocs = {
    kept: [],
    migrating: [],
    lost: [],
    lostLater: [],
    failedNow: [],
    failedLater: [],
    failedForGood: [],
    disconnecting: [],
    unknown: [],
    reconnecting: [],
  };
  const { version, nodes } = context;
  const isBatch = version.job.type === 'batch';
  for (const alloc of allocs) {
    if (alloc.desired !== 'run' || alloc.next !== undefined) {
      if (alloc.next === undefined || alloc.desired !== 'run' || alloc.status !== 'unknown') continue;
    }
    const node = nodes[alloc.node];
    if (alloc.status === 'complete') {
      if (isBatch && alloc.of.version === version.version) sorted.kept.push(alloc);
    } else if (alloc.status === 'failed') sortFailed(alloc, group, sorted, context);
    else if (alloc.status === 'unknown') {
      if (node.status === 'ready') sorted.reconnecting.push(alloc);
      else if (hasExpired(alloc, group, context.nowUs)) sorted.lost.push(alloc);
      else sorted.unknown.push(alloc);
    } else if (mayReturn(alloc, group, node)) sorted.disconnecting.push(alloc);
    else if (node.status === 'down' || node.status === 'disconnected') {
      const atUs = stopUsOf(alloc, group);
      if (group.disconnect.stopOnClientAfterUs > 0 && atUs > context.nowUs) sorted.lostLater.push({ alloc, atUs });
      else sorted.lost.push(alloc);
    } else if (alloc.migrate) sorted.migrating.push(alloc);
    else sorted.kept.push(alloc);
  }
  return sorted;
}

/** Whether a silent one is given up by now; one that nobody may replace never is, unless `lost_after` says when. */
function hasExpired({ disconnectedUs }: Allocation, { disconnect }: NomadGroup, nowUs: number): boolean {
  const { lostAfterUs, replace } = disconnect;
  return lostAfterUs === 0 ? replace : nowUs - disconnectedUs >= lostAfterUs;
}

/** Its node has fallen silent and it is waited for. What had not begun to run is not. */
function mayReturn({ status }: Allocation, { disconnect }: NomadGroup, node: ServerNode): boolean {
  if (node.status === 'disconnected' && disconnect.lostAfterUs > 0) return status !== 'pending';
  return node.status === 'down' && !disconnect.replace && status === 'running';
}

/** When a client that has heard of nobody must have stopped the allocation. */
function stopUsOf(alloc: Allocation, group: NomadGroup): number {
  if (group.disconnect.stopOnClientAfterUs === 0) return -Infinity;
  const kill = Math.max(...group.tasks.map((task) => task.killTimeoutUs));
  return alloc.disconnectedUs + group.disconnect.stopOnClientAfterUs + kill;
}

function sortFailed(alloc: Allocation, group: NomadGroup, sorted: SortedAllocs, context: SortContext): void {
  const { deployment, nowUs, evaluation } = context;
  const isOfDeployment = deployment?.id === alloc.deployment;
  const isWatched = isOfDeployment && deployment?.status === 'running' && !alloc.mayReschedule;
  // A deployment that has failed places its own no more.
  const isGivenUp = isOfDeployment && deployment?.status === 'failed';
  if (isWatched || isGivenUp || !mayBeRescheduled(group.reschedule, alloc.reschedules, alloc.endedUs)) {
    sorted.failedForGood.push(alloc);
    return;
  }
  const atUs = alloc.endedUs + delayOf(alloc, group);
  if (alloc.followUp === evaluation || atUs - nowUs <= DUE_WINDOW_US) sorted.failedNow.push(alloc);
  else sorted.failedLater.push({ alloc, atUs });
}

/** The delay before a failed allocation's replacement. */
export function delayOf(alloc: Allocation, group: NomadGroup): number {
  const last = alloc.reschedules[alloc.reschedules.length - 1];
  return nextDelayUs(group.reschedule, alloc.reschedules, last === undefined ? 0 : alloc.endedUs - last.timeUs);
}
