import type { Service, Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';
import type { SwarmServiceSpec } from '../swarm-spec.ts';

/** Gives new tasks their networks and addresses, which are never short here. (SwarmKit manager/allocator.) */
export class Allocator implements StoreWatcher {
  private readonly store: SwarmStore;

  constructor(store: SwarmStore) {
    this.store = store;
    store.watch(this);
  }

  taskCreated(task: Task): void {
    if (task.state === TaskState.new) this.store.setState(task, TaskState.pending, 'pending task scheduling');
  }
}

/**
 * The sentence with which the managers refuse a service: one of its ports is published by another one already; none
 * where it is not. (SwarmKit manager/controlapi/service.go, checkPortConflicts.)
 */
export function portConflict(
  spec: SwarmServiceSpec,
  services: Iterable<Pick<Service, 'name' | 'current'>>,
): string | undefined {
  for (const { name, current } of services) {
    if (name === spec.name) continue;
    for (const wanted of spec.ports)
      for (const taken of current.spec.ports)
        if (
          wanted.published !== 0 &&
          wanted.published === taken.published &&
          wanted.protocol === taken.protocol &&
          (wanted.mode === 'ingress' || taken.mode === 'ingress')
        )
          return `port '${wanted.published}' is already in use by service '${name}' as ${taken.mode === 'ingress' ? 'an ingress' : 'a host-published'} port`;
  }
  return undefined;
}
