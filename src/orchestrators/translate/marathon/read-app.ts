import { absoluteId } from '../../mesos/frameworks/marathon/path-id.ts';
import {
  plainService,
  shareOf,
  type AppCheck,
  type AppMount,
  type AppPort,
  type AppSecret,
  type AppService,
} from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { commandOfLine } from '../shell-text.ts';
import { said } from '../yaml-text.ts';
import { readConstraints } from './read-constraints.ts';

/** One app. Dependencies are absolute ids. */
export function marathonService(part: RawPart, id: string, inherited: readonly string[]): AppService {
  const path = id.slice(1).split('/');
  const name = path.pop() ?? '';
  const group = path.join('/');
  const container = part.child('container');
  const docker = container.child('docker');
  container.take('type');
  const hostNetwork = isHostNetwork(part, docker);
  const mappings = container.child('portMappings').isPresent
    ? container.child('portMappings')
    : docker.child('portMappings');
  const ports = hostNetwork ? hostPorts(part) : mappings.items().map(portOf);
  const env = envOf(part, container);
  const parameter = (key: string): string | undefined => {
    const found = docker
      .child('parameters')
      .items()
      .find((one) => one.child('key').value === key);
    found?.child('key').take();
    return found?.child('value').text();
  };
  const placement = readConstraints(part.child('constraints'));
  const cmd = part.child('cmd').text();
  const args = part.child('args');
  docker.take('network', 'forcePullImage');
  const grace = micro(part.child('taskKillGracePeriodSeconds'));
  const lost = part.child('unreachableStrategy');
  const replaceAfterUs = micro(lost.child('inactiveAfterSeconds'));
  lost.take('expungeAfterSeconds');
  const mounts = container
    .child('volumes')
    .items()
    .filter((one) => !one.child('secret').isPresent)
    .map(mountOf);
  part.take('residency');
  return {
    ...plainService(name, docker.child('image').text() ?? ''),
    group,
    replicas: part.child('instances').number() ?? 1,
    labels: part.child('labels').textMap(),
    ...(cmd !== undefined && { command: commandOfLine(cmd) }),
    ...(args.isPresent && { args: args.texts() }),
    ...env,
    ports,
    resources: resourcesOf(part),
    mounts,
    ...checksOf(part, ports),
    ...restartOf(part),
    ...updateOf(part.child('upgradeStrategy')),
    placement,
    dependsOn: [
      ...inherited,
      ...part
        .child('dependencies')
        .texts()
        .map((one) => absoluteId(one, `/${group}`)),
    ].map((service) => ({ service, until: 'healthy' })),
    hostNetwork,
    ...said({
      stopGraceUs: grace,
      replaceAfterUs,
      user: parameter('user') ?? part.child('user').text(),
      workingDirectory: parameter('workdir'),
    }),
  };
}

export const micro = (part: RawPart): number | undefined => {
  const seconds = part.number();
  return seconds === undefined ? undefined : Math.round(seconds * 1e6);
};

function isHostNetwork(part: RawPart, docker: RawPart): boolean {
  const modes = part
    .child('networks')
    .items()
    .map((one) => one.child('mode').text());
  return modes.includes('host') || docker.child('network').value === 'HOST';
}

function hostPorts(part: RawPart): AppPort[] {
  part.take('requirePorts');
  const definitions = part
    .child('portDefinitions')
    .items()
    .map((one): AppPort => ({
      container: one.child('port').number() ?? 0,
      ...said({ name: one.child('name').text() }),
      protocol: one.child('protocol').text() === 'udp' ? 'udp' : 'tcp',
      mode: 'host',
    }));
  const old = part
    .child('ports')
    .items()
    .map((one): AppPort => ({ container: one.number() ?? 0, protocol: 'tcp', mode: 'host' }));
  return [...definitions, ...old].map((port) => ({ ...port, published: port.container }));
}

function portOf(part: RawPart): AppPort {
  const host = part.child('hostPort').number() ?? 0;
  const service = part.child('servicePort').number();
  part.take('labels');
  const published = service !== undefined && service > 0 ? service : host > 0 ? host : undefined;
  return {
    container: part.child('containerPort').number() ?? 0,
    ...(published !== undefined && { published }),
    protocol: part.child('protocol').text() === 'udp' ? 'udp' : 'tcp',
    mode: service !== undefined ? 'balanced' : host > 0 ? 'host' : 'internal',
    ...said({ name: part.child('name').text() }),
  };
}

function envOf(part: RawPart, container: RawPart): Pick<AppService, 'env' | 'secrets'> {
  const env: Record<string, string> = {};
  const secrets: AppSecret[] = [];
  const source = (id: string): Pick<AppSecret, 'name' | 'key'> => {
    const path = part.child('secrets').child(id).child('source').text() ?? id;
    const [, name, key] = /^(.*?)\/([^/]+)$/.exec(path) ?? [undefined, path, undefined];
    return key !== undefined && name === id ? { name, key } : { name: id };
  };
  for (const [key, value] of part.child('env').entries())
    if (value.isMap) secrets.push({ ...source(value.child('secret').text() ?? ''), target: `$${key}` });
    else env[key] = value.text() ?? '';
  for (const one of container.child('volumes').items()) {
    const id = one.child('secret');
    if (!id.isPresent) continue;
    const path = one.child('containerPath').text() ?? '';
    const from = source(id.text() ?? '');
    secrets.push({ ...from, ...(path !== `/run/secrets/${from.name}` && { target: path }) });
  }
  return { env, secrets };
}

