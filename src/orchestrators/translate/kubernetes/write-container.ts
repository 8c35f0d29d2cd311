import type { AppCheck, AppMount, AppProcess, AppSecret, AppService } from '../app-model.ts';
import { cpuText } from '../amount-text.ts';
import { imageOf } from '../image-of.ts';
import { commandOfTest } from '../check-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalTime } from '../plain-losses.ts';
import { compact, compactOrNothing } from '../yaml-text.ts';
import { objectName } from './object-names.ts';
import { memoryText, secondsOf } from './write-amounts.ts';

/** A container of a pod. `volumes`: where those that it mounts are collected. */
export function kubernetesContainer(
  name: string,
  process: AppProcess,
  volumes: PodVolumes,
  losses: ServiceLosses,
  probes: object = {},
): object {
  const { user } = process;
  if (user !== undefined && !/^\d+(:\d+)?$/.test(user))
    losses.none('user', user, 'a pod knows numbers of users only; the image decides');
  return compact({
    name: objectName(name),
    image: imageOf(process, losses),
    command: process.command,
    args: process.args,
    workingDir: process.workingDirectory,
    ports: process.ports.map((port) =>
      compact({
        name: portName(port.name),
        containerPort: port.container,
        hostPort: port.mode === 'host' ? (port.published ?? undefined) : undefined,
        protocol: port.protocol === 'tcp' ? undefined : port.protocol.toUpperCase(),
      }),
    ),
    envFrom: envFrom(process),
    env: [
      ...Object.entries(process.env).map(([key, value]) => ({ name: key, value })),
      ...keyed('secretKeyRef', process.secrets),
      ...keyed('configMapKeyRef', process.configs),
    ],
    resources: resourcesOf(process, losses),
    volumeMounts: volumes.mountsOf(process),
    ...probes,
    securityContext: securityContext(user),
  });
}

/** The probes of the main container. A startup probe holds both others off, and is over as soon as it has passed once. */
export function kubernetesProbes(service: AppService, losses: ServiceLosses): object {
  const { liveness, readiness } = service;
  const first = liveness ?? readiness;
  if (liveness !== undefined && readiness !== undefined && liveness.startPeriodUs !== readiness.startPeriodUs)
    losses.near(
      'readiness.startPeriodUs',
      optionalTime(readiness.startPeriodUs ?? 0),
      'as liveness, since there is one startup probe',
    );
  losses.none(
    'liveness.successes',
    liveness?.successes === undefined || liveness.successes === 1 ? undefined : String(liveness.successes),
    'one success is enough',
  );
  return compact({
    startupProbe: first && startup(service, first, liveness === undefined ? 'readiness' : 'liveness', losses),
    readinessProbe: readiness && probe(service, readiness, 'readiness', losses),
    livenessProbe: liveness && probe(service, liveness, 'liveness', losses),
  });
}

function startup(service: AppService, check: AppCheck, field: string, losses: ServiceLosses): object | undefined {
  const { startPeriodUs } = check;
  if (startPeriodUs === undefined || startPeriodUs === 0) return undefined;
  const intervalUs = Math.max(1e6, Math.ceil((check.startIntervalUs ?? startIntervalOf(check)) / 1e6) * 1e6);
  const failures = Math.max(1, Math.ceil(startPeriodUs / intervalUs));
  const is = failures * intervalUs === startPeriodUs && intervalUs === (check.startIntervalUs ?? intervalUs);
  if (!is)
    losses.near(
      `${field}.startPeriodUs`,
      optionalTime(startPeriodUs),
      `${failures} times ${intervalUs / 1e6} s of a startup probe`,
    );
  return compact({
    ...handler(service, check),
    periodSeconds: intervalUs / 1e6,
    timeoutSeconds: secondsOf(check.timeoutUs, `${field}.timeoutUs`, losses),
    failureThreshold: failures,
  });
}

/** How often a startup probe asks when nobody said it. */
export const startIntervalOf = (check: AppCheck): number => Math.min(check.intervalUs ?? 10e6, 10e6);

function probe(service: AppService, check: AppCheck, field: 'liveness' | 'readiness', losses: ServiceLosses): object {
  return compact({
    ...handler(service, check),
    initialDelaySeconds: secondsOf(check.delayUs, `${field}.delayUs`, losses),
    periodSeconds: secondsOf(check.intervalUs, `${field}.intervalUs`, losses),
    timeoutSeconds: secondsOf(check.timeoutUs, `${field}.timeoutUs`, losses),
    successThreshold: field === 'liveness' ? undefined : check.successes,
    failureThreshold: check.retries,
  });
}

function handler(service: AppService, { test }: AppCheck): object {
  const port = (test.kind === 'command' ? undefined : test.port) ?? service.ports[0]?.container ?? 80;
  if (test.kind === 'http')
    return { httpGet: { path: test.path, port, ...(test.scheme === 'https' && { scheme: 'HTTPS' }) } };
  if (test.kind === 'tcp') return { tcpSocket: { port } };
  if (test.kind === 'grpc') return { grpc: { port } };
  return { exec: { command: commandOfTest(test, service).command } };
}

