import { REQUESTS } from '../journal.ts';
import { LatencyHistogram } from '../requests/latency-histogram.ts';
import type { ServiceCounters, TrafficCounters } from '../requests/request-model.ts';
import type { ServicePoint } from '../scaling/horizontal-policy.ts';
import type { Replica } from '../services/replica.ts';
import type { ReplicaReading } from '../services/replica-readings.ts';
import { hours, US_PER_SECOND } from '../time.ts';
import type { World } from './world.ts';

/** Policies may look back so far. */
const KEPT_US = hours(2);
/** No answers at all. */
const NO_LATENCY = new LatencyHistogram();
const NOTHING: ScrapeOfService = { arrived: 0, served: 0, failed: 0, timedOut: 0, latency: NO_LATENCY };
const NO_TRAFFIC: ScrapeOfTraffic = { offered: 0, good: 0, bad: 0, latency: NO_LATENCY };

/** What came of a service's requests in one scrape interval. */
export interface ScrapeOfService {
  readonly arrived: number;
  readonly served: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly latency: LatencyHistogram;
}

/** What came of requests from outside to a service in one scrape interval. */
export interface ScrapeOfTraffic {
  readonly offered: number;
  readonly good: number;
  readonly bad: number;
  readonly latency: LatencyHistogram;
}

/** The metrics pipeline: reads counters and replicas at every scrape, and lets policies see them a while later. */
export class MetricControl {
  /** By service: what policies may see once it is old enough. */
  readonly points: ServicePoint[][];
  /** Of the last interval. */
  readonly lastOfService: ScrapeOfService[];
  readonly lastOfTraffic: ScrapeOfTraffic[];
  /** Over the whole run. */
  readonly latencyOfService: LatencyHistogram[];
  readonly latencyOfTraffic: LatencyHistogram[];
  /** Over the whole run: the mean of `cpuShare` over time, by service. */
  readonly cpuShareUs: Float64Array;
  readonly measuredUs: Float64Array;
  /** Which service each traffic asks. */
  readonly serviceOfTraffic: readonly number[];
  private readonly world: World;
  /** By service: those of the points that are old enough by now, in a list of their own where the pipeline is late. */
  private readonly seen: ServicePoint[][];
  /** By service: how many points were ever made, and how many of them came into `seen` or were passed over. */
  private readonly made: number[];
  private readonly shown: number[];
  private readonly before: { arrived: number; served: number; failed: number; timedOut: number }[];
  private readonly trafficBefore: { offered: number; good: number; bad: number }[];
  /** When it last scraped. */
  lastUs = 0;

  constructor(world: World, serviceOfTraffic: readonly number[]) {
    this.serviceOfTraffic = serviceOfTraffic;
    this.world = world;
    const { services } = world.spec;
    this.points = services.map(() => []);
    this.seen = world.spec.metricDelayUs > 0 ? services.map(() => []) : this.points;
    this.made = services.map(() => 0);
    this.shown = services.map(() => 0);
    this.before = services.map(() => ({ arrived: 0, served: 0, failed: 0, timedOut: 0 }));
    this.trafficBefore = world.requests.traffic.map(() => ({ offered: 0, good: 0, bad: 0 }));
    this.latencyOfService = services.map(() => new LatencyHistogram());
    this.latencyOfTraffic = this.trafficBefore.map(() => new LatencyHistogram());
    this.lastOfService = services.map(() => NOTHING);
    this.lastOfTraffic = this.trafficBefore.map(() => NO_TRAFFIC);
    this.cpuShareUs = new Float64Array(services.length);
    this.measuredUs = new Float64Array(services.length);
  }

  scrape(): void {
    const { world } = this;
    const spanUs = world.nowUs - this.lastUs;
    if (spanUs <= 0) return;
    this.lastUs = world.nowUs;
    const { services, traffic } = world.requests;
    for (let service = 0; service < services.length; service++) this.scrapeService(service, services[service], spanUs);
    for (let k = 0; k < traffic.length; k++) this.lastOfTraffic[k] = this.scrapeTraffic(k, traffic[k]);
  }

  /** The points that policies may see now, oldest first. The list goes on growing: whoever keeps it copies it. */
  visible(service: number): readonly ServicePoint[] {
    const points = this.points[service];
    const seen = this.seen[service];
    if (seen === points) return points;
    const latestUs = this.world.nowUs - this.world.spec.metricDelayUs;
    // Who asks seldom may have missed some that are not kept any more.
    let next = Math.max(0, points.length - (this.made[service] - this.shown[service]));
    for (; next < points.length && points[next].timeUs <= latestUs; next++) keep(seen, points[next]);
    this.shown[service] = this.made[service] - (points.length - next);
    return seen;
  }

