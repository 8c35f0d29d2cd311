import { meetsConstraints } from '../constraint.ts';
import type { Node, Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';

/**
 * Rejects tasks that an active node no longer may or can hold, since its labels or its resources have changed; they are
 * replaced elsewhere. (SwarmKit manager/orchestrator/constraintenforcer.)
 */
export class ConstraintEnforcer implements StoreWatcher {
  private readonly store: SwarmStore;

  constructor(store: SwarmStore) {
    this.store = store;
    store.watch(this);
  }

  nodeUpdated(node: Node): void {
    if (node.availability !== 'active') return;
    for (const task of noncompliant(node, this.store.tasksOn(node.id)))
      this.store.setState(task, TaskState.rejected, 'assigned node no longer meets constraints');
  }
}

/** Those tasks that do not comply, taken in the order in which they were made. */
function noncompliant(node: Node, tasks: readonly Task[]): Task[] {
  let { cpuMilli, memBytes } = node.facts;
  const generic = new Map(Object.entries(node.facts.generic));
  const rejected: Task[] = [];
  for (const task of [...tasks].sort((a, b) => a.id - b.id)) {
    if (task.desired > TaskState.complete || task.state >= TaskState.complete || task.state < TaskState.assigned)
      continue;
    // The service's own constraints now: a task may be of an older version that they do not make dirty.
    const { reservations } = task.of.spec;
    const isAllowed = meetsConstraints(node.facts, task.service.current.spec.placement.constraints);
    const fits =
      reservations.cpuMilli <= cpuMilli &&
      reservations.memBytes <= memBytes &&
      reservations.generic.every(({ kind, count }) => count <= (generic.get(kind) ?? 0));
    if (!isAllowed || !fits) {
      rejected.push(task);
      continue;
    }
    cpuMilli -= reservations.cpuMilli;
    memBytes -= reservations.memBytes;
    for (const { kind, count } of reservations.generic) generic.set(kind, (generic.get(kind) ?? 0) - count);
  }
  return rejected;
}
