import { durationMeanUs } from '../duration-spec.ts';
import { DECIDE } from '../journal.ts';
import type {
  FleetNode,
  FleetPod,
  FleetView,
  NodeDecision,
  NodeGroupView,
  NodeScaler,
} from '../scaling/node-policy.ts';
import type { Replica } from '../services/replica.ts';
import { whyBarred } from '../shapes.ts';
import { FLEET_EVENT, RANK } from './event-kinds.ts';
import type { JobControl } from './job-control.ts';
import type { NodeDrains } from './node-drains.ts';
import type { NodeOrders } from './node-orders.ts';
import { roomFor } from './room-for.ts';
import type { World } from './world.ts';

interface Replacement {
  readonly group: number;
  readonly old: readonly number[];
  readonly fresh: readonly number[];
  readonly why: string;
}

/** Shows the fleet to the node policy and carries out what it decides. */
export class FleetControl {
  private readonly world: World;
  private readonly orders: NodeOrders;
  private readonly drains: NodeDrains;
  private readonly jobs: JobControl;
  private readonly scaler: NodeScaler;
  private readonly bootMeanUs: number[];
  /** Machines that go when those that were ordered for them are ready. */
  private replacements: Replacement[] = [];
  private plannedUs = Infinity;
  private lastUs = -Infinity;

  constructor(world: World, orders: NodeOrders, drains: NodeDrains, jobs: JobControl) {
    this.world = world;
    this.orders = orders;
    this.drains = drains;
    this.jobs = jobs;
    this.scaler = world.spec.nodes.make({ random: world.streams('nodes') });
    this.bootMeanUs = world.spec.groups.map((group) => durationMeanUs(group.boot));
  }

  begin(): void {
    this.planAt(this.world.nowUs + this.world.spec.nodes.periodUs);
  }

  /** A pod has found no room: the policy is asked soon, if it wishes so. */
  pending(): void {
    const { onPendingUs } = this.world.spec.nodes;
    if (onPendingUs === undefined) return;
    this.planAt(Math.max(this.world.nowUs + onPendingUs, this.lastUs + onPendingUs));
  }

  decide(): void {
    const { world } = this;
    if (world.nowUs !== this.plannedUs) return;
    this.plannedUs = Infinity;
    this.lastUs = world.nowUs;
    this.planAt(world.nowUs + world.spec.nodes.periodUs);
    if (world.controlPlaneDown) return;
    this.finishReplacements();
    for (const decision of this.scaler.decide(this.view())) this.carryOut(decision);
    this.orders.order();
    const wakeUs = this.scaler.wakeUs?.() ?? Infinity;
    if (wakeUs !== Infinity) this.planAt(Math.max(wakeUs, world.nowUs + 1));
  }

  private planAt(timeUs: number): void {
    if (timeUs >= this.plannedUs || timeUs === Infinity) return;
    this.plannedUs = timeUs;
    this.world.simulation.schedule(timeUs, RANK.decision, FLEET_EVENT, 0);
  }

  private carryOut(decision: NodeDecision): void {
    switch (decision.kind) {
      case 'add':
        this.add(decision.group, decision.count, decision.why);
        return;
      case 'remove':
        this.remove(decision.node, decision.why);
        return;
      case 'replace': {
        const before = this.bought(decision.group);
        const ordered = this.add(decision.group, decision.count, decision.why);
        const fresh = this.bought(decision.group).filter((node) => !before.includes(node));
        // Where the cloud has too few, the old ones stay.
        if (ordered === decision.count)
          this.replacements.push({ group: decision.group, old: decision.nodes, fresh, why: decision.why });
        return;
      }
      default:
        decision satisfies never;
    }
  }

  private add(group: number, count: number, why: string): number {
    const { world, orders } = this;
    const { name, max } = world.spec.groups[group];
    const size = orders.sizeOf(group);
    const wanted = Math.min(count, max - size, orders.availableIn(group));
    const limitedBy =
      wanted < count
        ? `the group may have ${max}, has ${size}, and the cloud has ${orders.availableIn(group)} more`
        : undefined;
    if (wanted <= 0) return 0;
    this.say(name, `${size} -> ${size + wanted} nodes`, why, limitedBy);
    orders.target[group] = size + wanted;
    orders.order();
    return wanted;
  }

  private remove(node: number, why: string): void {
    const { world } = this;
    if (world.nodes.bought[node] === 0 || world.nodes.leaving[node] === 1) return;
    const group = world.nodes.group[node];
    const { name, min } = world.spec.groups[group];
    if (world.nodes.doomed[node] === 0 && this.orders.sizeOf(group) <= min) {
      this.say(world.nodes.places[node].name, 'stays', why, `group ${name} keeps at least ${min}`);
      return;
    }
    this.say(world.nodes.places[node].name, 'drained and given back', why);
    this.drains.release(node, why);
  }

  private finishReplacements(): void {
    const { nodes } = this.world;
    this.replacements = this.replacements.filter((one) => {
      // Those that were ordered for it and are gone again replace nothing.
      if (one.fresh.some((node) => nodes.bought[node] === 0)) return false;
      const areReady = one.fresh.every((node) => nodes.takesPods(node));
      if (areReady) for (const node of one.old) this.remove(node, one.why);
      return !areReady;
    });
  }

  private say(about: string, what: string, why: string, limitedBy?: string): void {
    const { world } = this;
    world.counts.scalingActions++;
    world.simulation.note(DECIDE, -1, world.decisions.length);
    world.decided({
      by: 'nodes',
      policy: world.spec.nodes.name,
      about,
      what,
      why,
      ...(limitedBy !== undefined && { limitedBy }),
    });
  }

