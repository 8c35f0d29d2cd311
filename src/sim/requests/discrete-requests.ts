import { durationSampler } from '../duration-spec.ts';
import { Violation } from '../ledger.ts';
import { ArrivalTier } from './arrival-tier.ts';
import { Arrivals } from './arrivals.ts';
import { Attempts } from './attempts.ts';
import { BalancedService, type LoadSource } from './balanced-service.ts';
import { refuseCallCircles } from './call-circle.ts';
import { Counters } from './counters.ts';
import { Departures } from './departures.ts';
import { Endpoints } from './endpoints.ts';
import { EventTier } from './event-tier.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { needsEvents } from './needs-events.ts';
import { Network } from './network.ts';
import type {
  EndpointSpec,
  RequestModel,
  RequestModelOptions,
  ServiceCounters,
  TrafficCounters,
} from './request-model.ts';
import { Servers } from './servers.ts';
import type { TierContext } from './tier-context.ts';

const REFUSALS_TRAVEL = 'those whom its full queues turn away hear of it after a delay';

/** Before a tier takes a service. */
const NO_LOADS: LoadSource = { loadAt: () => 0 };

/**
 * Every request is simulated. A service whose requests nothing can overtake has their departures computed when they
 * arrive (`ArrivalTier`); all others run event by event (`EventTier`), and so does a service from the moment at which
 * answers of it may get lost. Both tiers come to the same numbers.
 */
export class DiscreteRequests implements RequestModel {
  private readonly options: RequestModelOptions;
  private readonly endpoints = new Endpoints();
  private readonly network: Network;
  private readonly counters: Counters;
  private readonly balanced: readonly BalancedService[];
  private readonly events: EventTier;
  private readonly servers: Servers;
  private readonly departures = new Departures();
  /** By service; undefined: it is the event tier's. */
  private readonly arrivalTiers: (ArrivalTier | undefined)[];
  private readonly reasons: (string | undefined)[];
  private nowUs: number;
  private settled = true;

  /** `everyEvent` leaves everything to the event tier: to compare the two. Throws an InputError where calls lead in a circle. */
  constructor(options: RequestModelOptions, { everyEvent = false } = {}) {
    const { services, traffic, zones, startUs, streams } = options;
    refuseCallCircles(services);
    this.options = options;
    this.nowUs = startUs;
    this.network = new Network(zones.length);
    this.counters = new Counters(services.length, traffic.length);
    this.balanced = services.map(
      (service) => new BalancedService(service, this.endpoints, NO_LOADS, zones, startUs, streams),
    );
    const attempts = new Attempts();
    const servers = new Servers(attempts);
    this.servers = servers;
    const context: TierContext = {
      attempts,
      servers,
      departures: this.departures,
      options,
      endpoints: this.endpoints,
      network: this.network,
      counters: this.counters,
      balanced: this.balanced,
      work: services.map(({ name, work }) => durationSampler(work, streams(`requests/${name}`))),
    };
    const arrivals = traffic.map((one) =>
      one.source.kind === 'closed' ? undefined : new Arrivals(one, startUs, streams),
    );
    this.events = new EventTier(context);
    this.reasons = services.map((_, k) => (everyEvent ? 'it was asked for' : needsEvents(options, k)));
    this.arrivalTiers = services.map((_, k) =>
      this.reasons[k] === undefined ? new ArrivalTier(context, k, arrivals) : undefined,
    );
    services.forEach((_, k) => {
      if (this.arrivalTiers[k] === undefined) this.events.takeService(k);
    });
    arrivals.forEach((one, k) => {
      if (one !== undefined && this.arrivalTiers[traffic[k].service] === undefined) this.events.takeTraffic(k, one, 0);
    });
  }

  advance(toUs: number): void {
    if (toUs < this.nowUs) throw new Violation(`requests cannot go back from ${this.nowUs} to ${toUs} µs`);
    for (const tier of this.arrivalTiers) tier?.advance(toUs);
    this.events.advance(toUs);
    this.nowUs = toUs;
    this.settled = false;
  }

  addEndpoint(spec: EndpointSpec): number {
    const endpoint = this.endpoints.add(spec, this.nowUs);
    this.servers.add(this.nowUs);
    this.departures.head.push(-1);
    this.balanced[spec.service].add(endpoint, this.nowUs);
    this.tierOf(endpoint).addEndpoint(endpoint);
    return endpoint;
  }

  setSpeed(endpoint: number, speed: number): void {
    if (!this.endpoints.removed[endpoint]) this.tierOf(endpoint).setSpeed(endpoint, speed);
  }

  setWeight(endpoint: number, weight: number): void {
    this.endpoints.weight[endpoint] = weight;
    this.balanced[this.endpoints.service[endpoint]].reweigh(endpoint, this.nowUs);
    if (weight > 0) this.events.reweighed(endpoint);
  }

  setErrorShare(endpoint: number, share: number): void {
    if (this.endpoints.errorShare[endpoint] === share) return;
    this.endpoints.errorShare[endpoint] = share;
    if (share > 0 && !this.endpoints.removed[endpoint])
      this.useEvents(this.endpoints.service[endpoint], 'an endpoint answered with errors');
  }

  setReachable(endpoint: number, reachable: boolean): void {
    if (this.endpoints.removed[endpoint] || this.endpoints.reachable[endpoint] === reachable) return;
    this.useEvents(this.endpoints.service[endpoint], 'an endpoint could not be reached');
    this.events.setReachable(endpoint, reachable);
  }

