import FastPriorityQueue from 'fastpriorityqueue';

/** Width of a window: 2^26 µs, 67 s. */
const WINDOW_US = 2 ** 26;
/** Windows in an epoch: 76 hours. */
const WINDOWS = 4096;
/** A packed key holds, from the top, time within the window (26 bits), rank (3 bits), order of entry (24 bits). */
const ENTRY_LIMIT = 2 ** 24;
const RANK_STEP = ENTRY_LIMIT;
const TIME_STEP = 8 * RANK_STEP;

const NONE = -1;

/**
 * The future events, in their total order: time, then the rank of the kind, then the order in which they were
 * pushed. Events of the current window of time sit in fastpriorityqueue as packed numbers, which it orders 2 to 5
 * times faster than objects; later ones wait in lists, one a window, and need no order until their window comes.
 *
 * An event is a kind and two whole numbers, read through `kind`, `a` and `b` by the slot that `pop` returns.
 */
export class EventQueue {
  kind = new Uint8Array(64);
  a = new Int32Array(64);
  b = new Int32Array(64);
  private time = new Float64Array(64);
  private rank = new Uint8Array(64);
  private next = new Int32Array(64);

  private readonly near = new FastPriorityQueue<number>((left, right) => left < right);
  /** The slot behind each order of entry in the current window. */
  private nearSlot = new Int32Array(1024);
  private entries = 0;
  private windowStartUs = 0;
  /** Windows since time zero, of the current one. */
  private window = 0;
  private readonly head = new Int32Array(WINDOWS).fill(NONE);
  private readonly tail = new Int32Array(WINDOWS).fill(NONE);
  private inWindows = 0;
  /** No window of this epoch before this one has events. */
  private firstFull = 0;
  /** Events beyond the current epoch, in order of entry. */
  private farHead = NONE;
  private farTail = NONE;
  private farCount = 0;
  private farEarliestUs = Infinity;

  private freeSlot = NONE;
  private usedSlots = 0;

  /** Events waiting. */
  get size(): number {
    return this.near.size + this.inWindows + this.farCount;
  }

  /** Adds an event at a whole number of microseconds, not before the last one popped; returns its slot. */
  push(timeUs: number, rank: number, kind: number, a: number, b: number): number {
    const slot = this.takeSlot();
    this.time[slot] = timeUs;
    this.rank[slot] = rank;
    this.kind[slot] = kind;
    this.a[slot] = a;
    this.b[slot] = b;
    if (timeUs < this.windowStartUs + WINDOW_US) this.pushNear(slot);
    else this.pushLater(slot, Math.floor(timeUs / WINDOW_US));
    return slot;
  }

  /**
   * Time of the next event, or Infinity when there is none at or before `limitUs`. Until it is popped, nothing may
   * be pushed before the smaller of the two: so pass the time of the next arrival, and the queue need not unpack a
   * window too early.
   */
  nextUs(limitUs: number): number {
    if (this.near.size === 0 && !this.advance(limitUs)) return Infinity;
    const timeUs = this.windowStartUs + Math.floor(this.near.peek()! / TIME_STEP);
    return timeUs <= limitUs ? timeUs : Infinity;
  }

  /** Rank of the next event. Only to be asked when `nextUs` has named one. */
  get nextRank(): number {
    return Math.floor(this.near.peek()! / RANK_STEP) % 8;
  }

  /** Takes the next event out and returns its slot, whose fields stay readable until `recycle(slot)`. */
  pop(): number {
    if (this.near.size === 0 && !this.advance(Infinity)) throw new Error('the event queue is empty');
    return this.nearSlot[this.near.poll()! % ENTRY_LIMIT]!;
  }

  timeOf(slot: number): number {
    return this.time[slot]!;
  }

  /** Gives the slot back after its event has been handled. */
  recycle(slot: number): void {
    this.next[slot] = this.freeSlot;
    this.freeSlot = slot;
  }

  private pushNear(slot: number): void {
    if (this.entries === this.nearSlot.length) this.makeRoom();
    const entry = this.entries++;
    this.nearSlot[entry] = slot;
    this.near.add((this.time[slot]! - this.windowStartUs) * TIME_STEP + this.rank[slot]! * RANK_STEP + entry);
  }

