import { DiscreteRequests } from './discrete-requests.ts';
import { FluidRequests } from './fluid/fluid-requests.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import type {
  EndpointSpec,
  RequestModel,
  RequestModelOptions,
  ServiceCounters,
  TrafficCounters,
} from './request-model.ts';

/** Services that run on a model of their own. */
export interface SplitPart {
  readonly services: readonly number[];
  readonly fluid: boolean;
  /** One sentence a service, in their order. */
  readonly notes: readonly string[];
}

/** Several request models side by side, each with services that share nothing with the others'. */
export class SplitRequests implements RequestModel {
  readonly notes: readonly string[];
  private readonly models: RequestModel[] = [];
  /** By service, traffic and endpoint: the model, and the number there. */
  private readonly serviceAt: [RequestModel, number][] = [];
  private readonly trafficAt: [RequestModel, number][] = [];
  private readonly endpointAt: [RequestModel, number][] = [];

  constructor(options: RequestModelOptions, parts: readonly SplitPart[]) {
    const notes: string[] = [];
    // Parts on the discrete model share one, so that there is one order of events.
    for (const fluid of [true, false])
      for (const part of fluid ? parts.filter((one) => one.fluid) : joined(parts.filter((one) => !one.fluid))) {
        const number = new Map(part.services.map((service, index) => [service, index]));
        const own = options.traffic.flatMap((traffic, index) => (number.has(traffic.service) ? [index] : []));
        const partOptions: RequestModelOptions = {
          ...options,
          services: part.services.map((index) => {
            const service = options.services[index];
            const calls = service.calls.map((stage) =>
              stage.map((call) => ({ ...call, service: number.get(call.service) ?? 0 })),
            );
            return { ...service, calls };
          }),
          traffic: own.map((index) => ({
            ...options.traffic[index],
            service: number.get(options.traffic[index].service) ?? 0,
          })),
        };
        const model = part.fluid ? new FluidRequests(partOptions) : new DiscreteRequests(partOptions);
        this.models.push(model);
        part.services.forEach((service, index) => {
          this.serviceAt[service] = [model, index];
          notes[service] = part.notes[index];
        });
        own.forEach((traffic, index) => (this.trafficAt[traffic] = [model, index]));
      }
    this.notes = notes;
  }

  /** Asked of the models anew, so that they bring their counters up to date. */
  get services(): readonly Readonly<ServiceCounters>[] {
    return this.serviceAt.map(([model, index]) => model.services[index]);
  }

  get traffic(): readonly Readonly<TrafficCounters>[] {
    return this.trafficAt.map(([model, index]) => model.traffic[index]);
  }

  get work(): { requests: number; events: number; steps: number } {
    const sum = { requests: 0, events: 0, steps: 0 };
    for (const { work } of this.models) {
      sum.requests += work.requests;
      sum.events += work.events;
      sum.steps += work.steps;
    }
    return sum;
  }

  advance(toUs: number): void {
    for (const model of this.models) model.advance(toUs);
  }

  addEndpoint(endpoint: EndpointSpec): number {
    const [model, service] = this.serviceAt[endpoint.service];
    this.endpointAt.push([model, model.addEndpoint({ ...endpoint, service })]);
    return this.endpointAt.length - 1;
  }

  setSpeed(endpoint: number, speed: number): void {
    const [model, number] = this.endpointAt[endpoint];
    model.setSpeed(number, speed);
  }

  setWeight(endpoint: number, weight: number): void {
    const [model, number] = this.endpointAt[endpoint];
    model.setWeight(number, weight);
  }

  setErrorShare(endpoint: number, share: number): void {
    const [model, number] = this.endpointAt[endpoint];
    model.setErrorShare(number, share);
  }

  setReachable(endpoint: number, reachable: boolean): void {
    const [model, number] = this.endpointAt[endpoint];
    model.setReachable(number, reachable);
  }

  drain(endpoint: number): void {
    const [model, number] = this.endpointAt[endpoint];
    model.drain(number);
  }

  remove(endpoint: number): void {
    const [model, number] = this.endpointAt[endpoint];
    model.remove(number);
  }

  inFlight(endpoint: number): number {
    const [model, number] = this.endpointAt[endpoint];
    return model.inFlight(number);
  }

  busyUs(endpoint: number): number {
    const [model, number] = this.endpointAt[endpoint];
    return model.busyUs(number);
  }

  started(endpoint: number): number {
    const [model, number] = this.endpointAt[endpoint];
    return model.started(number);
  }

  servedBy(endpoint: number): number {
    const [model, number] = this.endpointAt[endpoint];
    return model.servedBy(number);
  }

  badBy(endpoint: number): number {
    const [model, number] = this.endpointAt[endpoint];
    return model.badBy(number);
  }

  latencySumUs(endpoint: number): number {
    const [model, number] = this.endpointAt[endpoint];
    return model.latencySumUs(number);
  }

  setDelay(fromZone: number, toZone: number, delayUs: number): void {
    for (const model of this.models) model.setDelay(fromZone, toZone, delayUs);
  }

  setLink(fromZone: number, toZone: number, up: boolean): void {
    for (const model of this.models) model.setLink(fromZone, toZone, up);
  }

  takeServiceLatency(service: number): LatencyHistogram {
    const [model, number] = this.serviceAt[service];
    return model.takeServiceLatency(number);
  }

  takeTrafficLatency(traffic: number): LatencyHistogram {
    const [model, number] = this.trafficAt[traffic];
    return model.takeTrafficLatency(number);
  }

  check(): void {
    for (const model of this.models) model.check();
  }
}

function joined(parts: readonly SplitPart[]): SplitPart[] {
  if (parts.length === 0) return [];
  const notes = new Map(parts.flatMap((part) => part.services.map((service, index) => [service, part.notes[index]])));
  const services = [...notes.keys()].sort((a, b) => a - b);
  return [{ services, fluid: false, notes: services.map((service) => notes.get(service) ?? '') }];
}
