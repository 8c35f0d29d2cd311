import type { AppMount, AppProcess, AppSecret } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { said } from '../yaml-text.ts';

const MIB = 2 ** 20;

/** A task as a container. 1,000 MHz are a core. */
export function readTaskProcess(task: RawPart, group: RawPart): AppProcess {
  const config = task.child('config').items()[0] ?? task.child('config');
  task.take('driver', '_label', 'name', 'leader', 'logs');
  config.take('ports', 'network_mode', 'force_pull');
  const entry = config.child('entrypoint');
  const first = config.child('command').text();
  const rest = config.child('args').texts();
  const image = config.child('image').text() ?? '';
  const isProgram = image === '' && first !== undefined;
  const args = first === undefined || isProgram ? rest : [first, ...rest];
  const found = secretsOf(task);
  return {
    image,
    ...(isProgram && { command: [first] }),
    ...(entry.isPresent && { command: entry.isList ? entry.texts() : [entry.text() ?? ''] }),
    ...(args.length > 0 && { args }),
    env: task.child('env').textMap(),
    ports: [],
    resources: resourcesOf(task, group, config),
    mounts: [...namedMounts(task, group), ...configMounts(config)],
    ...found,
    ...said({ user: task.child('user').text(), workingDirectory: config.child('work_dir').text() }),
  };
}

function resourcesOf(task: RawPart, group: RawPart, config: RawPart): AppProcess['resources'] {
  const part = task.child('resources').items()[0] ?? task.child('resources');
  const cores = part.child('cores').number();
  const cpu = part.child('cpu').number();
  const memory = part.child('memory').number();
  const most = part.child('memory_max').number();
  const disk = group.child('ephemeral_disk').items()[0]?.child('size').number();
  const pids = config.child('pids_limit').number();
  const gpus = part
    .child('device')
    .items()
    .flatMap((one) => {
      if (!/gpu/.test(one.child('_label').text() ?? '')) return [];
      return [one.child('count').number() ?? 1];
    });
  return {
    request: said({
      cpuMilli: cores !== undefined && cores > 0 ? cores * 1000 : cpu,
      memBytes: memory === undefined ? undefined : memory * MIB,
      diskBytes: disk === undefined ? undefined : disk * MIB,
    }),
    limit: said({ memBytes: most === undefined || most <= 0 ? undefined : most * MIB, pids }),
    ...(gpus.length > 0 && { gpus: gpus.reduce((sum, one) => sum + one, 0) }),
  };
}

function namedMounts(task: RawPart, group: RawPart): AppMount[] {
  const volumes = group.child('volume').items();
  return task
    .child('volume_mount')
    .items()
    .map((one) => {
      const label = one.child('volume').text() ?? '';
      const volume = volumes.find((other) => other.child('_label').value === label);
      volume?.take('type', 'source', 'read_only', 'access_mode', 'attachment_mode', '_label');
      const isOwn = volume?.child('per_alloc').flag() === true;
      return {
        kind: 'named',
        source: label,
        target: one.child('destination').text() ?? '',
        readOnly: one.child('read_only').flag() ?? false,
        ...(isOwn && { perReplica: true }),
      };
    });
}

/** `volumes` and `mount` of the docker driver. */
function configMounts(config: RawPart): AppMount[] {
  const binds = config
    .child('volumes')
    .texts()
    .map((text): AppMount => {
      const [source, target = source, mode = ''] = text.split(':');
      return { kind: 'bind', source, target, readOnly: mode.split(',').includes('ro') };
    });
  const mount = config.child(config.child('mounts').isPresent ? 'mounts' : 'mount');
  const mounts = (mount.isList ? mount.items() : mount.isPresent ? [mount] : []).map((one): AppMount => {
    const type = one.child('type').text();
    const size = (one.child('tmpfs_options').items()[0] ?? one.child('tmpfs_options')).child('size').number();
    const source = one.child('source').text() ?? '';
    return {
      kind: type === 'tmpfs' ? 'memory' : type === 'bind' ? 'bind' : source === '' ? 'temporary' : 'named',
      source,
      target: one.child('target').text() ?? '',
      readOnly: one.child('readonly').flag() ?? false,
      ...(size !== undefined && { sizeBytes: size }),
    };
  });
  return [...binds, ...mounts];
}

/** Templates that hold one Nomad Variable of `secrets/` or `configs/`, as Baton writes them. */
function secretsOf(task: RawPart): Pick<AppProcess, 'secrets' | 'configs'> {
  const secrets: AppSecret[] = [];
  const configs: AppSecret[] = [];
  for (const one of task.child('template').items()) {
    const data = one.child('data').peek ?? '';
    const [, kind, name] = /nomadVar "(secrets|configs)\/([^"]+)"/.exec(data) ?? [];
    if (name === undefined) continue;
    one.take();
    const destination = one.child('destination').peek ?? '';
    const [, key] = /\{\{ \.(\w+) \}\}\{\{ end/.exec(data) ?? [];
    const [, variable] = /^(\w+)=/.exec(data) ?? [];
    const path = destination.replace(/^(secrets|local)/, '');
    const target = /range nomadVar/.test(data)
      ? '$*'
      : variable !== undefined
        ? `$${variable}`
        : path === `/${name}`
          ? undefined
          : path;
    const list = kind === 'secrets' ? secrets : configs;
    list.push({ name, ...said({ key: key === 'value' ? undefined : key, target }) });
  }
  return { secrets, configs };
}
