import type { Deployment } from '../deployments/deployment.ts';
import { needsPromotion } from '../deployments/deployment.ts';
import type { NomadGroup } from '../jobs/nomad-jobs.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import { allocName } from '../state/allocation.ts';
import type { GroupChanges, LaterRequest, PlaceRequest } from './group-changes.ts';
import { freeIndexes, noChanges } from './group-changes.ts';
import type { SortContext, SortedAllocs } from './sort-allocs.ts';
import { delayOf, sortAllocs } from './sort-allocs.ts';
import { needsNewAllocation } from './tasks-updated.ts';

/** Later replacements within so long of the first are one evaluation's (reconciler, `batchedFailedAllocWindowSize`). */
const LATER_WINDOW_US = 5e6;

export interface GroupState extends SortContext {
  /** All of the group's that are remembered. */
  readonly allocs: readonly Allocation[];
  /** The deployment of this version, whatever became of it. */
  readonly deployment: Deployment | undefined;
  /** The one before this version, for what is placed while canaries are watched. */
  readonly olderVersion: JobVersion | undefined;
}

/** What a service's or batch job's group needs (scheduler/reconciler). */
export function reconcileGroup(group: NomadGroup, state: GroupState): GroupChanges {
  const { allocs, deployment, version } = state;
  const changes = noChanges();
  const ofGroup = deployment?.groups.get(group.name);
  const isActive = deployment?.status === 'running';
  const [canaries, others] = splitCanaries(allocs, deployment, changes);
  const sorted = sortAllocs(others, group, state);
  const sortedCanaries = sortAllocs(canaries, group, state);
  for (const alloc of sortedCanaries.lost)
    changes.stop.push({ alloc, as: 'lost', why: 'alloc is lost since its node is down' });
  settleSilent(group, version, sorted, changes);

  const updates = sorted.kept.filter((alloc) => alloc.of.version !== version.version && alloc.status !== 'complete');
  const destructive = updates.filter((alloc) => needsNewAllocation(alloc.of.job, version.job, group.name));
  const isCanarying = isActive && ofGroup !== undefined && needsPromotion(ofGroup);
  const wantsCanaries =
    (group.update?.canary ?? 0) > 0 &&
    destructive.length > 0 &&
    deployment?.status !== 'failed' &&
    ofGroup?.promoted !== true;

  stopExcess(group, sorted, changes);
  const stopped = new Set(changes.stop.map(({ alloc }) => alloc));
  for (const alloc of updates) if (!destructive.includes(alloc) && !stopped.has(alloc)) changes.inPlace.push(alloc);

  const request = (index: number, previous?: Allocation, isReschedule = false): PlaceRequest => {
    // While canaries are watched, what goes missing is put back as it was.
    const heldBack = isCanarying || wantsCanaries ? state.olderVersion : undefined;
    const of = heldBack === undefined ? version : (previous?.of ?? heldBack);
    return {
      name: allocName(version.job.id, group.name, index),
      index,
      group: group.name,
      of,
      previous,
      isReschedule,
      rescheduleDelayUs: isReschedule && previous !== undefined ? delayOf(previous, group) : 0,
      isCanary: false,
      inDeployment: of === version,
    };
  };

  if (wantsCanaries) placeCanaries(group, state, sortedCanaries, changes);
  for (const alloc of sortedCanaries.failedNow) {
    changes.place.push({ ...request(alloc.index, alloc, true), of: version, isCanary: true, inDeployment: true });
  }
  placeMissing(group, sorted, state, changes, request);

  const limit = wantsCanaries || isCanarying ? 0 : updateLimit(group, state);
  const free = Math.max(0, limit - (isActive || deployment === undefined ? changes.place.length : 0));
  const waiting = destructive.filter((alloc) => !stopped.has(alloc)).sort((a, b) => a.index - b.index || a.id - b.id);
  for (const old of waiting.slice(0, free))
    changes.destructive.push({ old, request: { ...request(old.index, old), of: version, inDeployment: true } });
  changes.waitingUpdates = waiting.length - Math.min(free, waiting.length);
  changes.later.push(...laterRequests([...sorted.failedLater, ...sortedCanaries.failedLater, ...sorted.lostLater]));
  return changes;
}

