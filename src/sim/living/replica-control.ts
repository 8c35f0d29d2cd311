import { durationSampler, type DurationSampler } from '../duration-spec.ts';
import { REPLICA } from '../journal.ts';
import { blankRow } from '../pod-source.ts';
import { Replica, type ReplicaState } from '../services/replica.ts';
import { seconds } from '../time.ts';
import { RANK, REPLICA_EVENT } from './event-kinds.ts';
import { ImagePulls } from './image-pulls.ts';
import type { World } from './world.ts';

/** A crashed process is started again at once, then after 10 s, 20 s, ... 300 s (kubelet's CrashLoopBackOff). */
const FIRST_BACKOFF_US = seconds(10);
const MOST_BACKOFF_US = seconds(300);
/** After so long without a crash the count begins anew (kubelet). */
const CALM_US = seconds(600);
/** How often it is looked whether a replica that is to stop has finished its requests. */
const DRAIN_LOOK_US = seconds(1);
/** A replica on a node that nobody can reach cannot be seen to become ready; it is asked again. */
const PROBE_AGAIN_US = seconds(10);

const STATES: readonly ReplicaState[] = [
  'pending',
  'pulling',
  'booting',
  'ready',
  'unready',
  'waiting',
  'dead',
  'terminating',
  'gone',
];

/** Moves replicas through their lives, from the order to start one to the end of its pod. */
export class ReplicaControl {
  readonly pulls: ImagePulls;
  private readonly world: World;
  private readonly boot: DurationSampler[];
  private readonly row = blankRow();
  /** The replica whose pod is being submitted, and the number that pod has. */
  private next: Replica | undefined;
  private nextNumber = -1;
  /** While it is set, what is started runs and is ready at once: the world began before the run did. */
  isWarm = false;
  /** Told after each change of a service's replicas. */
  onChange: (service: number) => void = () => {};
  /** Told when a process has died that should run. */
  onCrash: (replica: Replica) => void = () => {};
  /** Told when a replica finds no room. */
  onPending: () => void = () => {};

  constructor(world: World) {
    this.world = world;
    this.pulls = new ImagePulls(world);
    this.boot = world.spec.services.map((service) =>
      durationSampler(service.startUp.boot, world.streams(`boot/${service.name}`)),
    );
  }

  /** Orders one more replica of this version. */
  start(service: number, version: number): void {
    const { world, row } = this;
    const spec = world.spec.services[service];
    const id = world.replicas.length;
    const request = { ...spec.request, ...world.requestNow[service] };
    const replica = new Replica(id, service, version, `${spec.name}-${id}`, request, world.nowUs);
    world.replicas.push(replica);
    world.ofService[service].push(replica);
    Object.assign(row, blankRow(), {
      name: replica.name,
      arrivesUs: world.nowUs,
      user: spec.name,
      priority: spec.priority,
      request,
    });
    this.next = replica;
    this.nextNumber = world.simulation.ledger.counts.arrived;
    world.simulation.submit(row);
    this.next = undefined;
  }

  /** The name of the service whose replica's pod this is; undefined when it is a job's. */
  serviceOf(slot: number): string | undefined {
    const replica = this.replicaOf(slot);
    return replica === undefined ? undefined : this.world.spec.services[replica.service].name;
  }

  private replicaOf(slot: number): Replica | undefined {
    const isNext = this.next !== undefined && this.world.simulation.pods.number[slot] === this.nextNumber;
    return isNext ? this.next : this.world.bySlot.get(slot);
  }

  /** The pod of a replica (or of a job: then false) has started on a node. */
  placed(slot: number, node: number): boolean {
    const { world } = this;
    const replica = this.replicaOf(slot);
    if (replica === undefined) return false;
    world.bySlot.set(slot, replica);
    replica.slot = slot;
    replica.node = node;
    replica.placedUs = world.nowUs;
    world.onNode[node].push(replica);
    if (world.nodes.down[node] === 1) this.setState(replica, 'dead');
    else if (this.isWarm) this.beThere(replica);
    else this.pull(replica);
    return true;
  }

  /** The pod of a replica waits for room; false when it is a job's. */
  waits(slot: number): boolean {
    const replica = this.replicaOf(slot);
    if (replica === undefined) return false;
    replica.slot = slot;
    this.world.bySlot.set(slot, replica);
    this.onPending();
    return true;
  }

  /** No machine that can be bought could host it. */
  refused(slot: number): boolean {
    const replica = this.replicaOf(slot);
    if (replica === undefined) return false;
    this.world.happened('refused', replica.name, 'no node, not even an empty one, can hold it');
    this.leaveLists(replica);
    this.setState(replica, 'gone');
    return true;
  }

  /** The event of a replica has come. */
  due(id: number): void {
    const { world } = this;
    const replica = world.replicas[id];
    if (replica.dueUs !== world.nowUs) return;
    replica.dueUs = Number.NaN;
    switch (replica.state) {
      case 'pulling':
        this.pulled(replica);
        return;
      case 'booting':
        this.booted(replica);
        return;
      case 'waiting':
        this.bootUp(replica);
        return;
      case 'ready':
      case 'unready':
        this.crash(replica, 'crash loop');
        return;
      case 'terminating':
        this.lookAtDrained(replica);
        return;
      default:
    }
  }

