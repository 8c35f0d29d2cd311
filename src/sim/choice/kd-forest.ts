import type { Cluster } from '../cluster.ts';
import { capacityClasses } from './capacity-classes.ts';
import type { TieOrder } from './chooser.ts';

/** Room in a leaf; one that overflows makes the smallest sparse enough part of the tree around it share out anew. */
export const LEAF_ROOM = 16;
/** Nodes a leaf when the whole tree is shared out. */
const LEAF_FILL = 8;
/** As a lowest place: nobody there. */
export const NOBODY = 0x3fffffff;

/** By what nodes are sorted into leaves: what they have free, or only their place in the tie order. */
export type SplitBy = 'free' | 'place';

/**
 * The nodes of a cluster in k-d trees over (free CPU, free memory), one tree a capacity class, kept up to date node by
 * node. Splits stay where they were until a leaf overflows; boxes are always tight.
 *
 * A tree with L leaves (a power of two) numbers its tree nodes from `base`: the root is 1, k has the children 2k and
 * 2k + 1, the leaves are L to 2L - 1. Nodes that take no pods stand at (-1, -1), outside of
 * every request.
 */
export class KdForest {
  readonly trees: number;
  /** Where each tree's own numbering begins: its root is tree node `base + 1`, its leaves from `base + leaves` on. */
  readonly base: Int32Array;
  readonly leaves: Int32Array;
  /** Of each tree node: lowest CPU, lowest memory, highest CPU, highest memory of the nodes below. */
  readonly box: Float64Array;
  /** Of each tree node: the lowest place below, or NOBODY. */
  readonly lowest: Int32Array;
  /** Of each leaf, by `(tree node - leafOffset of its tree)`: entries in use. */
  readonly filled: Uint8Array;
  /** Entries of leaf k: those from k * LEAF_ROOT on. */
  readonly entryCpu: Float64Array;
  readonly entryMem: Float64Array;
  readonly entryPlace: Int32Array;
  /** Tree node minus this is the leaf's number, per tree. */
  readonly leafOffset: Int32Array;

  private readonly cluster: Cluster;
  private readonly order: TieOrder;
  private readonly treeOf: Int32Array;
  private readonly splitBy: SplitBy;
  private readonly splitAxis: Uint8Array;
  private readonly splitValue: Float64Array;
  private readonly splitPlace: Int32Array;
  /** Entry of each node. */
  private readonly entryOf: Int32Array;
  /** Coordinates and places that are being shared out. */
  private readonly poolCpu: Float64Array;
  private readonly poolMem: Float64Array;
  private readonly poolPlace: Int32Array;

  constructor(cluster: Cluster, order: TieOrder, splitBy: SplitBy) {
    this.cluster = cluster;
    this.order = order;
    this.splitBy = splitBy;
    const classes = capacityClasses(cluster, order.nodeAt);
    this.trees = classes.count;
    this.treeOf = classes.classOf;
    this.base = new Int32Array(classes.count);
    this.leaves = new Int32Array(classes.count);
    this.leafOffset = new Int32Array(classes.count);
    let treeNodes = 0;
    let leaves = 0;
    for (let tree = 0; tree < classes.count; tree++) {
      const size = classes.first[tree + 1] - classes.first[tree];
      let own = 1;
      while (own * LEAF_FILL < size) own *= 2;
      this.base[tree] = treeNodes;
      this.leaves[tree] = own;
      this.leafOffset[tree] = treeNodes + own - leaves;
      treeNodes += 2 * own;
      leaves += own;
    }
    this.box = new Float64Array(treeNodes * 4);
    this.lowest = new Int32Array(treeNodes);
    this.splitAxis = new Uint8Array(treeNodes);
    this.splitValue = new Float64Array(treeNodes);
    this.splitPlace = new Int32Array(treeNodes);
    this.filled = new Uint8Array(leaves);
    this.entryCpu = new Float64Array(leaves * LEAF_ROOM);
    this.entryMem = new Float64Array(leaves * LEAF_ROOM);
    this.entryPlace = new Int32Array(leaves * LEAF_ROOM);
    this.entryOf = new Int32Array(cluster.count);
    this.poolCpu = new Float64Array(cluster.count);
    this.poolMem = new Float64Array(cluster.count);
    this.poolPlace = new Int32Array(cluster.count);

    for (let tree = 0; tree < classes.count; tree++) {
      let size = 0;
      for (let k = classes.first[tree]; k < classes.first[tree + 1]; k++) this.gather(size++, classes.places[k]);
      this.share(tree, 1, 0, size);
    }
  }

