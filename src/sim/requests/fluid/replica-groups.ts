import { log } from '../../exact-math.ts';
import type { RequestService } from '../request-service.ts';
import type { EndpointSpec } from '../request-model.ts';
import type { ChainFamily } from './chain-family.ts';
import { fluidKind, type FluidKind } from './fluid-kind.ts';
import type { FamilyCache } from './family-cache.ts';
import { type LatencyShape, mixtureOf, NO_TIME } from './latency-shape.ts';
import { choicesAmong } from './level-rates.ts';
import { QueueState } from './queue-state.ts';

/** Speeds within so much of each other (in their logarithm) are taken for their mean: few groups, few equations. */
const ALIKE = 0.1;
/** Nothing is told apart below this speed. */
const CRAWLS = 0.02;

/** Replicas that are alike: about the same speed, same weight, all open or all draining. */
interface Group {
  key: string;
  /** The mean of its members'. */
  speed: number;
  weight: number;
  readonly open: boolean;
  count: number;
  queue: QueueState;
  /** Per replica since the group was made. */
  busyUs: number;
  started: number;
  /** Calls answered, well or not, and the time that they took, per replica since the group was made. */
  answered: number;
  latencySumUs: number;
  /** Calls too late or lost, likewise. */
  late: number;
  /** Mean time from arrival to the end of the own work, lately. */
  sojournUs: number;
}

/** What the model keeps of one endpoint. */
export interface GroupedEndpoint {
  readonly spec: EndpointSpec;
  speed: number;
  weight: number;
  errorShare: number;
  reachable: boolean;
  draining: boolean;
  removed: boolean;
  group: Group | undefined;
  /** Sums before it joined its group, less those of the group at that time. */
  busyUs: number;
  started: number;
  served: number;
  bad: number;
  latencySumUs: number;
}

/** What a span did to all replicas of a service. */
export interface PassResult {
  joined: number;
  lost: number;
  steps: number;
  /** Time from arrival to the end of the own work, of those that joined. */
  shape: LatencyShape;
}

/** The replicas of one service, in groups, with a queue each. */
export class ReplicaGroups {
  private readonly service: RequestService;
  private readonly cache: FamilyCache;
  private groups: Group[] = [];
  private members: GroupedEndpoint[] = [];
  private kind: FluidKind;
  /** Mean and variability of the time that a request holds its place, at full speed. */
  private meanUs: number;
  private squaredCv: number;
  /** Distribution of that time for a mean of a second, and its name. */
  private serviceTime: LatencyShape;
  private serviceName: string;
  private lastShape: LatencyShape = NO_TIME;
  openCount = 0;

  constructor(
    service: RequestService,
    cache: FamilyCache,
    meanUs: number,
    squaredCv: number,
    time: LatencyShape,
    name: string,
  ) {
    this.service = service;
    this.cache = cache;
    this.meanUs = Math.max(1e-3, meanUs);
    this.squaredCv = squaredCv;
    this.serviceTime = time;
    this.serviceName = name;
    this.kind = fluidKind(service, 1, squaredCv);
  }

  /** The time a place is held has changed, because the calls made meanwhile take longer or shorter. */
  setServiceTime(meanUs: number, squaredCv: number, time: LatencyShape, name: string): void {
    this.meanUs = Math.max(1e-3, meanUs);
    this.serviceTime = time;
    this.serviceName = name;
    this.squaredCv = squaredCv;
    this.refit();
  }

  add(endpoint: GroupedEndpoint): void {
    this.join(endpoint, undefined);
  }

  /** Takes the endpoint out of its group; returns the requests it held. */
  take(endpoint: GroupedEndpoint): number {
    const { group } = endpoint;
    if (group === undefined) return 0;
    const held = this.levelOf(endpoint);
    this.collect(endpoint, group, 1);
    endpoint.group = undefined;
    if (this.kind.pooled && group.open) group.queue.shrink(group.count > 1 ? (group.count - 1) / group.count : 0);
    group.count--;
    if (group.open) this.openCount--;
    if (group.count === 0) this.groups = this.groups.filter((one) => one !== group);
    this.members = this.members.filter((member) => member !== endpoint);
    this.refit();
    this.meanSpeed(group);
    this.changed();
    return held;
  }

