import { durationSampler, type DurationSampler } from '../duration-spec.ts';
import { blankRow } from '../pod-source.ts';
import { Replica } from '../services/replica.ts';
import { seconds } from '../time.ts';
import { ReplicaEndpoints } from './replica-endpoints.ts';
import { ReplicaStates } from './replica-states.ts';
import { StartUp } from './start-up.ts';
import type { World } from './world.ts';

/** A crashed process is started again at once, then after 10 s, 20 s, ... 300 s (kubelet's CrashLoopBackOff). */
const FIRST_BACKOFF_US = seconds(10);
const MOST_BACKOFF_US = seconds(300);
/** After so long without a crash the count begins anew (kubelet). */
const CALM_US = seconds(600);
/** How often it is looked whether a replica that is to stop has finished its requests. */
const DRAIN_LOOK_US = seconds(1);

/** Moves replicas through their lives, from the order to start one to the end of its pod. */
export class ReplicaControl {
  readonly states: ReplicaStates;
  readonly endpoints: ReplicaEndpoints;
  readonly startUp: StartUp;
  private readonly world: World;
  private readonly row = blankRow();
  private readonly stopOverhead: (DurationSampler | undefined)[];
  /** The replica whose pod is being submitted, and the number that pod has. */
  private next: Replica | undefined;
  private nextNumber = -1;
  /** While it is set, what is started runs and is ready at once: the world began before the run did. */
  isWarm = false;
  /** Told after each change of a service's replicas that its controllers may know of. */
  onChange: (service: number) => void = () => {};
  /** Told when a process has died that should run. */
  onCrash: (replica: Replica) => void = () => {};
  /** Told when a replica finds no room. */
  onPending: () => void = () => {};

  constructor(world: World) {
    this.world = world;
    this.states = new ReplicaStates(world);
    this.endpoints = new ReplicaEndpoints(world, this.states);
    this.stopOverhead = world.spec.services.map(
      ({ name, stopOverhead }) => stopOverhead && durationSampler(stopOverhead, world.streams(`stop-overhead/${name}`)),
    );
    this.startUp = new StartUp(world, this.states, this.endpoints, (replica) => this.becameReady(replica));
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
    if (world.nodes.down[node] === 1) this.states.set(replica, 'dead');
    else if (this.isWarm) this.startUp.beThere(replica);
    else this.startUp.begin(replica);
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
    this.states.set(replica, 'gone');
    return true;
  }

  /** The event of a replica has come. */
  due(id: number): void {
    const { world } = this;
    const replica = world.replicas[id];
    if (replica.warmUntilUs === world.nowUs) this.endpoints.applySpeed(replica);
    if (replica.dueUs !== world.nowUs) return;
    replica.dueUs = Number.NaN;
    switch (replica.state) {
      case 'ready':
      case 'unready':
        this.crash(replica, 'crash loop');
        return;
      case 'terminating':
        this.lookAtDrained(replica);
        return;
      default:
        this.startUp.due(replica);
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
    world.requests.drain(replica.endpoint);
    replica.killAtUs = world.nowUs + spec.graceUs;
    this.states.set(replica, 'terminating');
    this.lookAtDrained(replica);
    this.onChange(replica.service);
  }

  /** Ends a replica at once, its pod with it. */
  vanish(replica: Replica, as: 'finish' | 'evict' | 'kill'): void {
    const { world } = this;
    if (replica.state === 'gone') return;
    this.endpoints.drop(replica);
    const { slot } = replica;
    this.leaveLists(replica);
    this.states.set(replica, 'gone');
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
    this.endpoints.drop(replica);
    world.counts.restarts++;
    world.restartsOf[replica.service]++;
    if (world.nowUs - replica.startedUs >= CALM_US) replica.crashes = 0;
    const backoffUs =
      replica.crashes === 0 ? 0 : Math.min(MOST_BACKOFF_US, FIRST_BACKOFF_US * (1 << Math.min(replica.crashes - 1, 6)));
    replica.crashes++;
    world.happened(
      'crash',
      replica.name,
      `${cause}; started again ${backoffUs === 0 ? 'at once' : `after ${backoffUs / 1e6} s`}`,
    );
    this.states.set(replica, 'waiting');
    this.states.dueAt(replica, world.nowUs + backoffUs);
    if (backoffUs === 0) this.startUp.due(replica);
    this.onCrash(replica);
    this.onChange(replica.service);
  }

  /** It will crash then, unless something else becomes of it first; Infinity: it will not. */
  crashAt(replica: Replica, timeUs: number): void {
    if (replica.state === 'ready' || replica.state === 'unready') this.states.dueAt(replica, timeUs);
  }

  /** Its machine has stopped: nothing is answered any more, and nobody knows yet. */
  die(replica: Replica): void {
    if (replica.state === 'terminating') {
      this.vanish(replica, 'finish');
      return;
    }
    if (replica.endpoint >= 0) this.world.requests.setReachable(replica.endpoint, false);
    replica.dueUs = Number.NaN;
    replica.wasReady = replica.state === 'ready';
    this.states.set(replica, 'dead');
  }

  /** Its machine runs again before anyone gave it up: the process starts anew. */
  revive(replica: Replica): void {
    if (replica.state !== 'dead') return;
    this.endpoints.drop(replica);
    this.world.counts.restarts++;
    this.world.restartsOf[replica.service]++;
    this.startUp.begin(replica);
    this.onChange(replica.service);
  }

  /** Balancers hear that it cannot be reached (or can be again). */
  setInRotation(replica: Replica, inRotation: boolean): void {
    if (this.endpoints.setInRotation(replica, inRotation)) this.onChange(replica.service);
  }

  private becameReady(replica: Replica): void {
    const { world } = this;
    const crashUs = world.crashAfterUs[replica.service];
    if (crashUs !== Infinity) this.crashAt(replica, Math.max(world.nowUs + 1, replica.startedUs + crashUs));
    this.onChange(replica.service);
  }

  private lookAtDrained(replica: Replica): void {
    const { world } = this;
    const spec = world.spec.services[replica.service];
    const idle = !spec.ignoresStop && world.requests.inFlight(replica.endpoint) < 1e-9;
    if (replica.endsUs === world.nowUs) this.vanish(replica, 'finish');
    else if (idle || world.nowUs >= replica.killAtUs) this.end(replica);
    else this.states.dueAt(replica, Math.min(replica.killAtUs, world.nowUs + DRAIN_LOOK_US));
  }

  /** It has nothing left to do, or no more time for it. */
  private end(replica: Replica): void {
    const { world } = this;
    const overheadUs = Math.round(this.stopOverhead[replica.service]?.() ?? 0);
    if (overheadUs <= 0) {
      this.vanish(replica, 'finish');
      return;
    }
    replica.endsUs = world.nowUs + overheadUs;
    this.states.dueAt(replica, replica.endsUs);
  }

  private leaveLists(replica: Replica): void {
    const { world } = this;
    remove(world.ofService[replica.service], replica);
    if (replica.node >= 0) remove(world.onNode[replica.node], replica);
    if (replica.slot >= 0) world.bySlot.delete(replica.slot);
    replica.slot = -1;
  }
}

function remove(list: Replica[], replica: Replica): void {
  const at = list.indexOf(replica);
  if (at >= 0) list.splice(at, 1);
}
