/** A pod, or a whole gang, that waits to be placed. */
export interface WaitingEntry {
  /** Slots of its pods: one, or all members of the gang. */
  readonly slots: readonly number[];
  /** The shape of its pods; -1 for a gang whose members differ. */
  readonly shape: number;
  readonly user: number;
  /** By the queue's policy: lower first. */
  readonly key: number;
  /** Number of its first pod in order of arrival: settles ties of the key. */
  readonly number: number;
}

/** Whether one entry stands before another in the queue. */
export function standsBefore(one: WaitingEntry, other: WaitingEntry): boolean {
  return one.key < other.key || (one.key === other.key && one.number < other.number);
}

/** Entries that are alike to a placement policy: if the first does not fit, none does. */
export interface WaitingGroup {
  readonly name: string;
  readonly shape: number;
  readonly user: number;
  readonly gangSize: number;
  /** False since an attempt failed and nothing has changed that could help. */
  hopeful: boolean;
  /** A binary heap by `standsBefore`. */
  readonly heap: WaitingEntry[];
}

/**
 * The pods that wait, in groups of equal shape, so that a scheduling pass costs one attempt a group and not one a
 * pod: after a failure the whole group rests until a node changes on which it would fit.
 */
export class Waiting {
  /** Groups with entries, in the order in which they began to wait. */
  readonly groups: WaitingGroup[] = [];
  private readonly byName = new Map<string, WaitingGroup>();
  private separated = false;

  get isEmpty(): boolean {
    return this.groups.length === 0;
  }

  /** The group this entry belongs to, if any of its kind waits already. */
  find(entry: WaitingEntry): WaitingGroup | undefined {
    return this.byName.get(this.nameOf(entry));
  }

  add(entry: WaitingEntry, hopeful: boolean): void {
    let group = this.find(entry);
    if (group === undefined) {
      const name = this.nameOf(entry);
      group = { name, shape: entry.shape, user: entry.user, gangSize: entry.slots.length, hopeful, heap: [] };
      this.byName.set(name, group);
      this.groups.push(group);
    }
    siftUp(group.heap, entry);
  }

  /** Makes each entry a group of its own, now and from now on: the policy tells pods of one shape apart. */
  separate(): void {
    if (this.separated) return;
    this.separated = true;
    const groups = this.groups.splice(0);
    this.byName.clear();
    for (const group of groups) for (const entry of group.heap) this.add(entry, true);
  }

  /** Takes the first entry out of the group. */
  shift(group: WaitingGroup): WaitingEntry {
    const entry = popHeap(group.heap);
    if (group.heap.length === 0) {
      this.byName.delete(group.name);
      this.groups.splice(this.groups.indexOf(group), 1);
    }
    return entry;
  }

  /** The entry this pod is part of; undefined when it does not wait (its gang is not complete). */
  entryOf(slot: number): WaitingEntry | undefined {
    for (const group of this.groups) {
      const entry = group.heap.find((one) => one.slots.includes(slot));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** Takes out an entry, wherever it stands. */
  withdraw(entry: WaitingEntry): void {
    const group = this.find(entry)!;
    const others = group.heap.filter((one) => one !== entry);
    group.heap.length = 0;
    for (const one of others) siftUp(group.heap, one);
    if (others.length === 0) {
      this.byName.delete(group.name);
      this.groups.splice(this.groups.indexOf(group), 1);
    }
  }

  private nameOf(entry: WaitingEntry): string {
    if (this.separated || entry.shape < 0) return `entry ${entry.number}`;
    return `${entry.shape} x ${entry.slots.length} of ${entry.user}`;
  }

  /** The group whose first entry is first of all, among hopeful groups only or among all; undefined when there is none. */
  first(onlyHopeful: boolean, userShare?: (user: number) => number): WaitingGroup | undefined {
    let best: WaitingGroup | undefined;
    let bestShare = 0;
    for (const group of this.groups) {
      if (onlyHopeful && !group.hopeful) continue;
      const share = userShare === undefined ? 0 : userShare(group.user);
      if (
        best === undefined ||
        share < bestShare ||
        (share === bestShare && standsBefore(group.heap[0], best.heap[0]))
      ) {
        best = group;
        bestShare = share;
      }
    }
    return best;
  }
}

function siftUp(heap: WaitingEntry[], entry: WaitingEntry): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!standsBefore(entry, heap[parent])) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function popHeap(heap: WaitingEntry[]): WaitingEntry {
  const top = heap[0];
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && standsBefore(heap[child + 1], heap[child])) child++;
    if (!standsBefore(heap[child], last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}
