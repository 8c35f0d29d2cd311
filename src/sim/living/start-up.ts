import { durationSampler, type DurationSampler } from '../duration-spec.ts';
import type { Replica } from '../services/replica.ts';
import { seconds } from '../time.ts';
import { RANK, REPLICA_EVENT } from './event-kinds.ts';
import { ImagePulls } from './image-pulls.ts';
import type { ReplicaEndpoints } from './replica-endpoints.ts';
import type { ReplicaStates } from './replica-states.ts';
import type { World } from './world.ts';

/** A replica that nobody can see become ready is asked again after so long. */
const PROBE_AGAIN_US = seconds(10);
/** A machine that stands still boots nothing; so slowly does it boot at least, to have an end. */
const LEAST_BOOT_SPEED = 1e-3;

/** From a place on a node to the first request: the image, the boot, the first good readiness probes. */
export class StartUp {
  readonly pulls: ImagePulls;
  private readonly world: World;
  private readonly states: ReplicaStates;
  private readonly endpoints: ReplicaEndpoints;
  private readonly boot: DurationSampler[];
  private readonly overhead: (DurationSampler | undefined)[];
  private readonly onReady: (replica: Replica) => void;

  /** `onReady` is told of each replica that has just become ready. */
  constructor(world: World, states: ReplicaStates, endpoints: ReplicaEndpoints, onReady: (replica: Replica) => void) {
    this.world = world;
    this.states = states;
    this.endpoints = endpoints;
    this.onReady = onReady;
    this.pulls = new ImagePulls(world);
    this.boot = world.spec.services.map((service) =>
      durationSampler(service.startUp.boot, world.streams(`boot/${service.name}`)),
    );
    this.overhead = world.spec.services.map(
      ({ name, startUp: { overhead } }) =>
        overhead && durationSampler(overhead, world.streams(`start-overhead/${name}`)),
    );
  }

  /** The replica has just got its place. */
  begin(replica: Replica): void {
    this.pull(replica);
  }

  /** It has run for long: nothing to pull, to boot or to warm up. */
  beThere(replica: Replica): void {
    this.pulls.have(replica.node, replica.service, replica.version);
    replica.startedUs = this.world.nowUs;
    this.serve(replica);
  }

  /** The event of a replica on its way has come. */
  due(replica: Replica): void {
    if (replica.state === 'pulling') this.pulled(replica);
    else if (replica.state === 'waiting') this.bootUp(replica);
    else if (replica.state === 'booting') this.booted(replica);
  }

  private pull(replica: Replica): void {
    const { world, pulls } = this;
    const { node, service, version } = replica;
    this.states.set(replica, 'pulling');
    const why = pulls.obstacle(node, service, version);
    if (why === undefined) this.at(replica, pulls.begin(node, service, version));
    else {
      world.happened('image-pull-failed', replica.name, `${why}; tried again later`);
      this.at(replica, world.nowUs + pulls.backoffUs(replica.pullTries++));
    }
  }

  private pulled(replica: Replica): void {
    const { node, service, version } = replica;
    if (this.pulls.succeeded(node, service, version)) {
      replica.pullTries = 0;
      this.bootUp(replica);
    } else this.pull(replica);
  }

  /** The process starts. Its first good readiness probes are reckoned at once. */
  private bootUp(replica: Replica): void {
    const { world } = this;
    const { readiness } = world.spec.services[replica.service].startUp;
    replica.startedUs = world.nowUs;
    const speed = Math.max(LEAST_BOOT_SPEED, world.nodes.speed[replica.node]);
    const answersUs = world.nowUs + Math.round(this.boot[replica.service]() / speed);
    let readyUs = answersUs;
    if (readiness !== undefined) {
      const firstUs = world.nowUs + readiness.initialDelayUs;
      const missed = Math.max(0, Math.ceil((answersUs - firstUs) / readiness.periodUs));
      readyUs = firstUs + (missed + readiness.successThreshold - 1) * readiness.periodUs;
    }
    replica.overheadUs = Math.max(0, Math.round(this.overhead[replica.service]?.() ?? 0));
    this.states.set(replica, 'booting');
    this.at(replica, readyUs + replica.overheadUs);
  }

  private booted(replica: Replica): void {
    const { world } = this;
    // Without a control plane nobody learns of a replica that was never ready; one that was is still listed as such.
    const unheard = world.nodes.cutOff[replica.node] === 1 || (world.controlPlaneDown && replica.changedUs < 0);
    if (unheard) {
      this.at(replica, world.nowUs + PROBE_AGAIN_US);
      return;
    }
    const { warmUpUs } = world.spec.services[replica.service].startUp;
    replica.warmUntilUs = world.nowUs + warmUpUs;
    if (warmUpUs > 0) world.simulation.schedule(replica.warmUntilUs, RANK.timer, REPLICA_EVENT, replica.id);
    this.serve(replica);
  }

  private serve(replica: Replica): void {
    replica.unreadySinceUs = Number.NaN;
    replica.hungSinceUs = Number.NaN;
    replica.dueUs = Number.NaN;
    this.endpoints.add(replica);
    this.states.set(replica, 'ready');
    this.onReady(replica);
  }

  private at(replica: Replica, timeUs: number): void {
    this.states.dueAt(replica, timeUs);
    if (timeUs > this.world.nowUs) return;
    replica.dueUs = Number.NaN;
    this.due(replica);
  }
}
