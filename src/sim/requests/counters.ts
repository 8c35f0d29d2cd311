import { LatencyHistogram } from './latency-histogram.ts';
import type { ServiceCounters, TrafficCounters } from './request-model.ts';

/** What became of the calls to one service, and how long those answered took. */
export class ServiceTally implements ServiceCounters {
  arrived = 0;
  served = 0;
  failed = 0;
  timedOut = 0;
  inFlight = 0;
  retries = 0;
  hedges = 0;
  crossZone = 0;
  readonly failedBy = { queueFull: 0, noEndpoint: 0, endpointLost: 0, breakerOpen: 0, callFailed: 0, errorAnswer: 0 };
}

/** What became of the requests of one traffic. */
export class TrafficTally implements TrafficCounters {
  offered = 0;
  good = 0;
  bad = 0;
  inFlight = 0;
}

/** Everything that is counted, by index of service and of traffic. Both tiers write to it. */
export class Counters {
  readonly services: readonly ServiceTally[];
  readonly traffic: readonly TrafficTally[];
  readonly serviceLatency: LatencyHistogram[];
  readonly trafficLatency: LatencyHistogram[];
  readonly work = { requests: 0, events: 0, steps: 0 };

  constructor(services: number, traffic: number) {
    this.services = Array.from({ length: services }, () => new ServiceTally());
    this.traffic = Array.from({ length: traffic }, () => new TrafficTally());
    this.serviceLatency = Array.from({ length: services }, () => new LatencyHistogram());
    this.trafficLatency = Array.from({ length: traffic }, () => new LatencyHistogram());
  }
}
