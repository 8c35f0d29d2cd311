import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import type { NativeFile } from '../../native-file.ts';
import { stackOf, type PortSpec, type SwarmServiceSpec, type SwarmStack } from '../swarm-spec.ts';
import { ComposeField } from './compose-field.ts';
import type { ComposeNode } from './compose-node.ts';
import { readComposeText } from './compose-yaml.ts';
import { checkShape, type FieldShape } from './field-shapes.ts';
import { interpolate, type ComposeVariables } from './interpolate.ts';
import { mergeFiles } from './merge-files.ts';
import { readStackNetworks } from './read-networks.ts';
import { readService } from './read-service.ts';
import { ServiceNotes } from './service-fields.ts';

const SECTIONS = ['version', 'services', 'networks', 'volumes', 'secrets', 'configs'];

const FILE: Readonly<Record<string, FieldShape>> = {
  name: 'text',
  file: 'text',
  external: 'anything',
  labels: 'assignments',
  driver: 'text',
  driver_opts: { mapOf: 'number or text' },
  template_driver: 'text',
};

/** Sections that decide nothing here. */
const HANDED_ON_SECTIONS: Readonly<Record<string, Readonly<Record<string, FieldShape>>>> = {
  volumes: {
    name: 'text',
    driver: 'text',
    driver_opts: { mapOf: 'number or text' },
    external: 'anything',
    labels: 'assignments',
    cluster_spec: 'anything',
  },
  secrets: FILE,
  configs: FILE,
};

export interface StackOptions {
  /** `docker stack deploy -c … shop`: services are then called `shop_web`. Absent: `web`. */
  readonly stack?: string;
  /** Variables of the shell, for `${NAME}`. */
  readonly variables?: ComposeVariables;
}

/**
 * Reads compose files as `docker stack deploy -c a -c b` does: later files over earlier ones, with all of Swarm's
 * defaults, which are not those of the Compose Specification. Throws an InputError for what a stack refuses; what it
 * ignores is in the notes.
 */
export function readStack(files: readonly NativeFile[], { stack, variables = {} }: StackOptions = {}): SwarmStack {
  if (files.length === 0) throw new InputError('no compose file is given; write a file with "services:" and name it');
  const notes = new ServiceNotes();
  const roots = files.map((file) => {
    const { root, notes: passedOver } = readComposeText(file);
    passedOver.forEach((note) => notes.say(note));
    return withVariables(root, variables, (note) => notes.say(note));
  });
  // A file is checked by itself first, so that nothing wrong hides under what a later file says.
  for (const root of roots) readSections(root, undefined, new ServiceNotes(), roots.length > 1);
  const merged = roots.length === 1 ? roots[0] : mergeFiles(roots);
  const services = readSections(merged, stack, notes, false);
  return stackOf(services, notes.all());
}

/** Variables stand in the sections only, not in `version` or in extensions. */
function withVariables(root: ComposeNode, variables: ComposeVariables, note: (text: string) => void): ComposeNode {
  const members = new Map(root.members);
  for (const [key, { node, keyAt }] of root.members)
    if (SECTIONS.includes(key) && key !== 'version')
      members.set(key, { keyAt, node: interpolate(node, variables, note) });
  return { ...root, members };
}

function readSections(
  root: ComposeNode,
  stack: string | undefined,
  notes: ServiceNotes,
  isPart: boolean,
): SwarmServiceSpec[] {
  const top = new ComposeField(root, '', root.where);
  for (const [key, , keyAt] of top.entries())
    if (!key.startsWith('x-') && !SECTIONS.includes(key))
      throw new InputError(`${keyAt}: ${unknownSection(key, root)}`);
  checkVersion(top.child('version'));
  const networks = readStackNetworks(top.child('networks'));
  for (const [section, known] of Object.entries(HANDED_ON_SECTIONS))
    checkShape(top.child(section), { mapOf: { mapWith: known } });
  checkReferences(top, isPart);
  const services = top
    .child('services')
    .entries()
    .map(([key, service]) =>
      readService(service, {
        name: stack === undefined ? key : `${stack}_${key}`,
        notes,
        ...(!isPart && { networks }),
      }),
    );
  if (!isPart && services.length === 0)
    throw new InputError(`${root.where}: there are no services; write "services:" and at least one below it`);
  if (!isPart) checkPublished(top, services);
  return services;
}

function unknownSection(key: string, root: ComposeNode): string {
  if (key === 'name')
    return 'docker stack deploy does not take "name"; leave it out, since the stack is named on the command line';
  if (key === 'include')
    return 'docker stack deploy does not take "include"; name all files, as in -c a.yaml -c b.yaml';
  const isService = root.members.get(key)?.node.members.has('image') === true;
  return `there is no section "${key}"${isService ? '; write it below "services:"' : suggestion(key, SECTIONS)}`;
}

/** A stack needs version 3; without one the latest is meant. */
function checkVersion(version: ComposeField): void {
  if (!version.isPresent) return;
  if (typeof version.node?.value === 'number')
    version.fault(`it is read as a number; write it in quotes: "${version.node.value}"`);
  const text = version.optionalText() ?? '';
  if (!/^3(\.\d{1,2})?$/.test(text))
    version.fault(`docker stack deploy reads version 3 only, not "${text}"; leave it out or write "3.8"`);
}

/** Volumes that are no paths, secrets and configs that a service names must be defined at the top. */
function checkReferences(top: ComposeField, isPart: boolean): void {
  if (isPart) return;
  for (const section of ['secrets', 'configs']) {
    const known = top
      .child(section)
      .entries()
      .map(([key]) => key);
    for (const [, service] of top.child('services').entries())
      for (const item of service.child(section).items()) {
        const source = item.node?.kind === 'map' ? item.child('source') : item;
        const name = source.optionalText() ?? item.fault('it does not say its source; write source: name');
        if (!known.includes(name))
          source.fault(
            `there is no ${section.slice(0, -1)} "${name}"${known.length === 0 ? '' : suggestion(name, known)}; define it below the top-level "${section}"`,
          );
      }
  }
}

/** One port of the routing mesh belongs to one service. */
function checkPublished(top: ComposeField, services: readonly SwarmServiceSpec[]): void {
  const owners = new Map<string, { service: string; port: PortSpec }>();
  const fields = top.child('services').entries();
  services.forEach((service, place) => {
    for (const port of service.ports) {
      if (port.published === 0) continue;
      const key = `${port.published}/${port.protocol}`;
      const before = owners.get(key);
      if (before !== undefined && (before.port.mode === 'ingress' || port.mode === 'ingress'))
        fields[place][1]
          .child('ports')
          .fault(`port ${key} is published by ${before.service} already; write another published port`);
      owners.set(key, { service: service.name, port });
    }
  });
}
