import { DIALECTS, plainService, type AppModel, type AppService, type Dialect } from './app-model.ts';
import { WRITERS } from './files-of-app.ts';

/** What one dialect does with one field: it has it, has something near, or has nothing like it. */
export interface TableCell {
  readonly verdict: 'yes' | 'near' | 'no';
  /** What happens instead; '' for `yes`. */
  readonly instead: string;
}

export interface TableRow {
  readonly feature: string;
  readonly cells: Readonly<Record<Dialect, TableCell>>;
}

const BASE: AppService = {
  ...plainService('web', 'registry.example/web:1'),
  replicas: 4,
  resources: { request: { cpuMilli: 250, memBytes: 2 ** 28 }, limit: { memBytes: 2 ** 28 } },
};

/** Every feature of the model, each with a service that has nothing but it: what a target says of that is the table. */
const FEATURES: readonly [feature: string, part: Partial<AppService>][] = [
  ['daemon: one on every machine', { kind: 'daemon' }],
  ['job: completions at once', { kind: 'job', job: { completions: 3, parallelism: 3 } }],
  ['job: parallelism below completions', { kind: 'job', job: { completions: 12, parallelism: 4 } }],
  ['job: retries', { kind: 'job', job: { completions: 1, parallelism: 1, retries: 3 } }],
  ['job: deadline', { kind: 'job', job: { completions: 1, parallelism: 1, deadlineUs: 3600e6 } }],
  ['schedule', { kind: 'scheduled-job', job: { completions: 1, parallelism: 1 }, schedule: { cron: '*/5 * * * *' } }],
  [
    'schedule: time zone',
    {
      kind: 'scheduled-job',
      job: { completions: 1, parallelism: 1 },
      schedule: { cron: '0 3 * * *', timeZone: 'Europe/Berlin' },
    },
  ],
  ['namespace or group', { group: 'shop' }],
  ['command and arguments', { command: ['/app'], args: ['--port', '80'] }],
  ['environment', { env: { LOG_LEVEL: 'info' } }],
  ['labels', { labels: { 'baton.dev/boot': '90% 10s, 10% 20s' } }],
  ['port: balanced', { ports: [{ container: 8080, published: 80, protocol: 'tcp', mode: 'balanced' }] }],
  ['port: of each machine', { ports: [{ container: 9100, published: 9100, protocol: 'tcp', mode: 'host' }] }],
  ['port: for other services', { ports: [{ container: 5432, protocol: 'tcp', mode: 'internal' }] }],
  ['port: name', { ports: [{ container: 8080, protocol: 'tcp', mode: 'host', published: 8080, name: 'http' }] }],
  ['network of the machine', { hostNetwork: true }],
  [
    'request: CPU and memory',
    { resources: { request: { cpuMilli: 250, memBytes: 2 ** 28 }, limit: { memBytes: 2 ** 28 } } },
  ],
  ['request: disk', withResources({ request: { diskBytes: 2 ** 30 } })],
  ['limit: CPU', withResources({ limit: { cpuMilli: 1000 } })],
  ['limit: memory above the request', withResources({ limit: { memBytes: 2 ** 29 } })],
  ['limit: processes', withResources({ limit: { pids: 100 } })],
  ['GPUs', withResources({ gpus: 1 })],
  ['health check: command', { liveness: command(), readiness: command() }],
  ['health check: HTTP', { liveness: http('/'), readiness: http('/') }],
  ['readiness of its own', { liveness: http('/alive'), readiness: http('/ready') }],
  [
    'start period of a check',
    { liveness: { ...command(), startPeriodUs: 60e6 }, readiness: { ...command(), startPeriodUs: 60e6 } },
  ],
  ['time to stop', { stopGraceUs: 20e6 }],
  ['signal to stop', { stopSignal: 'SIGINT' }],
  ['restart: only after failures', { restart: { condition: 'on-failure' } }],
  ['restart: delay', { restart: { delayUs: 10e6 } }],
  ['restart: attempts within a window', { restart: { maxAttempts: 3, windowUs: 120e6 } }],
  ['restart: growing delay', { restart: { backoffFactor: 2, maxDelayUs: 300e6 } }],
  ['update: so many at a time', { update: { parallelism: 2, order: 'stop-first' } }],
  ['update: start before stop', { update: { order: 'start-first' } }],
  ['update: share that stays healthy', { update: { minHealthyShare: 0.75 } }],
  ['update: share above', { update: { maxSurgeShare: 0.25 } }],
  ['update: delay between lots', { update: { parallelism: 1, order: 'stop-first', delayUs: 10e6 } }],
  ['update: rollback of a failed one', { update: { failureAction: 'rollback' } }],
  ['update: share that may fail', { update: { maxFailureShare: 0.2 } }],
  ['update: time to be healthy', { update: { monitorUs: 20e6 } }],
  ['update: deadline', { update: { deadlineUs: 900e6 } }],
  ['update: canaries', { update: { canaries: 1 } }],
  ['constraint: one value', constrained('in', ['ssd'])],
  ['constraint: one of several', constrained('in', ['ssd', 'nvme'])],
  ['constraint: not a value', constrained('not-in', ['hdd'])],
  ['constraint: label is there', constrained('exists', [])],
  ['constraint: pattern', constrained('matches', ['ssd.*'])],
  ['constraint: number', constrained('greater', ['4'])],
  ['one replica a machine', placed({ maxPerMachine: 1 })],
  ['at most two a machine', placed({ maxPerMachine: 2 })],
  ['spread over zones', placed({ spread: [{ key: 'zone', isHard: false }] })],
  ['spread over zones, hard', placed({ spread: [{ key: 'zone', isHard: true }] })],
  [
    'spread with shares by zone',
    placed({
      spread: [
        {
          key: 'zone',
          isHard: false,
          targets: [
            { value: 'a', share: 0.6 },
            { value: 'b', share: 0.4 },
          ],
        },
      ],
    }),
  ],
  ['preferred machines', placed({ affinity: [{ key: 'label:disk', operator: 'in', values: ['ssd'], weight: 50 }] })],
  [
    'apart from another service',
    placed({ neighbours: [{ service: 'db', key: 'hostname', isApart: true, isHard: true }] }),
  ],
  ['tolerated marks of machines', placed({ tolerates: ['gpu:NoSchedule'] })],
  ['start after another service', { dependsOn: [{ service: 'db', until: 'healthy' }] }],
  ['priority', { priority: { value: 70 } }],
  ['autoscaling: CPU', { autoscaling: { min: 2, max: 8, metrics: [{ metric: 'cpu', target: 0.6 }] } }],
  ['autoscaling: requests', { autoscaling: { min: 2, max: 8, metrics: [{ metric: 'requests', target: 50 }] } }],
  ['disruption budget', { disruption: { minHealthyShare: 0.75 } }],
  ['wait before replacing a lost machine', { replaceAfterUs: 60e6 }],
  ['helper before the start', { helpers: [{ ...helper(), runs: 'before' }] }],
  ['helper beside it', { helpers: [{ ...helper(), runs: 'beside' }] }],
  ['volume by name', { mounts: [{ kind: 'named', source: 'data', target: '/data', readOnly: false }] }],
  [
    'volume of each replica',
    {
      hasIdentity: true,
      mounts: [{ kind: 'named', source: 'data', target: '/data', readOnly: false, perReplica: true }],
    },
  ],
  ['path of the machine', { mounts: [{ kind: 'bind', source: '/var/log', target: '/logs', readOnly: true }] }],
  ['secret as a file', { secrets: [{ name: 'token' }] }],
  ['secret as a variable', { secrets: [{ name: 'token', target: '$TOKEN' }] }],
  ['config as a file', { configs: [{ name: 'settings', target: '/etc/app.conf' }] }],
];