  private bought(group: number): number[] {
    const { nodes, spec } = this.world;
    const found: number[] = [];
    const end = nodes.firstOfGroup[group] + spec.groups[group].max;
    for (let node = nodes.firstOfGroup[group]; node < end; node++) if (nodes.bought[node] === 1) found.push(node);
    return found;
  }

  private view(): FleetView {
    const { world } = this;
    const { simulation, nodes } = world;
    const { cluster } = simulation;
    const seen: FleetNode[] = [];
    const mayDisrupt = world.spec.services.map((_, service) => world.mayDisrupt(service));
    for (let node = 0; node < nodes.count; node++) {
      if (nodes.bought[node] === 0) continue;
      seen.push({
        id: node,
        name: nodes.places[node].name,
        group: nodes.group[node],
        spec: nodes.specs[node],
        cpuFreeMilli: cluster.cpuFreeMilli[node],
        memFreeBytes: cluster.memFreeBytes[node],
        state: this.stateOf(node),
        sinceUs: nodes.coming[node] === 1 ? nodes.orderedUs[node] : nodes.readyUs[node],
        pods: this.podsOn(node, mayDisrupt),
      });
    }
    const groups = world.spec.groups.map((group, k): NodeGroupView => ({
      name: group.name,
      template: group.template,
      zone: group.zones.length === 1 ? group.zones[0] : '',
      min: group.min,
      max: group.max,
      size: this.orders.sizeOf(k),
      upcoming: seen.filter((node) => node.group === k && node.state === 'coming').length,
      usdPerHour: group.usdPerHour,
      spot: group.spot,
      available: Math.min(group.max - this.orders.sizeOf(k), this.orders.availableIn(k)),
      bootMeanUs: this.bootMeanUs[k],
    }));
    return {
      nowUs: world.nowUs,
      groups,
      nodes: seen,
      pending: this.pendingPods(),
      fitsTemplate: (pod, group) => this.fitsTemplate(pod, group),
      fitsNode: (pod, node) =>
        whyBarred(pod.request, node.spec) === undefined &&
        node.state === 'ready' &&
        cluster.podRoom[node.id] > 0 &&
        roomFor(pod.request, {
          cpuMilli: cluster.cpuFreeMilli[node.id],
          memBytes: cluster.memFreeBytes[node.id],
          storageBytes: cluster.storageFreeBytes[node.id],
          gpusWholeFree: cluster.gpuWholeFree[node.id],
          extended: (name) => cluster.extendedFree[cluster.extendedNames.indexOf(name)]?.[node.id] ?? 0,
        }),
    };
  }

  private fitsTemplate(pod: FleetPod, group: number): boolean {
    const { nodes, spec } = this.world;
    // All machines of a group are alike but for their zone, so the first stands for all.
    const first = nodes.firstOfGroup[group];
    if (spec.groups[group].max === 0) return false;
    const machine = nodes.specs[first];
    return (
      whyBarred(pod.request, machine) === undefined &&
      roomFor(pod.request, {
        cpuMilli: machine.cpuMilli,
        memBytes: machine.memBytes,
        storageBytes: machine.storageBytes ?? 0,
        gpusWholeFree: machine.gpuCount ?? 0,
        extended: (name) => machine.extended?.[name] ?? 0,
      })
    );
  }

  private stateOf(node: number): FleetNode['state'] {
    const { nodes } = this.world;
    if (nodes.coming[node] === 1) return 'coming';
    if (nodes.leaving[node] === 1 || nodes.cordoned[node] === 1 || nodes.doomed[node] === 1) return 'leaving';
    return nodes.lost[node] === 1 ? 'unready' : 'ready';
  }

  private podsOn(node: number, mayDisrupt: readonly boolean[]): FleetPod[] {
    const { world, jobs } = this;
    const { pods, shapes } = world.simulation;
    const seen: FleetPod[] = [];
    for (const replica of world.onNode[node]) seen.push(this.podOf(replica, mayDisrupt[replica.service]));
    for (const slot of jobs.onNode[node])
      seen.push({
        id: pods.number[slot],
        request: shapes.requests[pods.shape[slot]],
        owner: pods.userNames[pods.user[slot]],
        priority: pods.priority[slot],
        sinceUs: pods.startsUs[slot],
        movable: jobs.isMovable(slot),
      });
    return seen;
  }

  /** A replica's pod; the same object as long as nothing about it changes. */
  private podOf(replica: Replica, mayDisrupt: boolean): FleetPod {
    const { world } = this;
    const movable = mayDisrupt || !world.seemsReady(replica);
    const { fleetPod } = replica;
    if (fleetPod !== undefined && fleetPod.movable === movable && fleetPod.request === replica.request) return fleetPod;
    const { name, priority } = world.spec.services[replica.service];
    replica.fleetPod = {
      id: world.simulation.pods.number[replica.slot],
      request: replica.request,
      owner: name,
      priority,
      sinceUs: replica.placedUs,
      movable,
    };
    return replica.fleetPod;
  }

  private pendingPods(): FleetPod[] {
    const { world } = this;
    const { pods, shapes } = world.simulation;
    const pending: FleetPod[] = [];
    for (const slot of pods.slots()) {
      if (pods.node[slot] >= 0 || !pods.isQueued(slot)) continue;
      pending.push({
        id: pods.number[slot],
        request: shapes.requests[pods.shape[slot]],
        owner: pods.userNames[pods.user[slot]],
        priority: pods.priority[slot],
        sinceUs: pods.arrivesUs[slot],
        movable: true,
      });
    }
    return pending.sort((one, other) => one.id - other.id);
  }
}
