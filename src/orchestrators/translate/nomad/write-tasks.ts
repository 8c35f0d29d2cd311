import type { AppHelper, AppMount, AppProcess, AppService } from '../app-model.ts';
import { bytesText, wholeMiB } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalTime } from '../plain-losses.ts';
import { attribute, block, blockOrNothing, isIdentifier, type HclData, type HclItem } from './hcl-text.ts';
import { portLabel, taskName } from './write-services.ts';

/** The main task, and those before and beside it. */
export function nomadTasks(service: AppService, losses: ServiceLosses): HclItem[] {
  const main = task(taskName(service), service, service, losses, [
    attribute('kill_timeout', optionalTime(service.stopGraceUs)),
    attribute('kill_signal', service.stopSignal),
  ]);
  return [...service.helpers.map((helper) => helperTask(helper, service, losses)), main];
}

function helperTask(helper: AppHelper, service: AppService, losses: ServiceLosses): HclItem {
  for (const port of helper.ports)
    losses.near(
      'helpers.ports',
      `${helper.name} ${port.container}`,
      'its ports are not declared; tasks of a group reach each other in a shared network only',
    );
  const lifecycle = block('lifecycle', undefined, [
    attribute('hook', 'prestart'),
    attribute('sidecar', helper.runs === 'beside'),
  ]);
  return task(helper.name.replace(/[^\w-]+/g, '-'), helper, service, losses.within('helpers'), [lifecycle]);
}

function task(
  name: string,
  process: AppProcess,
  service: AppService,
  losses: ServiceLosses,
  more: readonly (HclItem | undefined)[],
): HclItem {
  const attributes = more.filter((one) => one !== undefined && !('body' in one));
  const blocks = more.filter((one) => one !== undefined && 'body' in one);
  return block('task', name, [
    attribute('driver', process.image === '' ? 'exec' : 'docker'),
    attribute('user', process.user),
    ...attributes,
    ...blocks,
    block('config', undefined, config(process, service)),
    envBlock(process.env),
    ...templates(process, losses),
    resources(process, losses),
    ...process.mounts
      .filter(({ kind }) => kind === 'named')
      .map((mount) =>
        block('volume_mount', undefined, [
          attribute('volume', volumeName(mount)),
          attribute('destination', mount.target),
          attribute('read_only', mount.readOnly || undefined),
        ]),
      ),
  ]);
}

function config(process: AppProcess, service: AppService): (HclItem | undefined)[] {
  if (process.image === '') {
    const words = [...(process.command ?? []), ...(process.args ?? [])];
    return [
      attribute('command', words.at(0) ?? '/bin/true'),
      attribute('args', words.length > 1 ? words.slice(1) : undefined),
    ];
  }
  const [first, ...rest] = process.args ?? [];
  const { command } = process;
  const binds = process.mounts
    .filter(({ kind }) => kind === 'bind')
    .map(({ source, target, readOnly }) => `${source}:${target}${readOnly ? ':ro' : ''}`);
  const tmpfs = process.mounts.filter(({ kind }) => kind === 'memory' || kind === 'temporary');
  return [
    attribute('image', process.image),
    attribute('network_mode', process === service && service.hostNetwork ? 'host' : undefined),
    attribute('entrypoint', command),
    // The driver's command is the first of the image's arguments.
    attribute('command', first),
    attribute('args', rest.length > 0 ? rest : undefined),
    attribute('work_dir', process.workingDirectory),
    attribute(
      'ports',
      process === service && service.ports.length > 0 && !service.hostNetwork
        ? service.ports.map((port) => portLabel(port, service))
        : undefined,
    ),
    attribute('volumes', binds.length > 0 ? binds : undefined),
    attribute('pids_limit', process.resources.limit.pids),
    attribute('mounts', tmpfs.length > 0 ? tmpfs.map(mountOf) : undefined),
  ];
}

function mountOf({ kind, target, readOnly, sizeBytes }: AppMount): HclData {
  const isMemory = kind === 'memory';
  return {
    type: isMemory ? 'tmpfs' : 'volume',
    target,
    ...(readOnly && { readonly: true }),
    ...(isMemory && sizeBytes !== undefined && { tmpfs_options: { size: sizeBytes } }),
  };
}

function envBlock(env: Readonly<Record<string, string>>): HclItem | undefined {
  const keys = Object.keys(env);
  if (keys.length === 0) return undefined;
  if (keys.every(isIdentifier))
    return block(
      'env',
      undefined,
      keys.map((key) => attribute(key, env[key])),
    );
  return attribute('env', env);
}

