import { bytesOfText, cpuMilliOfText, goDurationUs } from '../../swarm/compose/compose-amounts.ts';
import {
  plainService,
  shareOf,
  type AppCheck,
  type AppJob,
  type AppPort,
  type AppService,
  type AppUpdate,
  type Loss,
} from '../app-model.ts';
import { modelKey, modelValue } from '../machine-keys.ts';
import type { RawPart } from '../raw-part.ts';
import { shellWords } from '../shell-text.ts';
import { said } from '../yaml-text.ts';
import { composeMounts, composeSecrets } from './read-mounts.ts';

const KINDS: Readonly<Record<string, AppService['kind']>> = {
  global: 'daemon',
  'replicated-job': 'job',
  'global-job': 'job',
};

/** One service of a stack. */
export function composeService(name: string, part: RawPart, root: RawPart, losses: Loss[]): AppService {
  const deploy = part.child('deploy');
  const labels = { ...assignments(part.child('labels')), ...assignments(deploy.child('labels')) };
  const mode = deploy.child('mode').text() ?? 'replicated';
  if (mode === 'global-job')
    losses.push({
      kind: 'not-translated',
      service: name,
      field: 'deploy.mode',
      value: mode,
      instead: 'a job that runs once',
    });
  const cron = cronOf(labels);
  const replicas = deploy.child('replicas').number() ?? 1;
  const restart = restartOf(part);
  const kind = cron !== undefined ? 'scheduled-job' : (KINDS[mode] ?? 'service');
  const isJob = kind === 'job' || kind === 'scheduled-job';
  const check = checkOf(part.child('healthcheck'));
  const networks = part.child('networks');
  const named = networks.isList ? networks.texts() : networks.entries().map(([key]) => key);
  networks.take();
  const hostNetwork = named.some((one) => isHostNetwork(root.child('networks').child(one), one));
  const hostname = part.child('hostname');
  const hasIdentity = /\{\{\s*\.Task\.Slot\s*\}\}/.test(typeof hostname.value === 'string' ? hostname.value : '');
  if (hasIdentity) hostname.take();
  // What every container of a stack has anyway.
  part.take('init', 'tty', 'stdin_open');
  return {
    ...plainService(name, part.child('image').text() ?? ''),
    kind,
    replicas: isJob || kind === 'daemon' ? 1 : replicas,
    labels: cron === undefined ? labels : cron.labels,
    ...commandsOf(part),
    env: assignments(part.child('environment')),
    ports: portsOf(part),
    resources: resourcesOf(deploy.child('resources')),
    mounts: composeMounts(part.child('volumes'), root),
    secrets: composeSecrets(part.child('secrets'), '/run/secrets/'),
    configs: composeSecrets(part.child('configs'), '/'),
    ...(check !== undefined && { liveness: check, readiness: check }),
    ...texts(part),
    ...time(part.child('stop_grace_period'), 'stopGraceUs'),
    ...(isJob ? jobOf(cron?.replicas ?? replicas, restart) : { ...(restart && { restart }) }),
    ...updateOf(deploy.child('update_config')),
    placement: placementOf(deploy.child('placement')),
    dependsOn: dependsOf(part.child('depends_on')),
    ...(cron !== undefined && { schedule: cron.schedule }),
    hostNetwork,
    hasIdentity,
  };
}

/** Texts by name, of a map or of a list of `NAME=value`. */
function assignments(part: RawPart): Record<string, string> {
  if (!part.isList) return part.textMap();
  return Object.fromEntries(
    part.texts().map((text) => {
      const [key, ...rest] = text.split('=');
      return [key, rest.join('=')];
    }),
  );
}

function commandsOf(part: RawPart): Pick<AppService, 'command' | 'args'> {
  const words = (one: RawPart): string[] | undefined =>
    one.isPresent ? (one.isList ? one.texts() : shellWords(one.text() ?? '')) : undefined;
  const command = words(part.child('entrypoint'));
  const args = words(part.child('command'));
  return { ...(command && { command }), ...(args && { args }) };
}

function texts(part: RawPart): Pick<AppService, 'user' | 'workingDirectory' | 'stopSignal'> {
  return said({
    user: part.child('user').text(),
    workingDirectory: part.child('working_dir').text(),
    stopSignal: part.child('stop_signal').text(),
  });
}

