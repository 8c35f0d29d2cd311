import type { Clock } from '../../clock.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';

/**
 * Nodes that have been down for long: nobody knows of their tasks any more, and what those held is free. (SwarmKit
 * manager/dispatcher/dispatcher.go, moveTasksToOrphaned.)
 */
export class Orphans {
  private readonly store: SwarmStore;
  private readonly clock: Clock;
  private readonly nodeDownPeriodUs: number;
  private readonly dueKind: number;
  /** By node; NaN: it is not down. */
  private readonly dueUs: number[] = [];

  constructor(store: SwarmStore, clock: Clock, nodeDownPeriodUs: number) {
    this.store = store;
    this.clock = clock;
    this.nodeDownPeriodUs = nodeDownPeriodUs;
    this.dueKind = clock.apiKind((node) => this.isDue(node));
  }

  /** The node is down from now on. */
  nodeIsDown(node: number): void {
    this.dueUs[node] = this.clock.nowUs + this.nodeDownPeriodUs;
    this.clock.at(this.dueUs[node], this.dueKind, node);
  }

  nodeIsHeard(node: number): void {
    this.dueUs[node] = Number.NaN;
  }

  private isDue(node: number): void {
    if (!(this.dueUs[node] <= this.clock.nowUs)) return;
    this.dueUs[node] = Number.NaN;
    this.store.write(() => {
      for (const task of this.store.tasksOn(node))
        if (task.state >= TaskState.assigned && task.state <= TaskState.running)
          this.store.setState(task, TaskState.orphaned, 'node is down');
    });
  }
}
