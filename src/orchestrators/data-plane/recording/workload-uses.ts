import type { WorkloadUse } from '../../recording/run-record.ts';
import type { Workload } from '../../recording/workload-counts.ts';
import type { Container } from '../data-plane.ts';
import type { ProcessUse, ResourceUsage } from '../usage/resource-usage.ts';
import type { BookedTask } from './task-books.ts';

/** Of workloads with more tasks than this, the use of about so many is read at a scrape, evenly among them. */
const MOST_READ = 250;

/** One workload's tasks, and what of them is read at a scrape: worked out anew when any of them has changed. */
interface Reading {
  readonly counted: Workload;
  /** Those that have not ended, in the order in which they were made. */
  readonly tasks: Set<BookedTask>;
  isStale: boolean;
  readonly processes: ProcessUse[];
  cpuRequested: number;
  memRequested: number;
}

/** What the ready tasks of each workload use and declare. */
export class WorkloadUses {
  private readonly readings: Reading[] = [];
  private readonly containersOf: (task: number) => Iterable<Container>;

  constructor(containersOf: (task: number) => Iterable<Container>) {
    this.containersOf = containersOf;
  }

  added(task: BookedTask): void {
    const { counted } = task.workload;
    if (counted === undefined) return;
    (this.readings[counted.index] ??= {
      counted,
      tasks: new Set(),
      isStale: true,
      processes: [],
      cpuRequested: 0,
      memRequested: 0,
    }).tasks.add(task);
  }

  ended(task: BookedTask): void {
    const reading = this.readingOf(task.workload.counted);
    if (reading?.tasks.delete(task)) reading.isStale = true;
  }

  /** A task of the workload is ready or no longer, or its containers are others. */
  changed(counted: Workload | undefined): void {
    const reading = this.readingOf(counted);
    if (reading !== undefined) reading.isStale = true;
  }

  /** By workload; none: nothing of it is ready. */
  read(usage: Pick<ResourceUsage, 'process' | 'memoryOf'>): WorkloadUse[] {
    const uses: WorkloadUse[] = [];
    for (const reading of this.readings) {
      // Modelled services without a task leave holes.
      if (reading === undefined) continue;
      if (reading.isStale) this.pick(reading, usage);
      const { counted, cpuRequested, memRequested, processes } = reading;
      let cpuUsed = 0;
      let memUsed = 0;
      for (const one of processes) {
        cpuUsed += one.usedMilli;
        memUsed += usage.memoryOf(one);
      }
      uses[counted.index] = { cpuUsed, cpuRequested, memUsed, memRequested };
    }
    return uses;
  }

  /** Chooses whom to read. */
  private pick(reading: Reading, usage: Pick<ResourceUsage, 'process'>): void {
    const { counted, tasks, processes } = reading;
    reading.isStale = false;
    reading.cpuRequested = reading.memRequested = 0;
    processes.length = 0;
    const every = Math.ceil(counted.ready / MOST_READ);
    let place = 0;
    for (const { id, ready, resources } of tasks) {
      if (!ready || place++ % every !== 0) continue;
      reading.cpuRequested += resources.cpuMilli;
      reading.memRequested += resources.memBytes;
      for (const container of this.containersOf(id)) {
        const process = usage.process(container.id);
        if (process !== undefined) processes.push(process);
      }
    }
  }

  private readingOf(counted: Workload | undefined): Reading | undefined {
    return counted === undefined ? undefined : this.readings[counted.index];
  }
}
