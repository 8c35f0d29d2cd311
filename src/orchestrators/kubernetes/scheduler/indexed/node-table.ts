import type { Node } from '../../objects/node.ts';
import { nodeResources } from '../../objects/node-resources.ts';
import type { PodResources } from '../../objects/pod-resources.ts';
import { NodeOrder } from '../node-order.ts';
import type { HostPort } from '../pod-info.ts';
import { ChangeLog } from './change-log.ts';
import { grown } from './grown.ts';
import type { PodRecord } from './pod-shape.ts';
import { TopologyKey } from './topology-keys.ts';

/** Numbers of the resources that every node has; others follow as they are met. */
export const CPU = 0;
export const MEMORY = 1;
export const EPHEMERAL = 2;

/** The nodes as columns: a node has a number, its slot, until it is removed. */
export class NodeTable {
  capacity = 64;
  /** Slots that were ever used are below this. */
  slots = 0;
  readonly nodes: (Node | undefined)[] = [];
  readonly slotOf = new Map<string, number>();
  readonly order = new NodeOrder();
  /** By number of the resource, then by slot: CPU in milli, the rest in units. */
  readonly allocatable: Float64Array[] = [];
  readonly requested: Float64Array[] = [];
  /** Requested CPU and memory where what asks for none counts as asking for some. */
  nonZeroCpu = new Float64Array(this.capacity);
  nonZeroMem = new Float64Array(this.capacity);
  podLimit = new Float64Array(this.capacity);
  readonly pods: PodRecord[][] = [];
  /** Ports of the node that its pods take; undefined: never any. */
  readonly ports: (HostPort[] | undefined)[] = [];
  /** Nodes of which anything changed. */
  readonly changes = new ChangeLog();
  /** Nodes that came, went or got other labels, taints or amounts. */
  readonly replaced = new ChangeLog();
  readonly keys = new Map<string, TopologyKey>();
  private readonly resourceIds = new Map<string, number>();
  private readonly free: number[] = [];
  private readonly whenGrown: ((capacity: number) => void)[] = [];

  constructor() {
    for (const name of ['cpu', 'memory', 'ephemeral-storage']) this.resourceId(name);
  }

  get count(): number {
    return this.slotOf.size;
  }

  /** Calls when there is room for more nodes than before. */
  onGrowth(call: (capacity: number) => void): void {
    this.whenGrown.push(call);
  }

  /** Takes a node in without pods and labels; `relabel` gives it those. */
  add(node: Node): number {
    const slot = this.free.pop() ?? this.slots++;
    if (slot >= this.capacity) this.grow();
    this.slotOf.set(node.metadata.name, slot);
    this.pods[slot] = [];
    this.ports[slot] = undefined;
    for (const column of this.requested) column[slot] = 0;
    this.nonZeroCpu[slot] = 0;
    this.nonZeroMem[slot] = 0;
    this.nodes[slot] = node;
    this.readAmounts(slot, node);
    this.order.add(slot, node.metadata.labels);
    for (const key of this.keys.values()) key.set(slot, node.metadata.labels);
    this.noteReplaced(slot);
    return slot;
  }

  /** Another state of the node. */
  replace(slot: number, node: Node): void {
    const before = this.nodes[slot]!;
    this.nodes[slot] = node;
    if (before.status.allocatable !== node.status.allocatable) this.readAmounts(slot, node);
    if (before.metadata.labels !== node.metadata.labels) {
      this.order.relabel(slot, before.metadata.labels, node.metadata.labels);
      for (const key of this.keys.values()) key.set(slot, node.metadata.labels);
    }
    this.noteReplaced(slot);
  }

  /** The node is gone, and its slot free; its pods must be gone. */
  remove(slot: number): void {
    const node = this.nodes[slot]!;
    this.order.remove(slot, node.metadata.labels);
    for (const key of this.keys.values()) key.set(slot, undefined);
    this.nodes[slot] = undefined;
    this.slotOf.delete(node.metadata.name);
    this.free.push(slot);
    this.noteReplaced(slot);
  }

  /** Slots with a node. */
  *present(): Generator<number> {
    for (let slot = 0; slot < this.slots; slot++) if (this.nodes[slot] !== undefined) yield slot;
  }

  /** Counts a pod's requests into the node, or out of it (`sign` -1). */
  tally(slot: number, resources: PodResources, sign: 1 | -1): void {
    this.requested[CPU][slot] += sign * resources.cpuMilli;
    this.requested[MEMORY][slot] += sign * resources.memBytes;
    this.requested[EPHEMERAL][slot] += sign * resources.ephemeralBytes;
    for (const { name, amount } of resources.scalars) this.requested[this.resourceId(name)][slot] += sign * amount;
    this.nonZeroCpu[slot] += sign * resources.nonZeroCpuMilli;
    this.nonZeroMem[slot] += sign * resources.nonZeroMemBytes;
    this.changes.note(slot);
  }

  /** The number of a resource; one that is new has columns from now on. */
  resourceId(name: string): number {
    const known = this.resourceIds.get(name);
    if (known !== undefined) return known;
    const id = this.allocatable.length;
    this.resourceIds.set(name, id);
    this.allocatable.push(new Float64Array(this.capacity));
    this.requested.push(new Float64Array(this.capacity));
    return id;
  }

  /** A label's values; with `fillsIn`, nodes without it count as having an empty one. */
  key(name: string, fillsIn = false): TopologyKey {
    const text = fillsIn ? `${name} or empty` : name;
    let key = this.keys.get(text);
    if (key !== undefined) return key;
    key = new TopologyKey(name, fillsIn, this.capacity);
    for (const slot of this.present()) key.set(slot, this.nodes[slot]!.metadata.labels);
    this.keys.set(text, key);
    return key;
  }

  private noteReplaced(slot: number): void {
    this.replaced.note(slot);
    this.changes.note(slot);
  }

  private readAmounts(slot: number, node: Node): void {
    const resources = nodeResources(node);
    for (const column of this.allocatable) column[slot] = 0;
    this.allocatable[CPU][slot] = resources.cpuMilli;
    this.allocatable[MEMORY][slot] = resources.memBytes;
    this.allocatable[EPHEMERAL][slot] = resources.ephemeralBytes;
    for (const [name, amount] of resources.scalars) this.allocatable[this.resourceId(name)][slot] = amount;
    this.podLimit[slot] = resources.pods;
  }

  private grow(): void {
    this.capacity *= 2;
    const { capacity } = this;
    for (const columns of [this.allocatable, this.requested])
      columns.forEach((column, k) => (columns[k] = grown(column, capacity)));
    this.nonZeroCpu = grown(this.nonZeroCpu, capacity);
    this.nonZeroMem = grown(this.nonZeroMem, capacity);
    this.podLimit = grown(this.podLimit, capacity);
    for (const key of this.keys.values()) key.grow(capacity);
    for (const call of this.whenGrown) call(capacity);
  }
}
