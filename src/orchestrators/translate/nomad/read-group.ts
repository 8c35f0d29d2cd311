import { durationOf } from '../../nomad/jobs/duration.ts';
import type { HclValue } from '../../nomad/hcl/hcl-syntax.ts';
import { plainService, type AppHelper, type AppPort, type AppService, type Loss } from '../app-model.ts';
import type { RawPart } from '../raw-part.ts';
import { said } from '../yaml-text.ts';
import { nomadChecks } from './read-checks.ts';
import { nomadPlacementOf } from './read-placement.ts';
import { readTaskProcess } from './read-task.ts';

/** The first block of a type, or nothing. */
export const blockOf = (part: RawPart, type: string): RawPart => part.child(type).items()[0] ?? part.child(type);

/** Microseconds of a field. */
export function timeAt(part: RawPart, field: string): number | undefined {
  const one = part.child(field);
  if (!one.isPresent) return undefined;
  one.take();
  return durationOf(one.value as HclValue);
}

/** One group of a job. `isOnly`: the job has no other, so that its name is that of the job. */
export function nomadService(
  jobName: string,
  job: RawPart,
  group: RawPart,
  isOnly: boolean,
  losses: Loss[],
): AppService {
  const type = job.child('type').text() ?? 'service';
  const periodic = blockOf(job, 'periodic');
  const isBatch = type === 'batch' || type === 'sysbatch';
  job.take('datacenters', 'region', '_label', 'name', 'id');
  group.take('_label', 'name');
  const tasks = group.child('task').items();
  const hookOf = (task: RawPart): string | undefined => blockOf(task, 'lifecycle').child('hook').text();
  const main =
    tasks.find((task) => task.child('leader').flag() === true) ??
    tasks.find((task) => hookOf(task) === undefined && task.child('service').isPresent) ??
    tasks.find((task) => hookOf(task) === undefined) ??
    tasks[0];
  const network = blockOf(group, 'network');
  const isHost = network.child('mode').text() === 'host';
  const services = [...group.child('service').items(), ...main.child('service').items()];
  const ports = network
    .child('port')
    .items()
    .map((one) => portOf(one, isHost));
  const config = main.child('config');
  const hostNetwork =
    (isHost && main.isPresent && configText(config, 'network_mode') === 'host') || (isHost && !portsAreMapped(network));
  const process = readTaskProcess(main, group);
  const helpers = tasks
    .filter((task) => task !== main)
    .map((task): AppHelper => {
      const lifecycle = blockOf(task, 'lifecycle');
      const isBeside = hookOf(task) === undefined || lifecycle.child('sidecar').flag() === true;
      return {
        ...readTaskProcess(task, group),
        name: task.child('_label').text() ?? '',
        runs: isBeside ? 'beside' : 'before',
      };
    });
  const name = isOnly ? jobName : `${jobName}-${String(group.child('_label').value)}`;
  const count = group.child('count').number() ?? 1;
  const service: AppService = {
    ...plainService(name, ''),
    ...process,
    group: namespaceOf(job),
    kind: type === 'system' ? 'daemon' : isBatch ? (periodic.isPresent ? 'scheduled-job' : 'job') : 'service',
    replicas: isBatch || type === 'system' ? 1 : count,
    labels: { ...job.child('meta').textMap(), ...group.child('meta').textMap(), ...main.child('meta').textMap() },
    helpers,
    ports,
    ...nomadChecks(services, ports, main),
    placement: nomadPlacementOf([job, group, main]),
    hostNetwork,
    ...said({
      stopGraceUs: timeAt(main, 'kill_timeout'),
      stopSignal: main.child('kill_signal').text(),
      replaceAfterUs: timeAt(blockOf(group, 'disconnect'), 'lost_after'),
    }),
    ...priorityOf(job),
    ...scalingOf(group),
    ...migrateOf(group, count),
  };
  const policies = isBatch ? jobOf(group, count) : { ...restartOf(group), ...updateOf(job, group, count) };
  if (periodic.child('enabled').value === true) periodic.child('enabled').take();
  if (type === 'sysbatch')
    losses.push({ kind: 'not-translated', service: name, field: 'type', value: type, instead: 'a job that runs once' });
  return { ...service, ...policies, ...(periodic.isPresent && { schedule: scheduleOf(periodic) }) };
}

const configText = (config: RawPart, field: string): string | undefined => {
  const one = config.items()[0] ?? config;
  return typeof one.child(field).value === 'string' ? (one.child(field).value as string) : undefined;
};

const portsAreMapped = (network: RawPart): boolean =>
  network
    .child('port')
    .items()
    .some((one) => one.child('to').isPresent);

function namespaceOf(job: RawPart): string {
  const namespace = job.child('namespace').text() ?? '';
  return namespace === 'default' ? '' : namespace;
}

function portOf(part: RawPart, isHost: boolean): AppPort {
  const label = part.child('_label').text() ?? '';
  const fixed = part.child('static').number() ?? part.child('value').number() ?? 0;
  const to = part.child('to').number() ?? 0;
  const container = to > 0 ? to : fixed;
  const isPlain = label === 'main' || label === `p${container}`;
  return {
    container,
    ...(fixed > 0 && { published: fixed }),
    protocol: 'tcp',
    mode: fixed > 0 || (isHost && to === 0) ? 'host' : 'internal',
    ...(!isPlain && { name: label }),
  };
}