  /** The newest reading of a replica that policies may see; undefined: there is none yet. */
  visibleReading(replica: Replica): ReplicaReading | undefined {
    const latestUs = this.world.nowUs - this.world.spec.metricDelayUs;
    return replica.readings.until(latestUs);
  }

  private scrapeTraffic(k: number, now: Readonly<TrafficCounters>): ScrapeOfTraffic {
    const before = this.trafficBefore[k];
    const offered = now.offered - before.offered;
    const good = now.good - before.good;
    const bad = now.bad - before.bad;
    if (offered === 0 && good === 0 && bad === 0) return NO_TRAFFIC;
    before.offered = now.offered;
    before.good = now.good;
    before.bad = now.bad;
    const latency = this.world.requests.takeTrafficLatency(k);
    this.latencyOfTraffic[k].merge(latency);
    return { offered, good, bad, latency };
  }

  private countService(service: number, now: Readonly<ServiceCounters>): ScrapeOfService {
    const before = this.before[service];
    const arrived = now.arrived - before.arrived;
    const served = now.served - before.served;
    const failed = now.failed - before.failed;
    const timedOut = now.timedOut - before.timedOut;
    if (arrived === 0 && served === 0 && failed === 0 && timedOut === 0) return NOTHING;
    before.arrived = now.arrived;
    before.served = now.served;
    before.failed = now.failed;
    before.timedOut = now.timedOut;
    const latency = this.world.requests.takeServiceLatency(service);
    this.latencyOfService[service].merge(latency);
    return { arrived, served, failed, timedOut, latency };
  }

  private scrapeService(service: number, now: Readonly<ServiceCounters>, spanUs: number): void {
    const { world } = this;
    const last = this.countService(service, now);
    const { latency } = last;
    this.lastOfService[service] = last;
    // Whole numbers, so that rounding of the fluid model's fractions cannot hide a difference.
    world.simulation.note(REQUESTS, service, (Math.round(now.arrived) * 31 + Math.round(now.served) * 7) | 0);
    const use = this.readReplicas(service, spanUs);
    const perSecond = US_PER_SECOND / spanUs;
    const point: ServicePoint = {
      timeUs: world.nowUs,
      spanUs,
      requestsPerSecond: last.arrived * perSecond,
      servedPerSecond: last.served * perSecond,
      failedPerSecond: (last.failed + last.timedOut) * perSecond,
      inFlight: now.inFlight,
      cpuShare: use.cpuShare,
      memShare: use.memShare,
      ready: use.ready,
      p99Us: latency.quantileUs(0.99),
    };
    if (!Number.isNaN(use.cpuShare)) {
      this.cpuShareUs[service] += use.cpuShare * spanUs;
      this.measuredUs[service] += spanUs;
    }
    keep(this.points[service], point);
    this.made[service]++;
  }

  private readReplicas(service: number, spanUs: number): { cpuShare: number; memShare: number; ready: number } {
    const { world } = this;
    const spec = world.spec.services[service];
    let ready = 0;
    let cpuUsed = 0;
    let cpuRequested = 0;
    let memUsed = 0;
    let memRequested = 0;
    for (const replica of world.ofService[service]) {
      // Nobody can ask a machine that has stopped or is cut off.
      if (replica.endpoint < 0 || !world.nodes.works(replica.node)) continue;
      // The tick just before has read it.
      const busyUs = replica.busyUsAtTick;
      const cpuUsageMilli = ((busyUs - replica.busyUsAtScrape) / spanUs) * spec.cpuPerRequestMilli * replica.cpuFactor;
      replica.busyUsAtScrape = busyUs;
      replica.readings.add(world.nowUs, cpuUsageMilli, replica.memBytes);
      if (replica.state !== 'ready') continue;
      ready++;
      cpuUsed += cpuUsageMilli;
      cpuRequested += replica.request.cpuMilli;
      memUsed += replica.memBytes;
      memRequested += replica.request.memBytes;
    }
    return {
      ready,
      cpuShare: cpuRequested > 0 ? cpuUsed / cpuRequested : Number.NaN,
      memShare: memRequested > 0 ? memUsed / memRequested : Number.NaN,
    };
  }
}

/** Adds a point; the oldest go in one piece now and then, so that it costs next to nothing. */
function keep(points: ServicePoint[], point: ServicePoint): void {
  points.push(point);
  if (points.length > 1024 && points[512].timeUs < point.timeUs - KEPT_US) points.splice(0, 512);
}