  /** A node of this tree. Its capacities are those of all of them. */
  memberOf(tree: number): number {
    return this.treeOf.indexOf(tree);
  }

  /** Moves the node to where what it has free now belongs. */
  update(node: number): void {
    const takes = this.cluster.ready[node] === 1 && this.cluster.podRoom[node] > 0;
    const cpu = takes ? this.cluster.cpuFreeMilli[node] : -1;
    const mem = takes ? this.cluster.memFreeBytes[node] : -1;
    const entry = this.entryOf[node];
    const wasCpu = this.entryCpu[entry];
    const wasMem = this.entryMem[entry];
    if (cpu === wasCpu && mem === wasMem) return;
    const tree = this.treeOf[node];
    const place = this.order.placeOf[node];
    const offset = this.leafOffset[tree];
    const from = (entry / LEAF_ROOM) | 0;
    const to = this.route(tree, cpu, mem, place) - offset;
    if (from === to) {
      this.entryCpu[entry] = cpu;
      this.entryMem[entry] = mem;
      this.tighten(tree, from + offset);
      return;
    }
    this.remove(from, entry);
    if (this.onEdge(from + offset, wasCpu, wasMem, place)) this.tighten(tree, from + offset);
    if (this.filled[to] < LEAF_ROOM) {
      this.append(to, cpu, mem, place);
      this.widen(tree, to + offset, cpu, mem, place);
    } else this.shareAround(tree, to + offset, place);
  }

  /** Whether the box of the leaf may shrink when it loses this entry. */
  private onEdge(leafNode: number, cpu: number, mem: number, place: number): boolean {
    const { box } = this;
    const b = leafNode * 4;
    return (
      cpu === box[b] ||
      mem === box[b + 1] ||
      cpu === box[b + 2] ||
      mem === box[b + 3] ||
      place === this.lowest[leafNode]
    );
  }

  /** Takes a new entry of this leaf into its box and into those of the tree nodes above. */
  private widen(tree: number, leafNode: number, cpu: number, mem: number, place: number): void {
    const { box, lowest } = this;
    const base = this.base[tree];
    for (let at = leafNode - base; at >= 1; at >>= 1) {
      const k = base + at;
      const b = k * 4;
      let wider = false;
      if (cpu < box[b]) {
        box[b] = cpu;
        wider = true;
      }
      if (mem < box[b + 1]) {
        box[b + 1] = mem;
        wider = true;
      }
      if (cpu > box[b + 2]) {
        box[b + 2] = cpu;
        wider = true;
      }
      if (mem > box[b + 3]) {
        box[b + 3] = mem;
        wider = true;
      }
      if (place < lowest[k]) {
        lowest[k] = place;
        wider = true;
      }
      if (!wider) return;
    }
  }

  /** The tree node of the leaf to which these coordinates belong. */
  private route(tree: number, cpu: number, mem: number, place: number): number {
    const base = this.base[tree];
    const leaves = this.leaves[tree];
    const { splitAxis, splitValue, splitPlace } = this;
    let at = 1;
    while (at < leaves) {
      const k = base + at;
      const axis = splitAxis[k];
      const value = axis === 0 ? cpu : axis === 1 ? mem : 0;
      const split = splitValue[k];
      at = 2 * at + (value > split || (value === split && place >= splitPlace[k]) ? 1 : 0);
    }
    return base + at;
  }

  private append(leaf: number, cpu: number, mem: number, place: number): void {
    const entry = leaf * LEAF_ROOM + this.filled[leaf]++;
    this.entryCpu[entry] = cpu;
    this.entryMem[entry] = mem;
    this.entryPlace[entry] = place;
    this.entryOf[this.order.nodeAt[place]] = entry;
  }

  private remove(leaf: number, entry: number): void {
    const last = leaf * LEAF_ROOM + --this.filled[leaf];
    if (entry === last) return;
    this.entryCpu[entry] = this.entryCpu[last]!;
    this.entryMem[entry] = this.entryMem[last]!;
    this.entryPlace[entry] = this.entryPlace[last]!;
    this.entryOf[this.order.nodeAt[this.entryPlace[entry]]] = entry;
  }

