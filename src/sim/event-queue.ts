import FastPriorityQueue from 'fastpriorityqueue';

/** Width of a window: 2^26 µs, 67 s. */
const WINDOW_US = 2 ** 26;
/** Windows in an epoch: 76 hours. */
const WINDOWS = 4096;
/** A packed key holds, from the top, time within the window (26 bits), rank (3 bits), order of entry (24 bits). */
const ENTRY_LIMIT = 2 ** 24;
const RANK_STEP = ENTRY_LIMIT;
const TIME_STEP = 8 * RANK_STEP;
/** A payload holds kind, rank (3 bits) and subject (31 bits). */
const SUBJECT_LIMIT = 2 ** 31;

// fast: `%` on doubles calls fmod; parts of packed numbers are cut out with floor and exact powers of two.
const entryOf = (key: number): number => key - Math.floor(key / ENTRY_LIMIT) * ENTRY_LIMIT;
const lowBits = (value: number, limit: number): number => value - Math.floor(value / limit) * limit;

/**
 * The future events, in their total order: time, then the rank of the kind, then the order in which they were
 * pushed. Events of the current window of time sit in fastpriorityqueue as packed numbers, which it orders 2 to 5
 * times faster than objects; later ones wait in lists, one a window, and need no order until their window comes.
 *
 * An event is a kind and a subject, whole numbers; `pop` leaves those of the event it took in `kind` and `subject`.
 */
export class EventQueue {
  /** Of the event popped last. */
  kind = 0;
  subject = 0;

  private readonly near = new FastPriorityQueue<number>((left, right) => left < right);
  /** The payload behind each order of entry in the current window. */
  private nearPayload = new Float64Array(1024);
  private entries = 0;
  private windowStartUs = 0;
  /** The number, since time zero, of the first window of this epoch. */
  private epochStart = 0;
  private readonly later = Array.from({ length: WINDOWS }, () => new EventList());
  private inLater = 0;
  /** No window of this epoch before this one has events. */
  private firstFull = 0;
  /** Events beyond the current epoch, in order of entry. */
  private far = new EventList();
  private farEarliestUs = Infinity;

  /** Events waiting. */
  get size(): number {
    return this.near.size + this.inLater + this.far.count;
  }

  /**
   * Adds an event at a whole number of microseconds, not before the last one popped. Rank 0 to 7, kind from 0,
   * subject from 0 to 2^31-1.
   */
  push(timeUs: number, rank: number, kind: number, subject: number): void {
    this.place(timeUs, (kind * 8 + rank) * SUBJECT_LIMIT + subject);
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
    return lowBits(Math.floor(this.near.peek()! / RANK_STEP), 8);
  }

  /** Takes the next event out. */
  pop(): void {
    if (this.near.size === 0 && !this.advance(Infinity)) throw new Error('the event queue is empty');
    const payload = this.nearPayload[entryOf(this.near.poll()!)];
    this.subject = lowBits(payload, SUBJECT_LIMIT);
    this.kind = Math.floor(payload / (8 * SUBJECT_LIMIT));
  }

  private place(timeUs: number, payload: number): void {
    if (timeUs < this.windowStartUs + WINDOW_US) {
      this.pushNear(timeUs, payload);
      return;
    }
    const window = Math.floor(timeUs / WINDOW_US);
    const at = window - this.epochStart;
    if (at < WINDOWS) {
      this.later[at].add(timeUs, payload);
      this.inLater++;
      if (at < this.firstFull) this.firstFull = at;
    } else {
      this.far.add(timeUs, payload);
      if (timeUs < this.farEarliestUs) this.farEarliestUs = timeUs;
    }
  }

  private pushNear(timeUs: number, payload: number): void {
    if (this.entries === this.nearPayload.length) this.makeRoom();
    const entry = this.entries++;
    this.nearPayload[entry] = payload;
    const rank = lowBits(Math.floor(payload / SUBJECT_LIMIT), 8);
    this.near.add((timeUs - this.windowStartUs) * TIME_STEP + rank * RANK_STEP + entry);
  }

