import FastPriorityQueue from 'fastpriorityqueue';
import { EventLists } from './event-lists.ts';

/** Width of a window: 2^26 µs, 67 s. */
const WINDOW_US = 2 ** 26;
/** Windows in an epoch: 76 hours. */
const WINDOWS = 4096;
/** The list of events beyond the current epoch. */
const FAR = WINDOWS;
/** A packed key holds, from the top, time within the window (26 bits), rank (3 bits), order of entry (24 bits). */
const ENTRY_LIMIT = 2 ** 24;
const RANK_STEP = ENTRY_LIMIT;
const TIME_STEP = 8 * RANK_STEP;
/** A payload holds kind, rank (3 bits) and subject (31 bits). */
const SUBJECT_LIMIT = 2 ** 31;
/** No key at all. */
const NONE = -1;

// fast: parts of packed numbers are cut out by multiplying with exact powers of two; `%` on doubles calls fmod, and
// divisions are not turned into multiplications.
const PER_WINDOW = 1 / WINDOW_US;
const PER_TIME_STEP = 1 / TIME_STEP;
const PER_RANK_STEP = 1 / RANK_STEP;
const PER_SUBJECT = 1 / SUBJECT_LIMIT;
const entryOf = (key: number): number => key - Math.floor(key * PER_RANK_STEP) * RANK_STEP;
const kindAndRank = (payload: number): number => Math.floor(payload * PER_SUBJECT) | 0;

/**
 * The future events, in their total order: time, then the rank of the kind, then the order in which they were
 * pushed. Time is cut into windows. Events of later windows wait in lists, one a window, and need no order until
 * their window comes: then they are sorted at once, as packed numbers. What is pushed into the window that is open
 * goes into fastpriorityqueue, also as packed numbers, which it orders 2 to 5 times faster than objects.
 *
 * An event is a kind and a subject, whole numbers; `pop` leaves those of the event it took in `kind` and `subject`.
 */
export class EventQueue {
  /** Of the event popped last. */
  kind = 0;
  subject = 0;

  /** Told of the subject of every event whose window has come, some time before it is popped. */
  private readonly onComing: (subject: number) => void;
  /** Keys of events that were pushed into the open window. */
  private readonly near = new FastPriorityQueue<number>((left, right) => left < right);
  /** Keys of events that were there when it opened, ascending, from `sortedAt` to `sortedEnd`. */
  private sorted = new Float64Array(1024);
  private sortedAt = 0;
  private sortedEnd = 0;
  /** The payload behind each order of entry in the open window. */
  private payloads = new Float64Array(1024);
  private entries = 0;
  private windowStartUs = 0;
  /** The key that `nextUs` found last; -1 when it must be looked for. */
  private topKey = NONE;
  /** The number, since time zero, of the first window of this epoch. */
  private epochStart = 0;
  /** One list a window of this epoch, and one for all that is beyond it. */
  private readonly later = new EventLists(WINDOWS + 1);
  private inLater = 0;
  /** No window of this epoch before this one has events. */
  private firstFull = 0;
  private farCount = 0;
  private farEarliestUs = Infinity;

  constructor(onComing: (subject: number) => void = () => {}) {
    this.onComing = onComing;
  }

  /** Events waiting. */
  get size(): number {
    return this.near.size + this.sortedEnd - this.sortedAt + this.inLater + this.farCount;
  }

  /**
   * Adds an event at a whole number of microseconds, not before the last one popped. Rank 0 to 7, kind from 0,
   * subject from 0 to 2^31-1.
   */
  push(timeUs: number, rank: number, kind: number, subject: number): void {
    this.topKey = NONE;
    this.place(timeUs, (kind * 8 + rank) * SUBJECT_LIMIT + subject);
  }

  /**
   * Time of the next event, or Infinity when there is none at or before `limitUs`. Until it is popped, nothing may
   * be pushed before the smaller of the two: so pass the time of the next arrival, and the queue need not open a
   * window too early.
   */
  nextUs(limitUs: number): number {
    const { sortedAt } = this;
    if (sortedAt === this.sortedEnd) {
      if (this.near.size === 0) return this.open(limitUs) ? this.nextUs(limitUs) : Infinity;
      this.topKey = this.near.peek()!;
    } else {
      const key = this.sorted[sortedAt];
      const pushed = this.near.size === 0 ? Infinity : this.near.peek()!;
      this.topKey = key < pushed ? key : pushed;
    }
    const timeUs = this.windowStartUs + Math.floor(this.topKey * PER_TIME_STEP);
    return timeUs <= limitUs ? timeUs : Infinity;
  }

  /** Rank of the event that `nextUs` has named. */
  get nextRank(): number {
    const ranks = Math.floor(this.topKey * PER_RANK_STEP);
    return ranks - Math.floor(ranks / 8) * 8;
  }