  /** Moves the endpoint to the group that it belongs to now, with what it holds. */
  move(endpoint: GroupedEndpoint): void {
    const { group } = endpoint;
    if (group === undefined) return;
    if (group.key === this.keyOf(endpoint, this.kind.pooled)) {
      this.meanSpeed(group);
      return;
    }
    const held = this.levelOf(endpoint);
    const queue = this.kind.pooled && group.open ? undefined : group.queue;
    this.take(endpoint);
    this.join(endpoint, queue ?? this.queueOf(held));
  }

  levelOf(endpoint: GroupedEndpoint): number {
    const { group } = endpoint;
    if (group === undefined) return 0;
    return this.kind.pooled && group.open ? group.queue.level / group.count : group.queue.level;
  }

  /** Adds what its group has counted so far to the endpoint's sums, or takes it away when it joins. */
  collect(endpoint: GroupedEndpoint, group: Group, sign: number): void {
    endpoint.busyUs += sign * group.busyUs;
    endpoint.started += sign * group.started;
    endpoint.served += sign * group.answered * (1 - endpoint.errorShare);
    endpoint.latencySumUs += sign * group.latencySumUs * (1 - endpoint.errorShare);
    endpoint.bad += sign * (group.late + group.answered * endpoint.errorShare);
  }

  /** The endpoint answers this share of its requests with an error from now on. */
  setErrorShare(endpoint: GroupedEndpoint, share: number): void {
    const { group } = endpoint;
    if (group !== undefined) this.collect(endpoint, group, 1);
    endpoint.errorShare = share;
    if (group !== undefined) this.collect(endpoint, group, -1);
    this.changed();
  }

  /** Spreads answers over the open replicas by weight; `callsUs`: time that calls took on top of the own work. */
  count(answered: number, late: number, callsUs: number): void {
    let weights = 0;
    for (const group of this.groups) if (group.open) weights += group.weight * group.count;
    if (!(weights > 0)) return;
    for (const group of this.groups) {
      if (!group.open) continue;
      const share = group.weight / weights;
      group.answered += answered * share;
      group.late += late * share;
      group.latencySumUs += answered * share * (group.sojournUs + callsUs);
    }
  }

  /** Share of answers that are errors. */
  errorShare = 0;

  private changed(): void {
    let weights = 0;
    let errors = 0;
    for (const { group, weight, errorShare } of this.members)
      if (group?.open) {
        weights += weight;
        errors += weight * errorShare;
      }
    this.errorShare = weights > 0 ? errors / weights : 0;
  }

  /** Requests at all replicas. */
  get level(): number {
    let sum = 0;
    for (const group of this.groups) sum += group.queue.level * (this.kind.pooled && group.open ? 1 : group.count);
    return sum;
  }

