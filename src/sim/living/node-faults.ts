import type { RandomStream } from '../random.ts';
import { detectionTimes, heardAgainUs } from '../weather/detection-times.ts';
import { NODE_ENDPOINTS_EVENT, NODE_EVICT_EVENT, NODE_HEARD_EVENT, NODE_LOST_EVENT, RANK } from './event-kinds.ts';
import type { JobControl } from './job-control.ts';
import type { NodeOrders } from './node-orders.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/** Machines that stop or cannot be reached, what the control plane notices of it, and what it does then. */
export class NodeFaults {
  private readonly world: World;
  private readonly orders: NodeOrders;
  private readonly replicas: ReplicaControl;
  private readonly jobs: JobControl;
  /** Where each node's heartbeat and the monitor stand, in [0, 1). */
  private readonly heartbeats: Float64Array;
  private readonly monitor: number;
  private readonly detection: RandomStream[];

  constructor(world: World, orders: NodeOrders, replicas: ReplicaControl, jobs: JobControl) {
    this.world = world;
    this.orders = orders;
    this.replicas = replicas;
    this.jobs = jobs;
    const streamOf = (node: number): RandomStream => world.streams(`detection/${world.nodes.places[node].name}`);
    this.detection = Array.from({ length: world.nodes.count }, (_, node) => streamOf(node));
    this.heartbeats = Float64Array.from(this.detection, (draws) => draws.fine());
    this.monitor = world.streams('detection/monitor').fine();
  }

  /** The machine stops. What the control plane will notice, and when, is reckoned now. */
  goDown(node: number, cause: string): void {
    const { world } = this;
    const { nodes } = world;
    if (nodes.down[node] === 1) return;
    nodes.down[node] = 1;
    nodes.heardAtUs[node] = Number.NaN;
    if (nodes.bought[node] === 0 || nodes.coming[node] === 1) return;
    this.orders.note(node, 'down');
    world.happened('node-down', this.orders.nameOf(node), cause);
    this.replicas.startUp.pulls.interrupt(node);
    for (const replica of world.onNode[node].slice()) this.replicas.die(replica);
    this.jobs.halt(node);
    this.planDetection(node);
  }

  comeUp(node: number, cause: string): void {
    const { world } = this;
    const { nodes } = world;
    if (nodes.down[node] === 0) return;
    nodes.down[node] = 0;
    if (nodes.bought[node] === 0) return;
    if (nodes.coming[node] === 1) {
      this.orders.joinLate(node);
      return;
    }
    this.orders.note(node, 'up');
    world.happened('node-up', this.orders.nameOf(node), `works again after: ${cause}`);
    // Processes are gone with the reboot: replicas start anew in place, jobs (once the node is heard) from their beginning.
    for (const replica of world.onNode[node].slice()) this.replicas.revive(replica);
    if (nodes.cutOff[node] === 0) this.heard(node);
  }

  cutOff(node: number, on: boolean, cause: string): void {
    const { world } = this;
    const { nodes } = world;
    if ((nodes.cutOff[node] === 1) === on) return;
    nodes.cutOff[node] = on ? 1 : 0;
    nodes.heardAtUs[node] = Number.NaN;
    if (nodes.bought[node] === 0) return;
    if (nodes.coming[node] === 1) {
      if (!on && nodes.down[node] === 0) this.orders.joinLate(node);
      return;
    }
    world.happened(on ? 'node-cut-off' : 'node-back', this.orders.nameOf(node), cause);
    for (const replica of world.onNode[node])
      if (replica.endpoint >= 0 && replica.state !== 'dead') world.requests.setReachable(replica.endpoint, !on);
    if (on) this.planDetection(node);
    else if (nodes.down[node] === 0) this.planHeard(node);
  }

  /** The network is whole: the node's next heartbeat will come through. */
  private planHeard(node: number): void {
    const { world } = this;
    const phase = { heartbeat: this.heartbeats[node], monitor: this.monitor, interval: 0, eviction: 0, endpoints: 0 };
    const heardUs = heardAgainUs(world.spec.detection, world.nowUs, phase);
    if (heardUs === world.nowUs) this.heard(node);
    else {
      world.nodes.heardAtUs[node] = heardUs;
      this.plan(heardUs, NODE_HEARD_EVENT, node);
    }
  }

