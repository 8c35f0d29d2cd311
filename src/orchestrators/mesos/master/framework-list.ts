import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { Capabilities } from '../allocator/allocator-state.ts';
import type { Framework, Offer, StatusReason, TaskState } from './task-state.ts';

interface Entry {
  readonly framework: Framework;
  readonly capabilities: Capabilities;
  readonly failoverTimeoutUs: number;
  /** When the master gives it up; NaN: it is there. */
  goneUs: number;
}

/** Schedulers that are registered, by number, and what happens when one is away. */
export class FrameworkList {
  private readonly plane: DataPlane;
  private readonly entries: Entry[] = [];
  private readonly shutDown: (framework: number) => void;
  private readonly timeoutKind: number;

  /** `shutDown`: its failover timeout is over and its tasks have to go. */
  constructor(plane: DataPlane, shutDown: (framework: number) => void) {
    this.plane = plane;
    this.shutDown = shutDown;
    this.timeoutKind = plane.clock.apiKind((id) => this.timedOut(id));
  }

  add(framework: Framework, capabilities: Capabilities, failoverTimeoutUs: number): number {
    return this.entries.push({ framework, capabilities, failoverTimeoutUs, goneUs: Number.NaN }) - 1;
  }

  isPartitionAware(id: number): boolean {
    return this.entries[id].capabilities.partitionAware;
  }

  tell(id: number, task: number, state: TaskState, reason: StatusReason): void {
    const { framework, goneUs } = this.entries[id];
    if (Number.isNaN(goneUs)) framework.status(task, state, reason);
  }

  offer(id: number, offers: readonly Offer[]): void {
    this.entries[id].framework.offers(offers);
  }

  rescind(id: number, offer: number): void {
    this.entries[id].framework.rescinded(offer);
  }

  disconnect(id: number): void {
    const entry = this.entries[id];
    const { clock, chronicle } = this.plane;
    entry.goneUs = clock.nowUs + entry.failoverTimeoutUs;
    chronicle.timer({
      fromUs: clock.nowUs,
      toUs: entry.goneUs,
      timer: 'failover_timeout',
      about: entry.framework.name,
    });
    clock.at(entry.goneUs, this.timeoutKind, id);
  }

  reconnect(id: number): void {
    this.entries[id].goneUs = Number.NaN;
  }

  private timedOut(id: number): void {
    if (this.entries[id].goneUs <= this.plane.clock.nowUs) this.shutDown(id);
  }
}
