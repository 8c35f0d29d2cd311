import type { MachineSpec } from '../../orchestrators/data-plane/machine-spec.ts';
import { InputError } from '../../sim/input-error.ts';
import type { SwarmNodeAnswer } from './swarm-answers.ts';
import type { SwarmApi } from './swarm-api.ts';

/** A real swarm's nodes, and the same as machines of a simulation: machine k is node k. */
export interface SwarmTarget {
  readonly version: string;
  /** Ordered by hostname. */
  readonly nodes: readonly SwarmNodeAnswer[];
  readonly machines: readonly MachineSpec[];
}

/** Asks a manager who belongs to its swarm. Throws an InputError where the engine is none, or two nodes are called the same. */
export async function readTarget(api: SwarmApi): Promise<SwarmTarget> {
  const { Swarm, ServerVersion } = await api.info();
  const state = Swarm?.LocalNodeState ?? 'inactive';
  if (state === 'inactive')
    throw new InputError(
      `the engine at ${api.address} is in no swarm; name a manager with --docker, or make it one with "docker swarm init"`,
    );
  if (state !== 'active')
    throw new InputError(
      `the engine at ${api.address} is in a swarm that is ${state}; see what "docker node ls" says on a manager`,
    );
  if (Swarm?.ControlAvailable !== true)
    throw new InputError(
      `the engine at ${api.address} is a worker of its swarm, and only managers can be asked; name one of them with --docker`,
    );
  const nodes = [...(await api.nodes())].sort((a, b) =>
    a.Description.Hostname < b.Description.Hostname ? -1 : Number(a.Description.Hostname > b.Description.Hostname),
  );
  nodes.forEach(({ Description: { Hostname } }, place) => {
    if (Hostname === nodes[place + 1]?.Description.Hostname)
      throw new InputError(
        `two nodes of the swarm are called ${Hostname} (docker node ls); remove the one that is gone with "docker node rm"`,
      );
  });
  return { version: ServerVersion, nodes, machines: nodes.map(machineOf) };
}

/** What is ready for tasks as it is now. */
export const isReady = ({ Status, Spec }: SwarmNodeAnswer): boolean =>
  Status.State === 'ready' && Spec.Availability === 'active';

/** A node as a machine; what a swarm does not tell (disk, price, watts) is such that it changes nothing. */
export function machineOf({ Description, Spec }: SwarmNodeAnswer): MachineSpec {
  const { Resources, Engine, Platform, Hostname } = Description;
  const generic = new Map<string, number>();
  for (const { DiscreteResourceSpec, NamedResourceSpec } of Resources.GenericResources ?? []) {
    const kind = DiscreteResourceSpec?.Kind ?? NamedResourceSpec?.Kind ?? '';
    generic.set(kind, (generic.get(kind) ?? 0) + (DiscreteResourceSpec?.Value ?? 1));
  }
  return {
    name: Hostname,
    cpuMilli: Math.floor(Resources.NanoCPUs / 1e6),
    memBytes: Resources.MemoryBytes,
    diskBytes: 1e12,
    gpuCount: 0,
    zone: '',
    rack: -1,
    power: -1,
    labels: {
      ...Spec.Labels,
      ...Object.fromEntries(
        Object.entries(Engine?.Labels ?? {}).map(([key, value]) => [`engine.labels.${key}`, value]),
      ),
      ...Object.fromEntries([...generic].map(([kind, count]) => [`generic.${kind}`, String(count)])),
      ...(Spec.Role === 'manager' && { 'node.role': 'manager' }),
    },
    instanceType: '',
    architecture: Platform?.Architecture === 'aarch64' ? 'arm64' : 'amd64',
    group: '',
    spot: false,
    usdPerHour: 0,
    pullBytesPerSecond: 100e6,
    idleWatts: 0,
    busyWatts: 0,
  };
}
