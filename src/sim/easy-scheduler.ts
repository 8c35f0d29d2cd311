import { InputError } from './input-error.ts';
import { HeadReservation } from './head-reservation.ts';
import type { BackfillPolicy } from './policy.ts';
import { RunningPods } from './running-pods.ts';
import { tryBind, tryStart, unbindAll, type Scheduler, type SchedulerWorld } from './scheduler-world.ts';
import { standsBefore, type WaitingEntry } from './waiting.ts';

/**
 * EASY backfilling (Lifka 1995; Mu'alem and Feitelson, TPDS 2001): the head of the queue holds a reservation at the
 * earliest time the predicted ends allow; others may start now if they end by then or leave the head its place.
 * On one node that is the published rule of "extra" processors; on many nodes the place is a node (for gangs and
 * GPUs: a trial placement), which is our generalisation.
 */
export class EasyScheduler implements Scheduler {
  private readonly world: SchedulerWorld;
  private readonly policy: BackfillPolicy;
  private readonly running: RunningPods;
  /** In the order of the queue. */
  private readonly queue: WaitingEntry[] = [];

  /** Starts must be noted for the predictions, so pods never go past this scheduler. */
  readonly nobodyWaits = false;

  constructor(world: SchedulerWorld, policy: BackfillPolicy) {
    this.world = world;
    this.policy = policy;
    this.running = new RunningPods(world);
  }

  wait(entry: WaitingEntry): void {
    this.queue.push(entry);
  }

  arrive(entry: WaitingEntry, mayWait: boolean): boolean {
    const { queue, world, running } = this;
    let place = queue.length;
    while (place > 0 && standsBefore(entry, queue[place - 1])) place--;
    queue.splice(place, 0, entry);
    running.lendOverdue();
    if (this.policy.passOnArrival !== 'if-it-fits' || this.couldStart(entry)) this.serve();
    const started = world.pods.node[entry.slots[0]] >= 0;
    if (!started && !mayWait) queue.splice(queue.indexOf(entry), 1);
    return started;
  }

  finish(slot: number): void {
    this.running.finish(slot);
  }

  pass(): void {
    this.running.lendOverdue();
    this.serve();
  }

  hasLent(slot: number): boolean {
    return this.running.hasLent(slot);
  }

  withdraw(): void {
    throw new InputError(
      'EASY backfilling plans ahead by run times and cannot let a waiting pod go; use backfilling "any" or "strict"',
    );
  }

  leaveInstant(): void {
    this.running.leaveInstant();
  }

  private serve(): void {
    const { queue } = this;
    while (queue.length > 0 && this.start(queue[0])) queue.shift();
    if (queue.length > 1) this.backfill();
  }

  /** Tries everyone behind the head. */
  private backfill(): void {
    const { queue, world } = this;
    const reservation = new HeadReservation(world, this.running, queue[0]);
    const rest = queue.slice(1);
    if (this.policy.order === 'shortest-first')
      rest.sort((one, other) => this.believedUs(one) - this.believedUs(other));
    // What did not fit once in a pass will not fit later in it: free resources only shrink until it ends.
    const hopeless = new Set<number>();
    const hopelessBeyond = new Set<number>();
    const started = new Set<WaitingEntry>();
    for (const entry of rest) {
      const alone = entry.slots.length === 1;
      if (alone && hopeless.has(entry.shape)) continue;
      const inTime = world.nowUs + this.believedUs(entry) <= reservation.atUs;
      if (alone && !inTime && hopelessBeyond.has(entry.shape)) continue;
      if (inTime ? this.start(entry) : this.startBeside(entry, reservation)) started.add(entry);
      else if (alone && !world.hasFilter) (inTime ? hopeless : hopelessBeyond).add(entry.shape);
    }
    if (started.size === 0) return;
    const kept = queue.filter((entry) => !started.has(entry));
    queue.splice(0, queue.length, ...kept);
  }

  /** Starts an entry that will outlast the reservation, if the reservation stays good. */
  private startBeside(entry: WaitingEntry, reservation: HeadReservation): boolean {
    const { world } = this;
    if (reservation.isSimpleFor(entry)) {
      if (!this.start(entry, (node) => reservation.allows(entry.shape, node))) return false;
      reservation.take(entry.shape, world.pods.node[entry.slots[0]]);
      return true;
    }
    return (
      this.startOnTrial(entry, reservation) || this.startOnTrial(entry, reservation, (node) => !reservation.needs(node))
    );
  }

  private startOnTrial(
    entry: WaitingEntry,
    reservation: HeadReservation,
    allowed?: (node: number) => boolean,
  ): boolean {
    const { world } = this;
    if (!tryBind(world, entry, allowed)) return false;
    if (!reservation.holds()) {
      unbindAll(world, entry.slots);
      return false;
    }
    for (const slot of entry.slots) this.begin(slot);
    return true;
  }

  private start(entry: WaitingEntry, allowed?: (node: number) => boolean): boolean {
    if (!tryStart(this.world, entry, allowed)) return false;
    for (const slot of entry.slots) this.running.start(slot);
    return true;
  }

  private begin(slot: number): void {
    this.world.begin(slot);
    this.running.start(slot);
  }

  private believedUs(entry: WaitingEntry): number {
    let longest = 0;
    for (const slot of entry.slots) longest = Math.max(longest, this.world.pods.believedUs[slot]);
    return longest;
  }

  private couldStart(entry: WaitingEntry): boolean {
    if (entry.slots.length > 1) return true;
    const { cluster, shapes } = this.world;
    for (let node = 0; node < cluster.count; node++) if (cluster.fits(node, entry.shape, shapes)) return true;
    return false;
  }
}