function portsOf(part: RawPart): AppPort[] {
  const published = part
    .child('ports')
    .items()
    .flatMap((item) => (item.isMap ? [longPort(item)] : shortPorts(item.text() ?? '')));
  const inner = part
    .child('expose')
    .texts()
    .flatMap((text) => shortPorts(text).map((port) => ({ ...port, mode: 'internal' as const })));
  return [...published, ...inner.filter((port) => !published.some((one) => one.container === port.container))];
}

function longPort(item: RawPart): AppPort {
  const published = item.child('published').number();
  return {
    container: item.child('target').number() ?? 0,
    ...(published !== undefined && published > 0 && { published }),
    protocol: protocolOf(item.child('protocol').text()),
    mode: item.child('mode').text() === 'host' ? 'host' : 'balanced',
  };
}

/** `80`, `8080:80`, `127.0.0.1:8080:80/udp`, `8000-8002:9000-9002`. */
function shortPorts(text: string): AppPort[] {
  const [ports, protocol] = text.split('/');
  const parts = ports.split(':');
  const container = range(parts[parts.length - 1]);
  const published = parts.length > 1 && parts[parts.length - 2] !== '' ? range(parts[parts.length - 2]) : undefined;
  return container.map((port, place) => ({
    container: port,
    ...(published !== undefined && { published: published[place] ?? published[0] }),
    protocol: protocolOf(protocol),
    mode: 'balanced',
  }));
}

function range(text: string): number[] {
  const [first, last = first] = text.split('-').map(Number);
  return Array.from({ length: Math.max(1, last - first + 1) }, (_, place) => first + place);
}

const protocolOf = (text: string | undefined): AppPort['protocol'] =>
  text === 'udp' || text === 'sctp' ? text : 'tcp';

function resourcesOf(part: RawPart): AppService['resources'] {
  const amounts = (of: RawPart): { cpuMilli?: number; memBytes?: number } =>
    said({
      cpuMilli: cpuMilliOfText(of.child('cpus').text() ?? ''),
      memBytes: bytesOfText(of.child('memory').text() ?? ''),
    });
  const limits = part.child('limits');
  const reserved = part.child('reservations');
  const gpus = reserved
    .child('generic_resources')
    .items()
    .map((item) => item.child('discrete_resource_spec'))
    .filter((spec) => /gpu/i.test(String(spec.child('kind').value)))
    .map((spec) => {
      spec.child('kind').take();
      return spec.child('value').number() ?? 0;
    });
  const pids = limits.child('pids').number();
  return {
    request: amounts(reserved),
    limit: { ...amounts(limits), ...(pids !== undefined && pids > 0 && { pids }) },
    ...(gpus.length > 0 && { gpus: gpus.reduce((sum, one) => sum + one, 0) }),
  };
}

function checkOf(part: RawPart): AppCheck | undefined {
  if (!part.isPresent) return undefined;
  const test = part.child('test');
  const words = test.isList ? test.texts() : ['CMD-SHELL', test.text() ?? ''];
  if (part.child('disable').flag() === true || words[0] === 'NONE' || words.length < 2 || words[1] === '') {
    part.take();
    return undefined;
  }
  const command = words[0] === 'CMD-SHELL' ? ['/bin/sh', '-c', words.slice(1).join(' ')] : words.slice(1);
  const retries = part.child('retries').number();
  return {
    test: { kind: 'command', command },
    ...time(part.child('interval'), 'intervalUs'),
    ...time(part.child('timeout'), 'timeoutUs'),
    ...(retries !== undefined && { retries }),
    ...time(part.child('start_period'), 'startPeriodUs'),
    ...time(part.child('start_interval'), 'startIntervalUs'),
  };
}

/** A duration as one field, or nothing. */
function time<K extends string>(part: RawPart, field: K): { [key in K]?: number } {
  const text = part.text();
  const us = text === undefined ? undefined : goDurationUs(text);
  return (us === undefined ? {} : { [field]: us }) as { [key in K]?: number };
}

