import { isGlobal, isGlobalJob, isJob, type Service, type Task } from '../store/objects.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';
import type { MakeTask } from '../tasks/task-maker.ts';
import type { DelayedStarts } from './delayed-starts.ts';
import { RestartHistory } from './restart-history.ts';

/** Replaces tasks that have ended or must leave their nodes. (SwarmKit manager/orchestrator/restart/restart.go.) */
export class RestartSupervisor {
  readonly history = new RestartHistory();
  private readonly store: SwarmStore;
  private readonly starts: DelayedStarts;
  private readonly makeTask: MakeTask;
  /** Tasks that are restarted as soon as they have been started. */
  private readonly waiters = new Set<Task>();

  constructor(store: SwarmStore, starts: DelayedStarts, makeTask: MakeTask) {
    this.store = store;
    this.starts = starts;
    this.makeTask = makeTask;
  }

  /**
   * Sets the task to be shut down and makes another one in its slot, if the policy allows it: prepared at once, started
   * after the delay of the policy (none, if its node is drained) and when the old one has stopped, if that may still run.
   */
  restart(task: Task): void {
    const { store } = this;
    // A task whose own start is still delayed waits for that, so that nothing restarts in a tight loop.
    if (this.starts.isDelayed(task)) {
      this.restartWhenStarted(task);
      return;
    }
    if (task.desired > TaskState.complete) return;
    store.setDesired(task, TaskState.shutdown);
    if (!this.history.mayRestart(task)) return;
    const { service } = task;
    const replacement =
      isGlobal(service) || isGlobalJob(service)
        ? this.makeTask(service, 0, task.node, TaskState.ready)
        : this.makeTask(service, task.slot, -1, TaskState.ready);
    store.createTask(replacement);
    this.history.record(replacement);
    const node = store.node(task);
    const isStopped = node?.status === 'down' || task.state > TaskState.running;
    const delayUs = node?.availability === 'drain' ? 0 : task.of.spec.restart.delayUs;
    this.starts.delay(replacement, isStopped ? undefined : task, delayUs);
  }

  /**
   * Those tasks of a slot that an update has to look at: all that are meant to run; where there is none, the newest, if
   * it is not restarted by the policy. (UpdatableTasksInSlot.)
   */
  updatableOf(slot: readonly Task[], service: Service): readonly Task[] {
    const meant = slot.filter(({ desired }) => desired <= TaskState.running);
    if (meant.length > 0 || slot.length === 0 || service.updateStatus?.state === 'rollback_started') return meant;
    const newest = slot.reduce((last, task) => (task.appliedUs >= last.appliedUs ? task : last));
    return this.history.mayRestart(newest) ? [] : [newest];
  }

  private restartWhenStarted(task: Task): void {
    if (this.waiters.has(task)) return;
    this.waiters.add(task);
    this.starts.whenDone(task, () => {
      this.waiters.delete(task);
      const isMeant = task.desired <= (isJob(task.service) ? TaskState.complete : TaskState.running);
      if (this.store.tasks.has(task.id) && isMeant && !task.service.isRemoved) this.restart(task);
    });
  }
}
