import { mayHold } from './gangs.ts';
import type { RunningPods } from './running-pods.ts';
import type { SchedulerWorld } from './scheduler-world.ts';
import type { WaitingEntry } from './waiting.ts';

/**
 * The promise to the head of the queue: by the predicted ends it can start at `atUs`. Whoever would still run then
 * may start now only if that stays true.
 */
export class HeadReservation {
  /** The earliest predicted time at which the head fits; Infinity when no prediction says so. */
  readonly atUs: number;
  private readonly world: SchedulerWorld;
  private readonly running: RunningPods;
  private readonly head: WaitingEntry;
  /** Where each pod of the head would be then. */
  private nodes: readonly number[] = [];
  /** For a single pod that asks for CPU and memory only: its node then, and what it would leave there. */
  private readonly simple: boolean;
  private node = -1;
  private spareCpuMilli = 0;
  private spareMemBytes = 0;
  private sparePods = 0;

  constructor(world: SchedulerWorld, running: RunningPods, head: WaitingEntry) {
    this.world = world;
    this.running = running;
    this.head = head;
    const { cluster, pods, shapes } = world;
    const shape = head.shape;
    this.simple = head.slots.length === 1 && shapes.plain[shape] === 1;
    let released = 0;
    let atUs = Infinity;
    while (released < running.count && atUs === Infinity) {
      const endUs = running.endAt(released);
      if (endUs === Infinity) break;
      const from = released;
      while (released < running.count && running.endAt(released) === endUs) this.release(released++);
      // Only the nodes just released can have come to fit a single pod.
      if (head.slots.length > 1) {
        const nodes = this.place();
        if (nodes === undefined) continue;
        atUs = endUs;
        this.settle(nodes);
      } else {
        let node = -1;
        for (let place = from; place < released; place++) {
          const candidate = pods.node[running.slotAt(place)];
          if ((node < 0 || candidate < node) && cluster.fits(candidate, shape, shapes)) node = candidate;
        }
        if (node < 0) continue;
        atUs = endUs;
        this.settle([node]);
      }
    }
    this.undo(released);
    this.atUs = atUs;
  }

  /** Whether the question "may it start there?" can be asked node by node, before binding. */
  isSimpleFor(entry: WaitingEntry): boolean {
    return this.node >= 0 && entry.slots.length === 1;
  }

  /** Whether the head counts on this node. */
  needs(node: number): boolean {
    return this.nodes.includes(node);
  }

  /** For simple entries that outlast the reservation: whether the node leaves the head its place. */
  allows(shape: number, node: number): boolean {
    const { shapes } = this.world;
    return (
      node !== this.node ||
      (shapes.cpuMilli[shape] <= this.spareCpuMilli &&
        shapes.memBytes[shape] <= this.spareMemBytes &&
        this.sparePods > 0)
    );
  }

  /** A simple entry that outlasts the reservation has started on this node. */
  take(shape: number, node: number): void {
    if (node !== this.node) return;
    this.spareCpuMilli -= this.world.shapes.cpuMilli[shape];
    this.spareMemBytes -= this.world.shapes.memBytes[shape];
    this.sparePods--;
  }

  /** Whether the head would still find a place at the reserved time, with all that is bound now; if so, takes that. */
  holds(): boolean {
    let released = 0;
    while (released < this.running.count && this.running.endAt(released) <= this.atUs) this.release(released++);
    const nodes = this.place();
    if (nodes !== undefined) this.settle(nodes);
    this.undo(released);
    return nodes !== undefined;
  }

  /** Notes the head's place; what will have ended by then must be released. */
  private settle(nodes: readonly number[]): void {
    this.nodes = nodes;
    if (!this.simple) return;
    const { cluster, shapes } = this.world;
    const [node] = nodes as [number];
    this.node = node;
    this.spareCpuMilli = cluster.cpuFreeMilli[node] - shapes.cpuMilli[this.head.shape];
    this.spareMemBytes = cluster.memFreeBytes[node] - shapes.memBytes[this.head.shape];
    this.sparePods = cluster.podRoom[node] - 1;
  }

  private release(place: number): void {
    const { cluster, pods, shapes } = this.world;
    const slot = this.running.slotAt(place);
    cluster.release(pods.node[slot], pods.shape[slot], pods.devices[slot], shapes);
  }

  private undo(count: number): void {
    const { cluster, pods, shapes } = this.world;
    for (let place = count - 1; place >= 0; place--) {
      const slot = this.running.slotAt(place);
      cluster.bind(pods.node[slot], pods.shape[slot], pods.devices[slot], shapes);
    }
  }

  /** Nodes for all pods of the head at once, each where it was to be or on the first that has room; or undefined. */
  private place(): number[] | undefined {
    const { cluster, pods, shapes } = this.world;
    const { slots, shape: common } = this.head;
    if (slots.length > 1 && common >= 0 && !mayHold(slots.length, common, cluster, shapes)) return undefined;
    const bound: [node: number, shape: number, devices: number][] = [];
    // Where the last member found no room, one of the same shape will find none either.
    let from = 0;
    for (const [member, slot] of slots.entries()) {
      const shape = pods.shape[slot];
      let node = this.nodes[member] ?? from;
      if (!cluster.fits(node, shape, shapes)) node = from;
      while (node < cluster.count && !cluster.fits(node, shape, shapes)) node++;
      if (node === cluster.count) break;
      if (common >= 0 && this.nodes[member] === undefined) from = node;
      const devices = cluster.bestFitDevices(node, shape, shapes);
      cluster.bind(node, shape, devices, shapes);
      bound.push([node, shape, devices]);
    }
    for (const [node, shape, devices] of bound) cluster.release(node, shape, devices, shapes);
    return bound.length === slots.length ? bound.map(([node]) => node) : undefined;
  }
}
