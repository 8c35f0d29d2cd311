import { suggestion } from '../../../sim/nearest-name.ts';
import type { PortSpec } from '../swarm-spec.ts';
import type { ComposeField } from './compose-field.ts';

const FIELDS = ['name', 'driver', 'driver_opts', 'ipam', 'external', 'internal', 'attachable', 'labels'];
/** Networks that every engine has, and that reach no further than its machine. */
const OF_THE_ENGINE = new Set(['host', 'bridge', 'none', 'nat']);

/** A network of the stack: whether it is an overlay, as it is when nothing else is said. */
export type StackNetworks = ReadonlyMap<string, { readonly isOverlay: boolean }>;

/** The top-level `networks:`. */
export function readStackNetworks(networks: ComposeField): StackNetworks {
  const known = new Map<string, { isOverlay: boolean }>();
  for (const [key, network] of networks.entries()) {
    for (const [field] of network.entries()) if (!field.startsWith('x-')) allowOne(network, field);
    const external = network.child('external');
    const isMap = external.node?.kind === 'map';
    const isExternal = isMap || external.boolean(false);
    const name = (isMap ? external.child('name') : network.child('name')).optionalText() ?? key;
    const driver = network.child('driver').optionalText() ?? 'overlay';
    known.set(key, { isOverlay: isExternal ? !OF_THE_ENGINE.has(name) : driver === 'overlay' });
  }
  return known;
}

function allowOne(network: ComposeField, key: string): void {
  if (!FIELDS.includes(key)) network.fault(`there is no field "${key}"${suggestion(key, FIELDS)}`);
}

/** Names of a service's networks, and whether a task of it is on an overlay. Published ports put it on one as well: the ingress. */
export function readNetworks(
  service: ComposeField,
  known: StackNetworks | undefined,
  ports: readonly PortSpec[],
): { readonly networks: readonly string[]; readonly onOverlay: boolean } {
  const field = service.child('networks');
  const named = field.node?.kind === 'list' ? listed(field) : mapped(field);
  if (known !== undefined)
    for (const [name, at] of named)
      if (!known.has(name) && name !== 'default')
        at.fault(
          `there is no network "${name}"${suggestion(name, [...known.keys(), 'default'])}; define it below the top-level "networks"`,
        );
  const networks = named.size === 0 ? ['default'] : [...named.keys()].sort();
  const onOverlay =
    ports.some(({ mode }) => mode === 'ingress') || networks.some((name) => known?.get(name)?.isOverlay ?? true);
  return { networks, onOverlay };
}

const listed = (field: ComposeField): Map<string, ComposeField> =>
  new Map(field.items().map((item) => [item.optionalText() ?? item.fault('it is empty; write a name'), item]));

function mapped(field: ComposeField): Map<string, ComposeField> {
  const named = new Map<string, ComposeField>();
  for (const [key, network] of field.entries()) {
    network.allow(['aliases', 'driver_opts', 'ipv4_address', 'ipv6_address']);
    named.set(key, network);
  }
  return named;
}