  /** Ends a replica in good order: no new requests, then as long as its grace allows for those it has. */
  stop(replica: Replica): void {
    const { world } = this;
    if (!replica.counts) return;
    if (replica.state !== 'ready' && replica.state !== 'unready') {
      this.vanish(replica, 'finish');
      return;
    }
    const spec = world.spec.services[replica.service];
    if (replica.endpoint >= 0) world.requests.drain(replica.endpoint);
    replica.killAtUs = world.nowUs + spec.graceUs;
    this.setState(replica, 'terminating');
    this.lookAtDrained(replica);
    this.onChange(replica.service);
  }

  /** Ends a replica at once, its pod with it. */
  vanish(replica: Replica, as: 'finish' | 'evict' | 'kill'): void {
    const { world } = this;
    if (replica.state === 'gone') return;
    this.dropEndpoint(replica);
    const { slot } = replica;
    this.leaveLists(replica);
    this.setState(replica, 'gone');
    if (as === 'evict') {
      world.counts.evictions++;
      world.evictionsOf[replica.service]++;
    }
    if (slot >= 0) world.simulation.take(slot, as);
    this.onChange(replica.service);
  }

  /** Its process dies; its pod stays and starts it again. */
  crash(replica: Replica, cause: string): void {
    const { world } = this;
    if (!replica.runs && replica.state !== 'booting') return;
    if (replica.state === 'terminating') {
      this.vanish(replica, 'finish');
      return;
    }
    this.dropEndpoint(replica);
    world.counts.restarts++;
    world.restartsOf[replica.service]++;
    replica.restarts++;
    if (world.nowUs - replica.startedUs >= CALM_US) replica.crashes = 0;
    const backoffUs =
      replica.crashes === 0 ? 0 : Math.min(MOST_BACKOFF_US, FIRST_BACKOFF_US * (1 << Math.min(replica.crashes - 1, 6)));
    replica.crashes++;
    world.happened(
      'crash',
      replica.name,
      `${cause}; started again ${backoffUs === 0 ? 'at once' : `after ${backoffUs / 1e6} s`}`,
    );
    this.setState(replica, 'waiting');
    this.dueAt(replica, world.nowUs + backoffUs);
    if (replica.dueUs === world.nowUs) this.due(replica.id);
    this.onCrash(replica);
    this.onChange(replica.service);
  }

  /** It will crash then, unless something else becomes of it first. */
  crashAt(replica: Replica, timeUs: number): void {
    if (replica.state === 'ready' || replica.state === 'unready') this.dueAt(replica, timeUs);
  }

  /** Its machine has stopped: nothing is answered any more, and nobody knows yet. */
  die(replica: Replica): void {
    if (replica.state === 'pending' || replica.state === 'gone') return;
    if (replica.state === 'terminating') {
      this.vanish(replica, 'finish');
      return;
    }
    if (replica.endpoint >= 0) this.world.requests.setReachable(replica.endpoint, false);
    replica.dueUs = Number.NaN;
    this.setState(replica, 'dead');
  }

  /** Its machine runs again before anyone gave it up: the process starts anew. */
  revive(replica: Replica): void {
    if (replica.state !== 'dead') return;
    this.dropEndpoint(replica);
    this.world.counts.restarts++;
    this.world.restartsOf[replica.service]++;
    this.pull(replica);
    this.onChange(replica.service);
  }

  /** Balancers hear that it cannot be reached (or can be again). */
  setInRotation(replica: Replica, inRotation: boolean): void {
    const { world } = this;
    if (inRotation && replica.state === 'unready') {
      if (replica.endpoint >= 0) world.requests.setWeight(replica.endpoint, replica.weight);
      this.setState(replica, 'ready');
    } else if (!inRotation && replica.state === 'ready') {
      world.requests.setWeight(replica.endpoint, 0);
      this.setState(replica, 'unready');
    } else return;
    replica.changedUs = world.nowUs;
    this.onChange(replica.service);
  }

  /** Tells the request model how fast the replica works, if that has changed. */
  applySpeed(replica: Replica): void {
    if (replica.endpoint < 0) return;
    const speed = this.speedOf(replica);
    if (speed === replica.speed) return;
    replica.speed = speed;
    this.world.requests.setSpeed(replica.endpoint, speed);
  }

  private speedOf(replica: Replica): number {
    const { world } = this;
    const { startUp } = world.spec.services[replica.service];
    const warm = world.nowUs < replica.warmUntilUs ? startUp.warmUpSpeed : 1;
    const { workFactor } = world.versions[replica.service][replica.version];
    return (world.nodes.speed[replica.node] * warm * replica.cpuFactor) / workFactor;
  }

