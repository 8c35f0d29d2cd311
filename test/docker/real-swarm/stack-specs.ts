import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceBody } from '../../../src/live/swarm/service-body.ts';
import { readStack } from '../../../src/orchestrators/swarm/compose/read-stack.ts';
import type { RealSwarm } from './real-swarm.ts';

const FOLDER = new URL('../../../scenarios/native/swarm/', import.meta.url);
export const EVERYDAY_STACKS = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

/** What the stacks want to be there before they are deployed. */
export async function prepareForStacks(swarm: RealSwarm): Promise<void> {
  const Data = Buffer.from('x').toString('base64');
  await swarm.call('POST', '/secrets/create', { Name: 'db_password', Data });
  await swarm.call('POST', '/configs/create', { Name: 'prometheus_yml', Data });
  writeFileSync(join(swarm.folder, 'haproxy.cfg'), 'defaults\n');
  writeFileSync(join(swarm.folder, '.env'), '');
}

type Spec = Readonly<Record<string, unknown>>;

/**
 * What `docker stack deploy` makes of a file, and what we would make of it, by service: only what we read, in the engine's
 * own words. Removes the stack.
 */
export async function specsOfStack(swarm: RealSwarm, file: string): Promise<{ docker: Spec; ours: Spec }> {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  const stack = file.replace(/\.yaml$/, '');
  await swarm.deploy(stack, text);
  try {
    const filters = JSON.stringify({ label: [`com.docker.stack.namespace=${stack}`] });
    const services = await swarm.call<{ Spec: Body }[]>('GET', `/services?filters=${encodeURIComponent(filters)}`);
    const docker = Object.fromEntries(services.map(({ Spec }) => [Spec.Name, told(Spec)]));
    const ours: Record<string, unknown> = {};
    for (const service of readStack([{ file, text }], { stack }).services) {
      const body = serviceBody(service, { runId: 'x', name: `ours-${service.name}` }) as Body;
      // The engine has to take it as well.
      const { ID } = await swarm.call<{ ID: string }>('POST', '/services/create', body);
      await swarm.call('DELETE', `/services/${ID}`);
      const Ports = service.ports.map((port) => ({
        Protocol: port.protocol,
        TargetPort: port.target,
        ...(port.published > 0 && { PublishedPort: port.published }),
        PublishMode: port.mode,
      }));
      ours[service.name] = told({ ...body, EndpointSpec: { ...body.EndpointSpec, Ports } });
    }
    return { docker, ours };
  } finally {
    await swarm.removeStack(stack);
  }
}

/** A service as the API has it, as far as we read one. */
interface Body {
  readonly Name: string;
  readonly Mode: unknown;
  readonly TaskTemplate: {
    readonly ContainerSpec: {
      readonly Image: string;
      readonly Command?: readonly string[];
      readonly Args?: readonly string[];
      readonly Env?: readonly string[];
      readonly StopGracePeriod?: number;
      readonly Healthcheck?: object;
    };
    readonly Resources?: { readonly Limits?: object; readonly Reservations?: Record<string, unknown> };
    readonly RestartPolicy?: Record<string, unknown>;
    readonly Placement?: {
      readonly Constraints?: readonly string[];
      readonly Preferences?: readonly unknown[];
      readonly MaxReplicas?: number;
    };
  };
  readonly UpdateConfig?: Record<string, unknown>;
  readonly RollbackConfig?: Record<string, unknown>;
  readonly EndpointSpec?: { readonly Mode?: string; readonly Ports?: readonly object[] };
}

/** The engine fills in some defaults and leaves others to SwarmKit; here they are all filled in, as SwarmKit does. */
function told({ Mode, TaskTemplate, UpdateConfig, RollbackConfig, EndpointSpec }: Body): object {
  const { ContainerSpec: container, Resources, RestartPolicy, Placement } = TaskTemplate;
  const update = {
    Parallelism: 1,
    Delay: 0,
    FailureAction: 'pause',
    Monitor: 5e9,
    MaxFailureRatio: 0,
    Order: 'stop-first',
  };
  const reservations = Resources?.Reservations ?? {};
  return {
    Mode,
    // The engine writes out what an image without a tag means.
    Image: /:[^/]+$/.test(container.Image) ? container.Image : `${container.Image}:latest`,
    Command: container.Command ?? [],
    Args: container.Args ?? [],
    Env: [...(container.Env ?? [])].sort(),
    StopGracePeriod: container.StopGracePeriod ?? 10e9,
    // The test begins after a minute at the latest, whatever is left out.
    Healthcheck: withDefaults({ Interval: 30e9, Timeout: 30e9, Retries: 3, StartPeriod: 0 }, container.Healthcheck),
    Limits: { ...Resources?.Limits },
    Reservations: {
      NanoCPUs: reservations['NanoCPUs'] ?? 0,
      MemoryBytes: reservations['MemoryBytes'] ?? 0,
      GenericResources: reservations['GenericResources'] ?? [],
    },
    RestartPolicy: withDefaults({ Condition: 'any', Delay: 5e9, MaxAttempts: 0, Window: 0 }, RestartPolicy ?? {}),
    Constraints: (Placement?.Constraints ?? []).map((one) => one.replaceAll(' ', '')),
    Preferences: Placement?.Preferences ?? [],
    MaxReplicas: Placement?.MaxReplicas ?? 0,
    UpdateConfig: withDefaults(update, UpdateConfig ?? {}),
    RollbackConfig: withDefaults(update, RollbackConfig ?? {}),
    EndpointMode: EndpointSpec?.Mode ?? 'vip',
    Ports: (EndpointSpec?.Ports ?? [])
      .map((port) => JSON.stringify(Object.entries(port).sort(([a], [b]) => (a < b ? -1 : 1))))
      .sort(),
  };
}

/** What is not set, or set to nothing where nothing means "not set". */
function withDefaults(defaults: Readonly<Record<string, unknown>>, said: object | undefined): object | undefined {
  if (said === undefined) return undefined;
  const full = { ...defaults };
  for (const [key, value] of Object.entries(said)) if (!(key === 'Monitor' && value === 0)) full[key] = value;
  return full;
}