/** Secrets and configs as Nomad Variables, rendered into files or the environment. */
function templates(process: AppProcess, losses: ServiceLosses): HclItem[] {
  const of = (kind: 'secrets' | 'configs'): HclItem[] =>
    process[kind].map(({ name, key, target }) => {
      losses.near(kind, name, `the Nomad Variable "${kind}/${name}", which has to be put there`);
      const isVariable = target?.startsWith('$') === true;
      const variable = isVariable && target !== '$*' ? target.slice(1) : undefined;
      const path = `${kind}/${name}`;
      const data =
        target === '$*'
          ? `{{ range nomadVar "${path}" }}{{ .Key }}={{ .Value }}\n{{ end }}\n`
          : `${variable === undefined ? '' : `${variable}=`}{{ with nomadVar "${path}" }}{{ .${key ?? 'value'} }}{{ end }}\n`;
      const folder = kind === 'secrets' ? 'secrets' : 'local';
      const destination = isVariable ? `${folder}/${name}.env` : `${folder}${target ?? `/${name}`}`;
      return block('template', undefined, [
        attribute('destination', destination),
        attribute('env', isVariable ? true : undefined),
        attribute('data', data),
      ]);
    });
  return [...of('secrets'), ...of('configs')];
}

/** 1,000 MHz are a core here, as `src/orchestrators/nomad/jobs/job-resources.ts` reads them. */
function resources({ resources: { request, limit, gpus } }: AppProcess, losses: ServiceLosses): HclItem | undefined {
  losses.none(
    'resources.limit.cpuMilli',
    limit.cpuMilli === undefined ? undefined : String(limit.cpuMilli / 1000),
    'a task may take all CPU that is idle',
  );
  const mib = (bytes: number | undefined, field: string): number | undefined => {
    if (bytes === undefined) return undefined;
    const whole = wholeMiB(bytes);
    const amount = Math.max(10, whole.mib);
    if (!whole.isExact || amount !== whole.mib)
      losses.near(field, bytesText(bytes), `${amount} MiB: whole MiB, at least 10`);
    return amount;
  };
  const cpu = request.cpuMilli === undefined ? undefined : Math.max(1, request.cpuMilli);
  if (cpu === undefined) losses.near('resources.request.cpuMilli', 'none', 'Nomad takes 100 MHz when nothing is said');
  else losses.near('resources.request.cpuMilli', '', 'CPU is told in MHz; 1000 are taken for a core');
  if (request.memBytes === undefined)
    losses.near(
      'resources.request.memBytes',
      'none',
      limit.memBytes === undefined ? 'Nomad takes 300 MiB when nothing is said' : 'the limit is asked for',
    );
  const memory = mib(request.memBytes ?? limit.memBytes, 'resources.request.memBytes');
  const memoryMax = mib(limit.memBytes, 'resources.limit.memBytes');
  if (request.memBytes !== undefined && limit.memBytes === undefined)
    losses.near('resources.limit.memBytes', 'none', 'what is asked for is the limit, too');
  return blockOrNothing('resources', [
    attribute('cpu', cpu),
    attribute('memory', memory),
    attribute('memory_max', memoryMax === undefined ? undefined : Math.max(memory ?? 0, memoryMax)),
    gpus === undefined ? undefined : block('device', 'nvidia/gpu', [attribute('count', gpus)]),
  ]);
}

const volumeName = ({ source, target }: AppMount): string =>
  (source || target).replace(/[^\w-]+/g, '-').replace(/^-+/, '');

/** The volumes of the group. */
export function nomadVolumes(service: AppService, losses: ServiceLosses): HclItem[] {
  const all = [service, ...service.helpers].flatMap(({ mounts }) => mounts);
  const named = new Map<string, AppMount>();
  for (const mount of all) {
    if (mount.sizeBytes !== undefined && mount.kind !== 'memory')
      losses.none(
        'mounts.sizeBytes',
        `${mount.target} ${bytesText(mount.sizeBytes)}`,
        'sizes of volumes are said where they are made',
      );
    if (mount.kind !== 'named') continue;
    if (volumeName(mount) !== mount.source)
      losses.near('mounts.source', mount.source || mount.target, `the volume ${volumeName(mount)}`);
    named.set(volumeName(mount), mount);
  }
  return [...named].map(([name, mount]) => {
    if (mount.perReplica !== true) losses.near('mounts', name, 'a host volume, which has to be set up on the nodes');
    return block('volume', name, [
      attribute('type', mount.perReplica === true ? 'csi' : 'host'),
      attribute('source', name),
      attribute('read_only', mount.readOnly || undefined),
      ...(mount.perReplica === true
        ? [
            attribute('per_alloc', true),
            attribute('access_mode', 'single-node-writer'),
            attribute('attachment_mode', 'file-system'),
          ]
        : []),
    ]);
  });
}
