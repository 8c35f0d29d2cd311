import { durationSampler, type DurationSampler } from '../duration-spec.ts';
import { NODE } from '../journal.ts';
import { NODE_BOOTED_EVENT, RANK } from './event-kinds.ts';
import type { World } from './world.ts';

/** Codes of what befalls nodes, for the fingerprint. */
export const NODE_NOTES = {
  ordered: 0,
  ready: 1,
  down: 2,
  up: 3,
  lost: 4,
  evicted: 5,
  drained: 6,
  returned: 7,
} as const;

/** Which machines there are: ordered, booted, and given back. And whether the scheduler may use them. */
export class NodeOrders {
  private readonly world: World;
  private readonly boot: DurationSampler[];
  /** Machines that each group should have. */
  readonly target: number[];
  /** 1: the cloud has no such machine at the moment. */
  readonly soldOut: Uint8Array;
  /** Told when a machine starts to cost and when it stops. */
  onBought: (node: number, bought: boolean) => void = () => {};

  constructor(world: World) {
    this.world = world;
    this.boot = world.spec.groups.map((group) => durationSampler(group.boot, world.streams(`node-boot/${group.name}`)));
    this.soldOut = new Uint8Array(world.nodes.count);
    this.target = world.spec.groups.map((group) => group.initial);
  }

  /** The machines that are there at the start, ready at once; the rest take no pods. */
  begin(): void {
    const { world } = this;
    const { nodes } = world;
    for (let node = 0; node < nodes.count; node++) {
      const group = nodes.group[node];
      if (node - nodes.firstOfGroup[group] < world.spec.groups[group].initial) {
        nodes.bought[node] = 1;
        nodes.orderedUs[node] = 0;
        nodes.readyUs[node] = 0;
        this.onBought(node, true);
      }
      this.sync(node);
    }
  }

  /** Tells the scheduler whether the node takes pods. */
  sync(node: number): void {
    const takes = this.world.nodes.takesPods(node) && !this.world.controlPlaneDown;
    this.world.simulation.setReady(node, takes);
  }

  syncAll(): void {
    for (let node = 0; node < this.world.nodes.count; node++) this.sync(node);
  }

  /** Machines of the group that are there or on their way, and will stay. */
  sizeOf(group: number): number {
    const { bought, leaving, doomed } = this.world.nodes;
    return this.count(group, (node) => bought[node] === 1 && leaving[node] === 0 && doomed[node] === 0);
  }

  /** Machines that the cloud would give the group now. */
  availableIn(group: number): number {
    return this.count(group, (node) => this.isFree(node));
  }

  /** Orders machines until each group has as many as it should, as far as the cloud has them. */
  order(): void {
    this.target.forEach((target, group) => {
      for (let missing = target - this.sizeOf(group); missing > 0; missing--) if (!this.orderOne(group)) return;
    });
  }

  private orderOne(group: number): boolean {
    const { world } = this;
    const { nodes } = world;
    const end = nodes.firstOfGroup[group] + world.spec.groups[group].max;
    for (let node = nodes.firstOfGroup[group]; node < end; node++) {
      if (!this.isFree(node)) continue;
      nodes.bought[node] = 1;
      nodes.coming[node] = 1;
      nodes.orderedUs[node] = world.nowUs;
      nodes.bootedAtUs[node] = world.nowUs + Math.max(1, Math.round(this.boot[group]()));
      world.counts.nodesBought++;
      this.note(node, 'ordered');
      this.onBought(node, true);
      world.simulation.schedule(nodes.bootedAtUs[node], RANK.timer, NODE_BOOTED_EVENT, node);
      return true;
    }
    return false;
  }

  booted(node: number): void {
    const { world } = this;
    const { nodes } = world;
    if (nodes.bootedAtUs[node] !== world.nowUs || nodes.coming[node] === 0) return;
    // A machine whose place lies down, or that nobody can reach, goes on booting until that is over.
    if (nodes.down[node] === 1 || nodes.cutOff[node] === 1) return;
    nodes.coming[node] = 0;
    nodes.readyUs[node] = world.nowUs;
    this.note(node, 'ready');
    world.happened('node-ready', this.nameOf(node), 'booted and takes pods');
    this.sync(node);
  }

  /** What kept a machine from joining is over: it joins now, if it has booted. */
  joinLate(node: number): void {
    const { nodes, nowUs } = this.world;
    if (nodes.coming[node] === 0 || nodes.bootedAtUs[node] >= nowUs) return;
    nodes.bootedAtUs[node] = nowUs;
    this.booted(node);
  }

  /** The machine, empty by now, is the cloud's again. */
  giveBack(node: number): void {
    const { nodes } = this.world;
    nodes.bought[node] = 0;
    nodes.coming[node] = 0;
    nodes.leaving[node] = 0;
    nodes.cordoned[node] = 0;
    nodes.lost[node] = 0;
    nodes.lostAtUs[node] = Number.NaN;
    nodes.evictAtUs[node] = Number.NaN;
    nodes.endpointsAtUs[node] = Number.NaN;
    nodes.heardAtUs[node] = Number.NaN;
    nodes.readyUs[node] = -1;
    this.note(node, 'returned');
    this.onBought(node, false);
    this.sync(node);
  }

  nameOf(node: number): string {
    return this.world.nodes.places[node].name;
  }

  note(node: number, what: keyof typeof NODE_NOTES): void {
    this.world.simulation.note(NODE, node, NODE_NOTES[what]);
  }

  /** Whether the cloud would sell this machine now. */
  isFree(node: number): boolean {
    const { nodes } = this.world;
    return (
      nodes.bought[node] === 0 &&
      this.soldOut[node] === 0 &&
      nodes.doomed[node] === 0 &&
      nodes.down[node] === 0 &&
      nodes.cutOff[node] === 0
    );
  }

  private count(group: number, holds: (node: number) => boolean): number {
    const { nodes, spec } = this.world;
    let count = 0;
    const end = nodes.firstOfGroup[group] + spec.groups[group].max;
    for (let node = nodes.firstOfGroup[group]; node < end; node++) if (holds(node)) count++;
    return count;
  }
}
