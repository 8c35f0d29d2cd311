import type { Dialect } from './app-model.ts';

/**
 * How each dialect calls what a machine has. Sources: swarmkit manager/constraint; k8s.io/api well-known labels; Marathon
 * constraints (`@zone`, `@region` are fault domains); ECS cluster query language; Nomad's node attributes. Swarm has no
 * zones of its own: people label nodes with `zone`. Without an entry the dialect has no such thing.
 */
const NAMES: Readonly<Record<string, Readonly<Partial<Record<Dialect, string>>>>> = {
  hostname: {
    compose: 'node.hostname',
    kubernetes: 'kubernetes.io/hostname',
    marathon: 'hostname',
    ecs: 'attribute:hostname',
    nomad: '${attr.unique.hostname}',
  },
  id: { compose: 'node.id', ecs: 'ec2InstanceId', nomad: '${node.unique.id}' },
  zone: {
    compose: 'node.labels.zone',
    kubernetes: 'topology.kubernetes.io/zone',
    marathon: '@zone',
    ecs: 'attribute:ecs.availability-zone',
    nomad: '${meta.zone}',
  },
  region: {
    compose: 'node.labels.region',
    kubernetes: 'topology.kubernetes.io/region',
    marathon: '@region',
    ecs: 'attribute:region',
    nomad: '${node.region}',
  },
  os: {
    compose: 'node.platform.os',
    kubernetes: 'kubernetes.io/os',
    marathon: 'os',
    ecs: 'attribute:ecs.os-type',
    nomad: '${attr.kernel.name}',
  },
  arch: {
    compose: 'node.platform.arch',
    kubernetes: 'kubernetes.io/arch',
    marathon: 'arch',
    ecs: 'attribute:ecs.cpu-architecture',
    nomad: '${attr.cpu.arch}',
  },
  'instance-type': {
    compose: 'node.labels.instance-type',
    kubernetes: 'node.kubernetes.io/instance-type',
    marathon: 'instance-type',
    ecs: 'attribute:ecs.instance-type',
    nomad: '${attr.platform.aws.instance-type}',
  },
  role: { compose: 'node.role' },
};

const LABEL: Readonly<Record<Dialect, readonly [before: string, after: string]>> = {
  compose: ['node.labels.', ''],
  kubernetes: ['', ''],
  marathon: ['', ''],
  ecs: ['attribute:', ''],
  nomad: ['${meta.', '}'],
};

/** Other names by which people call the same, when read. */
const ALIASES: Readonly<Partial<Record<Dialect, Readonly<Record<string, string>>>>> = {
  kubernetes: {
    'failure-domain.beta.kubernetes.io/zone': 'zone',
    'failure-domain.beta.kubernetes.io/region': 'region',
    'beta.kubernetes.io/arch': 'arch',
    'beta.kubernetes.io/os': 'os',
    'beta.kubernetes.io/instance-type': 'instance-type',
  },
  marathon: { '@hostname': 'hostname' },
  nomad: {
    '${attr.platform.aws.placement.availability-zone}': 'zone',
    '${attr.os.name}': 'label:os.name',
    '${node.unique.name}': 'hostname',
  },
};

/** The dialect's name of a key of the model; undefined: it has no such thing. */
export function machineKey(dialect: Dialect, key: string): string | undefined {
  if (!key.startsWith('label:')) return Object.hasOwn(NAMES, key) ? NAMES[key][dialect] : undefined;
  const [before, after] = LABEL[dialect];
  return `${before}${key.slice('label:'.length)}${after}`;
}

/** The model's key for a dialect's name. */
export function modelKey(dialect: Dialect, name: string): string | undefined {
  const known = Object.keys(NAMES).find((key) => NAMES[key][dialect] === name);
  if (known !== undefined) return known;
  const alias = ALIASES[dialect];
  if (alias !== undefined && Object.hasOwn(alias, name)) return alias[name];
  const [before, after] = LABEL[dialect];
  const isLabel = name.length > before.length + after.length && name.startsWith(before) && name.endsWith(after);
  return isLabel ? `label:${name.slice(before.length, name.length - after.length)}` : undefined;
}

const UNAME: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' };

/** Values of `arch` have two names; the model has Go's, ECS and Swarm partly the kernel's. */
export function machineValue(dialect: Dialect, key: string, value: string): string {
  if (key !== 'arch') return value;
  if (dialect === 'compose') return UNAME[value] ?? value;
  return dialect === 'ecs' && value === 'amd64' ? 'x86_64' : value;
}

export function modelValue(key: string, value: string): string {
  if (key !== 'arch') return value;
  return value === 'x86_64' ? 'amd64' : value === 'aarch64' ? 'arm64' : value;
}