  /** That heartbeat has come. */
  heardAgain(node: number): void {
    if (this.world.nodes.heardAtUs[node] === this.world.nowUs) this.heard(node);
  }

  /** The control plane is there again, and hears all nodes that speak. */
  hearAll(): void {
    const { nodes } = this.world;
    for (let node = 0; node < nodes.count; node++) if (nodes.works(node)) this.heard(node);
  }

  /** The control plane hears from the node again, unless it is away itself. */
  private heard(node: number): void {
    const { world } = this;
    const { nodes } = world;
    nodes.lostAtUs[node] = Number.NaN;
    nodes.evictAtUs[node] = Number.NaN;
    nodes.endpointsAtUs[node] = Number.NaN;
    nodes.heardAtUs[node] = Number.NaN;
    if (world.controlPlaneDown) return;
    nodes.lost[node] = 0;
    for (const replica of world.onNode[node].slice())
      if (Number.isNaN(replica.unreadySinceUs)) this.replicas.setInRotation(replica, true);
    this.jobs.evictHalted(node);
    this.orders.sync(node);
  }

  private planDetection(node: number): void {
    const { world } = this;
    const { nodes } = world;
    if (!Number.isNaN(nodes.lostAtUs[node]) || nodes.lost[node] === 1) return;
    const draws = this.detection[node];
    const times = detectionTimes(world.spec.detection, world.nowUs, {
      heartbeat: this.heartbeats[node],
      monitor: this.monitor,
      interval: draws.fine(),
      eviction: draws.fine(),
      endpoints: draws.fine(),
    });
    nodes.lostAtUs[node] = times.lostUs;
    nodes.evictAtUs[node] = times.evictedUs;
    nodes.endpointsAtUs[node] = times.endpointsUs;
    this.plan(times.lostUs, NODE_LOST_EVENT, node);
    this.plan(times.evictedUs, NODE_EVICT_EVENT, node);
    this.plan(times.endpointsUs, NODE_ENDPOINTS_EVENT, node);
  }

  private plan(timeUs: number, kind: number, node: number): void {
    if (timeUs !== Infinity) this.world.simulation.schedule(timeUs, RANK.timer, kind, node);
  }

  /** What was planned for the node, and missed, is due at this moment. */
  dueNow(kind: number, node: number): void {
    const { nodes, nowUs } = this.world;
    const due = (plan: Float64Array): void => {
      if (plan[node] <= nowUs) plan[node] = nowUs;
    };
    if (kind === NODE_LOST_EVENT) due(nodes.lostAtUs);
    if (kind === NODE_EVICT_EVENT) due(nodes.evictAtUs);
    if (kind === NODE_ENDPOINTS_EVENT) due(nodes.endpointsAtUs);
  }

  /** Whether the event is the one that is planned; a heartbeat of the same instant comes before it. */
  private isDue(planUs: Float64Array, node: number): boolean {
    const { nodes, nowUs } = this.world;
    return planUs[node] === nowUs && nodes.heardAtUs[node] !== nowUs;
  }

  lost(node: number): void {
    const { nodes } = this.world;
    if (!this.isDue(nodes.lostAtUs, node)) return;
    nodes.lost[node] = 1;
    this.orders.note(node, 'lost');
    this.world.happened('node-lost', this.orders.nameOf(node), 'the control plane has not heard from it for too long');
    this.orders.sync(node);
  }

  endpointsGone(node: number): void {
    const { world } = this;
    if (!this.isDue(world.nodes.endpointsAtUs, node)) return;
    for (const replica of world.onNode[node].slice()) {
      if (replica.state === 'dead' && replica.endpoint >= 0) world.requests.setWeight(replica.endpoint, 0);
      replica.wasReady = false;
      this.replicas.setInRotation(replica, false);
    }
  }

  evict(node: number): void {
    const { world } = this;
    if (!this.isDue(world.nodes.evictAtUs, node)) return;
    const replicas = [...world.onNode[node]];
    const jobs = this.jobs.onNode[node].length;
    this.orders.note(node, 'evicted');
    world.happened(
      'evicted',
      this.orders.nameOf(node),
      `${replicas.length} replicas and ${jobs} jobs are started elsewhere`,
    );
    for (const replica of replicas) this.replicas.vanish(replica, 'evict');
    this.jobs.evictAll(node);
  }
}
