import type { Clock } from '../../clock.ts';
import type { SwarmValues } from '../constants.ts';
import { isGlobal, isJob, type Service, type Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';

/**
 * Deletes tasks that are to be removed and have stopped, and those of a slot that are more than its history keeps.
 * (SwarmKit manager/orchestrator/taskreaper/task_reaper.go.)
 */
export class TaskReaper implements StoreWatcher {
  private readonly store: SwarmStore;
  private readonly clock: Clock;
  private readonly values: SwarmValues;
  private readonly dirty = new Map<
    string,
    { readonly service: Service; readonly slot: number; readonly node: number }
  >();
  private readonly cleanup = new Set<Task>();
  private readonly tickKind: number;
  private isTimed = false;

  constructor(store: SwarmStore, clock: Clock, values: SwarmValues) {
    this.store = store;
    this.clock = clock;
    this.values = values;
    this.tickKind = clock.apiKind(() => {
      this.isTimed = false;
      this.store.write(() => this.tick());
    });
    store.watch(this);
  }

  taskCreated({ service, slot, node }: Task): void {
    this.dirty.set(`${service.id} ${slot} ${isGlobal(service) ? node : ''}`, { service, slot, node });
    this.wind();
  }

  taskUpdated(task: Task): void {
    if (task.desired !== TaskState.remove) return;
    if (task.state >= TaskState.assigned && task.state < TaskState.complete) return;
    this.cleanup.add(task);
    this.wind();
  }

  private wind(): void {
    if (this.dirty.size + this.cleanup.size > this.values.reaperMost) this.tick();
    else if (!this.isTimed) {
      this.isTimed = true;
      this.clock.after(this.values.reaperBatch, this.tickKind, 0);
    }
  }

  private tick(): void {
    for (const [key, { service, slot, node }] of this.dirty) {
      if (service.isRemoved || !this.trim(service, slot, node)) this.dirty.delete(key);
    }
    for (const task of this.cleanup) this.store.deleteTask(task);
    this.cleanup.clear();
  }

  /** Deletes the oldest of a slot's tasks that will never run again; says whether more than one of them may still run. */
  private trim(service: Service, slot: number, node: number): boolean {
    // Upstream trims the slots of services only: all tasks of a job stay.
    if (isJob(service)) return false;
    const { maxAttempts } = service.current.spec.restart;
    const keep = maxAttempts > 0 ? maxAttempts + 1 : this.values.taskHistory;
    const all = this.store
      .tasksOf(service)
      .filter((task) => (isGlobal(service) ? task.node === node : task.slot === slot))
      .sort((a, b) => a.appliedUs - b.appliedUs || a.id - b.id);
    let surplus = all.length - keep;
    if (surplus <= 0) return false;
    let running = 0;
    for (const task of all) {
      const willNeverRun = task.state < TaskState.assigned && task.desired > TaskState.running;
      if (task.state <= TaskState.running && !willNeverRun) running++;
      else {
        this.store.deleteTask(task);
        if (--surplus === 0) break;
      }
    }
    return running > 1;
  }
}