  /** Lets so much time pass while so many requests arrive. */
  pass(arrivals: number, durationUs: number, calm: boolean): PassResult {
    if (this.groups.length === 1 && this.openCount > 0)
      return this.passAlone(this.groups[0], arrivals, durationUs, calm);
    const result: PassResult = { joined: 0, lost: 0, steps: 0, shape: NO_TIME };
    const parts: { weight: number; shape: LatencyShape }[] = [];
    const open = this.groups.filter((group) => group.open);
    const { pooled } = this.kind;
    let capacity = 0;
    for (const group of open) capacity += group.count * group.speed;
    const choices = this.looksAt(
      (arrivals * this.meanUs) / durationUs / (this.service.concurrency * Math.max(1e-6, capacity)),
    );
    const coarse = this.cache.budget.spent;
    // Who compares sends less to those that are slow; only the equations of all of them together tell how much less.
    const drawn = (group: Group): number => group.weight * (coarse && choices > 1 ? Math.max(0.01, group.speed) : 1);
    const weights = open.reduce((sum, group) => sum + group.count * drawn(group), 0);
    const several = choices > 1 && open.length > 1 && !coarse;
    const pieces = several ? Math.min(16, Math.max(1, Math.ceil(durationUs / this.meanUs))) : 1;
    for (let part = 0; part < pieces; part++)
      for (const group of this.groups) {
        const share = group.open && weights > 0 ? (pooled ? 1 : drawn(group) / weights) : 0;
        const duration = durationUs / this.meanUs / pieces;
        const rate = (arrivals * share) / pieces / duration;
        const others = several && group.open ? (into: Float64Array) => this.allLevels(open, weights, into) : undefined;
        const own = group.open ? choices : 1;
        const done = group.queue.pass(rate, group.speed, own, duration, calm, others);
        const copies = pooled && group.open ? 1 : group.count;
        result.joined += done.joined * copies;
        result.lost += done.lost * copies;
        result.steps += done.steps;
        const each = copies / group.count;
        group.busyUs += done.busy * this.meanUs * each;
        group.started += (this.meanUs > 0 ? done.busy * Math.max(group.speed, 1e-9) : done.joined) * each;
      }
    for (const group of open) {
      const taken = group.queue.takeSojourns(
        this.meanUs / Math.max(group.speed, 1e-6),
        this.serviceTime,
        this.serviceName,
      );
      if (taken.weight > 0) group.sojournUs = taken.shape.meanUs;
      if (taken.weight > 0) parts.push({ weight: taken.weight * (pooled ? 1 : group.count), shape: taken.shape });
    }
    if (parts.length > 0) this.lastShape = parts.length === 1 ? parts[0].shape : mixtureOf(parts);
    result.shape = this.lastShape;
    // Numbers of arrivals are known; groups that refuse all take what is left.
    const counted = result.joined + result.lost;
    if (counted > 0 && arrivals > 0) {
      result.joined *= arrivals / counted;
      result.lost *= arrivals / counted;
    }
    return result;
  }

  /** The usual case: all replicas are alike. */
  private passAlone(group: Group, arrivals: number, durationUs: number, calm: boolean): PassResult {
    const { pooled } = this.kind;
    const duration = durationUs / this.meanUs;
    const rate = (pooled ? arrivals : arrivals / group.count) / duration;
    const choices = this.looksAt(rate / (this.service.concurrency * Math.max(1e-6, group.speed)));
    const done = group.queue.pass(rate, group.speed, choices, duration, calm, undefined);
    const each = pooled ? 1 / group.count : 1;
    group.busyUs += done.busy * this.meanUs * each;
    group.started += (this.meanUs > 0 ? done.busy * Math.max(group.speed, 1e-9) : done.joined) * each;
    const unitUs = this.meanUs / Math.max(group.speed, 1e-6);
    const taken = group.queue.takeSojourns(unitUs, this.serviceTime, this.serviceName);
    if (taken.weight > 0) {
      group.sojournUs = taken.shape.meanUs;
      this.lastShape = taken.shape;
    }
    const counted = done.joined + done.lost;
    const scale = counted > 0 && arrivals > 0 ? arrivals / counted : 1;
    return { joined: done.joined * scale, lost: done.lost * scale, steps: done.steps, shape: this.lastShape };
  }

  /** Replicas that are compared, as if there were very many of them. */
  private looksAt(load: number): number {
    const { choices, dependent } = this.kind;
    return dependent ? choicesAmong(choices, this.openCount, load) : choices;
  }

  private allLevels(open: readonly Group[], weights: number, into: Float64Array): void {
    into.fill(0);
    for (const group of open) group.queue.addLevels(into, (group.count * group.weight) / weights);
  }

