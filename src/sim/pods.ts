import type { PodRow } from './pod-source.ts';

/** Numbers a pod in each of its two rows: a cache line. The first row holds all that its start and end need. */
const STRIDE = 8;
const STRIDE_BITS = 3;
const BYTES = 8;
const FIRST_CAPACITY = 64;
/** Flags: no estimate, no priority, no gang; and has waited. */
const PLAIN = 1;
const QUEUED = 2;

/**
 * The pods alive (pending or running), as columns indexed by slot. A slot is used again once its pod is gone, so
 * memory follows what is alive; a pod's lasting name is its `number`, the order in which it arrived.
 *
 * fast: pods end in no order of memory, so each column of its own would cost a cache miss (2.1 -> 0.9 µs a pod at
 * 145,000 alive). The columns of a row are views of one buffer, each shifted by one number, and slots are multiples
 * of 8: `column[slot]` is a plain read, and a pod's numbers lie side by side.
 */
export class Pods {
  number!: Float64Array;
  shape!: Float64Array;
  /** The node it runs on; -1 while it waits. */
  node!: Float64Array;
  /** Bits of the GPU devices it holds there. */
  devices!: Float64Array;
  arrivesUs!: Float64Array;
  startsUs!: Float64Array;
  user!: Float64Array;
  estimateUs!: Float64Array;
  /** What backfilling believes it will run: by default its estimate. No view reads it, for it may be the truth. */
  believedUs!: Float64Array;
  /** Known to the engine alone: no view reads it. */
  runsUs!: Float64Array;
  priority!: Float64Array;
  gangSize!: Float64Array;
  /** Users seen so far, in order of first arrival. */
  readonly userNames: string[] = [];

  /** Pods alive. */
  alive = 0;
  private used = 0;
  /** Of no use but to keep the reads of `warm`. */
  private warmed = 0;
  private flags = new Uint8Array(FIRST_CAPACITY);
  private freeSlots: Int32Array = new Int32Array(FIRST_CAPACITY);
  private freeCount = 0;
  private readonly userIndex = new Map<string, number>();
  private lastUser: string | undefined;
  private lastUserIndex = -1;
  /** Names from the trace, by slot / 8; empty as long as no pod has had one. */
  private readonly names: (string | undefined)[] = [];
  private named = false;

  constructor() {
    this.lay(new Float64Array(FIRST_CAPACITY * STRIDE), new Float64Array(FIRST_CAPACITY * STRIDE));
  }

  /** Takes a slot for the row's pod. */
  add(row: PodRow, number: number, shape: number): number {
    const slot = this.freeCount > 0 ? this.freeSlots[--this.freeCount] : this.fresh();
    this.alive++;
    this.number[slot] = number;
    this.shape[slot] = shape;
    this.node[slot] = -1;
    this.devices[slot] = 0;
    this.arrivesUs[slot] = row.arrivesUs;
    this.startsUs[slot] = -1;
    this.user[slot] =
      row.user === this.lastUser && this.lastUserIndex >= 0 ? this.lastUserIndex : this.userOf(row.user);
    this.runsUs[slot] = row.runsUs;
    const isPlain = row.estimateUs === Infinity && row.priority === 0 && row.gangSize === 1;
    // fast: the second row of a slot whose last pod was plain too says all that already.
    if (!isPlain || this.flags[slot >> STRIDE_BITS] !== PLAIN) {
      this.estimateUs[slot] = row.estimateUs;
      this.believedUs[slot] = row.estimateUs;
      this.priority[slot] = row.priority;
      this.gangSize[slot] = row.gangSize;
    }
    this.flags[slot >> STRIDE_BITS] = isPlain ? PLAIN : 0;
    if (row.name !== undefined) this.named = true;
    if (this.named) this.names[slot >> STRIDE_BITS] = row.name;
    return slot;
  }

  /** Notes that the pod was not placed the moment it arrived. */
  setQueued(slot: number): void {
    this.flags[slot >> STRIDE_BITS] |= QUEUED;
  }

  isQueued(slot: number): boolean {
    return (this.flags[slot >> STRIDE_BITS] & QUEUED) !== 0;
  }

  remove(slot: number): void {
    this.retire(slot);
    this.free(slot);
  }

  /** The pod is gone, but its slot is not used again until `free`. */
  retire(slot: number): void {
    this.alive--;
    this.number[slot] = -1;
  }

  free(slot: number): void {
    if (this.freeCount === this.freeSlots.length) {
      const wider = new Int32Array(this.freeSlots.length * 2);
      wider.set(this.freeSlots);
      this.freeSlots = wider;
    }
    this.freeSlots[this.freeCount++] = slot;
  }

  /**
   * Reads the pod's first line. fast: asked for a window's worth of pods in a row, the reads overlap, where one miss
   * at each pod's end would be waited for.
   */
  warm(slot: number): void {
    this.warmed += this.node[slot];
  }

  /** Slots in use or used before, empty ones included. */
  get slotCount(): number {
    return this.used;
  }

  /** The slots of all pods alive, in no order that means anything. */
  *slots(): Generator<number> {
    for (let slot = 0; slot < this.used * STRIDE; slot += STRIDE) if (this.number[slot] !== -1) yield slot;
  }

  nameOf(slot: number): string {
    return this.names[slot >> STRIDE_BITS] ?? `pod-${this.number[slot]}`;
  }

  private userOf(user: string | undefined): number {
    const name = user ?? '';
    let index = this.userIndex.get(name);
    if (index === undefined) {
      index = this.userNames.length;
      this.userNames.push(name);
      this.userIndex.set(name, index);
    }
    this.lastUser = user;
    this.lastUserIndex = index;
    return index;
  }

  private fresh(): number {
    if (this.used === this.flags.length) {
      this.lay(doubled(this.number), doubled(this.estimateUs));
      const flags = new Uint8Array(this.flags.length * 2);
      flags.set(this.flags);
      this.flags = flags;
    }
    return this.used++ * STRIDE;
  }

  /** Makes every column a view of its row's memory, shifted by its place in the row. */
  private lay(first: Float64Array<ArrayBuffer>, second: Float64Array<ArrayBuffer>): void {
    const view = (row: Float64Array<ArrayBuffer>, place: number): Float64Array =>
      new Float64Array(row.buffer, place * BYTES);
    this.number = view(first, 0);
    this.shape = view(first, 1);
    this.node = view(first, 2);
    this.devices = view(first, 3);
    this.arrivesUs = view(first, 4);
    this.startsUs = view(first, 5);
    this.user = view(first, 6);
    this.runsUs = view(first, 7);
    this.estimateUs = view(second, 0);
    this.believedUs = view(second, 1);
    this.priority = view(second, 2);
    this.gangSize = view(second, 3);
  }
}

/** Twice the memory, beginning with what is there. */
function doubled(row: Float64Array): Float64Array<ArrayBuffer> {
  const memory = new Float64Array(row.length * 2);
  memory.set(row);
  return memory;
}
