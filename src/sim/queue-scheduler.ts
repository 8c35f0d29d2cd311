import { tryStart, type Scheduler, type SchedulerWorld } from './scheduler-world.ts';
import { Waiting, type WaitingEntry } from './waiting.ts';

/**
 * Tries waiting pods in the order of the queue. When it is strict nobody passes the head; otherwise whoever fits may
 * start, and pods that are alike are tried once, not one by one.
 */
export class QueueScheduler implements Scheduler {
  private readonly world: SchedulerWorld;
  private readonly strict: boolean;
  private readonly waiting = new Waiting();

  constructor(world: SchedulerWorld, strict: boolean) {
    this.world = world;
    this.strict = strict;
  }

  get nobodyWaits(): boolean {
    return this.waiting.isEmpty;
  }

  wait(entry: WaitingEntry): void {
    this.waiting.add(entry, false);
  }

  arrive(entry: WaitingEntry, mayWait: boolean): boolean {
    const { waiting, world } = this;
    if (world.filterReadsPod) waiting.separate();
    if (this.strict && !waiting.isEmpty) {
      waiting.add(entry, true);
      this.serve();
      const started = world.pods.node[entry.slots[0]] >= 0;
      if (!started && !mayWait) waiting.withdraw(entry);
      return started;
    }
    // Between passes every group is without hope, so a newcomer of a new kind is the only one worth an attempt.
    if (waiting.find(entry) === undefined && tryStart(world, entry)) {
      this.afterStart();
      if (world.hasFilter) this.serve();
      return true;
    }
    if (mayWait) waiting.add(entry, false);
    return false;
  }

  finish(): void {}

  pass(node: number): void {
    const { world, waiting } = this;
    if (waiting.isEmpty) return;
    for (const group of waiting.groups)
      group.hopeful ||=
        group.gangSize > 1 || world.filterReadsCluster || world.cluster.fits(node, group.shape, world.shapes);
    this.serve();
  }

  hasLent(): boolean {
    return false;
  }

  leaveInstant(): void {}

  withdraw(slot: number): void {
    const entry = this.waiting.entryOf(slot);
    if (entry === undefined) return;
    this.waiting.withdraw(entry);
    if (this.strict) this.serve();
  }

  private serve(): void {
    const { world, waiting } = this;
    const share = world.sharesByUser ? (user: number): number => world.userShare(user) : undefined;
    for (;;) {
      const group = waiting.first(!this.strict, share);
      if (group === undefined || !group.hopeful) return;
      if (tryStart(world, group.heap[0])) {
        waiting.shift(group);
        this.afterStart();
      } else group.hopeful = false;
      if (world.filterReadsPod) waiting.separate();
    }
  }

  /** A policy's own filter may allow a node once it hosts another pod, so a start may help those that wait. */
  private afterStart(): void {
    if (this.world.hasFilter) for (const group of this.waiting.groups) group.hopeful = true;
  }
}
