import { durationSampler, type DurationSampler } from '../../duration-spec.ts';
import type { RandomStream } from '../../random.ts';
import { Client } from '../client.ts';
import type { RequestModelOptions } from '../request-model.ts';
import type { CallSpec } from '../request-service.ts';

/** One call of the graph. */
export interface CallEdge {
  readonly call: CallSpec;
  /** Index into the clients. */
  readonly client: number;
}

/** Who calls whom: all clients, the calls of each service, and the chance in them. */
export class Callers {
  /** First one for each traffic, then one for each call of the graph. */
  readonly clients: readonly Client[];
  /** By service: stages of calls. */
  readonly edges: readonly (readonly (readonly CallEdge[])[])[];
  /** Own work of calls, retries and hedges, apart from that of requests from outside, which every policy meets alike. */
  readonly innerWork: readonly DurationSampler[];
  /** Whether a call is made, by the service that makes it. */
  readonly chance: readonly (RandomStream | undefined)[];
  readonly innerKeys: readonly (RandomStream | undefined)[];

  constructor({ services, traffic, streams }: RequestModelOptions) {
    const clients = traffic.map(
      ({ name, client, service }) => new Client(client, service, true, streams(`traffic/${name}/jitter`)),
    );
    this.edges = services.map(({ name, calls }) =>
      calls.map((stage, at) =>
        stage.map((call, k) => {
          const jitter = streams(`requests/${name}/jitter/${at}.${k}`);
          return { call, client: clients.push(new Client(call.client, call.service, call.required, jitter)) - 1 };
        }),
      ),
    );
    this.clients = clients;
    this.innerWork = services.map(({ name, work }) => durationSampler(work, streams(`requests/${name}/inner`)));
    const ofCallers = (purpose: string): (RandomStream | undefined)[] =>
      services.map(({ name, calls }) => (calls.length > 0 ? streams(`requests/${name}/${purpose}`) : undefined));
    this.chance = ofCallers('calls');
    this.innerKeys = ofCallers('keys');
  }
}
