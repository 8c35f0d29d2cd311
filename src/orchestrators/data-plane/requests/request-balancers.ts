import type { Streams } from '../../../sim/living-spec.ts';
import type { RequestModel } from '../../../sim/requests/request-model.ts';
import type { Clock } from '../../clock.ts';
import type { Balancers, Container, Machines } from '../data-plane.ts';
import type { ModelledService, OrchestratedSpec } from '../orchestrated-spec.ts';
import { Backend, type BackendFacts } from './backend.ts';
import { RequestFlow } from './request-flow.ts';
import type { WatchedContainers } from './watched-containers.ts';

export interface RequestBalancersParts {
  readonly clock: Clock;
  readonly spec: OrchestratedSpec;
  readonly machines: Pick<Machines, 'specs' | 'state' | 'watch'>;
  readonly containers: WatchedContainers;
  readonly streams: Streams;
}

/** A container that gets requests, or has some left, for those who ask about it often. */
export interface Serving {
  readonly backends: readonly Backend[];
  /** By what its CPU slows it down, 1: not at all. */
  readonly cpuFactor: number;
}

interface Replica extends Serving {
  readonly backends: Backend[];
  cpuFactor: number;
  /** What was so before its machine stopped. */
  facts: ProcessFacts | undefined;
}

type ProcessFacts = Pick<BackendFacts, 'process' | 'accepts' | 'speed' | 'errorShare'>;

export type ListingWatcher = (service: number, container: number, listed: boolean) => void;

/**
 * Requests to the modelled services. Who gets them is what the orchestrator lists; whether a process takes them, how
 * fast, and whether anything reaches its machine, is what is really so. Where a machine works and no process listens,
 * requests are turned away at once; a machine that has stopped or is cut off swallows them, those there already as well.
 */
export class RequestBalancers implements Balancers {
  readonly model: RequestModel;
  readonly services: readonly ModelledService[];
  /** Index of each traffic's service. */
  readonly serviceOfTraffic: readonly number[];
  private readonly parts: RequestBalancersParts;
  private readonly requests: RequestFlow;
  private readonly byName: ReadonlyMap<string, number>;
  private readonly zoneIndex: ReadonlyMap<string, number>;
  /** By service: weights of the containers that are listed. */
  private readonly listed: readonly Map<number, number>[];
  private readonly replicas = new Map<number, Replica>();
  private readonly listingWatchers: ListingWatcher[] = [];
  /** Processes that are not warm yet, by their containers. */
  private readonly cold = new Set<number>();
  private readonly onWarm: number;

  constructor(parts: RequestBalancersParts) {
    const { clock, spec, machines, containers, streams } = parts;
    this.parts = parts;
    this.services = spec.services;
    this.byName = new Map(spec.services.map(({ name }, index) => [name, index]));
    this.zoneIndex = new Map(spec.zones.map((zone, index) => [zone, index]));
    const isKnown = spec.services.every(({ replicasAtStart }) => replicasAtStart !== undefined);
    const atStart = isKnown ? spec.services.map(({ replicasAtStart = 0 }) => replicasAtStart) : undefined;
    this.requests = new RequestFlow(clock, spec, streams, atStart);
    this.model = this.requests.model;
    this.serviceOfTraffic = this.requests.serviceOfTraffic;
    this.listed = spec.services.map(() => new Map<number, number>());
    this.onWarm = clock.kind((container) => {
      this.cold.delete(container);
      this.refresh(container);
    });
    containers.watchAll((container) => {
      this.noteBoot(container);
      this.refresh(container.id);
    });
    containers.watchRemoved(({ id }) => this.refresh(id));
    machines.watch((machine) => {
      for (const { id } of containers.on(machine)) this.refresh(id);
    });
  }

  /** Lets the requests flow up to now. Nothing comes before time 0. */
  flow(): void {
    this.requests.flow();
  }

  /** Told of everyone who is listed, or no longer, at once. */
  watchListings(watcher: ListingWatcher): void {
    this.listingWatchers.push(watcher);
  }

  indexOf(service: string): number {
    return this.byName.get(service) ?? -1;
  }

  list(service: number, container: number): void {
    if (this.isListed(service, container)) return;
    const { containers } = this.parts;
    let replica = this.replicas.get(container);
    if (replica === undefined)
      this.replicas.set(container, (replica = { backends: [], cpuFactor: 1, facts: undefined }));
    if (!replica.backends.some((one) => one.service === service)) {
      const name = containers.get(container)?.order.name ?? `${container}`;
      replica.backends.push(new Backend(this.model, service, name, this.requests.refusingSpeed(service)));
    }
    this.listed[service].set(container, 1);
    this.refresh(container);
    for (const told of this.listingWatchers) told(service, container, true);
  }

  unlist(service: number, container: number): void {
    if (!this.isListed(service, container)) return;
    this.listed[service].delete(container);
    this.refresh(container);
    for (const told of this.listingWatchers) told(service, container, false);
  }

