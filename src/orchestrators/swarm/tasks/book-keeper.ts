import type { Chronicle } from '../../chronicle.ts';
import type { Books, TaskEnd } from '../../data-plane/data-plane.ts';
import { meetsConstraints } from '../constraint.ts';
import { isInvalidNode, type Node, type Service, type Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';

interface Entry {
  isPlaced: boolean;
  isReady: boolean;
  hasEnded: boolean;
  isEvicted: boolean;
  waits: string;
}

/** Writes down what becomes of tasks and nodes: for the books of the run, and as events with upstream's own words. */
export class BookKeeper implements StoreWatcher {
  private readonly store: SwarmStore;
  private readonly books: Books;
  private readonly chronicle: Chronicle;
  private readonly entries = new Map<Task, Entry>();

  constructor(store: SwarmStore, books: Books, chronicle: Chronicle) {
    this.store = store;
    this.books = books;
    this.chronicle = chronicle;
    store.watch(this);
  }

  serviceCreated(service: Service): void {
    this.setDesired(service);
  }

  serviceUpdated(service: Service): void {
    this.setDesired(service);
  }

  serviceDeleted(service: Service): void {
    this.books.setDesired(service.workload, 0);
  }

  nodeCreated(): void {
    for (const service of this.store.services.values()) this.setDesired(service);
  }

  nodeUpdated(node: Node): void {
    const about = `Node ${node.facts.hostname}`;
    if (node.status === 'down' && !this.isKnownDown.has(node)) {
      this.isKnownDown.add(node);
      this.chronicle.event('dispatcher', 'Warning', 'NodeDown', about, node.message);
    } else if (node.status === 'ready' && this.isKnownDown.delete(node))
      this.chronicle.event('dispatcher', 'Normal', 'NodeReady', about, 'registered');
    for (const service of this.store.services.values())
      if (service.current.spec.mode !== 'replicated') this.setDesired(service);
    for (const task of this.store.tasksOn(node.id)) this.taskUpdated(task);
  }

  taskCreated(task: Task): void {
    this.entries.set(task, { isPlaced: false, isReady: false, hasEnded: false, isEvicted: false, waits: '' });
  }

  taskUpdated(task: Task): void {
    const entry = this.entries.get(task);
    if (entry === undefined || entry.hasEnded) return;
    const node = this.store.node(task);
    if (task.state === TaskState.pending) this.waits(task, entry);
    else if (task.state >= TaskState.assigned && task.node >= 0 && !entry.isPlaced) {
      entry.isPlaced = true;
      if (entry.waits !== '') this.books.waits(task.book, '');
      this.books.place(task.book, task.node);
    }
    if (task.desired > TaskState.complete && isInvalidNode(node) && task.node >= 0) entry.isEvicted = true;
    const isReady = task.state === TaskState.running && task.desired <= TaskState.complete && node?.status !== 'down';
    if (isReady !== entry.isReady) {
      entry.isReady = isReady;
      this.books.setReady(task.book, isReady);
    }
    if (task.state > TaskState.running) this.end(task, entry);
  }

  taskDeleted(task: Task): void {
    const entry = this.entries.get(task);
    if (entry !== undefined && !entry.hasEnded) {
      if (entry.isReady) this.books.setReady(task.book, false);
      this.books.end(task.book, entry.isEvicted ? 'evicted' : 'stopped');
    }
    this.entries.delete(task);
  }

  private readonly isKnownDown = new Set<Node>();

  private waits(task: Task, entry: Entry): void {
    const reason = task.message.startsWith('pending') ? '' : task.message;
    if (reason === entry.waits) return;
    entry.waits = reason;
    this.books.waits(task.book, reason);
    if (reason !== '') this.chronicle.event('scheduler', 'Warning', 'NoSuitableNode', `Task ${task.name}`, reason);
  }

  private end(task: Task, entry: Entry): void {
    entry.hasEnded = true;
    const { chronicle } = this;
    const about = `Task ${task.name}`;
    if (task.state === TaskState.failed) chronicle.event('agent', 'Warning', 'TaskFailed', about, task.message);
    else if (task.state === TaskState.rejected)
      chronicle.event('agent', 'Warning', 'TaskRejected', about, task.message);
    else if (task.state === TaskState.orphaned)
      chronicle.event('dispatcher', 'Warning', 'TaskOrphaned', about, task.message);
    this.books.end(task.book, this.howItEnded(task, entry));
    if (task.state === TaskState.complete) this.setDesired(task.service);
  }

  private howItEnded(task: Task, { isEvicted }: Entry): TaskEnd {
    switch (task.state) {
      case TaskState.complete:
        return 'finished';
      case TaskState.failed:
      case TaskState.rejected:
        return isEvicted ? 'evicted' : 'failed';
      case TaskState.orphaned:
        return 'evicted';
      default:
        return isEvicted ? 'evicted' : 'stopped';
    }
  }

  /** Replicas asked for; nodes that a global service is meant for; of jobs, what is still to be completed. */
  private setDesired(service: Service): void {
    if (service.isRemoved) return;
    const { mode, replicas, placement } = service.current.spec;
    const meant = () =>
      this.store
        .allNodes()
        .filter((node) => !isInvalidNode(node) && meetsConstraints(node.facts, placement.constraints));
    const completed = this.store
      .tasksOf(service)
      .filter(({ state, jobIteration }) => state === TaskState.complete && jobIteration === service.jobIteration);
    const desired = {
      replicated: () => replicas,
      global: () => meant().length,
      'replicated-job': () => Math.max(0, replicas - completed.length),
      'global-job': () => meant().filter(({ id }) => completed.every(({ node }) => node !== id)).length,
    }[mode]();
    this.books.setDesired(service.workload, desired);
  }
}
