import { durationSampler } from '../../sim/duration-spec.ts';
import { Attempts } from '../../sim/requests/attempts.ts';
import { BalancedService } from '../../sim/requests/balanced-service.ts';
import { refuseCallCircles } from '../../sim/requests/call-circle.ts';
import { Arrivals } from '../../sim/requests/arrivals.ts';
import { Counters } from '../../sim/requests/counters.ts';
import { Departures } from '../../sim/requests/departures.ts';
import { Endpoints } from '../../sim/requests/endpoints.ts';
import { EventTier } from '../../sim/requests/event-tier.ts';
import { Network } from '../../sim/requests/network.ts';
import type { EndpointSpec } from '../../sim/requests/request-model.ts';
import { Servers } from '../../sim/requests/servers.ts';
import { type Exchanges, LiveWorld, type TrafficEars } from './live-world.ts';
import { sentTraffic } from './sent-traffic.ts';
import type { TrafficPlan } from './traffic-plan.ts';

/**
 * The requests of a plan, sent to real endpoints: the simulator's event tier with its callers, balancers and streams, in
 * which endpoints are asked instead of simulated. It has no clock; whoever has one calls `advance`.
 *
 * What is the same as in the run that was planned, if that ran on the discrete model:
 * - when each request of open or recorded traffic comes, and how many come at once;
 * - how long the own work of each request from outside is: the n-th of a service draws the n-th number of the same stream;
 * - keys of requests, and the draws of the balancers: a policy that looks at no loads picks the same endpoints as long as
 *   the same ones are there, in the same order;
 * - timeouts, backoff, retry budgets, breakers, hedges, users who wait and think, calls and their fan-out: the same code.
 *
 * What is not: whatever depends on when an answer comes, so closed loops after their first round, retries, the work of
 * retries, hedges and inner calls (drawn from one stream in the order in which they happen), and picks by load. Networks
 * between zones take as long as in the run because messages are held back; the loopback's own time comes on top. A
 * container cannot drop from its queue what its caller has given up, unless it notices that the connection is closed.
 */
export class LiveRequests {
  readonly counters: Counters;
  private readonly world: LiveWorld;
  private readonly tier: EventTier;

  /** `fromUs`: where a replay that was interrupted goes on; what was due before it is drawn and not sent. */
  constructor(plan: TrafficPlan, exchanges: Exchanges, ears: TrafficEars, fromUs = 0) {
    const options = sentTraffic(plan, fromUs);
    const { services, traffic, zones, startUs, streams } = options;
    refuseCallCircles(services);
    const endpoints = new Endpoints();
    const attempts = new Attempts();
    this.counters = new Counters(services.length, traffic.length);
    const context = {
      options,
      endpoints,
      network: networkOf(plan),
      counters: this.counters,
      balanced: services.map(
        (service) => new BalancedService(service, endpoints, { loadAt: () => 0 }, zones, startUs, streams),
      ),
      work: services.map(({ name, work }) => durationSampler(work, streams(`requests/${name}`))),
      servers: new Servers(attempts),
      attempts,
      departures: new Departures(),
    };
    this.world = new LiveWorld(context, exchanges, ears);
    this.tier = new EventTier(context, this.world);
    services.forEach((_, k) => this.tier.takeService(k));
    traffic.forEach((one, k) => {
      if (one.source.kind === 'closed') return;
      const arrivals = new Arrivals(one, 0, streams);
      let passed = 0;
      for (; arrivals.nextUs < startUs; arrivals.step()) passed += arrivals.batch;
      for (let draws = passed; draws > 0; draws--) context.work[one.service]();
      this.tier.takeTraffic(k, arrivals, passed);
    });
  }

  /** When something is next to be done; Infinity: nothing until an answer comes. */
  get nextUs(): number {
    const { heap, sources } = this.world;
    return Math.min(heap.nextUs, sources.coming.nextUs);
  }

  /** Does all that is due by then, in its order and as of its time. */
  advance(toUs: number): void {
    if (toUs > this.world.nowUs) this.tier.advance(toUs);
  }

  get nowUs(): number {
    return this.world.nowUs;
  }

  /** From now on requests are sent to it. Returns its number. */
  add(spec: EndpointSpec): number {
    const { endpoints, servers, balanced, nowUs } = this.world;
    const endpoint = endpoints.add(spec, nowUs);
    servers.add(nowUs);
    balanced[spec.service].add(endpoint, nowUs);
    this.tier.addEndpoint(endpoint);
    return endpoint;
  }

  /** No new requests; what it has goes on. */
  withdraw(endpoint: number): void {
    const { endpoints, balanced } = this.world;
    balanced[endpoints.service[endpoint]].withdraw(endpoint);
  }

  /** Nobody asks any more; those who have asked may be answered. */
  stopAsking(): void {
    this.world.stopAsking();
  }

  /** Calls that it has answered well and in time. */
  servedBy(endpoint: number): number {
    return this.tier.servedBy(endpoint);
  }

  /** Requests from outside that have no last answer. */
  get waiting(): number {
    return this.counters.traffic.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  /** Throws a Violation where lists and counts disagree. */
  check(): void {
    this.tier.check(this.counters.services.map(() => 0));
  }
}

function networkOf({ zones, delaysUs }: TrafficPlan): Network {
  const network = new Network(zones.length);
  const { within, between, outside } = delaysUs;
  for (let from = -1; from < zones.length; from++)
    for (let to = -1; to < zones.length; to++)
      network.setDelay(from, to, from < 0 || to < 0 ? outside : from === to ? within : between);
  return network;
}
