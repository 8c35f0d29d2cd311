import type { AppCheck, AppHelper, AppMount, AppPort, AppProcess, AppService } from '../app-model.ts';
import { bytesText, wholeMiB } from '../amount-text.ts';
import { imageOf } from '../image-of.ts';
import { commandOfTest, isSameCheck, startPeriodOf, testText, toolOfTest } from '../check-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalNumber, optionalTime, portText } from '../plain-losses.ts';
import { scriptOf } from '../shell-text.ts';
import { compact } from '../yaml-text.ts';
import { containerName } from './object-names.ts';
import { balancedCheck, balancedPort } from './write-load-balancing.ts';

/** `aws ecs register-task-definition`. */
export function ecsTaskDefinition(service: AppService, family: string, losses: ServiceLosses): object {
  const volumes = new Map<string, object>();
  const main = containerObject(service.name, service, service, volumes, losses, {
    healthCheck: healthCheck(service, losses),
    dependsOn: service.helpers
      .filter(({ runs }) => runs === 'before')
      .map(({ name }) => ({ containerName: containerName(name), condition: 'SUCCESS' })),
    stopTimeout: stopTimeout(service, losses),
    dockerLabels: service.labels,
  });
  const helpers = service.helpers.map((helper) => helperObject(helper, service, volumes, losses));
  return compact({
    family,
    networkMode: service.hostNetwork ? 'host' : 'bridge',
    requiresCompatibilities: ['EC2'],
    containerDefinitions: [main, ...helpers],
    volumes: [...volumes.values()],
  });
}

function helperObject(
  helper: AppHelper,
  service: AppService,
  volumes: Map<string, object>,
  losses: ServiceLosses,
): object {
  return containerObject(helper.name, helper, service, volumes, losses.within('helpers'), {
    essential: helper.runs === 'beside' ? undefined : false,
  });
}

function containerObject(
  name: string,
  process: AppProcess,
  service: AppService,
  volumes: Map<string, object>,
  losses: ServiceLosses,
  more: object,
): object {
  const { request, limit, gpus } = process.resources;
  if (limit.cpuMilli !== undefined)
    losses.none(
      'resources.limit.cpuMilli',
      String(limit.cpuMilli / 1000),
      'on EC2 a container may take all that is idle',
    );
  losses.none('resources.limit.pids', optionalNumber(limit.pids), 'processes are not counted');
  losses.none(
    'resources.request.diskBytes',
    request.diskBytes === undefined ? undefined : bytesText(request.diskBytes),
    'on EC2 disks are not reckoned with',
  );
  const variables = [...process.secrets, ...process.configs].map(({ name: secret, key, target }) => {
    const isVariable = target?.startsWith('$') === true && target !== '$*';
    if (!isVariable)
      losses.near(
        process.secrets.some((one) => one.name === secret) ? 'secrets' : 'configs',
        secret,
        'it comes as a variable, not as a file',
      );
    const variable = isVariable ? target.slice(1) : secret.toUpperCase().replace(/\W+/g, '_');
    return { name: variable, valueFrom: key === undefined ? secret : `${secret}/${key}` };
  });
  const hasMemory = request.memBytes !== undefined || limit.memBytes !== undefined;
  if (!hasMemory) losses.near('resources.request.memBytes', 'none', 'a container needs a memory; 128 MiB are reserved');
  return compact({
    name: containerName(name),
    image: imageOf(process, losses),
    cpu: request.cpuMilli === undefined ? undefined : Math.round((request.cpuMilli * 1024) / 1000),
    memory: mib(limit.memBytes, 'resources.limit.memBytes', losses),
    memoryReservation: hasMemory ? mib(request.memBytes, 'resources.request.memBytes', losses) : 128,
    resourceRequirements: gpus === undefined ? [] : [{ type: 'GPU', value: String(gpus) }],
    portMappings: process.ports.map((port) => portMapping(port, service, losses)),
    entryPoint: process.command,
    command: process.args,
    user: process.user,
    workingDirectory: process.workingDirectory,
    environment: Object.entries(process.env).map(([key, value]) => ({ name: key, value })),
    secrets: variables,
    mountPoints: process.mounts.flatMap((mount) => mountPoint(mount, volumes, losses)),
    linuxParameters: memoryMounts(process),
    ...compact(more),
  });
}

function mib(bytes: number | undefined, field: string, losses: ServiceLosses): number | undefined {
  if (bytes === undefined) return undefined;
  const whole = wholeMiB(bytes);
  const amount = Math.max(6, whole.mib);
  if (!whole.isExact || amount !== whole.mib)
    losses.near(field, bytesText(bytes), `${amount} MiB: whole MiB, at least 6`);
  return amount;
}