  drain(endpoint: number): void {
    this.balanced[this.endpoints.service[endpoint]].withdraw(endpoint);
  }

  remove(endpoint: number): void {
    if (this.endpoints.removed[endpoint]) return;
    this.drain(endpoint);
    this.tierOf(endpoint).remove(endpoint);
    this.settled = false;
  }

  inFlight(endpoint: number): number {
    return this.tierOf(endpoint).inFlight(endpoint);
  }

  busyUs(endpoint: number): number {
    return this.tierOf(endpoint).busyUs(endpoint);
  }

  started(endpoint: number): number {
    return this.tierOf(endpoint).started(endpoint);
  }

  servedBy(endpoint: number): number {
    return this.tierOf(endpoint).servedBy(endpoint);
  }

  badBy(endpoint: number): number {
    return this.endpoints.bad[endpoint];
  }

  latencySumUs(endpoint: number): number {
    return this.tierOf(endpoint).latencySumUs(endpoint);
  }

  setDelay(fromZone: number, toZone: number, delayUs: number): void {
    if (this.network.delayUs(fromZone, toZone) === delayUs) return;
    const concerned = this.servicesFrom(fromZone, toZone);
    for (const service of concerned)
      if (delayUs > 0 && this.options.services[service].queueLimit < Infinity) this.useEvents(service, REFUSALS_TRAVEL);
      else if (!this.arrivalTiers[service]!.idle)
        this.useEvents(service, 'a delay changed while requests were on their way');
    this.network.setDelay(fromZone, toZone, delayUs);
    for (const service of concerned) this.arrivalTiers[service]?.delaysChanged();
  }

  setLink(fromZone: number, toZone: number, up: boolean): void {
    for (const service of this.servicesFrom(fromZone, toZone)) this.useEvents(service, 'a link between zones was cut');
    this.network.setLink(fromZone, toZone, up);
  }

  get services(): readonly Readonly<ServiceCounters>[] {
    this.settle();
    return this.counters.services;
  }

  get traffic(): readonly Readonly<TrafficCounters>[] {
    this.settle();
    return this.counters.traffic;
  }

  takeServiceLatency(service: number): LatencyHistogram {
    this.settle();
    this.arrivalTiers[service]?.settleLatency();
    const taken = this.counters.serviceLatency[service];
    this.counters.serviceLatency[service] = new LatencyHistogram();
    return taken;
  }

  takeTrafficLatency(traffic: number): LatencyHistogram {
    this.settle();
    this.arrivalTiers[this.options.traffic[traffic].service]?.settleLatency();
    const taken = this.counters.trafficLatency[traffic];
    this.counters.trafficLatency[traffic] = new LatencyHistogram();
    return taken;
  }

  get work(): { requests: number; events: number; steps: number } {
    return this.counters.work;
  }

  get notes(): readonly string[] {
    return this.options.services.map(({ name }, k) => {
      const reason = this.reasons[k];
      return reason === undefined
        ? `${name}: discrete, departures computed at arrival`
        : `${name}: discrete, event by event, because ${reason}`;
    });
  }

  check(): void {
    this.settle();
    const held = this.options.services.map(() => 0);
    this.events.check(held);
    this.counters.services.forEach((counted, k) => {
      const { arrived, served, failed, timedOut, inFlight, failedBy } = counted;
      const { name } = this.options.services[k];
      if (arrived !== served + failed + timedOut + inFlight)
        throw new Violation(
          `${name}: ${arrived} arrived are not ${served} served + ${failed} failed + ${timedOut} timed out + ${inFlight} in flight`,
        );
      const causes = Object.values(failedBy).reduce((sum, count) => sum + count, 0);
      if (causes !== failed)
        throw new Violation(`${name}: the causes of failure add up to ${causes}, not to ${failed}`);
      const tier = this.arrivalTiers[k];
      if (tier !== undefined) tier.check();
      else if (held[k] !== inFlight) throw new Violation(`${name}: ${inFlight} in flight, but ${held[k]} are held`);
    });
    this.counters.traffic.forEach(({ offered, good, bad, inFlight }, k) => {
      if (offered !== good + bad + inFlight)
        throw new Violation(
          `${this.options.traffic[k].name}: ${offered} offered are not ${good} good + ${bad} bad + ${inFlight} in flight`,
        );
    });
  }

  private tierOf(endpoint: number): ArrivalTier | EventTier {
    return this.arrivalTiers[this.endpoints.service[endpoint]] ?? this.events;
  }

  /** Services whose departures are computed at arrival and whose clients are in one of these zones. */
  private servicesFrom(zone: number, other: number): number[] {
    return this.options.services.flatMap((_, service) => {
      const tier = this.arrivalTiers[service];
      return tier !== undefined && (tier.fromZone === zone || tier.fromZone === other) ? [service] : [];
    });
  }

  private useEvents(service: number, reason: string): void {
    const tier = this.arrivalTiers[service];
    if (tier === undefined) return;
    this.arrivalTiers[service] = undefined;
    this.reasons[service] = reason;
    tier.moveTo(this.events);
  }

  private settle(): void {
    if (this.settled) return;
    for (const tier of this.arrivalTiers) tier?.settle();
    this.settled = true;
  }
}
