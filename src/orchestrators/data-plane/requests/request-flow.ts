import type { Streams } from '../../../sim/living-spec.ts';
import { requestModelFor } from '../../../sim/requests/auto-requests.ts';
import type { RequestModel } from '../../../sim/requests/request-model.ts';
import type { RequestService } from '../../../sim/requests/request-service.ts';
import type { Traffic } from '../../../sim/requests/traffic.ts';

/**
 * How fast single requests are turned away where nobody listens: in next to no time. Where requests are rates, endpoints
 * of very different speeds cost much and say little more: there it takes as long as an answer.
 */
const AT_ONCE = 1e6;

/** What the requests of a run are made of. */
export interface RequestFlowSpec {
  readonly services: readonly { readonly requests: RequestService }[];
  readonly traffic: (streams: Streams) => readonly Traffic[];
  readonly zones: readonly string[];
  readonly durationUs: number;
  readonly delaysUs: { readonly within: number; readonly between: number; readonly outside: number };
  readonly requestModel: 'discrete' | 'fluid' | 'auto';
}

/**
 * The request model of a run, which flows lazily: `flow` brings it up to now, before it is changed (`touch`) or read.
 * Requests begin at 0; whatever comes before only sets the scene.
 */
export class RequestFlow {
  readonly model: RequestModel;
  /** Index of each traffic's service. */
  readonly serviceOfTraffic: readonly number[];
  private readonly clock: { readonly nowUs: number };
  private readonly spec: RequestFlowSpec;
  /** Up to when the requests have flowed; NaN: something was done to them since. */
  private flowedUs = Number.NaN;

  /** `replicas`: those of each service at the start, where they are known. */
  constructor(
    clock: { readonly nowUs: number },
    spec: RequestFlowSpec,
    streams: Streams,
    replicas: readonly number[] | undefined,
  ) {
    this.clock = clock;
    this.spec = spec;
    const traffic = spec.traffic(streams);
    this.serviceOfTraffic = traffic.map(({ service }) => service);
    this.model = requestModelFor(
      {
        services: spec.services.map(({ requests }) => requests),
        traffic,
        zones: spec.zones,
        startUs: 0,
        endUs: spec.durationUs,
        ...(replicas && { replicas }),
        streams,
      },
      spec.requestModel,
    );
    const { zones } = spec;
    for (let from = -1; from < zones.length; from++)
      for (let to = -1; to < zones.length; to++)
        if (from >= 0 || to >= 0) this.model.setDelay(from, to, this.usualDelayUs(from, to));
  }

  /** Lets the requests flow up to now. */
  flow(): void {
    const { nowUs } = this.clock;
    if (this.flowedUs === nowUs || nowUs < 0) return;
    this.model.advance(nowUs);
    this.flowedUs = nowUs;
  }

  /** Something will be done to the model now. */
  touch(): void {
    this.flow();
    this.flowedUs = Number.NaN;
  }

  /** Between two zones (-1: outside) nothing passes, or everything again. */
  setLink(from: number, to: number, up: boolean): void {
    this.touch();
    this.model.setLink(from, to, up);
    this.model.setLink(to, from, up);
  }

  /** So much more time one way between two zones than usual. */
  setExtraDelay(from: number, to: number, extraUs: number): void {
    this.touch();
    this.model.setDelay(from, to, this.usualDelayUs(from, to) + extraUs);
    this.model.setDelay(to, from, this.usualDelayUs(from, to) + extraUs);
  }

  /** How fast requests to the service are turned away that reach a machine where nobody listens. */
  refusingSpeed(service: number): number {
    return this.isDiscrete(service) ? AT_ONCE : 1;
  }

  /** Whether each request of the service is simulated. */
  private isDiscrete(service: number): boolean {
    if (this.spec.requestModel !== 'auto') return this.spec.requestModel === 'discrete';
    return this.model.notes[service]?.includes('ran on the discrete model') ?? false;
  }

  private usualDelayUs(from: number, to: number): number {
    const { within, between, outside } = this.spec.delaysUs;
    return from < 0 || to < 0 ? outside : from === to ? within : between;
  }
}
