import type { PortSpec } from '../swarm-spec.ts';
import type { ComposeField } from './compose-field.ts';
import type { ServiceNotes } from './service-fields.ts';

const SHORT =
  /^(?:(?<ip>\[[0-9a-fA-F:]+\]|[0-9]+(?:\.[0-9]+){3}):)?(?:(?<published>[0-9]*(?:-[0-9]+)?):)?(?<target>[0-9]+(?:-[0-9]+)?)(?:\/(?<protocol>[a-zA-Z]+))?$/;
const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
const MODES = ['ingress', 'host'] as const;

/** Published ports of a service in both forms: `"8080:80/tcp"`, `"9000-9002:9000-9002"`, and maps. */
export function readPorts(ports: ComposeField, notes: ServiceNotes): PortSpec[] {
  const all = ports.items().flatMap((port) => (port.node?.kind === 'map' ? [longPort(port)] : shortPorts(port, notes)));
  // Merged files may say the same port twice.
  const known = new Map(all.map((port) => [`${port.protocol} ${port.target} ${port.published} ${port.mode}`, port]));
  return [...known.values()];
}

function longPort(port: ComposeField): PortSpec {
  port.allow(['target', 'published', 'protocol', 'mode']);
  const target = port.child('target').optionalWhole(1, 65_535);
  if (target === undefined) port.fault('it does not say its target; write target: 80');
  return {
    protocol: port.child('protocol').optionalOneOf(PROTOCOLS) ?? 'tcp',
    target,
    published: port.child('published').optionalWhole(0, 65_535) ?? 0,
    mode: port.child('mode').optionalOneOf(MODES) ?? 'ingress',
  };
}

function shortPorts(port: ComposeField, notes: ServiceNotes): PortSpec[] {
  const value = port.node?.value;
  const text = typeof value === 'number' ? String(value) : (port.optionalText() ?? '');
  const { ip, published = '', target = '', protocol = 'tcp' } = SHORT.exec(text)?.groups ?? {};
  const known = PROTOCOLS.find((one) => one === protocol.toLowerCase());
  if (target === '' || known === undefined)
    port.fault(
      `"${text}" is no port; write "8080:80", "8080:80/udp", "9000-9002:9000-9002" or a map with target and published`,
    );
  if (ip !== undefined)
    notes.say(port.noteText(`the address ${ip} is ignored: a published port is open on every address of every node`));
  const targets = range(port, target);
  const out = published === '' ? [] : range(port, published);
  // One target behind several published ports is allowed, else both ranges are of one length.
  if (out.length > 0 && targets.length > 1 && out.length !== targets.length)
    port.fault(`"${text}" publishes ${out.length} ports for ${targets.length}; write ranges of one length`);
  return Array.from({ length: Math.max(targets.length, out.length) }, (_, place) => ({
    protocol: known,
    target: targets.length === 1 ? targets[0] : targets[place],
    published: out[place] ?? 0,
    mode: 'ingress' as const,
  }));
}

function range(port: ComposeField, text: string): number[] {
  const [first, last = first] = text.split('-').map(Number);
  if (first > 65_535 || last > 65_535 || last < first)
    port.fault(`"${text}" is no range of ports; write the smaller first, none above 65535`);
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}