/** For every feature what each dialect makes of it, found out by translating a service that has only that. */
export function translationTable(): TableRow[] {
  return FEATURES.map(([feature, part]) => ({
    feature,
    cells: Object.fromEntries(DIALECTS.map((dialect) => [dialect, cellOf(dialect, part)])) as TableRow['cells'],
  }));
}

function cellOf(dialect: Dialect, part: Partial<AppService>): TableCell {
  const beforehand = told(dialect, part.resources === undefined ? {} : { resources: BASE.resources });
  // What is said of a plain service is not about this feature.
  const plain = new Set(beforehand.map(({ instead }) => instead));
  const losses = told(dialect, part).filter(({ field, instead }) => !plain.has(instead) && !field.startsWith('name'));
  if (losses.length === 0) return { verdict: 'yes', instead: '' };
  const worst = losses.filter(({ kind }) => kind === 'not-expressible');
  const shown = worst.length > 0 ? worst : losses;
  return {
    verdict: worst.length > 0 ? 'no' : 'near',
    instead: [...new Set(shown.map(({ instead }) => instead))].join('; '),
  };
}

function told(dialect: Dialect, part: Partial<AppService>): ReturnType<(typeof WRITERS)[Dialect]>['losses'] {
  const db = { ...BASE, name: 'db' };
  const model: AppModel = {
    services: [{ ...BASE, ...part }, ...(part.dependsOn === undefined ? [] : [db])],
    notes: [],
  };
  return WRITERS[dialect](model).losses.filter(({ service }) => !service.endsWith('db'));
}