function restartOf(part: RawPart): AppService['restart'] {
  const policy = part.at('deploy.restart_policy');
  const old = part.child('restart').text();
  if (!policy.isPresent) return old === undefined ? undefined : oldRestart(old);
  const condition = policy.child('condition').text();
  const attempts = policy.child('max_attempts').number();
  return {
    ...((condition === 'any' || condition === 'on-failure' || condition === 'none') && { condition }),
    ...time(policy.child('delay'), 'delayUs'),
    ...(attempts !== undefined && { maxAttempts: attempts }),
    ...time(policy.child('window'), 'windowUs'),
  };
}

/** `restart:` counts where there is no restart policy. */
function oldRestart(text: string): AppService['restart'] {
  const [word, count] = text.split(':');
  if (word === 'no') return { condition: 'none' };
  if (word !== 'on-failure') return { condition: 'any' };
  return { condition: 'on-failure', ...(count !== undefined && { maxAttempts: Number(count) }) };
}

function jobOf(
  replicas: number,
  restart: AppService['restart'],
): { job: AppJob; restart?: NonNullable<AppService['restart']> } {
  const retries = restart?.condition === 'none' ? 0 : restart?.maxAttempts;
  const { condition: _, maxAttempts: __, ...rest } = restart ?? {};
  return {
    job: { completions: replicas, parallelism: Math.max(1, replicas), ...(retries !== undefined && { retries }) },
    ...(Object.keys(rest).length > 0 && { restart: rest }),
  };
}

function updateOf(part: RawPart): { update?: AppUpdate } {
  if (!part.isPresent) return {};
  const action = part.child('failure_action').text();
  const order = part.child('order').text();
  const ratio = part.child('max_failure_ratio').number();
  const parallelism = part.child('parallelism').number();
  const update: AppUpdate = {
    ...(parallelism !== undefined && { parallelism }),
    ...time(part.child('delay'), 'delayUs'),
    ...((action === 'pause' || action === 'continue' || action === 'rollback') && { failureAction: action }),
    ...time(part.child('monitor'), 'monitorUs'),
    ...(ratio !== undefined && { maxFailureShare: shareOf(ratio) }),
    ...((order === 'stop-first' || order === 'start-first') && { order }),
  };
  return { update };
}

function placementOf(part: RawPart): AppService['placement'] {
  const most = part.child('max_replicas_per_node').number();
  return {
    constraints: part
      .child('constraints')
      .texts()
      .map((text) => {
        const [, name, sign, value] = /^\s*(\S+?)\s*([=!]=)\s*(.*?)\s*$/.exec(text) ?? ['', text, '==', ''];
        const key = modelKey('compose', name) ?? `label:${name}`;
        return { key, operator: sign === '==' ? 'in' : 'not-in', values: [modelValue(key, value)] };
      }),
    spread: part
      .child('preferences')
      .items()
      .map((item) => {
        const name = item.child('spread').text() ?? '';
        return { key: modelKey('compose', name) ?? `label:${name}`, isHard: false };
      }),
    ...(most !== undefined && most > 0 && { maxPerMachine: most }),
    affinity: [],
    neighbours: [],
    tolerates: [],
  };
}

function dependsOf(part: RawPart): AppService['dependsOn'] {
  return part.texts().map((service) => ({ service, until: 'started' }));
}

function isHostNetwork(network: RawPart, name: string): boolean {
  const external = network.child('external').value;
  const actual = network.child('name').value ?? name;
  return external === true && actual === 'host';
}

/** The labels of crazymax/swarm-cronjob. */
function cronOf(
  labels: Readonly<Record<string, string>>,
): { schedule: NonNullable<AppService['schedule']>; replicas: number; labels: Record<string, string> } | undefined {
  const cron = labels['swarm.cronjob.schedule'];
  if (cron === undefined || labels['swarm.cronjob.enable'] !== 'true') return undefined;
  const skip = labels['swarm.cronjob.skip-running'];
  return {
    schedule: { cron, ...(skip !== undefined && { overlap: skip === 'true' ? 'forbid' : 'allow' }) },
    replicas: Number(labels['swarm.cronjob.replicas'] ?? 1),
    labels: Object.fromEntries(Object.entries(labels).filter(([key]) => !key.startsWith('swarm.cronjob.'))),
  };
}
