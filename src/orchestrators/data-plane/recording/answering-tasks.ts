import { type Journal, REPLICA } from '../../../sim/journal.ts';
import type { Workload, WorkloadCounts } from '../../recording/workload-counts.ts';
import type { Container, ContainerState, Machines } from '../data-plane.ts';
import type { WatchedContainers } from '../requests/watched-containers.ts';
import type { TaskBooks } from './task-books.ts';

/** What becomes of a process, in the journal's records of replicas; 0 and 1 are what the orchestrator says of readiness. */
const ANSWERS = 2;
const ANSWERS_NO_MORE = 3;
const FIRST_STATE = 4;
const STATES: readonly ContainerState[] = ['pulling', 'created', 'booting', 'up', 'stopping', 'exited'];

/** A task whose processes really run, whatever the books say of it by now. */
export interface AnsweringReplica {
  readonly task: number;
  readonly name: string;
  readonly counted: Workload | undefined;
  readonly machine: number;
  /** The last container of each name: one that was restarted in place has followers. */
  readonly containers: ReadonlyMap<string, Container>;
}

/** Told when a task's process was started, and when the task answers or no longer does. */
export interface TaskWatcher {
  started(task: number): void;
  answers(replica: AnsweringReplica, answers: boolean): void;
}

export interface AnsweringTasksParts {
  readonly clock: { readonly nowUs: number };
  readonly journal: Journal;
  readonly workloads: WorkloadCounts;
  readonly books: TaskBooks;
  readonly told: TaskWatcher;
}

/** A task with containers. What the books say of it counts no more once it has ended: its processes may go on. */
interface Replica extends AnsweringReplica {
  /** In the journal; -1: none. */
  number: number;
  readonly containers: Map<string, Container>;
  answers: boolean;
}

/**
 * Which replicas really answer: every process of the task does that has not done its work, and the machine works and can
 * be reached. That is what users feel, whatever the orchestrator believes.
 */
export class AnsweringTasks {
  private readonly parts: AnsweringTasksParts;
  private readonly replicas = new Map<number, Replica>();
  private readonly onMachine: Set<Replica>[] = [];
  private machines: Pick<Machines, 'isReachable' | 'watch' | 'specs'> | undefined;
  private hasBegun = false;

  constructor(parts: AnsweringTasksParts) {
    this.parts = parts;
  }

  attach(machines: Pick<Machines, 'isReachable' | 'watch' | 'specs'>, containers: WatchedContainers): void {
    this.machines = machines;
    machines.specs.forEach((_, machine) => containers.on(machine).forEach((one) => this.note(one)));
    containers.watchAll((container) => this.note(container));
    containers.watchAnswers((container) => this.reckonTask(container.order.task));
    containers.watchRemoved((container) => this.forget(container));
    machines.watch((machine) => {
      for (const replica of this.onMachine[machine] ?? []) this.reckon(replica);
    });
  }

  begin(): void {
    this.hasBegun = true;
    for (const replica of this.replicas.values()) {
      replica.number = this.parts.books.tasks.get(replica.task)?.number ?? -1;
      if (replica.answers) this.record(replica, ANSWERS);
    }
  }

  /** The task's containers, the last of each name. */
  containersOf(task: number): Iterable<Container> {
    return this.replicas.get(task)?.containers.values() ?? [];
  }

  private note(container: Container): void {
    const { order, state, exit } = container;
    const replica = this.replicaOf(container);
    replica.containers.set(order.name, container);
    this.record(replica, FIRST_STATE + STATES.indexOf(state));
    if (state === 'booting') this.parts.told.started(replica.task);
    if (state === 'exited' && exit?.cause === 'out-of-memory' && this.hasBegun) this.parts.books.totals.oomKills++;
    this.reckon(replica);
  }

  private replicaOf({ id, order }: Container): Replica {
    const known = this.replicas.get(order.task);
    if (known !== undefined) return known;
    const { books } = this.parts;
    const task = books.tasks.get(order.task);
    if (task !== undefined && task.machine !== order.machine)
      books.breach(
        `container ${id} of task "${task.name}" was made on machine ${order.machine}, but the task was ${task.machine < 0 ? 'given none' : `given machine ${task.machine}`}`,
      );
    const replica: Replica = {
      task: order.task,
      name: task?.name ?? order.name,
      counted: task?.workload.counted,
      number: task?.number ?? -1,
      machine: order.machine,
      containers: new Map(),
      answers: false,
    };
    this.replicas.set(order.task, replica);
    (this.onMachine[order.machine] ??= new Set()).add(replica);
    return replica;
  }

  private forget({ id, order }: Container): void {
    const replica = this.replicas.get(order.task);
    if (replica?.containers.get(order.name)?.id !== id) return;
    replica.containers.delete(order.name);
    this.reckon(replica);
    if (replica.containers.size > 0) return;
    this.replicas.delete(order.task);
    this.onMachine[replica.machine]?.delete(replica);
  }

  private reckonTask(task: number): void {
    const replica = this.replicas.get(task);
    if (replica !== undefined) this.reckon(replica);
  }

  private reckon(replica: Replica): void {
    const answers = this.machines!.isReachable(replica.machine) && allAnswer(replica.containers);
    if (answers === replica.answers) return;
    replica.answers = answers;
    if (replica.counted !== undefined) this.parts.workloads.changeAnswering(replica.counted, answers ? 1 : -1);
    this.record(replica, answers ? ANSWERS : ANSWERS_NO_MORE);
    this.parts.told.answers(replica, answers);
  }

  private record({ number, machine }: Replica, what: number): void {
    if (this.hasBegun) this.parts.journal.record(this.parts.clock.nowUs, REPLICA, number, machine, what);
  }
}

function allAnswer(containers: ReadonlyMap<string, Container>): boolean {
  let some = false;
  for (const { answers, state, exit } of containers.values()) {
    if (answers) some = true;
    else if (state !== 'exited' || exit?.cause !== 'finished' || exit.code !== 0) return false;
  }
  return some;
}