function portMapping(port: AppPort, service: AppService, losses: ServiceLosses): object {
  if (port.protocol === 'sctp') losses.none('ports.protocol', portText(port), 'ECS knows TCP and UDP; TCP');
  const isHost = port.mode === 'host' || service.hostNetwork;
  if (service.hostNetwork && port.published !== undefined && port.published !== port.container)
    losses.near(
      'ports',
      portText(port),
      `port ${port.container} of the instance, since it uses the instance's network`,
    );
  if (port.mode === 'balanced' && port !== balancedPort(service))
    losses.near(
      'ports',
      portText(port),
      'a port of the instance that Docker chooses; a second target group has to be made for it',
    );
  if (port.mode === 'internal' && port.published !== undefined && port.published !== port.container)
    losses.near('ports', portText(port), `others reach it at ${port.container}`);
  return compact({
    name: port.name,
    containerPort: port.container,
    hostPort: service.hostNetwork ? port.container : isHost ? (port.published ?? 0) : 0,
    protocol: port.protocol === 'udp' ? 'udp' : undefined,
  });
}

function mountPoint(mount: AppMount, volumes: Map<string, object>, losses: ServiceLosses): object[] {
  const { kind, source, target, readOnly, sizeBytes } = mount;
  if (kind === 'memory') return [];
  if (sizeBytes !== undefined)
    losses.none('mounts.sizeBytes', `${target} ${bytesText(sizeBytes)}`, 'volumes on an instance have no size');
  if (mount.perReplica === true)
    losses.near('mounts.perReplica', target, 'a volume of the instance, which tasks there share');
  const name = (source === '' ? target : source).replace(/[^\w-]+/g, '-').replace(/^-+|-+$/g, '') || 'data';
  const volume =
    kind === 'bind'
      ? { name, host: { sourcePath: source } }
      : kind === 'named'
        ? { name, dockerVolumeConfiguration: { scope: 'shared', autoprovision: true } }
        : { name };
  volumes.set(name, volume);
  return [compact({ sourceVolume: name, containerPath: target, readOnly: readOnly || undefined })];
}

function memoryMounts({ mounts }: AppProcess): object | undefined {
  const tmpfs = mounts
    .filter(({ kind }) => kind === 'memory')
    .map(({ target, sizeBytes }) => ({
      containerPath: target,
      size: Math.ceil((sizeBytes ?? 64 * 2 ** 20) / 2 ** 20),
    }));
  return tmpfs.length === 0 ? undefined : { tmpfs };
}

function stopTimeout({ stopGraceUs }: AppService, losses: ServiceLosses): number | undefined {
  if (stopGraceUs === undefined) return undefined;
  const seconds = Math.max(2, Math.ceil(stopGraceUs / 1e6));
  if (seconds * 1e6 !== stopGraceUs)
    losses.near('stopGraceUs', optionalTime(stopGraceUs), `${seconds} s: whole seconds, at least 2`);
  return seconds;
}

/** A container that is unhealthy is stopped; whether it gets requests, its load balancer decides. */
function healthCheck(service: AppService, losses: ServiceLosses): object | undefined {
  const { liveness, readiness } = service;
  const balanced = balancedCheck(service);
  if (balanced !== undefined && (liveness === undefined || isSameCheck(liveness, readiness))) {
    if (liveness === undefined)
      losses.near('readiness', testText(balanced.test), 'whoever fails the load balancer is replaced as well');
    return undefined;
  }
  const check = liveness ?? readiness;
  if (check === undefined) return undefined;
  const field = liveness === undefined ? 'readiness' : 'liveness';
  if (liveness === undefined)
    losses.near('readiness', testText(check.test), 'the only check is one of health; whoever fails it is replaced');
  else if (readiness === undefined)
    losses.near('liveness', testText(liveness.test), 'a task counts as started only when it has passed');
  else if (balanced === undefined && !isSameCheck(liveness, readiness))
    losses.none('readiness', testText(readiness.test), 'without a load balancer nothing but health is asked');
  return checkFields(service, check, field, losses);
}

function checkFields(service: AppService, check: AppCheck, field: string, losses: ServiceLosses): object {
  const { command, isExact } = commandOfTest(check.test, service);
  if (!isExact)
    losses.near(field, testText(check.test), `asked by ${toolOfTest(check.test)}, which the image has to contain`);
  losses.none(`${field}.successes`, optionalNumber(check.successes), 'one success is enough');
  losses.none(`${field}.startIntervalUs`, optionalTime(check.startIntervalUs), 'the interval is always the same');
  const within = (us: number | undefined, what: string, least: number, most: number): number | undefined => {
    if (us === undefined) return undefined;
    const seconds = Math.min(most, Math.max(least, Math.ceil(us / 1e6)));
    if (seconds * 1e6 !== us)
      losses.near(`${field}.${what}`, optionalTime(us), `${seconds} s: ${least} to ${most} whole seconds`);
    return seconds;
  };
  const retries = check.retries === undefined ? undefined : Math.min(10, Math.max(1, check.retries));
  if (retries !== check.retries) losses.near(`${field}.retries`, optionalNumber(check.retries), `${retries}: 1 to 10`);
  const script = scriptOf(command);
  return compact({
    command: script === undefined ? ['CMD', ...command] : ['CMD-SHELL', script],
    interval: within(check.intervalUs, 'intervalUs', 5, 300),
    timeout: within(check.timeoutUs, 'timeoutUs', 2, 60),
    retries,
    startPeriod: within(startPeriodOf(check, field, losses), 'startPeriodUs', 0, 300),
  });
}