function mountOf(part: RawPart): AppMount {
  const target = part.child('containerPath').text() ?? '';
  const readOnly = part.child('mode').text() === 'RO';
  const size = part.at('persistent.size').number();
  if (part.child('persistent').isPresent)
    return {
      kind: 'named',
      source: '',
      target,
      readOnly,
      perReplica: true,
      ...(size !== undefined && { sizeBytes: size * 2 ** 20 }),
    };
  const external = part.child('external');
  if (external.isPresent) {
    external.take('provider', 'options');
    const gib = external.child('size').number();
    return {
      kind: 'named',
      source: external.child('name').text() ?? '',
      target,
      readOnly,
      ...(gib !== undefined && { sizeBytes: gib * 2 ** 30 }),
    };
  }
  const source = part.child('hostPath').text() ?? '';
  return source.startsWith('/')
    ? { kind: 'bind', source, target, readOnly }
    : { kind: 'temporary', source: '', target, readOnly };
}

export function resourcesOf(part: RawPart): AppService['resources'] {
  const mib = (one: RawPart): number | undefined => {
    const count = one.number();
    return count === undefined ? undefined : Math.round(count * 2 ** 20);
  };
  const milli = (one: RawPart): number | undefined => {
    const count = one.number();
    return count === undefined ? undefined : Math.round(count * 1000);
  };
  const gpus = part.child('gpus').number();
  return {
    request: said({
      cpuMilli: milli(part.child('cpus')),
      memBytes: mib(part.child('mem')),
      diskBytes: mib(part.child('disk')),
    }),
    limit: said({ cpuMilli: milli(part.at('resourceLimits.cpus')), memBytes: mib(part.at('resourceLimits.mem')) }),
    ...(gpus !== undefined && gpus > 0 && { gpus }),
  };
}

function checksOf(part: RawPart, ports: readonly AppPort[]): Pick<AppService, 'liveness' | 'readiness'> {
  const checks = part.child('healthChecks').items();
  const ready = part.child('readinessChecks').items();
  if (checks.length === 0) return ready.length === 0 ? {} : { readiness: readinessOf(ready[0], ports) };
  const failures = checks[0].child('maxConsecutiveFailures').number();
  const check = healthOf(checks[0], ports);
  // Nobody is killed, and one failure is enough to get no requests.
  if (failures === 0) return { readiness: { ...check, retries: 1 } };
  const liveness = { ...check, ...(failures !== undefined && { retries: failures }) };
  return { liveness, readiness: ready.length === 0 ? liveness : readinessOf(ready[0], ports) };
}

function healthOf(part: RawPart, ports: readonly AppPort[]): AppCheck {
  const protocol = part.child('protocol').text() ?? 'HTTP';
  const index = part.child('portIndex').number();
  const port = part.child('port').number() ?? ports.at(index ?? 0)?.container;
  part.take('ignoreHttp1xx', 'ipProtocol');
  const at = port === undefined ? {} : { port };
  const line = part.at('command.value').text();
  const times = said({
    delayUs: micro(part.child('delaySeconds')),
    startPeriodUs: micro(part.child('gracePeriodSeconds')),
    intervalUs: micro(part.child('intervalSeconds')),
    timeoutUs: micro(part.child('timeoutSeconds')),
  });
  if (protocol === 'COMMAND') return { test: { kind: 'command', command: commandOfLine(line ?? '') }, ...times };
  if (protocol.endsWith('TCP')) return { test: { kind: 'tcp', ...at }, ...times };
  const scheme = protocol.endsWith('HTTPS') ? 'https' : 'http';
  return { test: { kind: 'http', path: part.child('path').text() ?? '/', ...at, scheme }, ...times };
}

function readinessOf(part: RawPart, ports: readonly AppPort[]): AppCheck {
  const name = part.child('portName').text();
  const port = ports.find((one) => one.name === name)?.container;
  part.take('name', 'httpStatusCodesForReady', 'preserveLastResponse');
  return {
    test: {
      kind: 'http',
      path: part.child('path').text() ?? '/',
      ...(port !== undefined && { port }),
      scheme: part.child('protocol').text() === 'HTTPS' ? 'https' : 'http',
    },
    ...said({ intervalUs: micro(part.child('intervalSeconds')), timeoutUs: micro(part.child('timeoutSeconds')) }),
  };
}

function restartOf(part: RawPart): Pick<AppService, 'restart'> {
  const restart = said({
    delayUs: micro(part.child('backoffSeconds')),
    backoffFactor: part.child('backoffFactor').number(),
    maxDelayUs: micro(part.child('maxLaunchDelaySeconds')),
  });
  return Object.keys(restart).length === 0 ? {} : { restart };
}

function updateOf(part: RawPart): Pick<AppService, 'update'> {
  if (!part.isPresent) return {};
  const healthy = part.child('minimumHealthCapacity').number() ?? 1;
  const over = part.child('maximumOverCapacity').number() ?? 1;
  return { update: { minHealthyShare: shareOf(healthy), maxSurgeShare: shareOf(over) } };
}
