import type { Chronicle } from '../../chronicle.ts';
import type { Clock } from '../../clock.ts';
import type { Node, Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';

interface DelayedStart {
  readonly task: Task;
  /** The task that it replaces, while it may still run. */
  waitsFor: Task | undefined;
  readonly sinceUs: number;
  isDelayOver: boolean;
  isTimedOut: boolean;
  /** Told when the task may start, or is not to any more. */
  readonly done: (() => void)[];
}

/**
 * Tasks that have been prepared and wait until they may start: for a delay, and for the task that they replace to stop,
 * no longer than the timeout. (SwarmKit manager/orchestrator/restart/restart.go, DelayStart.)
 */
export class DelayedStarts implements StoreWatcher {
  private readonly byTask = new Map<number, DelayedStart>();
  private readonly store: SwarmStore;
  private readonly clock: Clock;
  private readonly chronicle: Chronicle;
  private readonly oldTaskTimeoutUs: number;
  private readonly delayOver: number;
  private readonly timeoutOver: number;

  constructor(store: SwarmStore, clock: Clock, chronicle: Chronicle, oldTaskTimeoutUs: number) {
    this.store = store;
    this.clock = clock;
    this.chronicle = chronicle;
    this.oldTaskTimeoutUs = oldTaskTimeoutUs;
    this.delayOver = clock.apiKind((task) => this.progress(task, (start) => (start.isDelayOver = true)));
    this.timeoutOver = clock.apiKind((task) => this.progress(task, (start) => (start.isTimedOut = true)));
    store.watch(this);
  }

  /** A start that was delayed before is forgotten. `old`: must have stopped first, unless it has already. */
  delay(task: Task, old: Task | undefined, delayUs: number, done?: () => void): void {
    this.cancel(task);
    const mustWait = old !== undefined && old.state <= TaskState.running && this.store.tasks.has(old.id);
    const start: DelayedStart = {
      task,
      waitsFor: mustWait ? old : undefined,
      sinceUs: this.clock.nowUs,
      isDelayOver: delayUs === 0,
      isTimedOut: false,
      done: done === undefined ? [] : [done],
    };
    this.byTask.set(task.id, start);
    if (delayUs > 0) {
      this.clock.after(delayUs, this.delayOver, task.id);
      const { nowUs } = this.clock;
      this.chronicle.timer({ fromUs: nowUs, toUs: nowUs + delayUs, timer: 'restart delay', about: task.name });
    }
    if (mustWait) this.clock.after(this.oldTaskTimeoutUs, this.timeoutOver, task.id);
    this.goOn(start);
  }

  isDelayed(task: Task): boolean {
    return this.byTask.has(task.id);
  }

  get count(): number {
    return this.byTask.size;
  }

  /** Has someone told when the task that is delayed may start. */
  whenDone(task: Task, done: () => void): void {
    this.byTask.get(task.id)?.done.push(done);
  }

  cancel(task: Task): void {
    const start = this.byTask.get(task.id);
    if (start === undefined) return;
    this.byTask.delete(task.id);
    for (const done of start.done) done();
  }

  taskUpdated(task: Task): void {
    if (task.state <= TaskState.running) return;
    this.stopWaitingFor((old) => old === task);
  }

  taskDeleted(task: Task): void {
    this.cancel(task);
    this.stopWaitingFor((old) => old === task);
  }

  nodeUpdated(node: Node): void {
    if (node.status === 'down') this.stopWaitingFor((old) => old.node === node.id);
  }

  private stopWaitingFor(isGone: (old: Task) => boolean): void {
    for (const start of this.byTask.values())
      if (start.waitsFor !== undefined && isGone(start.waitsFor)) {
        start.waitsFor = undefined;
        this.goOn(start);
      }
  }

  private progress(task: number, change: (start: DelayedStart) => void): void {
    const start = this.byTask.get(task);
    if (start === undefined) return;
    this.store.write(() => {
      change(start);
      this.goOn(start);
    });
  }

  private goOn(start: DelayedStart): void {
    const { task, waitsFor, sinceUs } = start;
    if (!start.isDelayOver || (waitsFor !== undefined && !start.isTimedOut)) return;
    this.byTask.delete(task.id);
    if (start.isTimedOut && waitsFor !== undefined)
      this.chronicle.timer({ fromUs: sinceUs, toUs: this.clock.nowUs, timer: 'old task timeout', about: task.name });
    if (task.desired < TaskState.running)
      this.store.setDesired(task, task.jobIteration >= 0 ? TaskState.complete : TaskState.running);
    for (const done of start.done) done();
  }
}
