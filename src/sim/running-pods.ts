import { Violation } from './ledger.ts';
import type { SchedulerWorld } from './scheduler-world.ts';

/** The running pods in the order of their predicted ends, ties in the order in which they started. */
export class RunningPods {
  private readonly world: SchedulerWorld;
  private readonly slots: number[] = [];
  private readonly ends: number[] = [];
  private readonly lent = new Set<number>();

  constructor(world: SchedulerWorld) {
    this.world = world;
  }

  get count(): number {
    return this.slots.length;
  }

  slotAt(place: number): number {
    return this.slots[place];
  }

  /** When the pod at this place is expected to be gone; never before the next microsecond. */
  endAt(place: number): number {
    return Math.max(this.ends[place], this.world.nowUs + 1);
  }

  start(slot: number): void {
    const endUs = this.world.nowUs + this.world.pods.believedUs[slot];
    const place = this.placeAfter(endUs);
    this.slots.splice(place, 0, slot);
    this.ends.splice(place, 0, endUs);
  }

  finish(slot: number): void {
    if (!this.lent.delete(slot)) this.remove(slot);
  }

  /**
   * Gives away what pods hold whose predicted end is now: a job is killed at its limit, so at that instant its
   * resources count as free even before its end has been handled. Pods that are allowed to run on are left alone.
   */
  lendOverdue(): void {
    const { world } = this;
    const { pods } = world;
    for (let place = 0; place < this.slots.length && this.ends[place] <= world.nowUs;) {
      const slot = this.slots[place];
      if (pods.runsUs[slot] > pods.believedUs[slot]) {
        place++;
        continue;
      }
      world.cluster.release(pods.node[slot], pods.shape[slot], pods.devices[slot], world.shapes);
      world.changed(pods.node[slot]);
      this.lent.add(slot);
      this.slots.splice(place, 1);
      this.ends.splice(place, 1);
    }
  }

  hasLent(slot: number): boolean {
    return this.lent.has(slot);
  }

  leaveInstant(): void {
    if (this.lent.size === 0) return;
    const names = [...this.lent].map((slot) => this.world.pods.nameOf(slot)).join(', ');
    throw new Violation(`pods ${names} still run after their resources were given away at ${this.world.nowUs} µs`);
  }

  private placeAfter(endUs: number): number {
    let low = 0;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle] <= endUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private remove(slot: number): void {
    const { pods } = this.world;
    const endUs = pods.startsUs[slot] + pods.believedUs[slot];
    let place = this.placeAfter(endUs) - 1;
    while (this.slots[place] !== slot) place--;
    this.slots.splice(place, 1);
    this.ends.splice(place, 1);
  }
}
