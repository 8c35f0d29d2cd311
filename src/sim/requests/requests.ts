import { Slots, widerFloats, widerInts } from './slots.ts';

export const NOBODY = -1;

/**
 * What users and services want answered, each with as many attempts as its client makes; columns with slots that are
 * used again.
 */
export class Requests {
  readonly slots = new Slots();
  client = new Int32Array(64);
  /** The attempt whose server asks; `NOBODY`: it comes from outside. */
  parent = new Int32Array(64);
  /** The closed-loop user who asks; `NOBODY`: none. */
  user = new Int32Array(64);
  key = new Int32Array(64);
  fromZone = new Int32Array(64);
  issuedUs = new Float64Array(64);
  /** Attempts made, hedges not counted. */
  tries = new Int32Array(64);
  /** Attempts whose answer is waited for. */
  live = new Int32Array(64);
  previousBackoffUs = new Float64Array(64);
  /** 1: it has its answer, good or bad, or nobody wants one any more. */
  done = new Int32Array(64);
  /** 1: it waits for its next attempt. */
  backingOff = new Int32Array(64);
  /** Changes whenever the slot is given out anew. */
  stamp = new Int32Array(64);

  take(client: number, parent: number, user: number, key: number, fromZone: number, nowUs: number): number {
    const slot = this.slots.take();
    if (slot === this.client.length) this.grow();
    this.client[slot] = client;
    this.parent[slot] = parent;
    this.user[slot] = user;
    this.key[slot] = key;
    this.fromZone[slot] = fromZone;
    this.issuedUs[slot] = nowUs;
    this.tries[slot] = 0;
    this.live[slot] = 0;
    this.previousBackoffUs[slot] = 0;
    this.done[slot] = 0;
    this.backingOff[slot] = 0;
    return slot;
  }

  release(slot: number): void {
    this.stamp[slot]++;
    this.client[slot] = NOBODY;
    this.slots.release(slot);
  }

  private grow(): void {
    const size = this.client.length * 2;
    this.client = widerInts(this.client, size);
    this.parent = widerInts(this.parent, size);
    this.user = widerInts(this.user, size);
    this.key = widerInts(this.key, size);
    this.fromZone = widerInts(this.fromZone, size);
    this.issuedUs = widerFloats(this.issuedUs, size);
    this.tries = widerInts(this.tries, size);
    this.live = widerInts(this.live, size);
    this.previousBackoffUs = widerFloats(this.previousBackoffUs, size);
    this.done = widerInts(this.done, size);
    this.backingOff = widerInts(this.backingOff, size);
    this.stamp = widerInts(this.stamp, size);
  }
}
