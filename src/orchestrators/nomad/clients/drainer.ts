import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { NomadTimes } from '../nomad-constants.ts';
import type { NomadServer } from '../nomad-server.ts';
import type { Allocation } from '../state/allocation.ts';
import { groupOf, isTerminal } from '../state/allocation.ts';
import type { ServerNode } from '../state/server-node.ts';

/** Empties nodes: services bit by bit, system jobs last, what is left at the deadline (nomad/drainer). */
export class Drainer {
  private readonly lookKind: number;
  private readonly deadlineKind: number;
  private isLookDue = false;
  private readonly plane: DataPlane;
  private readonly server: NomadServer;
  private readonly times: NomadTimes;

  constructor(plane: DataPlane, server: NomadServer, times: NomadTimes) {
    this.plane = plane;
    this.server = server;
    this.times = times;
    this.lookKind = plane.clock.apiKind(() => this.look());
    this.deadlineKind = plane.clock.apiKind((node) => this.deadline(node));
    plane.machines.watchWishes((wish) => {
      if (wish.kind === 'spot-notice') this.begin(wish.machine, Math.max(0, wish.takenUs - plane.clock.nowUs));
      else if (wish.kind === 'drain-begin') this.begin(wish.machine, times.drainDeadlineUs);
      else this.end(wish.machine);
    });
  }

  /** `nomad node drain -enable -deadline`. */
  begin(number: number, deadlineUs: number): void {
    const node = this.server.state.nodes[number];
    if (node === undefined) return;
    const { clock, chronicle, books } = this.plane;
    node.eligible = false;
    node.drainDeadlineUs = clock.nowUs + deadlineUs;
    this.server.state.index++;
    chronicle.event(
      'drainer',
      'Normal',
      'NodeDrain',
      `node ${node.name}`,
      `drain with a deadline of ${deadlineUs / 1e6} s`,
    );
    books.happened('drain', node.name, 'is being drained');
    clock.after(deadlineUs, this.deadlineKind, number);
    for (const job of this.server.nodesChanged()) this.server.make(job, 'node-update');
    this.wind(0);
  }

  /** The node may be used again. */
  end(number: number): void {
    const node = this.server.state.nodes[number];
    if (node === undefined) return;
    node.drainDeadlineUs = undefined;
    node.eligible = true;
    for (const alloc of node.allocs) alloc.migrate = false;
    this.server.state.index++;
    for (const job of this.server.nodesChanged()) this.server.make(job, 'node-update');
    this.server.blocked.unblock(node.computedClass, this.server.state.index);
  }

  /** `nomad node eligibility -disable`. */
  pause(number: number): void {
    const node = this.server.state.nodes[number];
    if (node !== undefined) node.eligible = false;
    this.server.state.index++;
  }

  /** An allocation of a job has changed: the next ones may be due. */
  changed(): void {
    if (this.server.state.nodes.some(({ drainDeadlineUs }) => drainDeadlineUs !== undefined))
      this.wind(this.times.drainPollUs);
  }

  get isBusy(): boolean {
    return this.server.state.nodes.some(
      (node) => node.drainDeadlineUs !== undefined && node.allocs.size > 0 && node.status === 'ready',
    );
  }

  private wind(delayUs: number): void {
    if (this.isLookDue) return;
    this.isLookDue = true;
    this.plane.clock.after(delayUs, this.lookKind, 0);
  }

  private look(): void {
    this.isLookDue = false;
    const jobs = new Set<string>();
    for (const node of this.server.state.nodes) {
      if (node.drainDeadlineUs === undefined) continue;
      const there = [...node.allocs].filter((alloc) => !isTerminal(alloc));
      const others = there.filter(({ of }) => of.job.type !== 'system' && of.job.type !== 'sysbatch');
      for (const alloc of others) if (this.mayMove(alloc)) this.move(alloc, jobs);
      if (others.length === 0) for (const alloc of there) this.move(alloc, jobs);
      if (there.length === 0) this.done(node);
    }
    for (const job of [...jobs].sort()) this.server.make(job, 'node-drain');
  }

  private move(alloc: Allocation, jobs: Set<string>): void {
    if (alloc.migrate) return;
    alloc.migrate = true;
    jobs.add(alloc.jobId);
  }

  /**
   * So many of a group may be away at once: on their way, or of health that nobody knows yet. One that has turned out to
   * be unhealthy stops nothing. (watch_jobs.go, handleTaskGroup.)
   */
  private mayMove(alloc: Allocation): boolean {
    if (alloc.migrate) return false;
    const group = groupOf(alloc.of, alloc.group);
    // Batch work is let go on until the deadline.
    if (group === undefined || alloc.of.job.type === 'batch') return false;
    let known = 0;
    for (const other of this.server.state.allocsOf(alloc.jobId))
      if (other.group === alloc.group && !isTerminal(other) && !other.migrate && other.healthy !== undefined) known++;
    return known > group.count - group.migrate.maxParallel;
  }

  private deadline(number: number): void {
    const node = this.server.state.nodes[number];
    if (node.drainDeadlineUs === undefined || node.drainDeadlineUs > this.plane.clock.nowUs) return;
    const jobs = new Set<string>();
    for (const alloc of node.allocs) if (!isTerminal(alloc)) this.move(alloc, jobs);
    for (const job of [...jobs].sort()) this.server.make(job, 'node-drain');
  }

  private done(node: ServerNode): void {
    node.drainDeadlineUs = undefined;
    this.plane.chronicle.event('drainer', 'Normal', 'NodeDrainComplete', `node ${node.name}`, 'drain complete');
  }
}
