import type { NomadGroup } from '../jobs/nomad-jobs.ts';
import { allocName, clientHasEnded } from '../state/allocation.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';
import { nodeIsReady } from '../state/server-node.ts';
import type { GroupChanges, PlaceRequest } from './group-changes.ts';
import { noChanges } from './group-changes.ts';
import { needsNewAllocation } from './tasks-updated.ts';

/** One placement that may go to one node only. */
export interface SystemPlacement {
  readonly node: ServerNode;
  readonly request: PlaceRequest;
}

export interface SystemChanges extends GroupChanges {
  readonly placeOn: SystemPlacement[];
}

/** What a system or sysbatch job's group needs: one allocation on each node that is ready and meets its constraints. */
export function reconcileSystem(
  group: NomadGroup,
  version: JobVersion,
  allocs: readonly Allocation[],
  nodes: readonly ServerNode[],
  isFor: (node: ServerNode) => boolean,
): SystemChanges {
  const changes: SystemChanges = { ...noChanges(), placeOn: [] };
  const isBatch = version.job.type === 'sysbatch';
  const taken = new Set<number>();
  const outdated: Allocation[] = [];
  for (const alloc of allocs) {
    if (alloc.desired !== 'run') continue;
    const node = nodes[alloc.node];
    if (clientHasEnded(alloc)) {
      if (alloc.status === 'complete' && isBatch && alloc.of.version === version.version) taken.add(alloc.node);
      continue;
    }
    if (node.status === 'down' || node.status === 'disconnected') {
      // A node that may come back keeps its own: nobody else could run it.
      if (node.status === 'disconnected' && group.disconnect.lostAfterUs > 0) {
        if (alloc.status !== 'unknown') changes.unknown.push(alloc);
        taken.add(alloc.node);
      } else changes.stop.push({ alloc, as: 'lost', why: 'alloc is lost since its node is down' });
    } else if (alloc.migrate || taken.has(alloc.node)) {
      changes.stop.push({ alloc, as: 'stopped', why: 'alloc is being migrated' });
      taken.add(alloc.node);
    } else if (!isFor(node)) {
      changes.stop.push({ alloc, as: 'stopped', why: 'alloc not needed as node is not eligible' });
    } else {
      taken.add(alloc.node);
      if (alloc.status === 'unknown') changes.reconnected.push(alloc);
      if (alloc.of.version === version.version) continue;
      if (needsNewAllocation(alloc.of.job, version.job, group.name)) outdated.push(alloc);
      else changes.inPlace.push(alloc);
    }
  }
  const request = (previous?: Allocation): PlaceRequest => ({
    name: allocName(version.job.id, group.name, 0),
    index: 0,
    group: group.name,
    of: version,
    previous,
    isReschedule: false,
    rescheduleDelayUs: 0,
    isCanary: false,
    inDeployment: false,
  });
  const limit = group.update?.maxParallel ?? 1;
  const mayGo = isBatch || limit === 0 ? outdated.length : limit;
  for (const old of outdated.slice(0, mayGo)) changes.destructive.push({ old, request: request(old) });
  changes.waitingUpdates = Math.max(0, outdated.length - mayGo);
  for (const node of nodes)
    if (nodeIsReady(node) && isFor(node) && !taken.has(node.number)) changes.placeOn.push({ node, request: request() });
  return changes;
}
