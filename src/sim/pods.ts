import type { PodRow } from './pod-source.ts';

/**
 * The pods alive (pending or running), as columns indexed by slot. A slot is used again once its pod is gone, so
 * memory follows what is alive; a pod's lasting name is its `number`, the order in which it arrived.
 */
export class Pods {
  number = new Float64Array(64);
  shape = new Int32Array(64);
  /** The node it runs on; -1 while it waits. */
  node = new Int32Array(64);
  /** Bits of the GPU devices it holds there. */
  devices = new Int32Array(64);
  arrivesUs = new Float64Array(64);
  startsUs = new Float64Array(64);
  estimateUs = new Float64Array(64);
  priority = new Float64Array(64);
  user = new Int32Array(64);
  gang = new Int32Array(64);
  gangSize = new Int32Array(64);
  /** What backfilling believes it will run: by default its estimate. No view reads it, for it may be the truth. */
  believedUs = new Float64Array(64);
  /** Known to the engine alone: no view reads it. */
  runsUs = new Float64Array(64);
  /** 1 when it was not placed the moment it arrived. */
  queued = new Uint8Array(64);
  /** Names from the trace; undefined: called by number. */
  readonly names: (string | undefined)[] = [];
  /** Users seen so far, in order of first arrival. */
  readonly userNames: string[] = [];

  /** Pods alive. */
  alive = 0;
  private used = 0;
  private free: Int32Array = new Int32Array(64);
  private freeCount = 0;
  private readonly userIndex = new Map<string, number>();

  /** Takes a slot for the row's pod. Gang and events are the caller's to set. */
  add(row: PodRow, number: number, shape: number): number {
    const slot = this.freeCount > 0 ? this.free[--this.freeCount]! : this.fresh();
    this.alive++;
    this.number[slot] = number;
    this.shape[slot] = shape;
    this.node[slot] = -1;
    this.devices[slot] = 0;
    this.arrivesUs[slot] = row.arrivesUs;
    this.startsUs[slot] = -1;
    this.estimateUs[slot] = row.estimateUs;
    this.priority[slot] = row.priority;
    this.user[slot] = this.userOf(row.user ?? '');
    this.gang[slot] = -1;
    this.gangSize[slot] = row.gangSize;
    this.believedUs[slot] = row.estimateUs;
    this.runsUs[slot] = row.runsUs;
    this.queued[slot] = 0;
    this.names[slot] = row.name;
    return slot;
  }

  remove(slot: number): void {
    this.alive--;
    this.number[slot] = -1;
    this.names[slot] = undefined;
    if (this.freeCount === this.free.length) this.free = widerInt(this.free);
    this.free[this.freeCount++] = slot;
  }

  /** Slots in use or used before; a slot whose `number` is -1 is empty. */
  get slots(): number {
    return this.used;
  }

  nameOf(slot: number): string {
    return this.names[slot] ?? `pod-${this.number[slot]}`;
  }

  private userOf(name: string): number {
    let user = this.userIndex.get(name);
    if (user === undefined) {
      user = this.userNames.length;
      this.userNames.push(name);
      this.userIndex.set(name, user);
    }
    return user;
  }

  private fresh(): number {
    if (this.used === this.number.length) {
      this.number = widerFloat(this.number);
      this.shape = widerInt(this.shape);
      this.node = widerInt(this.node);
      this.devices = widerInt(this.devices);
      this.arrivesUs = widerFloat(this.arrivesUs);
      this.startsUs = widerFloat(this.startsUs);
      this.estimateUs = widerFloat(this.estimateUs);
      this.priority = widerFloat(this.priority);
      this.user = widerInt(this.user);
      this.gang = widerInt(this.gang);
      this.gangSize = widerInt(this.gangSize);
      this.believedUs = widerFloat(this.believedUs);
      this.runsUs = widerFloat(this.runsUs);
      const queued = new Uint8Array(this.number.length);
      queued.set(this.queued);
      this.queued = queued;
    }
    return this.used++;
  }
}

function widerInt(column: Int32Array): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(column.length * 2);
  wider.set(column);
  return wider;
}

function widerFloat(column: Float64Array): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(column.length * 2);
  wider.set(column);
  return wider;
}