  /** Renumbers the entries still waiting, or doubles the table when most of them are. */
  private makeRoom(): void {
    const waiting = this.near.size;
    if (waiting * 2 > this.entries) {
      if (this.nearPayload.length >= ENTRY_LIMIT)
        throw new RangeError(`more than ${waiting} events within ${WINDOW_US} µs; the queue cannot order so many`);
      const wider = new Float64Array(this.nearPayload.length * 2);
      wider.set(this.nearPayload);
      this.nearPayload = wider;
      return;
    }
    // New numbers must follow the order of entry, for that is what settles ties of time and rank.
    const keys = Float64Array.from({ length: waiting }, () => this.near.poll()!);
    const entries = Float64Array.from(keys, entryOf).sort();
    const numbers = new Map(Array.from(entries, (entry, number) => [entry, number]));
    const payloads = Float64Array.from(entries, (entry) => this.nearPayload[entry]);
    this.nearPayload.set(payloads);
    this.entries = waiting;
    for (const key of keys) {
      const entry = entryOf(key);
      this.near.add(key - entry + numbers.get(entry)!);
    }
  }

  /** Moves to the next window that has events, if it begins at or before the limit; false when there is none. */
  private advance(limitUs: number): boolean {
    if (this.inLater === 0) {
      if (this.far.count === 0 || Math.floor(this.farEarliestUs / WINDOW_US) * WINDOW_US > limitUs) return false;
      this.advanceEpoch();
      return true;
    }
    while (this.later[this.firstFull].count === 0) this.firstFull++;
    const window = this.epochStart + this.firstFull;
    if (window * WINDOW_US > limitUs) return false;
    this.windowStartUs = window * WINDOW_US;
    this.entries = 0;
    const list = this.later[this.firstFull];
    this.inLater -= list.count;
    list.drain((timeUs, payload) => this.pushNear(timeUs, payload));
    return true;
  }

  /** Goes to the window of the earliest far event and sorts its epoch's events into windows, in order of entry. */
  private advanceEpoch(): void {
    const window = Math.floor(this.farEarliestUs / WINDOW_US);
    this.windowStartUs = window * WINDOW_US;
    this.epochStart = Math.floor(window / WINDOWS) * WINDOWS;
    this.firstFull = window - this.epochStart;
    this.entries = 0;
    this.farEarliestUs = Infinity;
    const { far } = this;
    this.far = new EventList();
    far.drain((timeUs, payload) => this.place(timeUs, payload));
  }
}

/** Events in the order in which they were added, as pairs of numbers side by side. */
class EventList {
  count = 0;
  private pairs = EMPTY;

  add(timeUs: number, payload: number): void {
    const at = 2 * this.count++;
    if (at === this.pairs.length) this.grow();
    this.pairs[at] = timeUs;
    this.pairs[at + 1] = payload;
  }

  /** Hands out all events and is empty. */
  drain(take: (timeUs: number, payload: number) => void): void {
    const { pairs, count } = this;
    this.pairs = EMPTY;
    this.count = 0;
    for (let k = 0; k < count; k++) take(pairs[2 * k], pairs[2 * k + 1]);
    if (pairs.length > 0 && spare.length < MOST_SPARE) spare.push(pairs);
  }

  private grow(): void {
    const { pairs } = this;
    if (pairs.length === 0) {
      this.pairs = spare.pop() ?? new Float64Array(32);
      return;
    }
    this.pairs = new Float64Array(2 * pairs.length);
    this.pairs.set(pairs);
  }
}

const EMPTY = new Float64Array(0);
const MOST_SPARE = 256;
/** Memory of lists that were emptied, for those that begin; what is in it does not matter. */
const spare: Float64Array<ArrayBuffer>[] = [];