  private beThere(replica: Replica): void {
    this.pulls.have(replica.node, replica.service, replica.version);
    replica.startedUs = this.world.nowUs;
    this.booted(replica);
    replica.warmUntilUs = this.world.nowUs;
    this.applySpeed(replica);
  }

  private pull(replica: Replica): void {
    const { world, pulls } = this;
    const { node, service, version } = replica;
    this.setState(replica, 'pulling');
    if (pulls.mayPull(node, service, version)) this.dueAt(replica, pulls.begin(node, service, version));
    else this.pullLater(replica);
    if (replica.dueUs === world.nowUs) this.due(replica.id);
  }

  private pullLater(replica: Replica): void {
    const why = this.world.registryDown ? 'the registry is down' : 'the disk is full';
    this.world.happened('image-pull-failed', replica.name, `${why}; tried again later`);
    this.dueAt(replica, this.world.nowUs + this.pulls.backoffUs(replica.pullTries++));
  }

  private pulled(replica: Replica): void {
    const { node, service, version } = replica;
    if (this.pulls.succeeded(node, service, version)) this.bootUp(replica);
    else if (this.pulls.mayPull(node, service, version)) this.pull(replica);
    else this.pullLater(replica);
  }

  /** The process starts. Its first good readiness probes are reckoned at once. */
  private bootUp(replica: Replica): void {
    const { world } = this;
    const { readiness } = world.spec.services[replica.service].startUp;
    replica.startedUs = world.nowUs;
    const answersUs = world.nowUs + Math.round(this.boot[replica.service]() / world.nodes.speed[replica.node]);
    let readyUs = answersUs;
    if (readiness !== undefined) {
      const firstUs = world.nowUs + readiness.initialDelayUs;
      const missed = Math.max(0, Math.ceil((answersUs - firstUs) / readiness.periodUs));
      readyUs = firstUs + (missed + readiness.successThreshold - 1) * readiness.periodUs;
    }
    this.setState(replica, 'booting');
    this.dueAt(replica, readyUs);
    if (readyUs === world.nowUs) this.due(replica.id);
  }

  private booted(replica: Replica): void {
    const { world } = this;
    if (world.nodes.cutOff[replica.node] === 1) {
      this.dueAt(replica, world.nowUs + PROBE_AGAIN_US);
      return;
    }
    const { startUp } = world.spec.services[replica.service];
    replica.warmUntilUs = world.nowUs + startUp.warmUpUs;
    replica.cpuFactor = 1;
    replica.failingSinceUs = Number.NaN;
    replica.speed = this.speedOf(replica);
    replica.endpoint = world.requests.addEndpoint({
      service: replica.service,
      name: replica.name,
      zone: world.zoneOf(replica.node),
      speed: replica.speed,
      weight: 1,
    });
    this.applyErrors(replica);
    replica.weight = 1;
    replica.busyUsAtTick = 0;
    replica.busyUsAtScrape = 0;
    replica.changedUs = world.nowUs;
    this.setState(replica, 'ready');
    const crashUs = world.crashAfterUs[replica.service];
    if (crashUs !== Infinity) this.crashAt(replica, Math.max(world.nowUs + 1, replica.startedUs + crashUs));
    this.onChange(replica.service);
  }

  /** Errors of its version and losses of its machine. */
  applyErrors(replica: Replica): void {
    const { world } = this;
    if (replica.endpoint < 0) return;
    const good =
      (1 - world.versions[replica.service][replica.version].errorShare) * (1 - world.nodes.lossShare[replica.node]);
    world.requests.setErrorShare(replica.endpoint, 1 - good);
  }

  private lookAtDrained(replica: Replica): void {
    const { world } = this;
    const spec = world.spec.services[replica.service];
    const idle = !spec.ignoresStop && (replica.endpoint < 0 || world.requests.inFlight(replica.endpoint) < 1e-9);
    if (idle || world.nowUs >= replica.killAtUs) this.vanish(replica, 'finish');
    else this.dueAt(replica, Math.min(replica.killAtUs, world.nowUs + DRAIN_LOOK_US));
  }

  private dropEndpoint(replica: Replica): void {
    if (replica.endpoint < 0) return;
    this.world.requests.remove(replica.endpoint);
    replica.endpoint = -1;
  }

  private leaveLists(replica: Replica): void {
    const { world } = this;
    remove(world.ofService[replica.service], replica);
    if (replica.node >= 0) remove(world.onNode[replica.node], replica);
    if (replica.slot >= 0) world.bySlot.delete(replica.slot);
    replica.slot = -1;
  }

  private setState(replica: Replica, state: ReplicaState): void {
    replica.state = state;
    this.world.simulation.note(REPLICA, replica.id, STATES.indexOf(state));
  }

  private dueAt(replica: Replica, timeUs: number): void {
    replica.dueUs = timeUs;
    if (timeUs > this.world.nowUs) this.world.simulation.schedule(timeUs, RANK.timer, REPLICA_EVENT, replica.id);
  }
}

function remove(list: Replica[], replica: Replica): void {
  const at = list.indexOf(replica);
  if (at >= 0) list.splice(at, 1);
}