/** Canaries that are still watched, and everything else; those of deployments that came to nothing are stopped. */
function splitCanaries(
  allocs: readonly Allocation[],
  deployment: Deployment | undefined,
  changes: GroupChanges,
): [Allocation[], Allocation[]] {
  const canaries: Allocation[] = [];
  const others: Allocation[] = [];
  for (const alloc of allocs) {
    const isWatched = alloc.isCanary && alloc.desired === 'run';
    if (!isWatched) others.push(alloc);
    else if (deployment?.id === alloc.deployment && deployment.status === 'running') {
      if (deployment.groups.get(alloc.group)?.promoted === true) others.push(alloc);
      else canaries.push(alloc);
    } else if (deployment?.id === alloc.deployment && deployment.status === 'successful') others.push(alloc);
    else if (alloc.healthy === true && deployment?.id !== alloc.deployment && alloc.of.stable) others.push(alloc);
    else changes.stop.push({ alloc, as: 'stopped', why: 'alloc not needed due to job update' });
  }
  return [canaries, others];
}

function settleSilent(group: NomadGroup, version: JobVersion, sorted: SortedAllocs, changes: GroupChanges): void {
  for (const alloc of [...sorted.lost, ...sorted.lostLater.map((one) => one.alloc)])
    if (alloc.status !== 'lost') changes.stop.push({ alloc, as: 'lost', why: 'alloc is lost since its node is down' });
  changes.unknown.push(...sorted.disconnecting);
  for (const original of sorted.reconnecting) reconnect(original, group, version, sorted, changes);
  for (const alloc of sorted.migrating) changes.stop.push({ alloc, as: 'stopped', why: 'alloc is being migrated' });
}

/**
 * The original is back: it or its replacement stays, as the `reconcile` setting says. One of a version that would have to
 * be updated stays in no case. (reconcile_cluster.go, reconnecting_picker.go.)
 */
function reconnect(
  original: Allocation,
  group: NomadGroup,
  version: JobVersion,
  sorted: SortedAllocs,
  changes: GroupChanges,
): void {
  if (original.of.version < version.version && needsNewAllocation(original.of.job, version.job, group.name)) {
    changes.stop.push({ alloc: original, as: 'stopped', why: 'alloc not needed due to job update' });
    return;
  }
  // Its replacement may have failed and been replaced in turn.
  let replacement = original.next;
  while (replacement !== undefined && !sorted.kept.includes(replacement)) replacement = replacement.next;
  if (replacement === undefined) {
    changes.reconnected.push(original);
    sorted.kept.push(original);
    return;
  }
  const keepsOriginal = {
    keep_original: true,
    keep_replacement: false,
    best_score: original.score >= replacement.score || replacement.status !== 'running',
    longest_running: original.runningSinceUs <= replacement.runningSinceUs || Number.isNaN(replacement.runningSinceUs),
  }[group.disconnect.reconcile];
  const [stays, goes] = keepsOriginal ? [original, replacement] : [replacement, original];
  changes.stop.push({ alloc: goes, as: 'stopped', why: 'alloc not needed after its other one reconnected' });
  if (stays === original) {
    changes.reconnected.push(original);
    sorted.kept.splice(sorted.kept.indexOf(replacement), 1, original);
  }
}

/** More than wanted: those that move anyhow go first, then the highest names. */
function stopExcess(group: NomadGroup, sorted: SortedAllocs, changes: GroupChanges): void {
  const { kept, failedNow, failedLater, failedForGood } = sorted;
  const standing = [...kept, ...failedForGood, ...failedNow, ...failedLater.map(({ alloc }) => alloc)];
  let excess = standing.length - group.count;
  if (excess <= 0) return;
  const isDone = (alloc: Allocation): boolean => alloc.status === 'complete';
  // Of two with one name the older version goes.
  const twice = standing.filter((alloc) => standing.some((other) => other !== alloc && other.index === alloc.index));
  const olderTwice = new Set(
    twice.filter((alloc) => twice.some((other) => other.index === alloc.index && other.id > alloc.id)),
  );
  const order = standing
    .filter((alloc) => !isDone(alloc))
    .sort((a, b) => Number(olderTwice.has(b)) - Number(olderTwice.has(a)) || b.index - a.index || b.id - a.id);
  for (const alloc of order) {
    if (excess-- <= 0) break;
    changes.stop.push({ alloc, as: 'stopped', why: 'alloc not needed due to job update' });
    for (const list of [kept, failedNow, failedForGood]) if (list.includes(alloc)) list.splice(list.indexOf(alloc), 1);
    const later = failedLater.findIndex((one) => one.alloc === alloc);
    if (later >= 0) failedLater.splice(later, 1);
  }
}

