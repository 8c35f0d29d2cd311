import type { Deployment } from '../deployments/deployment.ts';
import { inDatacenters } from '../placement/node-attributes.ts';
import type { Allocation, JobVersion } from './allocation.ts';
import { clientHasEnded } from './allocation.ts';
import type { ServerNode } from './server-node.ts';
import { nodeIsReady } from './server-node.ts';

export interface JobRecord {
  current: JobVersion;
  readonly versions: JobVersion[];
  stopped: boolean;
}

/** Terminal allocations that a job may keep before those that nobody asks after are forgotten. */
const MOST_PAST = 64;

/** What the servers agree on. */
export class StateStore {
  readonly nodes: ServerNode[] = [];
  readonly jobs = new Map<string, JobRecord>();
  /** The latest deployment of each job. */
  readonly deployments = new Map<string, Deployment>();
  /** Grows with each change, as raft's index does. */
  index = 1;
  nextAllocation = 0;
  nextDeployment = 0;
  private readonly byJob = new Map<string, Allocation[]>();
  private readonly byNode = new Map<number, Set<Allocation>>();

  /** All that are remembered of a job, in the order of their making. */
  allocsOf(jobId: string): readonly Allocation[] {
    return this.byJob.get(jobId) ?? [];
  }

  /** Those of which the client has still to tell the end, or has to be told. */
  onNode(node: number): ReadonlySet<Allocation> {
    return this.byNode.get(node) ?? NONE;
  }

  add(alloc: Allocation): void {
    let ofJob = this.byJob.get(alloc.jobId);
    if (ofJob === undefined) this.byJob.set(alloc.jobId, (ofJob = []));
    ofJob.push(alloc);
    let ofNode = this.byNode.get(alloc.node);
    if (ofNode === undefined) this.byNode.set(alloc.node, (ofNode = new Set()));
    ofNode.add(alloc);
    if (ofJob.length > MOST_PAST) this.forget(alloc.jobId, ofJob);
  }

  /** A client has cleaned up after an allocation. */
  leftNode(alloc: Allocation): void {
    this.byNode.get(alloc.node)?.delete(alloc);
  }

  /** Jobs that have allocations on a node, in the order of their ids. */
  jobsOn(node: number): string[] {
    return [...new Set([...this.onNode(node)].map(({ jobId }) => jobId))].sort();
  }

  /** Nodes on which a job's allocations may be placed now. */
  readyNodes({ job }: JobVersion): ServerNode[] {
    return this.nodes.filter((node) => nodeIsReady(node) && this.isFor(node, job));
  }

  isFor(node: ServerNode, job: { readonly datacenters: readonly string[]; readonly nodePool: string }): boolean {
    return inDatacenters(job.datacenters, node.datacenter) && (job.nodePool === 'all' || job.nodePool === node.pool);
  }

  /** Garbage collection: what was stopped or replaced and has ended says nothing any more. */
  private forget(jobId: string, allocs: readonly Allocation[]): void {
    const past = (alloc: Allocation): boolean =>
      clientHasEnded(alloc) &&
      (alloc.desired !== 'run' || alloc.next !== undefined) &&
      this.deployments.get(jobId)?.id !== alloc.deployment;
    if (allocs.filter(past).length < MOST_PAST / 2) return;
    this.byJob.set(
      jobId,
      allocs.filter((alloc) => !past(alloc)),
    );
  }
}

const NONE: ReadonlySet<Allocation> = new Set();