function priorityOf(job: RawPart): Pick<AppService, 'priority'> {
  const value = job.child('priority').number();
  return value === undefined ? {} : { priority: { value } };
}

function scheduleOf(part: RawPart): NonNullable<AppService['schedule']> {
  const cron = part.child('crons').isList ? part.child('crons').texts()[0] : part.child('cron').text();
  const forbids = part.child('prohibit_overlap').flag();
  return {
    cron: cron ?? '',
    ...said({
      timeZone: part.child('time_zone').text(),
      overlap: forbids === undefined ? undefined : forbids ? 'forbid' : 'allow',
    }),
  };
}

function jobOf(group: RawPart, count: number): Pick<AppService, 'job' | 'restart'> {
  const restart = blockOf(group, 'restart');
  const reschedule = blockOf(group, 'reschedule');
  restart.child('mode').take();
  const retries = restart.child('attempts').number();
  reschedule.take('attempts', 'unlimited');
  const rest = said({ delayUs: timeAt(restart, 'delay'), windowUs: timeAt(restart, 'interval') });
  return {
    job: { completions: count, parallelism: Math.max(1, count), ...said({ retries }) },
    ...(Object.keys(rest).length > 0 && { restart: rest }),
  };
}

function restartOf(group: RawPart): Pick<AppService, 'restart'> {
  const restart = blockOf(group, 'restart');
  const reschedule = blockOf(group, 'reschedule');
  const attempts = restart.child('attempts').number();
  const isNever =
    attempts === 0 &&
    reschedule.child('unlimited').flag() === false &&
    (reschedule.child('attempts').number() ?? 0) === 0;
  if (reschedule.child('unlimited').value === true) reschedule.child('unlimited').take();
  if (restart.child('mode').value === 'fail') restart.child('mode').take();
  const growth = reschedule.child('delay_function').text();
  const found: NonNullable<AppService['restart']> = said({
    condition: isNever ? ('none' as const) : undefined,
    maxAttempts: isNever ? undefined : attempts,
    delayUs: timeAt(restart, 'delay'),
    windowUs: timeAt(restart, 'interval'),
    backoffFactor: growth === 'exponential' ? 2 : growth === 'constant' ? 1 : undefined,
    maxDelayUs: timeAt(reschedule, 'max_delay'),
  });
  return Object.keys(found).length === 0 ? {} : { restart: found };
}

function updateOf(job: RawPart, group: RawPart, count: number): Pick<AppService, 'update'> {
  const blocks = [blockOf(group, 'update'), blockOf(job, 'update')].filter((one) => one.isPresent);
  if (blocks.length === 0) return {};
  const first = <T>(read: (part: RawPart) => T | undefined): T | undefined =>
    blocks.map(read).find((one) => one !== undefined);
  const canary = first((one) => one.child('canary').number());
  const isPromoted = first((one) => one.child('auto_promote').flag()) === true;
  const revert = first((one) => one.child('auto_revert').flag());
  const isBlueGreen = isPromoted && canary !== undefined && canary >= count;
  for (const one of blocks) if (one.child('health_check').value === 'checks') one.take('health_check');
  return {
    update: said({
      parallelism: first((one) => one.child('max_parallel').number()),
      delayUs: first((one) => timeAt(one, 'stagger')),
      monitorUs: first((one) => timeAt(one, 'min_healthy_time')),
      deadlineUs: first((one) => timeAt(one, 'progress_deadline')),
      failureAction: revert === undefined ? undefined : revert ? ('rollback' as const) : ('pause' as const),
      canaries: canary === undefined || canary === 0 || isBlueGreen ? undefined : canary,
      order: isBlueGreen ? ('start-first' as const) : undefined,
    }),
  };
}

function migrateOf(group: RawPart, count: number): Pick<AppService, 'disruption'> {
  const most = blockOf(group, 'migrate').child('max_parallel').number();
  return most === undefined
    ? {}
    : { disruption: { minHealthyShare: Math.round((1 - Math.min(1, most / Math.max(1, count))) * 1e6) / 1e6 } };
}

function scalingOf(group: RawPart): Pick<AppService, 'autoscaling'> {
  const part = blockOf(group, 'scaling');
  if (!part.isPresent || part.child('enabled').flag() === false) return {};
  const policy = blockOf(part, 'policy');
  const cooldown = timeAt(policy, 'cooldown');
  const metrics = policy
    .child('check')
    .items()
    .flatMap((check) => {
      const query = check.child('query').text() ?? '';
      const strategy = blockOf(check, 'strategy');
      const target = strategy.child('target').number();
      check.take('source', '_label');
      strategy.take('_label');
      const metric = /cpu/.test(query)
        ? ('cpu' as const)
        : /mem/.test(query)
          ? ('memory' as const)
          : /request/.test(query)
            ? ('requests' as const)
            : undefined;
      if (metric === undefined || target === undefined) return [];
      return [{ metric, target: metric === 'requests' ? target : Math.round(target * 1e4) / 1e6 }];
    });
  const min = part.child('min').number() ?? 1;
  return {
    autoscaling: {
      min,
      max: part.child('max').number() ?? min,
      metrics,
      ...(cooldown !== undefined && { scaleInCooldownUs: cooldown }),
    },
  };
}
