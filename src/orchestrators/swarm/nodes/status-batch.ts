import type { Clock } from '../../clock.ts';
import type { Node, Task } from '../store/objects.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import type { TaskState } from '../store/task-state.ts';

/**
 * What nodes have said and what became of them, until it is written at the next beat of the batch. Of one task the last
 * word counts. (SwarmKit manager/dispatcher/dispatcher.go, processUpdates.)
 */
export class StatusBatch {
  private readonly store: SwarmStore;
  private readonly clock: Clock;
  private readonly intervalUs: number;
  private readonly tasks = new Map<Task, { readonly state: TaskState; readonly message: string }>();
  private readonly nodes = new Map<Node, { readonly status: Node['status']; readonly message: string }>();
  private readonly writeKind: number;
  private readonly written: (node: Node) => void;
  private isTimed = false;

  constructor(store: SwarmStore, clock: Clock, intervalUs: number, written: (node: Node) => void) {
    this.store = store;
    this.clock = clock;
    this.intervalUs = intervalUs;
    this.written = written;
    this.writeKind = clock.apiKind(() => this.write());
  }

  get isEmpty(): boolean {
    return !this.isTimed;
  }

  task(task: Task, state: TaskState, message: string): void {
    const before = this.tasks.get(task);
    if (before !== undefined && before.state > state) return;
    this.tasks.set(task, { state, message });
    this.wind();
  }

  /** `written` is told of it when it is. */
  node(node: Node, status: Node['status'], message: string): void {
    this.nodes.set(node, { status, message });
    this.wind();
  }

  private wind(): void {
    if (this.isTimed) return;
    this.isTimed = true;
    const { nowUs } = this.clock;
    this.clock.at((Math.floor(nowUs / this.intervalUs) + 1) * this.intervalUs, this.writeKind, 0);
  }

  private write(): void {
    this.isTimed = false;
    const tasks = [...this.tasks];
    const nodes = [...this.nodes];
    this.tasks.clear();
    this.nodes.clear();
    this.store.write(() => {
      for (const [task, { state, message }] of tasks) this.store.setState(task, state, message);
      for (const [node, { status, message }] of nodes)
        if (node.status !== status) this.store.updateNode(node, { status, message });
    });
    for (const [node] of nodes) this.written(node);
  }
}
