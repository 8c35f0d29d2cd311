import type { Books, TaskEnd } from './data-plane.ts';
import type { HoldingWatcher, Holdings, LedgerTask } from './holdings.ts';
import type { Resources } from './machine-spec.ts';

interface Workload {
  readonly name: string;
  readonly kind: 'service' | 'job' | 'daemon';
  readonly service: number;
  desired: number;
}

/** Books before the books: hands everything on, and remembers what the data plane itself has to know of tasks. */
export class TaskLedger implements Books, Holdings {
  private readonly books: Books;
  private readonly workloads: Workload[] = [];
  private readonly tasks = new Map<number, LedgerTask>();
  private readonly byName = new Map<string, LedgerTask>();
  private readonly onMachine: Set<LedgerTask>[] = [];
  private readonly watchers: HoldingWatcher[] = [];

  constructor(books: Books) {
    this.books = books;
  }

  /** Whether every job has come to its end. */
  get jobsHaveEnded(): boolean {
    return this.workloads.every(({ kind, desired }) => kind !== 'job' || desired <= 0);
  }

  task(number: number): LedgerTask | undefined {
    return this.tasks.get(number);
  }

  named(name: string): LedgerTask | undefined {
    return this.byName.get(name);
  }

  held(machine: number): Iterable<LedgerTask> {
    return this.onMachine[machine] ?? [];
  }

  watch(watcher: HoldingWatcher): void {
    this.watchers.push(watcher);
  }

  addWorkload(name: string, kind: 'service' | 'job' | 'daemon', service: number): number {
    const workload = this.books.addWorkload(name, kind, service);
    this.workloads[workload] = { name, kind, service, desired: 0 };
    return workload;
  }

  setDesired(workload: number, replicas: number): void {
    this.workloads[workload].desired = replicas;
    this.books.setDesired(workload, replicas);
  }

  addTask(workload: number, name: string, resources: Resources): number {
    const number = this.books.addTask(workload, name, resources);
    const { name: of, kind, service } = this.workloads[workload];
    const task: LedgerTask = { number, name, workload: of, kind, service, resources, machine: -1 };
    this.tasks.set(number, task);
    this.byName.set(name, task);
    return number;
  }

  place(number: number, machine: number): void {
    this.books.place(number, machine);
    const task = this.tasks.get(number);
    if (task === undefined || task.machine >= 0) return;
    task.machine = machine;
    (this.onMachine[machine] ??= new Set()).add(task);
    for (const watcher of this.watchers) watcher.placed(task);
  }

  end(number: number, how: TaskEnd): void {
    this.books.end(number, how);
    const task = this.tasks.get(number);
    if (task === undefined) return;
    this.tasks.delete(number);
    if (this.byName.get(task.name) === task) this.byName.delete(task.name);
    if (task.machine < 0) return;
    this.onMachine[task.machine].delete(task);
    for (const watcher of this.watchers) watcher.released(task);
  }

  setReady(task: number, ready: boolean): void {
    this.books.setReady(task, ready);
  }

  restarted(task: number): void {
    this.books.restarted(task);
  }

  waits(task: number, reason: string): void {
    this.books.waits(task, reason);
  }

  happened(kind: string, about: string, what: string): void {
    this.books.happened(kind, about, what);
  }

  addCost(workload: number, usd: number): void {
    this.books.addCost(workload, usd);
  }
}