  /** Renumbers the entries still waiting, or doubles the table when most of them are. */
  private makeRoom(): void {
    const waiting = this.near.size;
    if (waiting * 2 > this.entries) {
      if (this.nearSlot.length >= ENTRY_LIMIT)
        throw new RangeError(`more than ${waiting} events within ${WINDOW_US} µs; the queue cannot order so many`);
      const wider = new Int32Array(this.nearSlot.length * 2);
      wider.set(this.nearSlot);
      this.nearSlot = wider;
      return;
    }
    const keys = new Float64Array(waiting);
    for (let k = 0; k < waiting; k++) keys[k] = this.near.poll()!;
    // Sorted keys renumbered in their own order keep that order, and later entries get higher numbers still: but an
    // entry number only settles ties of time and rank, so numbers must follow the order of entry, not of time.
    const entries = Float64Array.from(keys, (key) => key % ENTRY_LIMIT).sort();
    const slots = Int32Array.from(entries, (entry) => this.nearSlot[entry]!);
    this.nearSlot.set(slots);
    this.entries = waiting;
    for (let entry = 0; entry < waiting; entry++) {
      const slot = slots[entry]!;
      this.near.add((this.time[slot]! - this.windowStartUs) * TIME_STEP + this.rank[slot]! * RANK_STEP + entry);
    }
  }

  private pushLater(slot: number, window: number): void {
    this.next[slot] = NONE;
    if (Math.floor(window / WINDOWS) === Math.floor(this.window / WINDOWS)) {
      const w = window % WINDOWS;
      if (this.tail[w] === NONE) this.head[w] = slot;
      else this.next[this.tail[w]!] = slot;
      this.tail[w] = slot;
      this.inWindows++;
      if (w < this.firstFull) this.firstFull = w;
    } else {
      if (this.farTail === NONE) this.farHead = slot;
      else this.next[this.farTail] = slot;
      this.farTail = slot;
      this.farCount++;
      if (this.time[slot]! < this.farEarliestUs) this.farEarliestUs = this.time[slot]!;
    }
  }

  /** Moves to the next window that has events, if it begins at or before the limit; false when there is none. */
  private advance(limitUs: number): boolean {
    if (this.inWindows === 0) {
      if (this.farCount === 0 || Math.floor(this.farEarliestUs / WINDOW_US) * WINDOW_US > limitUs) return false;
      this.advanceEpoch();
    }
    while (this.head[this.firstFull] === NONE) this.firstFull++;
    const window = this.window - (this.window % WINDOWS) + this.firstFull;
    if (window * WINDOW_US > limitUs) return false;
    this.window = window;
    this.windowStartUs = window * WINDOW_US;
    this.entries = 0;
    let slot = this.head[this.firstFull]!;
    this.head[this.firstFull] = NONE;
    this.tail[this.firstFull] = NONE;
    while (slot !== NONE) {
      const following = this.next[slot]!;
      this.inWindows--;
      this.pushNear(slot);
      slot = following;
    }
    return true;
  }

  /** Goes to the epoch of the earliest far event and sorts that epoch's events into its windows, in order of entry. */
  private advanceEpoch(): void {
    this.window = Math.floor(this.farEarliestUs / WINDOW_US);
    this.windowStartUs = this.window * WINDOW_US;
    this.firstFull = this.window % WINDOWS;
    let slot = this.farHead;
    this.farHead = NONE;
    this.farTail = NONE;
    this.farCount = 0;
    this.farEarliestUs = Infinity;
    while (slot !== NONE) {
      const following = this.next[slot]!;
      this.pushLater(slot, Math.floor(this.time[slot]! / WINDOW_US));
      slot = following;
    }
  }

  private takeSlot(): number {
    if (this.freeSlot !== NONE) {
      const slot = this.freeSlot;
      this.freeSlot = this.next[slot]!;
      return slot;
    }
    if (this.usedSlots === this.time.length) this.grow();
    return this.usedSlots++;
  }

  private grow(): void {
    const size = this.time.length * 2;
    const wider = <T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.kind = wider(this.kind, new Uint8Array(size));
    this.rank = wider(this.rank, new Uint8Array(size));
    this.a = wider(this.a, new Int32Array(size));
    this.b = wider(this.b, new Int32Array(size));
    this.next = wider(this.next, new Int32Array(size));
    this.time = wider(this.time, new Float64Array(size));
  }
}
