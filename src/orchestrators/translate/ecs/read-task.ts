import {
  plainService,
  type AppCheck,
  type AppHelper,
  type AppMount,
  type AppPort,
  type AppProcess,
  type AppSecret,
  type AppService,
  type Loss,
} from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { said } from '../yaml-text.ts';

/** What a task definition says of a service. The main container is the one with ports, else the first essential one. */
export function ecsTask(name: string, definition: RawPart, losses: Loss[]): AppService {
  const containers = definition.child('containerDefinitions').items();
  const essential = containers.filter((one) => one.child('essential').flag() !== false);
  const main = essential.find((one) => one.child('portMappings').items().length > 0) ?? essential[0] ?? containers[0];
  const hostNetwork = definition.child('networkMode').text() === 'host';
  const volumes = volumesOf(definition.child('volumes'));
  const before = new Set(
    main
      .child('dependsOn')
      .items()
      .flatMap((one) => {
        const word = one.child('condition').text();
        return word === 'SUCCESS' || word === 'COMPLETE' ? [one.child('containerName').text()] : [];
      }),
  );
  const helpers = containers
    .filter((one) => one !== main)
    .map((one): AppHelper => {
      const own = String(one.child('name').value);
      one.child('dependsOn').take();
      return {
        ...processOf(one, volumes, hostNetwork),
        name: own,
        runs: before.has(own) || one.child('essential').flag() === false ? 'before' : 'beside',
      };
    });
  definition.take(
    'family',
    'requiresCompatibilities',
    'revision',
    'taskDefinitionArn',
    'status',
    'compatibilities',
    'requiresAttributes',
    'registeredAt',
    'registeredBy',
  );
  if (hostNetwork || definition.child('networkMode').value === 'awsvpc') definition.child('networkMode').take();
  const stop = main.child('stopTimeout').number();
  const check = checkOf(main.child('healthCheck'));
  const process = processOf(main, volumes, hostNetwork);
  const tags = Object.fromEntries(
    definition
      .child('tags')
      .items()
      .map((one) => [one.child('key').text() ?? '', one.child('value').text() ?? '']),
  );
  return {
    ...plainService(name, ''),
    ...process,
    resources: withTaskSize(process.resources, definition, helpers.length, losses, name),
    labels: { ...tags, ...main.child('dockerLabels').textMap() },
    helpers,
    hostNetwork,
    placement: { constraints: [], spread: [], affinity: [], neighbours: [], tolerates: [] },
    ...(stop !== undefined && { stopGraceUs: stop * 1e6 }),
    ...(check !== undefined && { liveness: check, readiness: check }),
  };
}

export const MIB = 2 ** 20;
/** 1,024 units are a core. */
export const milliOfUnits = (units: number): number => Math.round((units * 1000) / 1024);

/** Where containers do not say what they take, the task does. */
function withTaskSize(
  own: AppProcess['resources'],
  definition: RawPart,
  helpers: number,
  losses: Loss[],
  service: string,
): AppProcess['resources'] {
  const cpu = sizeOf(definition.child('cpu').text(), 1024);
  const memory = sizeOf(definition.child('memory').text(), 1024);
  if (helpers > 0) {
    if (cpu !== undefined || memory !== undefined)
      losses.push({
        kind: 'not-translated',
        service,
        field: 'cpu, memory',
        value: `${cpu ?? ''} ${memory ?? ''}`.trim(),
        instead: 'sizes of the task as a whole; those of its containers count',
      });
    return own;
  }
  return {
    ...own,
    request: said({
      ...own.request,
      cpuMilli: own.request.cpuMilli ?? (cpu === undefined ? undefined : milliOfUnits(cpu)),
      memBytes: own.request.memBytes ?? own.limit.memBytes ?? (memory === undefined ? undefined : memory * MIB),
    }),
    limit: said({ ...own.limit, memBytes: own.limit.memBytes ?? (memory === undefined ? undefined : memory * MIB) }),
  };
}

/** `256`, `.5 vCPU`, `1 GB`. */
function sizeOf(text: string | undefined, factor: number): number | undefined {
  const [, number, unit] = /^\s*([\d.]+)\s*(vCPU|GB)?\s*$/i.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * (unit === undefined ? 1 : factor);
}

