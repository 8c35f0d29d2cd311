import type { Chronicle } from '../../chronicle.ts';
import type { Clock } from '../../clock.ts';
import type { SwarmValues } from '../constants.ts';
import type { Node, Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';
import type { Scheduler, SchedulingDecision } from './scheduler.ts';

const SPREADING = (service: string): string =>
  `of the nodes that pass all filters those with the fewest tasks of ${service}, then with the fewest tasks`;

/**
 * Runs the scheduler some time after the last change, or at the first change after it has been put off for too long, and
 * writes what it has decided. (SwarmKit manager/scheduler/scheduler.go, Run and applySchedulingDecisions.)
 */
export class SchedulerClock implements StoreWatcher {
  private readonly scheduler: Scheduler;
  private readonly store: SwarmStore;
  private readonly clock: Clock;
  private readonly values: SwarmValues;
  private readonly chronicle: Chronicle;
  private readonly whyOf: (service: string) => string;
  private readonly dueKind: number;
  /** NaN: no pass is due. */
  private dueUs = Number.NaN;
  private firstUs = Number.NaN;

  /** `whyOf`: how nodes are chosen, for whoever reads decisions. */
  constructor(
    scheduler: Scheduler,
    store: SwarmStore,
    clock: Clock,
    chronicle: Chronicle,
    values: SwarmValues,
    whyOf: (service: string) => string = SPREADING,
  ) {
    this.scheduler = scheduler;
    this.store = store;
    this.clock = clock;
    this.chronicle = chronicle;
    this.values = values;
    this.whyOf = whyOf;
    this.dueKind = clock.apiKind(() => {
      if (this.dueUs <= clock.nowUs) this.pass();
    });
    store.watch(this);
  }

  /** Whether a pass is to come that may place something. */
  get isDue(): boolean {
    return !Number.isNaN(this.dueUs) && this.scheduler.isPassNeeded && this.scheduler.hasWaiting;
  }

  nodeCreated(node: Node): void {
    this.scheduler.nodeCreated(node);
  }

  nodeUpdated(node: Node): void {
    this.scheduler.nodeUpdated(node);
  }

  taskCreated(task: Task): void {
    this.scheduler.taskUpdated(task);
  }

  taskUpdated(task: Task): void {
    this.scheduler.taskUpdated(task);
  }

  taskDeleted(task: Task): void {
    this.scheduler.taskDeleted(task);
  }

  committed(): void {
    const { nowUs } = this.clock;
    if (Number.isNaN(this.dueUs)) this.firstUs = nowUs;
    else if (nowUs - this.firstUs > this.values.commitDebounceMost) {
      this.pass();
      return;
    }
    this.dueUs = nowUs + this.values.commitDebounce;
    this.clock.at(this.dueUs, this.dueKind, 0);
  }

  private pass(): void {
    this.dueUs = Number.NaN;
    this.store.write(() => {
      const placed = new Map<string, SchedulingDecision[]>();
      this.scheduler.run((decision) => {
        const isAccepted = this.apply(decision);
        if (isAccepted && decision.node >= 0) {
          const { name } = decision.task.service;
          placed.set(name, [...(placed.get(name) ?? []), decision]);
        }
        return isAccepted;
      });
      for (const [service, decisions] of placed) this.tell(service, decisions);
    });
  }

  private apply({ task, node, nodeVersion, message }: SchedulingDecision): boolean {
    const { store } = this;
    if (!store.tasks.has(task.id) || task.state !== TaskState.pending) return false;
    if (node < 0) {
      // A task of an old version that is not wanted any more will never run.
      const isPastWanting = task.desired >= TaskState.shutdown && task.node < 0;
      if (isPastWanting) store.setState(task, TaskState.shutdown, '');
      else store.setState(task, TaskState.pending, message);
      return true;
    }
    if (store.nodes[node].version !== nodeVersion) return false;
    store.assign(task, node, message);
    return true;
  }

  private tell(service: string, decisions: readonly SchedulingDecision[]): void {
    const onNode = new Map<number, number>();
    for (const { node } of decisions) onNode.set(node, (onNode.get(node) ?? 0) + 1);
    const shares = [...onNode].map(([node, count]) => `${this.store.nodes[node].facts.hostname} ${count}`);
    this.chronicle.decision({
      component: 'scheduler',
      about: service,
      what: `${decisions.length} ${decisions.length === 1 ? 'task' : 'tasks'} -> ${shares.join(', ')}`,
      why: this.whyOf(service),
    });
  }
}