  /** Takes out the event that `nextUs` has named. */
  pop(): void {
    if (this.topKey === NONE && this.nextUs(Infinity) === Infinity) throw new Error('the event queue is empty');
    const key = this.topKey;
    this.topKey = NONE;
    if (this.sortedAt < this.sortedEnd && this.sorted[this.sortedAt] === key) this.sortedAt++;
    else this.near.poll();
    const payload = this.payloads[entryOf(key)];
    const what = kindAndRank(payload);
    this.kind = what >> 3;
    this.subject = payload - what * SUBJECT_LIMIT;
  }

  private place(timeUs: number, payload: number): void {
    if (timeUs < this.windowStartUs + WINDOW_US) {
      this.near.add(this.enter(timeUs, payload));
      return;
    }
    const at = Math.floor(timeUs * PER_WINDOW) - this.epochStart;
    if (at < WINDOWS) {
      this.later.add(at, timeUs, payload);
      this.inLater++;
      if (at < this.firstFull) this.firstFull = at;
    } else {
      this.later.add(FAR, timeUs, payload);
      this.farCount++;
      if (timeUs < this.farEarliestUs) this.farEarliestUs = timeUs;
    }
  }

  /** Gives the event the next order of entry in the open window, and returns its key. */
  private enter(timeUs: number, payload: number): number {
    if (this.entries === this.payloads.length) this.makeRoom();
    const entry = this.entries++;
    this.payloads[entry] = payload;
    return (timeUs - this.windowStartUs) * TIME_STEP + (kindAndRank(payload) & 7) * RANK_STEP + entry;
  }

  /** Renumbers the entries still waiting, or doubles the table when most of them are. */
  private makeRoom(): void {
    const waiting = this.near.size + this.sortedEnd - this.sortedAt;
    if (waiting * 2 > this.entries) {
      this.widen(this.entries + 1);
      return;
    }
    // New numbers must follow the order of entry, for that is what settles ties of time and rank.
    const keys: number[] = Array.from(this.sorted.subarray(this.sortedAt, this.sortedEnd));
    this.sortedAt = this.sortedEnd = 0;
    while (this.near.size > 0) keys.push(this.near.poll()!);
    const entries = Float64Array.from(keys, entryOf).sort();
    const numbers = new Map(Array.from(entries, (entry, number) => [entry, number]));
    this.payloads.set(Float64Array.from(entries, (entry) => this.payloads[entry]));
    this.entries = waiting;
    for (const key of keys) {
      const entry = entryOf(key);
      this.near.add(key - entry + numbers.get(entry)!);
    }
  }

  /** Makes the table hold at least so many entries. */
  private widen(entries: number): void {
    if (entries <= this.payloads.length) return;
    if (entries > ENTRY_LIMIT)
      throw new RangeError(`more than ${ENTRY_LIMIT} events within ${WINDOW_US} µs; the queue cannot order so many`);
    const wider = new Float64Array(Math.min(ENTRY_LIMIT, 2 * entries));
    wider.set(this.payloads);
    this.payloads = wider;
  }

  /** Opens the next window that has events, if it begins at or before the limit; false when there is none. */
  private open(limitUs: number): boolean {
    if (this.inLater === 0) {
      if (this.farCount === 0 || Math.floor(this.farEarliestUs / WINDOW_US) * WINDOW_US > limitUs) return false;
      this.openEpoch();
    }
    while (this.later.isEmpty(this.firstFull)) this.firstFull++;
    const window = this.epochStart + this.firstFull;
    if (window * WINDOW_US > limitUs) return false;
    this.windowStartUs = window * WINDOW_US;
    this.sort(this.firstFull);
    return true;
  }

  /** Makes the events of this list the sorted ones of the window that opens. */
  private sort(list: number): void {
    const count = this.later.count(list);
    this.widen(count);
    if (this.sorted.length < count) this.sorted = new Float64Array(2 * count);
    const { sorted, payloads, windowStartUs, onComing } = this;
    this.later.take(list, sorted, payloads);
    for (let entry = 0; entry < count; entry++) {
      const what = kindAndRank(payloads[entry]);
      sorted[entry] = (sorted[entry] - windowStartUs) * TIME_STEP + (what & 7) * RANK_STEP + entry;
      onComing(payloads[entry] - what * SUBJECT_LIMIT);
    }
    sorted.subarray(0, count).sort();
    this.inLater -= count;
    this.entries = count;
    this.sortedAt = 0;
    this.sortedEnd = count;
  }

  /** Goes to the epoch of the earliest far event and sorts its events into windows, in order of entry. */
  private openEpoch(): void {
    const window = Math.floor(this.farEarliestUs / WINDOW_US);
    this.epochStart = Math.floor(window / WINDOWS) * WINDOWS;
    this.windowStartUs = (window - 1) * WINDOW_US;
    this.firstFull = window - this.epochStart;
    this.farEarliestUs = Infinity;
    const timesUs = new Float64Array(this.farCount);
    const payloads = new Float64Array(this.farCount);
    const count = this.later.take(FAR, timesUs, payloads);
    this.farCount = 0;
    for (let k = 0; k < count; k++) this.place(timesUs[k], payloads[k]);
  }
}
