import { durationMeanUs } from '../duration-spec.ts';
import type { NodeSpec } from '../node-spec.ts';
import type { FleetNode, FleetPod, FleetView, NodeGroupView } from '../scaling/node-policy.ts';
import type { Replica } from '../services/replica.ts';
import { whyBarred } from '../shapes.ts';
import type { JobControl } from './job-control.ts';
import type { NodeOrders } from './node-orders.ts';
import { roomFor } from './room-for.ts';
import type { World } from './world.ts';

/** What a node policy sees of the fleet: what the control plane knows, and no more. */
export class FleetSight {
  private readonly world: World;
  private readonly orders: NodeOrders;
  private readonly jobs: JobControl;
  private readonly bootMeanUs: number[];
  /** What was seen of each node last; the same object as long as nothing about it changes. */
  private readonly seenOf: (FleetNode | undefined)[] = [];

  constructor(world: World, orders: NodeOrders, jobs: JobControl) {
    this.world = world;
    this.orders = orders;
    this.jobs = jobs;
    this.bootMeanUs = world.spec.groups.map((group) => durationMeanUs(group.boot));
  }

  view(): FleetView {
    const { world } = this;
    const { simulation, nodes } = world;
    const { cluster } = simulation;
    const seen: FleetNode[] = [];
    const mayDisrupt = world.spec.services.map((_, service) => world.mayDisrupt(service));
    for (let node = 0; node < nodes.count; node++) {
      if (nodes.bought[node] === 0) continue;
      seen.push(this.nodeOf(node, mayDisrupt));
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

  private nodeOf(node: number, mayDisrupt: readonly boolean[]): FleetNode {
    const { nodes, simulation } = this.world;
    const { cluster } = simulation;
    const cpuFreeMilli = cluster.cpuFreeMilli[node];
    const memFreeBytes = cluster.memFreeBytes[node];
    const state = this.stateOf(node);
    const sinceUs = nodes.coming[node] === 1 ? nodes.orderedUs[node] : nodes.readyUs[node];
    const before = this.seenOf[node];
    const pods = this.podsOn(node, mayDisrupt, before?.pods);
    if (
      before?.pods === pods &&
      before.cpuFreeMilli === cpuFreeMilli &&
      before.memFreeBytes === memFreeBytes &&
      before.state === state &&
      before.sinceUs === sinceUs
    )
      return before;
    const now: FleetNode = {
      id: node,
      name: nodes.places[node].name,
      group: nodes.group[node],
      spec: nodes.specs[node],
      cpuFreeMilli,
      memFreeBytes,
      state,
      sinceUs,
      pods,
    };
    this.seenOf[node] = now;
    return now;
  }

  private fitsTemplate(pod: FleetPod, group: number): boolean {
    const { nodes, spec } = this.world;
    const { max, zones } = spec.groups[group];
    const first = nodes.firstOfGroup[group];
    // Machines of a group are alike but for their zones, which are dealt to them in turn: one of each stands for all.
    const alike = Math.max(1, zones.length);
    for (let at = 0; at < Math.min(alike, max); at++)
      if (this.fitsEmpty(pod, nodes.specs[first + at]) && this.mayCome(first + at, first + max, alike)) return true;
    return false;
  }

  /** Whether one of the nodes from `from` to before `to`, `every` apart, can be bought or is on its way. */
  private mayCome(from: number, to: number, every: number): boolean {
    for (let node = from; node < to; node += every)
      if (this.world.nodes.coming[node] === 1 || this.orders.isFree(node)) return true;
    return false;
  }

  private fitsEmpty(pod: FleetPod, machine: NodeSpec): boolean {
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

  /** The pods on a node; `before`, if those are still the same. */
  private podsOn(
    node: number,
    mayDisrupt: readonly boolean[],
    before: readonly FleetPod[] | undefined,
  ): readonly FleetPod[] {
    const { world, jobs } = this;
    const { pods, shapes } = world.simulation;
    const replicas = world.onNode[node];
    if (before?.length === replicas.length && jobs.onNode[node].length === 0) {
      let same = 0;
      while (same < replicas.length && before[same] === this.podOf(replicas[same], mayDisrupt[replicas[same].service]))
        same++;
      if (same === replicas.length) return before;
    }
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
    const { pods, shapes, ledger } = world.simulation;
    const pending: FleetPod[] = [];
    if (ledger.counts.pending === 0) return pending;
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