function resourcesOf({ resources: { request, limit, gpus } }: AppProcess, losses: ServiceLosses): object | undefined {
  losses.none(
    'resources.limit.pids',
    limit.pids === undefined ? undefined : String(limit.pids),
    'a limit of processes is a setting of the kubelet',
  );
  const cpu = (milli?: number): string | undefined => (milli === undefined ? undefined : cpuText(milli));
  const memory = (bytes?: number): string | undefined => (bytes === undefined ? undefined : memoryText(bytes));
  // The API server makes a missing request the limit, so a request of nothing has to be said.
  const bare = (asked: number | undefined, most: number | undefined): number | undefined =>
    asked ?? (most === undefined ? undefined : 0);
  return compactOrNothing({
    requests: compactOrNothing({
      cpu: cpu(bare(request.cpuMilli, limit.cpuMilli)),
      memory: memory(bare(request.memBytes, limit.memBytes)),
      'ephemeral-storage': memory(request.diskBytes),
    }),
    limits: compactOrNothing({
      cpu: cpu(limit.cpuMilli),
      memory: memory(limit.memBytes),
      'nvidia.com/gpu': gpus,
    }),
  });
}

/** At most 15 small letters, digits and hyphens. */
export function portName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const mended = objectName(name).slice(0, 15).replace(/-+$/, '');
  return /[a-z]/.test(mended) ? mended : `p-${mended}`.slice(0, 15);
}

function envFrom(process: AppProcess): object[] {
  const whole = (secrets: readonly AppSecret[], as: string): object[] =>
    secrets.filter(({ target }) => target === '$*').map(({ name }) => ({ [as]: { name: objectName(name) } }));
  return [...whole(process.configs, 'configMapRef'), ...whole(process.secrets, 'secretRef')];
}

function keyed(as: string, secrets: readonly AppSecret[]): object[] {
  return secrets.flatMap(({ name, key, target }) =>
    target === undefined || !target.startsWith('$') || target === '$*'
      ? []
      : [{ name: target.slice(1), valueFrom: { [as]: { name: objectName(name), key: key ?? name } } }],
  );
}

function securityContext(user: string | undefined): object | undefined {
  const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(user ?? '') ?? [];
  if (uid === undefined) return undefined;
  return { runAsUser: Number(uid), ...(gid !== undefined && { runAsGroup: Number(gid) }) };
}

/** The volumes of a pod: each is defined once, however many containers mount it. */
export class PodVolumes {
  readonly volumes: object[] = [];
  readonly claims: AppMount[] = [];
  /** Claims that each replica has of its own. */
  readonly templates: AppMount[] = [];
  private readonly names = new Map<string, string>();

  mountsOf(process: AppProcess): object[] {
    const files = (secrets: readonly AppSecret[], kind: 'secret' | 'config'): object[] =>
      secrets.flatMap((one) => (one.target?.startsWith('$') === true ? [] : [this.file(one, kind)]));
    return [
      ...process.mounts.map((mount) =>
        compact({ name: this.nameOf(mount), mountPath: mount.target, readOnly: mount.readOnly || undefined }),
      ),
      ...files(process.secrets, 'secret'),
      ...files(process.configs, 'config'),
    ];
  }

  private nameOf(mount: AppMount): string {
    const key = mount.kind === 'named' ? `named ${mount.source}` : `${mount.kind} ${mount.source || mount.target}`;
    return this.once(key, mount.source || mount.target, (name) => {
      if (mount.kind === 'named' && mount.perReplica === true) {
        this.templates.push(mount);
        return undefined;
      }
      if (mount.kind === 'named') {
        this.claims.push(mount);
        return { name, persistentVolumeClaim: { claimName: objectName(mount.source) } };
      }
      if (mount.kind === 'bind') return { name, hostPath: { path: mount.source } };
      const size = mount.sizeBytes === undefined ? {} : { sizeLimit: memoryText(mount.sizeBytes) };
      return { name, emptyDir: { ...(mount.kind === 'memory' && { medium: 'Memory' }), ...size } };
    });
  }

  private file(secret: AppSecret, kind: 'secret' | 'config'): object {
    const source = objectName(secret.name);
    const name = this.once(`${kind} ${secret.name}`, secret.name, (volume) =>
      kind === 'secret'
        ? { name: volume, secret: { secretName: source } }
        : { name: volume, configMap: { name: source } },
    );
    const mountPath = secret.target ?? (kind === 'secret' ? `/run/secrets/${secret.name}` : `/${secret.name}`);
    return compact({ name, mountPath, subPath: secret.key, readOnly: true });
  }

  private once(key: string, wish: string, make: (name: string) => object | undefined): string {
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const base = objectName(wish);
    const used = new Set(this.names.values());
    let name = base;
    for (let k = 2; used.has(name); k++) name = `${base.slice(0, 60)}-${k}`;
    this.names.set(key, name);
    const volume = make(name);
    if (volume !== undefined) this.volumes.push(volume);
    return name;
  }
}
