import type { z } from 'zod';
import { dockerTransport, type DockerRequest } from '../engine/docker-transport.ts';
import { faultOfNonsense, faultOfStatus } from '../engine/docker-faults.ts';
import type { EngineAddress } from '../engine/engine-address.ts';
import {
  CREATED_ANSWER,
  NETWORKS_ANSWER,
  NODES_ANSWER,
  SERVICES_ANSWER,
  SWARM_INFO_ANSWER,
  TASKS_ANSWER,
  type SwarmNodeAnswer,
  type SwarmServiceAnswer,
  type SwarmTaskAnswer,
} from './swarm-answers.ts';

/** Version of Docker's API in all calls: that of Docker 20.10, which all later ones speak too. */
const VERSION = '/v1.41';
const LIMIT_MS = 60_000;

type Labels = Readonly<Record<string, string>>;

/** A manager of a real swarm, as far as it is used here. Every call rejects with an `EngineFault`. */
export interface SwarmApi {
  /** Where it is, for people. */
  readonly address: string;
  info(): Promise<z.output<typeof SWARM_INFO_ANSWER>>;
  nodes(): Promise<readonly SwarmNodeAnswer[]>;
  /** Those with all of these labels; a label with the value '' in whatever value. */
  services(labels?: Labels): Promise<readonly SwarmServiceAnswer[]>;
  /** Of all services, or of those with a label. */
  tasks(label?: string): Promise<readonly SwarmTaskAnswer[]>;
  /** Its id. */
  createService(body: object): Promise<string>;
  updateService(service: SwarmServiceAnswer, body: object): Promise<void>;
  removeService(id: string): Promise<void>;
  /** Labels, role and availability. */
  updateNode(node: SwarmNodeAnswer, spec: object): Promise<void>;
  networks(labels: Labels): Promise<z.output<typeof NETWORKS_ANSWER>>;
  createNetwork(body: object): Promise<string>;
  removeNetwork(id: string): Promise<void>;
  close(): void;
}

export async function swarmApi(engine: string, address: EngineAddress): Promise<SwarmApi> {
  const transport = await dockerTransport(engine, address);

  const send = async (request: Omit<DockerRequest, 'limitMs'>, also: readonly number[] = []): Promise<Buffer> => {
    const answer = await transport.request({ ...request, path: VERSION + request.path, limitMs: LIMIT_MS });
    if (answer.status < 300 || also.includes(answer.status)) return answer.body;
    throw faultOfStatus(transport.placeOf(request.doing), answer.status, answer.body.toString());
  };
  const read = async <T extends z.ZodType>(shape: T, request: Omit<DockerRequest, 'limitMs'>): Promise<z.output<T>> => {
    const body = await send(request);
    const place = transport.placeOf(request.doing);
    let value: unknown;
    try {
      value = JSON.parse(body.toString('utf8'));
    } catch {
      throw faultOfNonsense(place, `the answer is not JSON ("${body.toString().slice(0, 60)}")`);
    }
    const parsed = shape.safeParse(value);
    if (parsed.success) return parsed.data;
    const { path } = parsed.error.issues[0];
    throw faultOfNonsense(
      place,
      `${path.length === 0 ? 'the answer' : `${path.join('.')} of the answer`} is not what it should be`,
    );
  };
  const filtered = (filters: Readonly<Record<string, readonly string[]>>): { query?: Record<string, string> } =>
    Object.keys(filters).length === 0 ? {} : { query: { filters: JSON.stringify(filters) } };

  return {
    address: transport.address,
    info: () => read(SWARM_INFO_ANSWER, { method: 'GET', path: '/info', doing: 'ask what it is' }),
    nodes: () => read(NODES_ANSWER, { method: 'GET', path: '/nodes', doing: 'list the nodes' }),
    services: (labels = {}) =>
      read(SERVICES_ANSWER, {
        method: 'GET',
        path: '/services',
        ...filtered(Object.keys(labels).length === 0 ? {} : { label: labelFilters(labels) }),
        doing: 'list the services',
      }),
    tasks: (label) =>
      read(TASKS_ANSWER, {
        method: 'GET',
        path: '/tasks',
        ...filtered(label === undefined ? {} : { label: [label] }),
        doing: 'list the tasks',
      }),
    createService: async (body) =>
      (
        await read(CREATED_ANSWER, {
          method: 'POST',
          path: '/services/create',
          body,
          doing: `make service ${nameOf(body)}`,
        })
      ).id,
    updateService: async ({ ID, Version }, body) => {
      const doing = `change service ${nameOf(body)}`;
      await send({ method: 'POST', path: `/services/${ID}/update`, query: { version: Version.Index }, body, doing });
    },
    removeService: async (id) => {
      await send({ method: 'DELETE', path: `/services/${id}`, doing: `remove service ${id}` }, [404]);
    },
    updateNode: async ({ ID, Version, Description }, spec) => {
      const doing = `change node ${Description.Hostname}`;
      await send({ method: 'POST', path: `/nodes/${ID}/update`, query: { version: Version.Index }, body: spec, doing });
    },
    networks: (labels) =>
      read(NETWORKS_ANSWER, {
        method: 'GET',
        path: '/networks',
        ...filtered({ label: labelFilters(labels) }),
        doing: 'list the networks',
      }),
    createNetwork: async (body) =>
      (await read(CREATED_ANSWER, { method: 'POST', path: '/networks/create', body, doing: 'make a network' })).id,
    removeNetwork: async (id) => {
      await send({ method: 'DELETE', path: `/networks/${id}`, doing: `remove network ${id}` }, [404]);
    },
    close: () => transport.close(),
  };
}

const labelFilters = (labels: Labels): string[] =>
  Object.entries(labels).map(([key, value]) => (value === '' ? key : `${key}=${value}`));

const nameOf = (body: { readonly Name?: unknown }): string => (typeof body.Name === 'string' ? body.Name : '');