function processOf(
  part: RawPart,
  volumes: ReadonlyMap<string, Pick<AppMount, 'kind' | 'source'>>,
  hostNetwork: boolean,
): AppProcess {
  const amount = (field: string): number | undefined => part.child(field).number();
  const memory = amount('memory');
  const reserved = amount('memoryReservation');
  const cpu = amount('cpu');
  const gpus = part
    .child('resourceRequirements')
    .items()
    .filter((one) => one.child('type').text() === 'GPU')
    .map((one) => one.child('value').number() ?? 0);
  const command = part.child('entryPoint');
  const args = part.child('command');
  part.take('name', 'logConfiguration');
  const env = Object.fromEntries(
    part
      .child('environment')
      .items()
      .map((one) => [one.child('name').text() ?? '', one.child('value').text() ?? '']),
  );
  return {
    image: part.child('image').text() ?? '',
    ...(command.isPresent && { command: command.texts() }),
    ...(args.isPresent && { args: args.texts() }),
    env,
    ports: part
      .child('portMappings')
      .items()
      .map((one) => portOf(one, hostNetwork)),
    resources: {
      request: said({
        cpuMilli: cpu === undefined || cpu === 0 ? undefined : milliOfUnits(cpu),
        memBytes: reserved === undefined ? undefined : reserved * MIB,
      }),
      limit: said({ memBytes: memory === undefined ? undefined : memory * MIB }),
      ...(gpus.length > 0 && { gpus: gpus.reduce((sum, one) => sum + one, 0) }),
    },
    mounts: [...mountsOf(part.child('mountPoints'), volumes), ...tmpfsOf(part)],
    secrets: part.child('secrets').items().map(secretOf),
    configs: [],
    ...said({ user: part.child('user').text(), workingDirectory: part.child('workingDirectory').text() }),
  };
}

function portOf(part: RawPart, hostNetwork: boolean): AppPort {
  const container = part.child('containerPort').number() ?? 0;
  const host = part.child('hostPort').number() ?? 0;
  const isHost = hostNetwork || host > 0;
  part.take('appProtocol');
  return {
    container,
    ...(isHost && { published: host > 0 ? host : container }),
    protocol: part.child('protocol').text() === 'udp' ? 'udp' : 'tcp',
    mode: isHost ? 'host' : 'internal',
    ...said({ name: part.child('name').text() }),
  };
}

/** `db/password` and ARNs: the name of the secret, and an entry of it. */
function secretOf(part: RawPart): AppSecret {
  const from = part.child('valueFrom').text() ?? '';
  const bare = from.replace(/^arn:aws:[^:]+:[^:]*:[^:]*:(secret:|parameter\/)?/, '');
  const [, name, key] = /^(.+)[/:]([^/:]+)$/.exec(bare) ?? [undefined, bare, undefined];
  return { name, ...(key !== undefined && { key }), target: `$${part.child('name').text() ?? ''}` };
}

function volumesOf(part: RawPart): Map<string, Pick<AppMount, 'kind' | 'source'>> {
  return new Map(
    part.items().map((one): [string, Pick<AppMount, 'kind' | 'source'>] => {
      const name = one.child('name').text() ?? '';
      const path = one.at('host.sourcePath').text();
      if (path !== undefined) return [name, { kind: 'bind', source: path }];
      const docker = one.child('dockerVolumeConfiguration');
      if (docker.isPresent) {
        docker.take('scope', 'autoprovision');
        return [name, { kind: 'named', source: name }];
      }
      if (one.child('efsVolumeConfiguration').isPresent) return [name, { kind: 'named', source: name }];
      return [name, { kind: 'temporary', source: '' }];
    }),
  );
}

function mountsOf(part: RawPart, volumes: ReadonlyMap<string, Pick<AppMount, 'kind' | 'source'>>): AppMount[] {
  return part.items().map((one) => ({
    ...(volumes.get(one.child('sourceVolume').text() ?? '') ?? { kind: 'temporary', source: '' }),
    target: one.child('containerPath').text() ?? '',
    readOnly: one.child('readOnly').flag() ?? false,
  }));
}

function tmpfsOf(part: RawPart): AppMount[] {
  return part
    .at('linuxParameters.tmpfs')
    .items()
    .map((one) => ({
      kind: 'memory',
      source: '',
      target: one.child('containerPath').text() ?? '',
      readOnly: false,
      sizeBytes: (one.child('size').number() ?? 64) * MIB,
    }));
}

function checkOf(part: RawPart): AppCheck | undefined {
  const words = part.child('command').texts();
  if (words.length < 2) return undefined;
  const command =
    words[0] === 'CMD-SHELL'
      ? ['/bin/sh', '-c', words.slice(1).join(' ')]
      : words[0] === 'CMD'
        ? words.slice(1)
        : words;
  const seconds = (field: string): number | undefined => {
    const value = part.child(field).number();
    return value === undefined ? undefined : value * 1e6;
  };
  return {
    test: { kind: 'command', command },
    ...said({
      intervalUs: seconds('interval'),
      timeoutUs: seconds('timeout'),
      retries: part.child('retries').number(),
      startPeriodUs: seconds('startPeriod'),
    }),
  };
}
