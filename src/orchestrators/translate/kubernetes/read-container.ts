import { quantityMilli, quantityValue } from '../../kubernetes/objects/quantity.ts';
import type { AppCheck, AppMount, AppPort, AppProcess, AppSecret, AppTest } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { said } from '../yaml-text.ts';
import { startIntervalOf } from './write-container.ts';

/** A volume of a pod, as what a container mounts of it. */
export type PodVolume =
  | { readonly mount: Omit<AppMount, 'target' | 'readOnly'> }
  | { readonly secret: string }
  | { readonly config: string }
  | 'other';

/** A container. Ports are internal until a Service or a host port says otherwise. */
export function readContainer(
  part: RawPart,
  volumes: ReadonlyMap<string, PodVolume>,
  isHostNetwork: boolean,
): AppProcess {
  part.take('imagePullPolicy', 'name', 'terminationMessagePath', 'terminationMessagePolicy');
  const command = part.child('command');
  const args = part.child('args');
  const env = envOf(part);
  const mounted = mountsOf(part.child('volumeMounts'), volumes);
  const ports = part
    .child('ports')
    .items()
    .map((one) => portOf(one, isHostNetwork));
  const user = userOf(part.child('securityContext'));
  const workingDirectory = part.child('workingDir').text();
  return {
    image: part.child('image').text() ?? '',
    ...(command.isPresent && { command: command.texts() }),
    ...(args.isPresent && { args: args.texts() }),
    env: env.env,
    ports,
    resources: resourcesOf(part.child('resources')),
    mounts: mounted.mounts,
    secrets: [...env.secrets, ...mounted.secrets],
    configs: [...env.configs, ...mounted.configs],
    ...checksOf(part, ports),
    ...said({ user, workingDirectory }),
  };
}

function portOf(part: RawPart, isHostNetwork: boolean): AppPort {
  const container = part.child('containerPort').number() ?? 0;
  const host = part.child('hostPort').number() ?? (isHostNetwork ? container : undefined);
  const protocol = (part.child('protocol').text() ?? 'TCP').toLowerCase() as AppPort['protocol'];
  const name = part.child('name').text();
  return {
    container,
    ...(host !== undefined && { published: host }),
    protocol,
    mode: host === undefined ? 'internal' : 'host',
    ...(name !== undefined && { name }),
  };
}

function envOf(part: RawPart): { env: Record<string, string>; secrets: AppSecret[]; configs: AppSecret[] } {
  const env: Record<string, string> = {};
  const secrets: AppSecret[] = [];
  const configs: AppSecret[] = [];
  const add = (list: AppSecret[], from: RawPart, target: string): void => {
    const name = from.child('name').text() ?? '';
    const key = from.child('key').text();
    from.take('optional');
    list.push({ name, ...(key !== undefined && key !== name && { key }), target });
  };
  for (const one of part.child('envFrom').items()) {
    if (one.child('secretRef').isPresent) add(secrets, one.child('secretRef'), '$*');
    if (one.child('configMapRef').isPresent) add(configs, one.child('configMapRef'), '$*');
  }
  for (const one of part.child('env').items()) {
    const name = one.child('name').text() ?? '';
    const secret = one.at('valueFrom.secretKeyRef');
    const config = one.at('valueFrom.configMapKeyRef');
    if (secret.isPresent) add(secrets, secret, `$${name}`);
    else if (config.isPresent) add(configs, config, `$${name}`);
    else if (!one.child('valueFrom').isPresent) env[name] = one.child('value').text() ?? '';
  }
  return { env, secrets, configs };
}

function mountsOf(
  part: RawPart,
  volumes: ReadonlyMap<string, PodVolume>,
): Pick<AppProcess, 'mounts' | 'secrets' | 'configs'> {
  const mounts: AppMount[] = [];
  const secrets: AppSecret[] = [];
  const configs: AppSecret[] = [];
  for (const one of part.items()) {
    const volume = volumes.get(one.child('name').text() ?? '');
    const target = one.child('mountPath').text() ?? '';
    if (volume === undefined || volume === 'other') continue;
    const readOnly = one.child('readOnly').flag() ?? false;
    if ('mount' in volume) mounts.push({ ...volume.mount, target, readOnly });
    else {
      const key = one.child('subPath').text();
      const name = 'secret' in volume ? volume.secret : volume.config;
      const standard = 'secret' in volume ? `/run/secrets/${name}` : `/${name}`;
      const file = { name, ...(key !== undefined && { key }), ...(target !== standard && { target }) };
      ('secret' in volume ? secrets : configs).push(file);
    }
  }
  return { mounts, secrets, configs };
}

