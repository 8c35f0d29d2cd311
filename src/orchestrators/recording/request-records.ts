import type { ObjectiveSpec } from '../../sim/living-spec.ts';
import { ObjectiveMeter } from '../../sim/monitoring/objective-meter.ts';
import { LatencyHistogram } from '../../sim/requests/latency-histogram.ts';
import type { RequestModel } from '../../sim/requests/request-model.ts';

/** What came of a service's calls since the scrape before. */
export interface CallsSince {
  readonly arrived: number;
  readonly served: number;
  readonly bad: number;
  readonly latency: LatencyHistogram;
}

/** Services whose requests are modelled, and what was promised about them. */
export interface RequestRecordsSpec {
  readonly services: readonly { readonly requests: { readonly name: string } }[];
  readonly objectives: readonly ObjectiveSpec[];
}

const NO_CALLS: CallsSince = { arrived: 0, served: 0, bad: 0, latency: new LatencyHistogram() };

/** Counts of requests at scrapes: what is new since the last, what it came to in all, and how promises were kept. */
export class RequestRecords {
  readonly last: CallsSince[];
  readonly latencyOfService: readonly LatencyHistogram[];
  readonly latencyOfTraffic: readonly LatencyHistogram[];
  readonly objectives: readonly ObjectiveMeter[];
  private readonly model: RequestModel;
  private readonly spec: RequestRecordsSpec;
  private readonly callsBefore: { arrived: number; served: number; bad: number }[];
  private readonly trafficBefore: { good: number; bad: number }[];
  private readonly lastOfTraffic: { good: number; bad: number; latency: LatencyHistogram }[];
  /** Which traffics each objective is about; none: all calls to its service. */
  private readonly trafficOf: readonly number[][];

  constructor(model: RequestModel, spec: RequestRecordsSpec, serviceOfTraffic: readonly number[]) {
    this.model = model;
    this.spec = spec;
    this.last = spec.services.map(() => NO_CALLS);
    this.callsBefore = spec.services.map(() => ({ arrived: 0, served: 0, bad: 0 }));
    this.trafficBefore = serviceOfTraffic.map(() => ({ good: 0, bad: 0 }));
    this.latencyOfService = spec.services.map(() => new LatencyHistogram());
    this.latencyOfTraffic = serviceOfTraffic.map(() => new LatencyHistogram());
    this.lastOfTraffic = serviceOfTraffic.map(() => ({ good: 0, bad: 0, latency: NO_CALLS.latency }));
    this.objectives = spec.objectives.map((one) => new ObjectiveMeter(one, spec.services[one.service].requests.name));
    this.trafficOf = spec.objectives.map(({ service }) =>
      serviceOfTraffic.flatMap((one, traffic) => (one === service ? [traffic] : [])),
    );
  }

  /** The model must have flowed up to now. */
  scrape(nowUs: number): void {
    const { model } = this;
    model.services.forEach(({ arrived, served, failed, timedOut }, service) => {
      const before = this.callsBefore[service];
      const bad = failed + timedOut;
      if (arrived === before.arrived && served === before.served && bad === before.bad) {
        this.last[service] = NO_CALLS;
        return;
      }
      const latency = model.takeServiceLatency(service);
      this.latencyOfService[service].merge(latency);
      this.last[service] = {
        arrived: arrived - before.arrived,
        served: served - before.served,
        bad: bad - before.bad,
        latency,
      };
      this.callsBefore[service] = { arrived, served, bad };
    });
    model.traffic.forEach(({ good, bad }, traffic) => {
      const before = this.trafficBefore[traffic];
      const latency = model.takeTrafficLatency(traffic);
      this.latencyOfTraffic[traffic].merge(latency);
      this.lastOfTraffic[traffic] = { good: good - before.good, bad: bad - before.bad, latency };
      this.trafficBefore[traffic] = { good, bad };
    });
    this.spec.objectives.forEach((objective, k) => {
      let good = 0;
      let bad = 0;
      for (const traffic of this.trafficOf[k]) {
        const last = this.lastOfTraffic[traffic];
        const inTime = last.good * last.latency.shareWithin(objective.withinUs);
        good += inTime;
        bad += last.good + last.bad - inTime;
      }
      if (this.trafficOf[k].length === 0) {
        const last = this.last[objective.service];
        good = last.served * last.latency.shareWithin(objective.withinUs);
        bad = last.served + last.bad - good;
      }
      this.objectives[k].add(nowUs, good, bad);
    });
  }
}