  /** Makes the box of this leaf, and of every tree node above whose box changes by it, tight again. */
  private tighten(tree: number, leafNode: number): void {
    if (!this.boundLeaf(leafNode, leafNode - this.leafOffset[tree])) return;
    const base = this.base[tree];
    for (let at = (leafNode - base) >> 1; at >= 1; at >>= 1) if (!this.boundInner(base + at, base + 2 * at)) return;
  }

  /** Whether the box of the leaf changed. */
  private boundLeaf(leafNode: number, leaf: number): boolean {
    const { entryCpu, entryMem, entryPlace } = this;
    let cpuLow = Infinity;
    let memLow = Infinity;
    let cpuHigh = -Infinity;
    let memHigh = -Infinity;
    let lowest = NOBODY;
    const first = leaf * LEAF_ROOM;
    const end = first + this.filled[leaf];
    for (let entry = first; entry < end; entry++) {
      const cpu = entryCpu[entry];
      const mem = entryMem[entry];
      const place = entryPlace[entry];
      if (cpu < cpuLow) cpuLow = cpu;
      if (cpu > cpuHigh) cpuHigh = cpu;
      if (mem < memLow) memLow = mem;
      if (mem > memHigh) memHigh = mem;
      if (place < lowest) lowest = place;
    }
    return this.setBox(leafNode, cpuLow, memLow, cpuHigh, memHigh, lowest);
  }

  /** Whether the box of the tree node changed; `left` and `left + 1` are its children. */
  private boundInner(treeNode: number, left: number): boolean {
    const { box, lowest } = this;
    const a = left * 4;
    const cpuLow = box[a] < box[a + 4] ? box[a] : box[a + 4];
    const memLow = box[a + 1] < box[a + 5] ? box[a + 1] : box[a + 5];
    const cpuHigh = box[a + 2] > box[a + 6] ? box[a + 2] : box[a + 6];
    const memHigh = box[a + 3] > box[a + 7] ? box[a + 3] : box[a + 7];
    const place = lowest[left] < lowest[left + 1] ? lowest[left] : lowest[left + 1];
    return this.setBox(treeNode, cpuLow, memLow, cpuHigh, memHigh, place);
  }

  private setBox(k: number, cpuLow: number, memLow: number, cpuHigh: number, memHigh: number, place: number): boolean {
    const { box, lowest } = this;
    const b = k * 4;
    if (
      box[b] === cpuLow &&
      box[b + 1] === memLow &&
      box[b + 2] === cpuHigh &&
      box[b + 3] === memHigh &&
      lowest[k] === place
    )
      return false;
    box[b] = cpuLow;
    box[b + 1] = memLow;
    box[b + 2] = cpuHigh;
    box[b + 3] = memHigh;
    lowest[k] = place;
    return true;
  }

  /** Shares out the smallest part of the tree around a full leaf that has room enough, with one more place in it. */
  private shareAround(tree: number, leafNode: number, place: number): void {
    const base = this.base[tree];
    const offset = this.leafOffset[tree];
    let at = leafNode - base;
    let width = 1;
    let size = LEAF_ROOM + 1;
    let firstLeaf = at;
    // The larger the part, the emptier it must be, so that it stays quiet for long; the whole tree is always enough.
    for (let room = LEAF_ROOM; at > 1 && size > room * width;) {
      at >>= 1;
      width *= 2;
      firstLeaf = at * width;
      room = LEAF_FILL + (room - LEAF_FILL) * 0.8;
      size = 1;
      for (let k = 0; k < width; k++) size += this.filled[base + firstLeaf + k - offset];
    }
    size = 0;
    for (let k = 0; k < width; k++) {
      const leaf = base + firstLeaf + k - offset;
      for (let e = leaf * LEAF_ROOM; e < leaf * LEAF_ROOM + this.filled[leaf]; e++)
        this.gather(size++, this.entryPlace[e]);
    }
    this.gather(size++, place);
    this.share(tree, at, 0, size);
    for (at >>= 1; at >= 1; at >>= 1) if (!this.boundInner(base + at, base + 2 * at)) return;
  }