  isListed(service: number, container: number): boolean {
    return this.listed[service]?.has(container) ?? false;
  }

  /** Whether any service's requests go to it. */
  isListedAnywhere(container: number): boolean {
    return this.listed.some((one) => one.has(container));
  }

  setWeight(service: number, container: number, weight: number): void {
    const { listed } = this;
    if (!this.isListed(service, container) || listed[service].get(container) === weight) return;
    listed[service].set(container, weight);
    this.refresh(container);
  }

  inFlight(container: number): number {
    const replica = this.replicas.get(container);
    if (replica === undefined) return 0;
    this.flow();
    return replica.backends.reduce((sum, one) => sum + one.inFlight, 0);
  }

  offered(service: number): number {
    this.flow();
    return this.model.services[service].arrived;
  }

  /** Between two zones (-1: outside) nothing passes, or everything again. */
  setLink(from: number, to: number, up: boolean): void {
    this.requests.setLink(from, to, up);
  }

  /** So much more time one way between two zones than usual. */
  setExtraDelay(from: number, to: number, extraUs: number): void {
    this.requests.setExtraDelay(from, to, extraUs);
  }

  /** By what its CPU slows a container down, 1: not at all. */
  setCpuFactor(container: number, factor: number): void {
    const replica = this.replicas.get(container);
    if (replica === undefined || replica.cpuFactor === factor) return;
    replica.cpuFactor = factor;
    this.refresh(container);
  }

  /** Undefined: it serves nobody. It is the same for as long as it serves. */
  servingOf(container: number): Serving | undefined {
    return this.replicas.get(container);
  }

  serves(container: number): boolean {
    return this.replicas.has(container);
  }

  /** CPU that its busy places needed at full speed, in millicores x microseconds. As of the last flow. */
  workMilliUs(serving: Serving | undefined): number {
    let work = 0;
    if (serving !== undefined)
      for (const backend of serving.backends)
        work += backend.busyUs * this.services[backend.service].cpuPerRequestMilli;
    return work;
  }

  /** Requests that it has begun to serve. As of the last flow. */
  started(container: number): number {
    return this.replicas.get(container)?.backends.reduce((sum, one) => sum + one.started, 0) ?? 0;
  }

  /** Memory that requests at it take. As of the last flow. */
  requestBytes(container: number): number {
    let bytes = 0;
    for (const { service, inFlight } of this.replicas.get(container)?.backends ?? [])
      bytes += inFlight * this.services[service].memPerRequestBytes;
    return bytes;
  }

  /** From when it answers first, a process is cold for a while. */
  private noteBoot({ id, order, state }: Container): void {
    const { warmUpUs } = order.behaviour;
    if (state !== 'up' || warmUpUs <= 0) return;
    this.cold.add(id);
    this.parts.clock.after(warmUpUs, this.onWarm, id);
  }

  /** Brings the container's endpoints in line with what is so now. */
  private refresh(id: number): void {
    const replica = this.replicas.get(id);
    if (replica === undefined) return;
    this.requests.touch();
    const container = this.parts.containers.get(id);
    const isOver = container === undefined || container.state === 'exited';
    const facts = this.factsOf(replica, container);
    const left = replica.backends.filter((backend) => {
      const weight = this.listed[backend.service].get(id);
      if (isOver && weight === undefined) {
        backend.drop();
        return false;
      }
      backend.apply({ ...facts, listed: weight !== undefined, weight: weight ?? 1 });
      return true;
    });
    replica.backends.length = 0;
    replica.backends.push(...left);
    if (left.length === 0) this.replicas.delete(id);
  }

  private factsOf(replica: Replica, container: Container | undefined): Omit<BackendFacts, 'listed' | 'weight'> {
    const { machines } = this.parts;
    if (container === undefined)
      return { process: -1, accepts: false, reachable: true, speed: 1, errorShare: 0, zone: -1 };
    const { machine } = container.order;
    const { works, cutOff } = machines.state(machine);
    // Nobody hears that a machine has stopped: what was on its way to a process there stays so.
    const process = works ? this.processOf(replica, container) : (replica.facts ?? this.processOf(replica, container));
    replica.facts = works ? process : replica.facts;
    return { ...process, reachable: works && !cutOff, zone: this.zoneIndex.get(machines.specs[machine].zone) ?? -1 };
  }

  private processOf(replica: Replica, { id, order, state, startedUs }: Container): ProcessFacts {
    const { machines } = this.parts;
    const { speed, lossShare } = machines.state(order.machine);
    const { warmUpSpeed, workFactor, errorShare } = order.behaviour;
    return {
      process: Number.isNaN(startedUs) || state === 'exited' ? -1 : 0,
      accepts: state === 'up',
      speed: (speed * replica.cpuFactor * (this.cold.has(id) ? warmUpSpeed : 1)) / workFactor,
      errorShare: 1 - (1 - lossShare) * (1 - errorShare),
    };
  }
}
