/** Bits of `what` that tell the subject; the five above tell the kind. */
const SUBJECT_BITS = 27;
const SUBJECT_MASK = (1 << SUBJECT_BITS) - 1;
/** The rank stands above the number of the entry: so many entries may be made in a run. */
const RANK_STEP = 2 ** 48;

/**
 * Events to come, in the order of (time, rank, entry). Times are microseconds and need not be whole, which is why these
 * are not in the engine's `EventQueue`: requests a fraction of a microsecond apart are usual here, and it orders whole
 * microseconds within windows of a minute. A heap with four children to a node over typed columns.
 */
export class EventHeap {
  size = 0;
  /** Of the event taken last. */
  timeUs = 0;
  kind = 0;
  subject = 0;
  /** Its entry, as `push` returned it. */
  entry = 0;

  private times = new Float64Array(256);
  private orders = new Float64Array(256);
  private whats = new Int32Array(256);
  private entries = 0;

  /** Time of the next event; Infinity when there is none. */
  get nextUs(): number {
    return this.size === 0 ? Infinity : this.times[0];
  }

  /** Kind 0 to 31, rank 0 to 15, subject up to 2^27 - 1. Returns the entry's number, never used again. */
  push(timeUs: number, rank: number, kind: number, subject: number): number {
    if (this.size === this.times.length) this.grow();
    const order = rank * RANK_STEP + ++this.entries;
    const what = (kind << SUBJECT_BITS) | subject;
    const { times, orders, whats } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentUs = times[parent];
      if (parentUs < timeUs || (parentUs === timeUs && orders[parent] < order)) break;
      times[at] = parentUs;
      orders[at] = orders[parent];
      whats[at] = whats[parent];
      at = parent;
    }
    times[at] = timeUs;
    orders[at] = order;
    whats[at] = what;
    return order;
  }

  /** Takes the next event out; there must be one. */
  pop(): void {
    const { times, orders, whats } = this;
    this.timeUs = times[0];
    this.entry = orders[0];
    this.kind = whats[0] >>> SUBJECT_BITS;
    this.subject = whats[0] & SUBJECT_MASK;
    const last = --this.size;
    const timeUs = times[last];
    const order = orders[last];
    let at = 0;
    for (;;) {
      const child = 4 * at + 1;
      if (child >= last) break;
      const end = child + 4 < last ? child + 4 : last;
      let least = child;
      let leastUs = times[child];
      for (let other = child + 1; other < end; other++) {
        const otherUs = times[other];
        if (otherUs < leastUs || (otherUs === leastUs && orders[other] < orders[least])) {
          least = other;
          leastUs = otherUs;
        }
      }
      if (timeUs < leastUs || (timeUs === leastUs && order < orders[least])) break;
      times[at] = leastUs;
      orders[at] = orders[least];
      whats[at] = whats[least];
      at = least;
    }
    times[at] = timeUs;
    orders[at] = order;
    whats[at] = whats[last];
  }

  private grow(): void {
    this.times = wider(this.times, new Float64Array(this.size * 2));
    this.orders = wider(this.orders, new Float64Array(this.size * 2));
    this.whats = wider(this.whats, new Int32Array(this.size * 2));
  }
}

function wider<Column extends Float64Array | Int32Array>(old: Column, column: Column): Column {
  column.set(old);
  return column;
}