  private join(endpoint: GroupedEndpoint, queue: QueueState | undefined): void {
    const open = !endpoint.draining;
    if (open) this.openCount++;
    const pooled = open && fluidKind(this.service, this.openCount, this.squaredCv).pooled;
    this.refit();
    const { speed } = endpoint;
    const key = this.keyOf(endpoint, pooled);
    let group = this.groups.find((one) => one.key === key);
    if (group === undefined) {
      group = {
        key,
        speed,
        open,
        weight: open ? endpoint.weight : 0,
        count: 1,
        busyUs: 0,
        started: 0,
        answered: 0,
        latencySumUs: 0,
        late: 0,
        sojournUs: this.meanUs,
        queue: queue ?? new QueueState(this.family(open)),
      };
      if (queue !== undefined) {
        const fresh = new QueueState(this.family(open));
        fresh.blend(queue, 1);
        group.queue = fresh;
      }
      this.groups.push(group);
    } else {
      group.count++;
      if (pooled) {
        group.queue.become(this.family(true));
        if (queue !== undefined) group.queue.gain(queue.level);
      } else if (queue === undefined) group.queue.dilute(1 / group.count);
      else group.queue.blend(queue, 1 / group.count);
    }
    endpoint.group = group;
    this.collect(endpoint, group, -1);
    this.members.push(endpoint);
    this.meanSpeed(group);
    this.changed();
  }

  private keyOf({ speed, weight, draining }: GroupedEndpoint, pooled: boolean): string {
    if (pooled && !draining) return 'pool';
    const pace = speed > 0 ? Math.floor(log(Math.max(CRAWLS, speed)) / ALIKE + 0.5) : 'stopped';
    return draining ? `draining/${pace}` : `open/${pace}/${weight}`;
  }

  /** A group works at the mean speed of its replicas. */
  private meanSpeed(group: Group): void {
    let sum = 0;
    for (const member of this.members) if (member.group === group) sum += member.speed;
    if (group.count > 0) group.speed = sum / group.count;
  }

  private family(open: boolean): ChainFamily {
    const { kind, service } = this;
    const copies = open && kind.pooled ? Math.max(1, this.openCount) : 1;
    return this.cache.family({
      places: service.concurrency * copies,
      squaredCv: open ? kind.squaredCv : this.squaredCv,
      ticks: open ? kind.ticks : 1,
      queueLimit: service.queueLimit * copies,
    });
  }

  /** The kind of chain and its family may depend on the number of replicas and on how long places are held. */
  private refit(): void {
    const before = this.kind;
    this.kind = fluidKind(this.service, this.openCount, this.squaredCv);
    if (before.pooled !== this.kind.pooled) this.regroup(before.pooled);
    for (const group of this.groups) group.queue.become(this.family(group.open));
  }

  /** From one pool to replicas or back. */
  private regroup(wasPooled: boolean): void {
    const open = this.groups.filter((group) => group.open);
    if (open.length === 0) return;
    const count = open.reduce((sum, group) => sum + group.count, 0);
    const level = open.reduce((sum, group) => sum + group.queue.level * (wasPooled ? 1 : group.count), 0);
    const first = open[0];
    const speed = open.reduce((sum, group) => sum + group.speed * group.count, 0) / count;
    const weight = Math.max(first.weight, 1e-9);
    first.key = this.kind.pooled ? 'pool' : `open/${Math.floor(log(Math.max(CRAWLS, speed)) / ALIKE + 0.5)}/${weight}`;
    first.speed = speed;
    first.weight = weight;
    first.count = count;
    first.queue = new QueueState(this.family(true));
    first.queue.gain(this.kind.pooled ? level : level / Math.max(1, count));
    this.groups = this.groups.filter((group) => !group.open || group === first);
    for (const member of this.members) {
      const { group } = member;
      if (group === undefined || group === first || !group.open) continue;
      this.collect(member, group, 1);
      this.collect(member, first, -1);
      member.group = first;
    }
  }

  private queueOf(level: number): QueueState {
    const queue = new QueueState(this.family(false));
    queue.gain(level);
    return queue;
  }
}