function placeCanaries(group: NomadGroup, { version }: GroupState, sorted: SortedAllocs, changes: GroupChanges): void {
  const there = [
    ...sorted.kept,
    ...sorted.failedForGood,
    ...sorted.failedNow,
    ...sorted.failedLater.map(({ alloc }) => alloc),
  ];
  const missing = (group.update?.canary ?? 0) - there.length;
  const taken = there.map(({ index }) => index);
  for (const index of freeIndexes(taken, group.count, Math.max(0, missing)))
    changes.place.push({
      name: allocName(version.job.id, group.name, index),
      index,
      group: group.name,
      of: version,
      previous: undefined,
      isReschedule: false,
      rescheduleDelayUs: 0,
      isCanary: true,
      inDeployment: true,
    });
}

function placeMissing(
  group: NomadGroup,
  sorted: SortedAllocs,
  { deployment }: GroupState,
  changes: GroupChanges,
  request: (index: number, previous?: Allocation, isReschedule?: boolean) => PlaceRequest,
): void {
  const { kept, migrating, lost, failedNow, failedLater, failedForGood, disconnecting, unknown, lostLater } = sorted;
  const silent = [...disconnecting, ...unknown];
  const holdsPlace = group.disconnect.replace ? [] : silent;
  const standing = [
    ...kept,
    ...failedForGood,
    ...failedLater.map(({ alloc }) => alloc),
    ...holdsPlace,
    ...lostLater.map(({ alloc }) => alloc),
  ];
  // A silent one that has a successor does not count: the successor stands for it.
  let room = group.count - standing.length;
  for (const alloc of failedNow.slice(0, Math.max(0, room))) changes.place.push(request(alloc.index, alloc, true));
  room -= failedNow.length;
  const orphans = [...lost, ...migrating, ...(group.disconnect.replace ? disconnecting : [])]
    .filter((alloc) => alloc.next === undefined)
    .sort((a, b) => a.index - b.index || a.id - b.id);
  for (const alloc of orphans.slice(0, Math.max(0, room))) changes.place.push(request(alloc.index, alloc));
  room -= orphans.length;
  if (room <= 0 || deployment?.status === 'failed') return;
  const taken = [...standing, ...failedNow, ...orphans].map(({ index }) => index);
  for (const index of freeIndexes(taken, group.count, room)) changes.place.push(request(index));
}

/** How many more may be updated now: `max_parallel` less those that are not healthy yet; none beside an unhealthy one. */
function updateLimit(group: NomadGroup, { deployment, allocs }: GroupState): number {
  if (group.update === undefined || group.update.maxParallel === 0) return Infinity;
  if (deployment === undefined) return group.update.maxParallel;
  if (deployment.status === 'failed') return 0;
  let limit = group.update.maxParallel;
  for (const alloc of allocs) {
    if (alloc.deployment !== deployment.id || alloc.desired !== 'run') continue;
    if (alloc.healthy === false && alloc.next === undefined) return 0;
    if (alloc.healthy === undefined) limit--;
  }
  return Math.max(0, limit);
}

/**
 * In windows of 5 s, each from its first one on. Those that are followed up already begin no window: they would call
 * others before their time, who then find that it has not come. (reconcile_util.go, updateByReschedulable.)
 */
export function laterRequests(
  failed: readonly { readonly alloc: Allocation; readonly atUs: number }[],
): LaterRequest[] {
  const inOrder = failed
    .filter(({ alloc }) => alloc.followUp < 0)
    .sort((a, b) => a.atUs - b.atUs || a.alloc.id - b.alloc.id);
  const requests: { atUs: number; allocs: Allocation[] }[] = [];
  for (const { alloc, atUs } of inOrder) {
    const last = requests[requests.length - 1];
    if (last !== undefined && atUs - last.atUs < LATER_WINDOW_US) last.allocs.push(alloc);
    else requests.push({ atUs, allocs: [alloc] });
  }
  return requests;
}
