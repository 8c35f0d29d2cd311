import type { Clock } from '../../clock.ts';
import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { SwarmValues } from '../constants.ts';
import type { Node, Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';
import type { Agents } from './agents.ts';
import type { Session } from './sessions.ts';
import { StatusBatch } from './status-batch.ts';

/**
 * What managers and nodes say to each other while they have a session: assignments in batches to the nodes, states of
 * tasks in batches back. (SwarmKit manager/dispatcher/dispatcher.go, Assignments and UpdateTaskStatus.)
 */
export class Dispatcher implements StoreWatcher {
  readonly batch: StatusBatch;
  private readonly clock: Clock;
  private readonly store: SwarmStore;
  private readonly values: SwarmValues;
  private readonly agents: () => Agents;
  private readonly sessions: readonly Session[];
  private readonly sendKind: number;

  constructor(
    { clock }: DataPlane,
    store: SwarmStore,
    values: SwarmValues,
    sessions: readonly Session[],
    agents: () => Agents,
    written: (node: Node) => void,
  ) {
    this.clock = clock;
    this.store = store;
    this.values = values;
    this.sessions = sessions;
    this.agents = agents;
    this.batch = new StatusBatch(store, clock, values.statusBatch, written);
    this.sendKind = clock.apiKind((node) => this.sendIsDue(node));
    store.watch(this);
  }

  /** An agent has something to say: it does so now, or when it can. */
  report(node: number, task: Task, state: TaskState, message: string): void {
    const session = this.sessions[node];
    if (session.isOpen && session.canPass) this.batch.task(task, state, message);
    else session.outbox.set(task, { state, message });
  }

  taskCreated(task: Task): void {
    this.taskUpdated(task);
  }

  taskUpdated(task: Task): void {
    if (task.node < 0 || task.state < TaskState.assigned) return;
    const session = this.sessions[task.node];
    const sent = session.sent.get(task);
    // What has ended before the node knew of it needs nobody; what has ended there needs no command.
    const isNews = sent === undefined ? task.state <= TaskState.running : task.desired > sent;
    if (isNews) this.tell(session, task);
  }

  taskDeleted(task: Task): void {
    if (task.node >= 0) this.tell(this.sessions[task.node], task);
  }

  /** The session is new, so the node gets everything that is assigned to it; what it knows beyond that it ends. */
  sendAll(session: Session): void {
    session.sent.clear();
    session.news.clear();
    session.sendsUs = Number.NaN;
    const assigned = this.store.tasksOn(session.node).filter(({ state }) => state >= TaskState.assigned);
    const isAssigned = new Set(assigned);
    for (const task of this.agents().known(session.node)) if (!isAssigned.has(task)) this.agents().forget(task);
    for (const task of assigned) this.deliver(session, task);
    this.emptyOutbox(session);
  }

  /** The way is free again and the session has gone on: what has been kept is said now. */
  catchUp(session: Session): void {
    this.emptyOutbox(session);
    if (session.news.size > 0) this.send(session);
  }

  get isQuiet(): boolean {
    return (
      this.batch.isEmpty && this.sessions.every(({ isOpen, canPass, news }) => !isOpen || !canPass || news.size === 0)
    );
  }

  private emptyOutbox(session: Session): void {
    for (const [task, { state, message }] of session.outbox) this.batch.task(task, state, message);
    session.outbox.clear();
  }

  private tell(session: Session, task: Task): void {
    if (!session.isOpen) return;
    session.news.add(task);
    const { assignmentBatch, assignmentBatchMost } = this.values;
    const waitUs = session.news.size >= assignmentBatchMost ? 0 : assignmentBatch;
    session.sendsUs = this.clock.nowUs + waitUs;
    this.clock.at(session.sendsUs, this.sendKind, session.node);
  }

  /** Each change puts it off again; of those that were wound up only the last is heeded. */
  private sendIsDue(node: number): void {
    const session = this.sessions[node];
    if (session.isOpen && session.canPass && session.sendsUs <= this.clock.nowUs) this.send(session);
  }

  private send(session: Session): void {
    const news = [...session.news];
    session.news.clear();
    session.sendsUs = Number.NaN;
    for (const task of news) this.deliver(session, task);
  }

  private deliver(session: Session, task: Task): void {
    if (!this.store.tasks.has(task.id)) {
      session.sent.delete(task);
      this.agents().forget(task);
      return;
    }
    session.sent.set(task, task.desired);
    this.agents().assign(session.node, task, task.desired);
  }
}
