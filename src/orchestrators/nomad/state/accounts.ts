import type { Books, TaskEnd } from '../../data-plane/data-plane.ts';
import type { Balancers } from '../../data-plane/data-plane.ts';
import type { NomadGroup, NomadJob } from '../jobs/nomad-jobs.ts';
import { workloadName } from '../jobs/nomad-jobs.ts';
import { jobResources } from '../jobs/job-resources.ts';
import type { PlaceRequest } from '../reconciler/group-changes.ts';
import type { Allocation, JobVersion } from './allocation.ts';

const KINDS = { service: 'service', batch: 'job', sysbatch: 'job', system: 'daemon' } as const;

/** What Nomad tells the books: workloads, wanted numbers, and tasks that wait for a node. */
export class Accounts {
  private readonly workloads = new Map<string, { number: number; readonly desired: Map<string, number> }>();
  /** By job: tasks of placements that found no node, by name. */
  private readonly waiting = new Map<string, Map<string, number>>();
  private readonly books: Books;
  private readonly balancers: Balancers;

  constructor(books: Books, balancers: Balancers) {
    this.books = books;
    this.balancers = balancers;
  }

  /** The modelled service that a group's requests belong to; -1: none. */
  serviceOf(job: Pick<NomadJob, 'id' | 'groups'>, group: NomadGroup): number {
    const names = [workloadName(job, group.name), ...servicesOf(group).map(({ name }) => name)];
    for (const name of names) {
      const index = this.balancers.indexOf(name);
      if (index >= 0) return index;
    }
    return -1;
  }

  /** So many of a job's group are wanted from now on; periodic jobs add up in their parent's name. */
  want({ job, parent }: JobVersion, group: NomadGroup, count: number): void {
    const workload = this.workload(job, parent, group);
    if (workload.desired.get(job.id) === count) return;
    workload.desired.set(job.id, count);
    let sum = 0;
    for (const one of workload.desired.values()) sum += one;
    this.books.setDesired(workload.number, sum);
    if (count === 0 && job.id !== parent) workload.desired.delete(job.id);
  }

  /** The task of a placement: one that waited, or a new one. */
  task({ of, group: name, name: allocation }: Pick<PlaceRequest, 'of' | 'group' | 'name'>): number {
    const waiting = this.waiting.get(of.job.id);
    const waited = waiting?.get(allocation);
    if (waited !== undefined) {
      waiting?.delete(allocation);
      return waited;
    }
    const group = of.job.groups.find((one) => one.name === name)!;
    const { number } = this.workload(of.job, of.parent, group);
    return this.books.addTask(number, allocation, jobResources(group));
  }

  /** These placements of a job wait, with the reason; what waited before and is not among them is wanted no more. */
  waits(jobId: string, requests: readonly { readonly request: PlaceRequest; readonly why: string }[]): void {
    const before = this.waiting.get(jobId);
    if (requests.length === 0 && before === undefined) return;
    const after = new Map<string, number>();
    for (const { request, why } of requests) {
      const task = this.task(request);
      after.set(request.name, task);
      this.books.waits(task, why);
    }
    const stillWaits = new Set(after.values());
    for (const task of before?.values() ?? []) if (!stillWaits.has(task)) this.books.end(task, 'stopped');
    if (after.size > 0) this.waiting.set(jobId, after);
    else this.waiting.delete(jobId);
  }

  end({ task }: Allocation, how: TaskEnd): void {
    this.books.end(task, how);
  }

  get waitingCount(): number {
    let count = 0;
    for (const tasks of this.waiting.values()) count += tasks.size;
    return count;
  }

  private workload(
    job: NomadJob,
    parent: string,
    group: NomadGroup,
  ): { number: number; readonly desired: Map<string, number> } {
    const name = workloadName({ id: parent, groups: job.groups }, group.name);
    let known = this.workloads.get(name);
    if (known === undefined) {
      const number = this.books.addWorkload(
        name,
        KINDS[job.type],
        this.serviceOf({ id: parent, groups: job.groups }, group),
      );
      this.workloads.set(name, (known = { number, desired: new Map() }));
    }
    return known;
  }
}

export const servicesOf = (group: NomadGroup): readonly { readonly name: string }[] => [
  ...group.services,
  ...group.tasks.flatMap((task) => task.services),
];
