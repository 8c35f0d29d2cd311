import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import type { ComposeField } from './compose-field.ts';
import { checkShape, type FieldShape } from './field-shapes.ts';

/** Fields of a service that decide something here. */
const READ = [
  'deploy',
  'image',
  'command',
  'entrypoint',
  'environment',
  'healthcheck',
  'labels',
  'networks',
  'ports',
  'restart',
  'stop_grace_period',
] as const;

const FILE: FieldShape = {
  itemsWith: { source: 'text', target: 'text', uid: 'text', gid: 'text', mode: 'number' },
};

/** Fields that a stack hands on to its containers and that decide nothing here. */
const HANDED_ON: Readonly<Record<string, FieldShape>> = {
  cap_add: 'texts',
  cap_drop: 'texts',
  configs: FILE,
  credential_spec: { mapWith: { config: 'text', file: 'text', registry: 'text' } },
  dns: 'text or texts',
  dns_search: 'text or texts',
  env_file: 'text or texts',
  extra_hosts: 'assignments',
  group_add: 'anything',
  hostname: 'text',
  init: 'true or false',
  isolation: 'text',
  logging: { mapWith: { driver: 'text', options: { mapOf: 'number or text' } } },
  oom_score_adj: 'whole number',
  read_only: 'true or false',
  secrets: FILE,
  stdin_open: 'true or false',
  stop_signal: 'text',
  sysctls: 'assignments',
  tmpfs: 'text or texts',
  tty: 'true or false',
  ulimits: { mapOf: ['whole number', { mapWith: { hard: 'whole number', soft: 'whole number' } }] },
  user: 'text',
  volumes: {
    itemsWith: {
      type: 'text',
      source: 'text',
      target: 'text',
      read_only: 'true or false',
      consistency: 'text',
      bind: 'anything',
      volume: 'anything',
      tmpfs: 'anything',
    },
  },
  working_dir: 'text',
};

const FOR_COMPOSE = 'docker stack deploy ignores it';
/** Fields that `docker stack deploy` takes and ignores (docker/cli cli/compose/types/types.go), and what it does instead. */
const IGNORED: Readonly<Record<string, string>> = {
  build: `${FOR_COMPOSE}: images are pulled, never built`,
  cgroup_parent: FOR_COMPOSE,
  cgroupns_mode: FOR_COMPOSE,
  container_name: `${FOR_COMPOSE}: tasks are named after service and slot`,
  depends_on: `${FOR_COMPOSE}: all services start at once`,
  devices: FOR_COMPOSE,
  domainname: FOR_COMPOSE,
  expose: `${FOR_COMPOSE}: services on one network reach each other's ports anyway`,
  external_links: FOR_COMPOSE,
  ipc: FOR_COMPOSE,
  links: `${FOR_COMPOSE}: services on one network find each other by name anyway`,
  mac_address: FOR_COMPOSE,
  network_mode: `${FOR_COMPOSE}: networks below "networks" count`,
  pid: FOR_COMPOSE,
  privileged: FOR_COMPOSE,
  security_opt: FOR_COMPOSE,
  shm_size: FOR_COMPOSE,
  userns_mode: FOR_COMPOSE,
};

/** Those of the ignored that are no texts. */
const IGNORED_SHAPES: Readonly<Record<string, FieldShape>> = {
  build: 'anything',
  depends_on: 'anything',
  devices: 'texts',
  expose: 'anything',
  external_links: 'texts',
  links: 'texts',
  privileged: 'true or false',
  security_opt: 'texts',
  shm_size: 'number or text',
};

const LIMITS = 'write deploy.resources.limits';
/** Fields that it refuses, and what to write instead; those of `docker compose` that its schema does not know among them. */
const REFUSED: Readonly<Record<string, string>> = {
  extends: 'write the service out, or use an anchor and "<<"',
  volume_driver: 'define the volume with its driver below the top-level "volumes"',
  volumes_from: 'define a volume below the top-level "volumes" and mount it in both services',
  cpu_count: `${LIMITS}.cpus`,
  cpu_percent: `${LIMITS}.cpus`,
  cpu_period: `${LIMITS}.cpus`,
  cpu_quota: `${LIMITS}.cpus`,
  cpu_shares: `${LIMITS}.cpus`,
  cpus: `${LIMITS}.cpus`,
  cpuset: `${LIMITS}.cpus`,
  mem_limit: `${LIMITS}.memory`,
  mem_reservation: 'write deploy.resources.reservations.memory',
  mem_swappiness: `${LIMITS}.memory`,
  memswap_limit: `${LIMITS}.memory`,
  pids_limit: `${LIMITS}.pids`,
  scale: 'write deploy.replicas',
  platform: 'write a constraint: deploy.placement.constraints: [node.platform.arch==x86_64]',
  profiles: 'deploy another file with those services, as in -c stack.yaml -c debug.yaml',
  pull_policy: 'leave it out: the registry is asked before each task',
  gpus: 'write deploy.resources.reservations.generic_resources',
  runtime: 'set the runtime in the configuration of the nodes',
  develop: 'leave it out',
  attach: 'leave it out',
  annotations: 'write labels',
};

/** Refuses fields that a stack cannot have, and says of the others that have no effect that they have none. */
export function checkServiceFields(service: ComposeField, notes: ServiceNotes): void {
  for (const [key, field, keyAt] of service.entries()) {
    if (key.startsWith('x-') || (READ as readonly string[]).includes(key)) continue;
    if (Object.hasOwn(HANDED_ON, key)) {
      checkShape(field, HANDED_ON[key]);
      if (field.isPresent) notes.handedOn(key, keyAt);
    } else if (Object.hasOwn(IGNORED, key)) {
      checkShape(field, IGNORED_SHAPES[key] ?? 'text');
      notes.say(`${keyAt}: ${field.name}: ${IGNORED[key]}`);
    } else if (Object.hasOwn(REFUSED, key))
      throw new InputError(`${keyAt}: ${field.name}: docker stack deploy does not take "${key}"; ${REFUSED[key]}`);
    else
      throw new InputError(
        `${keyAt}: ${service.name}: there is no field "${key}"${suggestion(key, [...READ, ...Object.keys(HANDED_ON), ...Object.keys(IGNORED)])}`,
      );
  }
  checkDependsOn(service.child('depends_on'));
}

/** Its schema knows the list only. */
function checkDependsOn(dependsOn: ComposeField): void {
  if (dependsOn.node?.kind === 'map')
    dependsOn.fault(
      `docker stack deploy takes a list only, and ignores it; write [${[...dependsOn.node.members.keys()].join(', ')}] or leave it out`,
    );
  dependsOn.texts();
}

/** What has been read and has no effect. */
export class ServiceNotes {
  readonly said: string[] = [];
  private readonly handed = new Map<string, Map<string, string>>();

  say(sentence: string): void {
    this.said.push(sentence);
  }

  handedOn(key: string, at: string): void {
    const file = at.replace(/:\d+:\d+$/, '');
    const fields = this.handed.get(file) ?? new Map<string, string>();
    if (!fields.has(key)) fields.set(key, at.slice(file.length + 1).split(':')[0]);
    this.handed.set(file, fields);
  }

  all(): string[] {
    const lines = [...this.handed].map(
      ([file, fields]) =>
        `${file}: handed on to the containers, and without effect on a run: ${[...fields].map(([key, line]) => `${key} (line ${line})`).join(', ')}`,
    );
    return [...new Set([...this.said, ...lines])];
  }
}
