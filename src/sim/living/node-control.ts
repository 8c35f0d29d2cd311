import { durationSampler, type DurationSampler } from '../duration-spec.ts';
import { NODE } from '../journal.ts';
import type { RandomStream } from '../random.ts';
import type { Replica } from '../services/replica.ts';
import { seconds } from '../time.ts';
import { detectionTimes } from '../weather/detection-times.ts';
import {
  NODE_BOOTED_EVENT,
  NODE_DRAIN_EVENT,
  NODE_ENDPOINTS_EVENT,
  NODE_EVICT_EVENT,
  NODE_LOST_EVENT,
  RANK,
} from './event-kinds.ts';
import type { JobControl } from './job-control.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/** How often an eviction that a disruption budget forbade is tried again (kubectl drain: 5 s). */
const DRAIN_AGAIN_US = seconds(5);

/** Codes of what befalls nodes, for the fingerprint. */
const NOTED = { ordered: 0, ready: 1, down: 2, up: 3, lost: 4, evicted: 5, drained: 6, returned: 7 } as const;

/** What happens to machines: they are bought, boot, break, are given up, emptied and given back. */
export class NodeControl {
  private readonly world: World;
  private readonly replicas: ReplicaControl;
  private readonly jobs: JobControl;
  private readonly boot: DurationSampler[];
  /** Where each node's heartbeat and the monitor stand, in [0, 1). */
  private readonly heartbeats: Float64Array;
  private readonly monitor: number;
  private readonly detection: RandomStream[];
  /** Whether the drain that goes on ignores disruption budgets and evicts what cannot be started again. */
  private readonly forced: Uint8Array;
  /** Machines that each group should have. */
  readonly target: number[];
  /** 1: the cloud has no such machine at the moment. */
  readonly soldOut: Uint8Array;
  /** Told when a machine starts to cost and when it stops. */
  onBought: (node: number, bought: boolean) => void = () => {};

  constructor(world: World, replicas: ReplicaControl, jobs: JobControl) {
    this.world = world;
    this.replicas = replicas;
    this.jobs = jobs;
    this.boot = world.spec.groups.map((group) => durationSampler(group.boot, world.streams(`node-boot/${group.name}`)));
    const streamOf = (node: number): RandomStream => world.streams(`detection/${world.nodes.places[node].name}`);
    this.detection = Array.from({ length: world.nodes.count }, (_, node) => streamOf(node));
    this.heartbeats = Float64Array.from(this.detection, (draws) => draws.fine());
    this.monitor = world.streams('detection/monitor').fine();
    this.forced = new Uint8Array(world.nodes.count);
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
      this.note(node, NOTED.ordered);
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
    // A machine whose place lies down goes on booting until it is up again.
    if (nodes.down[node] === 1) return;
    nodes.coming[node] = 0;
    nodes.readyUs[node] = world.nowUs;
    this.note(node, NOTED.ready);
    world.happened('node-ready', this.nameOf(node), 'booted and takes pods');
    this.sync(node);
  }

  /** The machine stops. What the control plane will notice, and when, is reckoned now. */
  goDown(node: number, cause: string): void {
    const { world } = this;
    const { nodes } = world;
    nodes.down[node] = 1;
    if (nodes.bought[node] === 0 || nodes.coming[node] === 1) return;
    this.note(node, NOTED.down);
    world.happened('node-down', this.nameOf(node), cause);
    for (const replica of [...world.onNode[node]]) this.replicas.die(replica);
    for (const slot of this.jobs.onNode[node]) world.simulation.hold(slot);
    this.planDetection(node);
  }

  comeUp(node: number, cause: string): void {
    const { world } = this;
    const { nodes } = world;
    nodes.down[node] = 0;
    if (nodes.bought[node] === 0) return;
    if (nodes.coming[node] === 1) {
      if (nodes.bootedAtUs[node] < world.nowUs) {
        nodes.bootedAtUs[node] = world.nowUs;
        this.booted(node);
      }
      return;
    }
    this.note(node, NOTED.up);
    world.happened('node-up', this.nameOf(node), cause);
    // Processes are gone with the reboot: replicas start anew in place, jobs from their beginning.
    for (const replica of [...world.onNode[node]]) this.replicas.revive(replica);
    this.jobs.evictAll(node);
    this.heard(node);
  }

  cutOff(node: number, on: boolean, cause: string): void {
    const { world } = this;
    world.nodes.cutOff[node] = on ? 1 : 0;
    if (world.nodes.bought[node] === 0 || world.nodes.coming[node] === 1) return;
    world.happened(on ? 'node-cut-off' : 'node-back', this.nameOf(node), cause);
    for (const replica of world.onNode[node])
      if (replica.endpoint >= 0 && replica.state !== 'dead') world.requests.setReachable(replica.endpoint, !on);
    if (on) this.planDetection(node);
    else if (world.nodes.down[node] === 0) this.heard(node);
  }

