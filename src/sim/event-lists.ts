/** Events in a chunk. */
const CHUNK = 32;
const NONE = -1;

/**
 * Many lists of events, each in the order in which it was filled, in one piece of memory: chunks of 32 events that go
 * from list to list as they are emptied. An event is a pair of numbers, time and payload.
 */
export class EventLists {
  private pairs = new Float64Array(2 * CHUNK * 64);
  private next = new Int32Array(64);
  private readonly head: Int32Array;
  private readonly tail: Int32Array;
  /** Events in the last chunk of each list. */
  private readonly fill: Int32Array;
  private free = NONE;
  private used = 0;

  constructor(lists: number) {
    this.head = new Int32Array(lists).fill(NONE);
    this.tail = new Int32Array(lists).fill(NONE);
    this.fill = new Int32Array(lists).fill(CHUNK);
  }

  isEmpty(list: number): boolean {
    return this.head[list] === NONE;
  }

  add(list: number, timeUs: number, payload: number): void {
    if (this.fill[list] === CHUNK) this.append(list);
    const at = 2 * (this.tail[list] * CHUNK + this.fill[list]++);
    this.pairs[at] = timeUs;
    this.pairs[at + 1] = payload;
  }

  /** Moves the list's events to the front of these columns, which are long enough; returns how many there are. */
  take(list: number, timesUs: Float64Array, payloads: Float64Array): number {
    let count = 0;
    for (let chunk = this.head[list]; chunk !== NONE;) {
      const held = chunk === this.tail[list] ? this.fill[list] : CHUNK;
      for (let k = 0, at = 2 * chunk * CHUNK; k < held; k++, at += 2, count++) {
        timesUs[count] = this.pairs[at];
        payloads[count] = this.pairs[at + 1];
      }
      const following = this.next[chunk];
      this.next[chunk] = this.free;
      this.free = chunk;
      chunk = following;
    }
    this.head[list] = this.tail[list] = NONE;
    this.fill[list] = CHUNK;
    return count;
  }

  count(list: number): number {
    let chunks = 0;
    for (let chunk = this.head[list]; chunk !== NONE; chunk = this.next[chunk]) chunks++;
    return chunks === 0 ? 0 : (chunks - 1) * CHUNK + this.fill[list];
  }

  private append(list: number): void {
    let chunk = this.free;
    if (chunk !== NONE) this.free = this.next[chunk];
    else {
      if (this.used === this.next.length) this.grow();
      chunk = this.used++;
    }
    this.next[chunk] = NONE;
    if (this.tail[list] === NONE) this.head[list] = chunk;
    else this.next[this.tail[list]] = chunk;
    this.tail[list] = chunk;
    this.fill[list] = 0;
  }

  private grow(): void {
    const pairs = new Float64Array(2 * this.pairs.length);
    pairs.set(this.pairs);
    this.pairs = pairs;
    const next = new Int32Array(2 * this.next.length);
    next.set(this.next);
    this.next = next;
  }
}
