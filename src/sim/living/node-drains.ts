import type { Replica } from '../services/replica.ts';
import { seconds } from '../time.ts';
import { NODE_DRAIN_EVENT, RANK } from './event-kinds.ts';
import type { JobControl } from './job-control.ts';
import type { NodeOrders } from './node-orders.ts';
import type { ReplicaControl } from './replica-control.ts';
import type { World } from './world.ts';

/** How often an eviction that a disruption budget forbade is tried again (kubectl drain: 5 s). */
const DRAIN_AGAIN_US = seconds(5);

/** Machines that are emptied on purpose: for maintenance, for savings, or because the cloud wants them back. */
export class NodeDrains {
  private readonly world: World;
  private readonly orders: NodeOrders;
  private readonly replicas: ReplicaControl;
  private readonly jobs: JobControl;
  /** Whether the drain that goes on ignores disruption budgets and evicts what cannot be started again. */
  private readonly forced: Uint8Array;
  /** When each drain is looked at next; an event before that is out of date. */
  private readonly lookAtUs: Float64Array;

  constructor(world: World, orders: NodeOrders, replicas: ReplicaControl, jobs: JobControl) {
    this.world = world;
    this.orders = orders;
    this.replicas = replicas;
    this.jobs = jobs;
    this.forced = new Uint8Array(world.nodes.count);
    this.lookAtUs = new Float64Array(world.nodes.count);
  }

  /** Takes no more pods and sends away those it has; `force`: budgets or not. Nothing, when the machine is not there. */
  drain(node: number, cause: string, force: boolean): void {
    const { world } = this;
    if (world.nodes.bought[node] === 0) return;
    world.nodes.cordoned[node] = 1;
    if (force) this.forced[node] = 1;
    world.happened('drain', this.orders.nameOf(node), cause);
    this.orders.sync(node);
    this.lookAtUs[node] = world.nowUs;
    // Without a control plane the drain begins when that is back.
    if (world.controlPlaneDown) this.planLook(node);
    else this.step(node);
  }

  /** Maintenance is over. A machine that goes for good stays cordoned. */
  uncordon(node: number): void {
    const { nodes } = this.world;
    if (nodes.leaving[node] === 1 || nodes.doomed[node] === 1 || nodes.bought[node] === 0) return;
    nodes.cordoned[node] = 0;
    this.forced[node] = 0;
    this.orders.sync(node);
  }

  /** Sends away what may go, and looks again later while something is left. */
  step(node: number): void {
    const { world, jobs } = this;
    const { nodes } = world;
    if (nodes.cordoned[node] === 0 || nodes.bought[node] === 0 || world.nowUs < this.lookAtUs[node]) return;
    const force = this.forced[node] === 1;
    for (const replica of world.onNode[node].slice()) if (replica.counts) this.sendAway(replica, force);
    for (const slot of jobs.onNode[node].slice()) if (force || jobs.isMovable(slot)) jobs.evict(slot);
    if (world.onNode[node].length > 0 || jobs.onNode[node].length > 0) {
      this.lookAtUs[node] = world.nowUs + DRAIN_AGAIN_US;
      this.planLook(node);
    } else if (nodes.leaving[node] === 1) this.giveBack(node);
  }

  private planLook(node: number): void {
    this.world.simulation.schedule(this.lookAtUs[node], RANK.timer, NODE_DRAIN_EVENT, node);
  }

  private sendAway(replica: Replica, force: boolean): void {
    const { world } = this;
    if (world.seemsReady(replica) && !force && !world.mayDisrupt(replica.service)) return;
    world.counts.evictions++;
    world.evictionsOf[replica.service]++;
    this.replicas.stop(replica);
  }

  /** The autoscaler wants the machine gone. */
  release(node: number, why: string): void {
    const { nodes } = this.world;
    if (nodes.bought[node] === 0 || nodes.leaving[node] === 1) return;
    // A machine that the cloud takes is no longer one of those that the group should have; it will be replaced.
    if (nodes.doomed[node] === 0) this.orders.target[nodes.group[node]]--;
    nodes.leaving[node] = 1;
    if (nodes.coming[node] === 1) this.giveBack(node);
    else this.drain(node, why, false);
  }

  /** The cloud says that it will take the machine. */
  spotNotice(node: number, takenUs: number, cause: string): void {
    const { world } = this;
    // A place whose machine is about to be taken is not sold anew either.
    world.nodes.doomed[node] = 1;
    if (world.nodes.bought[node] === 0) return;
    world.happened('spot-notice', this.orders.nameOf(node), `${cause}; taken in ${(takenUs - world.nowUs) / 1e6} s`);
    this.drain(node, 'the cloud will take it', true);
  }

  /** The cloud takes the machine; its group orders another. */
  spotTaken(node: number, cause: string): void {
    const { world } = this;
    if (world.nodes.bought[node] === 1) {
      world.nodes.doomed[node] = 1;
      this.orders.sync(node);
      world.happened('spot-taken', this.orders.nameOf(node), cause);
      for (const replica of world.onNode[node].slice()) this.replicas.vanish(replica, 'evict');
      this.jobs.evictAll(node);
      this.giveBack(node);
    }
    world.nodes.doomed[node] = 0;
    this.orders.order();
  }

  private giveBack(node: number): void {
    this.forced[node] = 0;
    this.replicas.startUp.pulls.forget(node);
    this.orders.giveBack(node);
  }
}