  private gather(k: number, place: number): void {
    const node = this.order.nodeAt[place];
    const takes = this.cluster.ready[node] === 1 && this.cluster.podRoom[node] > 0;
    this.poolPlace[k] = place;
    this.poolCpu[k] = takes ? this.cluster.cpuFreeMilli[node] : -1;
    this.poolMem[k] = takes ? this.cluster.memFreeBytes[node] : -1;
  }

  /** Shares the gathered entries from..to-1 out to the leaves below tree node `at` of the tree, halving at medians. */
  private share(tree: number, at: number, from: number, to: number): void {
    const base = this.base[tree];
    if (at >= this.leaves[tree]) {
      const leaf = base + at - this.leafOffset[tree];
      this.filled[leaf] = 0;
      for (let k = from; k < to; k++) this.append(leaf, this.poolCpu[k], this.poolMem[k], this.poolPlace[k]);
      this.boundLeaf(base + at, leaf);
      return;
    }
    const axis = this.splitBy === 'place' ? 2 : this.longerAxis(from, to);
    const middle = (from + to) >> 1;
    if (to > from) this.partition(axis, from, to, middle);
    const k = base + at;
    this.splitAxis[k] = axis;
    this.splitValue[k] = to > from ? this.coordinate(axis, middle) : 0;
    this.splitPlace[k] = to > from ? this.poolPlace[middle] : 0;
    this.share(tree, 2 * at, from, middle);
    this.share(tree, 2 * at + 1, middle, to);
    this.boundInner(k, base + 2 * at);
  }

  /** The axis along which the entries spread over more of a node's capacity: 0 CPU, 1 memory. */
  private longerAxis(from: number, to: number): number {
    if (to === from) return 0;
    let cpuLow = Infinity;
    let memLow = Infinity;
    let cpuHigh = -Infinity;
    let memHigh = -Infinity;
    for (let k = from; k < to; k++) {
      cpuLow = Math.min(cpuLow, this.poolCpu[k]);
      cpuHigh = Math.max(cpuHigh, this.poolCpu[k]);
      memLow = Math.min(memLow, this.poolMem[k]);
      memHigh = Math.max(memHigh, this.poolMem[k]);
    }
    const member = this.order.nodeAt[this.poolPlace[from]];
    const cpuShare = (cpuHigh - cpuLow) * this.cluster.memBytes[member];
    const memShare = (memHigh - memLow) * this.cluster.cpuMilli[member];
    return cpuShare >= memShare ? 0 : 1;
  }

  private coordinate(axis: number, k: number): number {
    return axis === 0 ? this.poolCpu[k] : axis === 1 ? this.poolMem[k] : 0;
  }

  /** Quickselect (Hoare): afterwards nothing left of `middle` comes after it, and nothing right of it before. */
  private partition(axis: number, from: number, to: number, middle: number): void {
    let low = from;
    let high = to - 1;
    while (low < high) {
      const pivot = (low + high) >> 1;
      const value = this.coordinate(axis, pivot);
      const place = this.poolPlace[pivot];
      let i = low;
      let j = high;
      while (i <= j) {
        while (this.before(axis, i, value, place)) i++;
        while (this.after(axis, j, value, place)) j--;
        if (i <= j) this.swap(i++, j--);
      }
      if (middle <= j) high = j;
      else if (middle >= i) low = i;
      else return;
    }
  }

  private before(axis: number, k: number, value: number, place: number): boolean {
    const own = this.coordinate(axis, k);
    return own < value || (own === value && this.poolPlace[k] < place);
  }

  private after(axis: number, k: number, value: number, place: number): boolean {
    const own = this.coordinate(axis, k);
    return own > value || (own === value && this.poolPlace[k] > place);
  }

  private swap(i: number, j: number): void {
    const cpu = this.poolCpu[i];
    const mem = this.poolMem[i];
    const place = this.poolPlace[i];
    this.poolCpu[i] = this.poolCpu[j]!;
    this.poolMem[i] = this.poolMem[j]!;
    this.poolPlace[i] = this.poolPlace[j]!;
    this.poolCpu[j] = cpu;
    this.poolMem[j] = mem;
    this.poolPlace[j] = place;
  }
}