  /** The control plane hears from the node again. */
  private heard(node: number): void {
    const { nodes } = this.world;
    nodes.lostAtUs[node] = Number.NaN;
    nodes.evictAtUs[node] = Number.NaN;
    nodes.endpointsAtUs[node] = Number.NaN;
    nodes.lost[node] = 0;
    for (const replica of [...this.world.onNode[node]]) this.replicas.setInRotation(replica, true);
    this.sync(node);
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

  lost(node: number): void {
    const { nodes } = this.world;
    if (nodes.lostAtUs[node] !== this.world.nowUs) return;
    nodes.lost[node] = 1;
    this.note(node, NOTED.lost);
    this.world.happened('node-lost', this.nameOf(node), 'the control plane has not heard from it for too long');
    this.sync(node);
  }

  endpointsGone(node: number): void {
    const { world } = this;
    if (world.nodes.endpointsAtUs[node] !== world.nowUs) return;
    for (const replica of [...world.onNode[node]]) {
      if (replica.state === 'dead' && replica.endpoint >= 0) world.requests.setWeight(replica.endpoint, 0);
      this.replicas.setInRotation(replica, false);
    }
  }

  evict(node: number): void {
    const { world } = this;
    if (world.nodes.evictAtUs[node] !== world.nowUs) return;
    const replicas = [...world.onNode[node]];
    const jobs = this.jobs.onNode[node].length;
    this.note(node, NOTED.evicted);
    world.happened('evicted', this.nameOf(node), `${replicas.length} replicas and ${jobs} jobs are started elsewhere`);
    for (const replica of replicas) this.replicas.vanish(replica, 'evict');
    this.jobs.evictAll(node);
  }

  /** Takes no more pods and sends away those it has; `force`: budgets or not. */
  drain(node: number, cause: string, force: boolean): void {
    const { world } = this;
    world.nodes.cordoned[node] = 1;
    this.forced[node] = force ? 1 : 0;
    if (world.nodes.bought[node] === 0) return;
    world.happened('drain', this.nameOf(node), cause);
    this.sync(node);
    this.drainStep(node);
  }

  uncordon(node: number): void {
    const { nodes } = this.world;
    if (nodes.leaving[node] === 1) return;
    nodes.cordoned[node] = 0;
    this.sync(node);
  }

  drainStep(node: number): void {
    const { world, jobs } = this;
    const { nodes } = world;
    if (nodes.cordoned[node] === 0 || nodes.bought[node] === 0) return;
    const force = this.forced[node] === 1;
    for (const replica of [...world.onNode[node]]) if (replica.counts) this.sendAway(replica, force);
    for (const slot of [...jobs.onNode[node]]) if (force || jobs.isMovable(slot)) jobs.evict(slot);
    const isEmpty = world.onNode[node].length === 0 && jobs.onNode[node].length === 0;
    if (!isEmpty) world.simulation.schedule(world.nowUs + DRAIN_AGAIN_US, RANK.timer, NODE_DRAIN_EVENT, node);
    else if (nodes.leaving[node] === 1) this.giveBack(node);
  }

  private sendAway(replica: Replica, force: boolean): void {
    const { world } = this;
    const disrupts = replica.state === 'ready';
    if (disrupts && !force && !world.mayDisrupt(replica.service)) return;
    world.counts.evictions++;
    world.evictionsOf[replica.service]++;
    this.replicas.stop(replica);
  }

  /** The autoscaler wants the machine gone. */
  release(node: number, why: string): void {
    const { nodes } = this.world;
    if (nodes.bought[node] === 0 || nodes.leaving[node] === 1) return;
    this.target[nodes.group[node]]--;
    nodes.leaving[node] = 1;
    if (nodes.coming[node] === 1) this.giveBack(node);
    else this.drain(node, why, false);
  }

  spotNotice(node: number, takenUs: number, cause: string): void {
    const { world } = this;
    if (world.nodes.bought[node] === 0) return;
    world.nodes.doomed[node] = 1;
    world.happened('spot-notice', this.nameOf(node), `${cause}; taken in ${(takenUs - world.nowUs) / 1e6} s`);
    this.drain(node, 'the cloud will take it', true);
  }

  /** The cloud takes the machine; its group orders another. */
  spotTaken(node: number, cause: string): void {
    const { world } = this;
    if (world.nodes.bought[node] === 0) return;
    world.happened('spot-taken', this.nameOf(node), cause);
    for (const replica of [...world.onNode[node]]) this.replicas.vanish(replica, 'evict');
    this.jobs.evictAll(node);
    this.giveBack(node);
    this.order();
  }

  private giveBack(node: number): void {
    const { nodes } = this.world;
    nodes.bought[node] = 0;
    nodes.coming[node] = 0;
    nodes.leaving[node] = 0;
    nodes.cordoned[node] = 0;
    nodes.doomed[node] = 0;
    nodes.lost[node] = 0;
    nodes.lostAtUs[node] = Number.NaN;
    nodes.evictAtUs[node] = Number.NaN;
    nodes.endpointsAtUs[node] = Number.NaN;
    nodes.readyUs[node] = -1;
    this.forced[node] = 0;
    this.replicas.pulls.forget(node);
    this.note(node, NOTED.returned);
    this.onBought(node, false);
    this.sync(node);
  }

  private isFree(node: number): boolean {
    const { nodes } = this.world;
    return nodes.bought[node] === 0 && this.soldOut[node] === 0 && nodes.down[node] === 0 && nodes.cutOff[node] === 0;
  }

  private count(group: number, holds: (node: number) => boolean): number {
    const { nodes, spec } = this.world;
    let count = 0;
    const end = nodes.firstOfGroup[group] + spec.groups[group].max;
    for (let node = nodes.firstOfGroup[group]; node < end; node++) if (holds(node)) count++;
    return count;
  }

  private nameOf(node: number): string {
    return this.world.nodes.places[node].name;
  }

  private note(node: number, what: number): void {
    this.world.simulation.note(NODE, node, what);
  }
}