function resourcesOf(part: RawPart): AppProcess['resources'] {
  const requests = part.child('requests');
  const limits = part.child('limits');
  const limit = {
    cpuMilli: amount(limits.child('cpu'), quantityMilli),
    memBytes: amount(limits.child('memory'), quantityValue),
  };
  const asked = {
    cpuMilli: amount(requests.child('cpu'), quantityMilli) ?? limit.cpuMilli,
    memBytes: amount(requests.child('memory'), quantityValue) ?? limit.memBytes,
    diskBytes: amount(requests.child('ephemeral-storage'), quantityValue),
  };
  const devices = limits.entries().filter(([key]) => key.endsWith('/gpu'));
  const gpus = devices.reduce((sum, [key, one]) => {
    requests.child(key).take();
    return sum + (amount(one, quantityValue) ?? 0);
  }, 0);
  // A request of nothing is none; without one the limit would be it.
  const nonZero = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);
  return {
    request: said({
      cpuMilli: nonZero(asked.cpuMilli),
      memBytes: nonZero(asked.memBytes),
      diskBytes: nonZero(asked.diskBytes),
    }),
    limit: said(limit),
    ...(gpus > 0 && { gpus }),
  };
}

export function amount(part: RawPart, read: (text: string) => number): number | undefined {
  const text = part.text();
  return text === undefined ? undefined : read(text);
}

function userOf(part: RawPart): string | undefined {
  const uid = part.child('runAsUser').text();
  const gid = part.child('runAsGroup').text();
  return uid === undefined ? undefined : gid === undefined ? uid : `${uid}:${gid}`;
}

function checksOf(part: RawPart, ports: readonly AppPort[]): Pick<AppProcess, 'liveness' | 'readiness'> {
  const liveness = probeOf(part.child('livenessProbe'), ports);
  const readiness = probeOf(part.child('readinessProbe'), ports);
  const startup = part.child('startupProbe');
  if (!startup.isPresent) return said({ liveness, readiness });
  // Its own question is read as that of the others; only a startup probe that stands alone is told as lost.
  const first = liveness ?? readiness;
  if (first === undefined) return {};
  const probe = probeOf(startup, ports);
  const periodUs = (startup.child('periodSeconds').number() ?? 10) * 1e6;
  const startPeriodUs = (probe?.delayUs ?? 0) + periodUs * (startup.child('failureThreshold').number() ?? 3);
  const start = { startPeriodUs, ...(periodUs !== startIntervalOf(first) && { startIntervalUs: periodUs }) };
  return said({ liveness: liveness && { ...liveness, ...start }, readiness: readiness && { ...readiness, ...start } });
}

function probeOf(part: RawPart, ports: readonly AppPort[]): AppCheck | undefined {
  const test = testOf(part, ports);
  if (test === undefined) return undefined;
  const seconds = (field: string): number | undefined => {
    const value = part.child(field).number();
    return value === undefined ? undefined : value * 1e6;
  };
  const successes = part.child('successThreshold').number();
  return {
    test,
    ...said({
      delayUs: seconds('initialDelaySeconds'),
      intervalUs: seconds('periodSeconds'),
      timeoutUs: seconds('timeoutSeconds'),
      retries: part.child('failureThreshold').number(),
      successes: successes === 1 ? undefined : successes,
    }),
  };
}

function testOf(part: RawPart, ports: readonly AppPort[]): AppTest | undefined {
  const port = (of: RawPart): { port?: number } => {
    const text = of.child('port').text();
    const found = ports.find(({ name }) => name === text)?.container ?? Number(text);
    return Number.isInteger(found) ? { port: found } : {};
  };
  const http = part.child('httpGet');
  if (http.isPresent)
    return {
      kind: 'http',
      path: http.child('path').text() ?? '/',
      ...port(http),
      scheme: http.child('scheme').text() === 'HTTPS' ? 'https' : 'http',
    };
  if (part.child('tcpSocket').isPresent) return { kind: 'tcp', ...port(part.child('tcpSocket')) };
  if (part.child('grpc').isPresent) return { kind: 'grpc', ...port(part.child('grpc')) };
  const command = part.at('exec.command');
  return command.isPresent ? { kind: 'command', command: command.texts() } : undefined;
}
