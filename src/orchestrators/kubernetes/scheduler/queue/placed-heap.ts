/** What a `PlacedHeap` holds: it keeps its place there, so that it can be taken out from anywhere. */
export interface HeapItem {
  /** -1: in no heap. */
  heapIndex: number;
}

/** A binary heap whose items can be removed wherever they are. An item is in one heap at a time; `before` must be a total order. */
export class PlacedHeap<T extends HeapItem> {
  private readonly items: T[] = [];
  private readonly before: (left: T, right: T) => boolean;

  constructor(before: (left: T, right: T) => boolean) {
    this.before = before;
  }

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    item.heapIndex = this.items.length;
    this.items.push(item);
    this.up(item, item.heapIndex);
  }

  pop(): T | undefined {
    const first = this.items[0] as T | undefined;
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(item: T): void {
    const index = item.heapIndex;
    const last = this.items.pop() as T;
    item.heapIndex = -1;
    if (last === item) return;
    this.up(last, index);
    if (last.heapIndex === index) this.down(last, index);
  }

  private up(item: T, from: number): void {
    const { items, before } = this;
    let index = from;
    while (index > 0) {
      const parent = items[(index - 1) >> 1];
      if (!before(item, parent)) break;
      items[index] = parent;
      parent.heapIndex = index;
      index = (index - 1) >> 1;
    }
    items[index] = item;
    item.heapIndex = index;
  }

  private down(item: T, from: number): void {
    const { items, before } = this;
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1], items[child])) child++;
      if (!before(items[child], item)) break;
      items[index] = items[child];
      items[index].heapIndex = index;
      index = child;
    }
    items[index] = item;
    item.heapIndex = index;
  }
}