function withResources({
  request,
  limit,
  gpus,
}: {
  request?: object;
  limit?: object;
  gpus?: number;
}): Partial<AppService> {
  const { resources } = BASE;
  return {
    resources: {
      request: { ...resources.request, ...request },
      limit: { ...resources.limit, ...limit },
      ...(gpus !== undefined && { gpus }),
    },
  };
}

function placed(part: Partial<AppService['placement']>): Partial<AppService> {
  return { placement: { ...BASE.placement, ...part } };
}

function constrained(
  operator: AppService['placement']['constraints'][number]['operator'],
  values: readonly string[],
): Partial<AppService> {
  return placed({ constraints: [{ key: 'label:disk', operator, values }] });
}

function command(): NonNullable<AppService['liveness']> {
  return { test: { kind: 'command', command: ['pg_isready'] }, intervalUs: 10e6, timeoutUs: 5e6, retries: 3 };
}

function http(path: string): NonNullable<AppService['liveness']> {
  return { ...command(), test: { kind: 'http', path, scheme: 'http' } };
}

function helper(): Omit<AppService['helpers'][number], 'runs'> {
  const { image, env, ports, resources, mounts, secrets, configs } = BASE;
  return { name: 'proxy', image, env, ports, resources, mounts, secrets, configs };
}

const SIGNS = { yes: 'yes', near: 'near', no: 'no' } as const;
const TITLES: Readonly<Record<Dialect, string>> = {
  compose: 'Swarm (compose)',
  kubernetes: 'Kubernetes',
  marathon: 'Marathon, Metronome',
  ecs: 'Amazon ECS',
  nomad: 'Nomad',
};

/** The table in Markdown, and below it what happens instead, feature by feature. */
export function translationMarkdown(): string {
  const rows = translationTable();
  const head = `| feature | ${DIALECTS.map((one) => TITLES[one]).join(' | ')} |\n| --- | ${DIALECTS.map(() => '---').join(' | ')} |`;
  const lines = rows.map(
    ({ feature, cells }) => `| ${feature} | ${DIALECTS.map((one) => SIGNS[cells[one].verdict]).join(' | ')} |`,
  );
  const details = DIALECTS.map((dialect) => {
    const items = rows
      .filter(({ cells }) => cells[dialect].verdict !== 'yes')
      .map(({ feature, cells }) => `- ${feature}: ${plainMarkdown(cells[dialect].instead)}`);
    return `### ${TITLES[dialect]}\n\n${items.join('\n')}`;
  });
  return `${head}\n${lines.join('\n')}\n\n## What happens instead\n\n${details.join('\n\n')}\n`;
}

/** Signs that Markdown would take for something else. */
const plainMarkdown = (text: string): string => text.replace(/[*_<>|]/g, String.raw`\$&`);
