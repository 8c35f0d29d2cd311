import type { Replica } from '../services/replica.ts';
import type { ReplicaStates } from './replica-states.ts';
import type { World } from './world.ts';

/** Replicas as the request model knows them: an endpoint each, with its speed, its weight and its errors. */
export class ReplicaEndpoints {
  private readonly world: World;
  private readonly states: ReplicaStates;
  /** Told when an endpoint has been removed, while its counts can still be read. */
  onGone: (replica: Replica) => void = () => {};

  constructor(world: World, states: ReplicaStates) {
    this.world = world;
    this.states = states;
  }

  /** From now on the replica is sent requests. */
  add(replica: Replica): void {
    const { world } = this;
    replica.cpuFactor = 1;
    replica.weight = 1;
    replica.busyUsAtTick = 0;
    replica.busyUsAtScrape = 0;
    replica.speed = this.speedOf(replica);
    replica.endpoint = world.requests.addEndpoint({
      service: replica.service,
      name: replica.name,
      zone: world.zoneOf(replica.node),
      speed: replica.speed,
      weight: 1,
    });
    this.applyErrors(replica);
  }

  drop(replica: Replica): void {
    if (replica.endpoint < 0) return;
    this.world.requests.remove(replica.endpoint);
    this.onGone(replica);
    replica.endpoint = -1;
  }

  /** Balancers hear that it cannot be reached (or can be again); true when that was news. */
  setInRotation(replica: Replica, inRotation: boolean): boolean {
    if (replica.state !== (inRotation ? 'unready' : 'ready')) return false;
    this.world.requests.setWeight(replica.endpoint, inRotation ? replica.weight : 0);
    this.states.set(replica, inRotation ? 'ready' : 'unready');
    return true;
  }

  /** Its share of traffic relative to the others; out of rotation it stays at none until it is back. */
  setWeight(replica: Replica, weight: number): void {
    if (replica.endpoint < 0 || weight === replica.weight) return;
    replica.weight = weight;
    if (this.world.seemsReady(replica)) this.world.requests.setWeight(replica.endpoint, weight);
  }

  /** Tells the request model how fast the replica works, if that has changed. */
  applySpeed(replica: Replica): void {
    if (replica.endpoint < 0) return;
    const speed = this.speedOf(replica);
    if (speed === replica.speed) return;
    replica.speed = speed;
    this.world.requests.setSpeed(replica.endpoint, speed);
  }

  /** Errors of its version and losses of its machine. */
  applyErrors(replica: Replica): void {
    const { world } = this;
    if (replica.endpoint < 0) return;
    const good =
      (1 - world.versions[replica.service][replica.version].errorShare) * (1 - world.nodes.lossShare[replica.node]);
    world.requests.setErrorShare(replica.endpoint, 1 - good);
  }

  private speedOf(replica: Replica): number {
    const { world } = this;
    const { startUp } = world.spec.services[replica.service];
    const warm = world.nowUs < replica.warmUntilUs ? startUp.warmUpSpeed : 1;
    const { workFactor } = world.versions[replica.service][replica.version];
    return (world.nodes.speed[replica.node] * warm * replica.cpuFactor) / workFactor;
  }
}
