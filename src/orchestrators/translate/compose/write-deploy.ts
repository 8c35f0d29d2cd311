import type { AppService } from '../app-model.ts';
import { bytesText, composeBytes, countOfShare, timeText } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { machineKey, machineValue } from '../machine-keys.ts';
import {
  autoscalingText,
  constraintText,
  optionalNumber,
  optionalShare,
  optionalTime,
  spreadText,
} from '../plain-losses.ts';
import { compactOrNothing } from '../yaml-text.ts';

const MODES = {
  service: 'replicated',
  daemon: 'global',
  job: 'replicated-job',
  'scheduled-job': 'replicated-job',
} as const;

/** The `deploy:` of a service. */
export function composeDeploy(service: AppService, losses: ServiceLosses): object | undefined {
  const mode = MODES[service.kind];
  losses.none(
    'autoscaling',
    autoscalingText(service),
    `Swarm has no autoscaler; it stays at ${service.replicas} replicas`,
  );
  const schedule = cronLabels(service, losses);
  const labels = { ...service.labels, ...schedule };
  return compactOrNothing({
    mode: mode === 'replicated' ? undefined : mode,
    replicas: service.kind === 'daemon' ? undefined : replicasOf(service, losses),
    labels,
    resources: resources(service, losses),
    restart_policy: restart(service, losses),
    update_config: update(service, losses),
    placement: placement(service, losses),
  });
}

function replicasOf(service: AppService, losses: ServiceLosses): number {
  if (service.kind === 'scheduled-job') return 0;
  const { job } = service;
  if (service.kind !== 'job' || job === undefined) return service.replicas;
  if (job.parallelism < job.completions)
    losses.near('job.parallelism', String(job.parallelism), `a stack runs all ${job.completions} completions at once`);
  losses.none('job.deadlineUs', optionalTime(job.deadlineUs), 'jobs of Swarm have no deadline');
  return job.completions;
}

/** The labels of crazymax/swarm-cronjob, which is how people run schedules on a swarm. */
function cronLabels(service: AppService, losses: ServiceLosses): Readonly<Record<string, string>> {
  const { schedule, job } = service;
  if (service.kind !== 'scheduled-job' || schedule === undefined) return {};
  losses.near(
    'schedule.cron',
    schedule.cron,
    'Swarm has no schedules; the labels are for crazymax/swarm-cronjob, which has to run there',
  );
  losses.none('schedule.timeZone', schedule.timeZone, 'swarm-cronjob has one time zone for all (its TZ)');
  if (schedule.overlap === 'replace') losses.near('schedule.overlap', 'replace', 'swarm-cronjob can only skip a run');
  losses.none('job.deadlineUs', optionalTime(job?.deadlineUs), 'jobs of Swarm have no deadline');
  const count = job?.completions ?? 1;
  if (job !== undefined && job.parallelism < count)
    losses.near('job.parallelism', String(job.parallelism), `all ${count} completions run at once`);
  return {
    'swarm.cronjob.enable': 'true',
    'swarm.cronjob.schedule': schedule.cron,
    ...(count !== 1 && { 'swarm.cronjob.replicas': String(count) }),
    ...(schedule.overlap !== undefined && { 'swarm.cronjob.skip-running': String(schedule.overlap !== 'allow') }),
  };
}

function resources({ resources: { request, limit, gpus } }: AppService, losses: ServiceLosses): object | undefined {
  losses.none(
    'resources.request.diskBytes',
    request.diskBytes === undefined ? undefined : bytesText(request.diskBytes),
    'Swarm does not reckon with disks',
  );
  if (gpus !== undefined)
    losses.near(
      'resources.gpus',
      String(gpus),
      'the generic resource "gpu", which the daemons of the nodes have to advertise',
    );
  const amounts = (cpuMilli?: number, memBytes?: number): object => ({
    cpus: cpuMilli === undefined ? undefined : String(cpuMilli / 1000),
    memory: memBytes === undefined ? undefined : composeBytes(memBytes),
  });
  return compactOrNothing({
    limits: compactOrNothing({ ...amounts(limit.cpuMilli, limit.memBytes), pids: limit.pids }),
    reservations: compactOrNothing({
      ...amounts(request.cpuMilli, request.memBytes),
      generic_resources: gpus === undefined ? [] : [{ discrete_resource_spec: { kind: 'gpu', value: gpus } }],
    }),
  });
}

function restart(service: AppService, losses: ServiceLosses): object | undefined {
  const { restart: said, job, kind } = service;
  losses.none('restart.backoffFactor', optionalNumber(said?.backoffFactor), 'the delay is always the same');
  losses.none('restart.maxDelayUs', optionalTime(said?.maxDelayUs), 'the delay is always the same');
  const isJob = kind === 'job' || kind === 'scheduled-job';
  const retries = isJob ? job?.retries : undefined;
  const condition = retries === 0 ? 'none' : retries === undefined ? said?.condition : 'on-failure';
  return compactOrNothing({
    condition: condition ?? (kind === 'scheduled-job' ? 'none' : undefined),
    delay: optionalTime(said?.delayUs),
    max_attempts: retries === undefined || retries === 0 ? said?.maxAttempts : retries,
    window: optionalTime(said?.windowUs),
  });
}

function update(service: AppService, losses: ServiceLosses): object | undefined {
  const { update: said, replicas } = service;
  if (said === undefined) return undefined;
  const surge = said.maxSurgeShare;
  const healthy = said.minHealthyShare;
  const isStartFirst =
    said.order === undefined ? (surge ?? 0) > 0 && (healthy ?? 1) > 0.999 : said.order === 'start-first';
  let { parallelism } = said;
  if (parallelism === undefined && (surge !== undefined || healthy !== undefined)) {
    const share = isStartFirst ? (surge ?? 0) : 1 - (healthy ?? 1) || (surge ?? 0);
    parallelism = Math.max(1, countOfShare(share, replicas) ?? Math.floor(share * replicas));
  }
  const order =
    said.order ??
    (surge === undefined && healthy === undefined ? undefined : isStartFirst ? 'start-first' : 'stop-first');
  const instead = `${parallelism ?? 1} at a time, ${order ?? 'stop-first'}`;
  losses.near('update.minHealthyShare', optionalShare(healthy), instead);
  losses.near('update.maxSurgeShare', optionalShare(surge), instead);
  losses.none('update.deadlineUs', optionalTime(said.deadlineUs), 'an update goes on for as long as it takes');
  losses.none('update.canaries', optionalNumber(said.canaries), 'all replicas are updated alike');
  return compactOrNothing({
    parallelism,
    delay: said.delayUs === undefined ? undefined : timeText(said.delayUs),
    failure_action: said.failureAction,
    monitor: optionalTime(said.monitorUs),
    max_failure_ratio: said.maxFailureShare,
    order,
  });
}

function placement({ placement: said }: AppService, losses: ServiceLosses): object | undefined {
  const constraints = said.constraints.flatMap((one) => {
    const key = composeKey(one.key, losses);
    const isEquality = one.operator === 'in' && one.values.length === 1;
    if (key === undefined || !(isEquality || one.operator === 'not-in')) {
      losses.none(
        'placement.constraints',
        constraintText(one),
        'Swarm knows == and != of node attributes and labels only; it is left out',
      );
      return [];
    }
    const sign = isEquality ? '==' : '!=';
    return one.values.map((value) => `${key} ${sign} ${machineValue('compose', one.key, value)}`);
  });
  const preferences = said.spread.flatMap((one) => {
    if (one.isHard)
      losses.near(
        'placement.spread.isHard',
        spreadText(one),
        'a preference only; tasks go elsewhere when there is no room',
      );
    losses.none(
      'placement.spread.maxSkew',
      one.maxSkew === undefined ? undefined : `${one.key} ${one.maxSkew}`,
      'as even as may be',
    );
    losses.none('placement.spread.targets', one.targets?.map((t) => t.value).join(', '), 'all values get the same');
    losses.none(
      'placement.spread.weight',
      one.weight === undefined ? undefined : `${one.key} ${one.weight}`,
      'the first preference goes first',
    );
    if (one.key === 'hostname' || one.key === 'id') {
      losses.near('placement.spread', spreadText(one), 'Swarm spreads over nodes by itself');
      return [];
    }
    const key = composeKey(one.key, losses);
    if (key?.startsWith('node.labels.') === true) return [{ spread: key }];
    losses.none('placement.spread', spreadText(one), 'Swarm spreads over labels of nodes only');
    return [];
  });
  for (const one of said.affinity)
    losses.none('placement.affinity', `${constraintText(one)} (${one.weight})`, 'Swarm has no preferences but spread');
  for (const { service: other, key, isApart } of said.neighbours)
    losses.none(
      'placement.neighbours',
      `${isApart ? 'apart from' : 'with'} ${other} by ${key}`,
      'Swarm does not look at other services',
    );
  return compactOrNothing({ constraints, preferences, max_replicas_per_node: said.maxPerMachine });
}

/** Keys of Swarm have letters, digits and `- _ .` only. */
function composeKey(key: string, losses: ServiceLosses): string | undefined {
  const name = machineKey('compose', key);
  if (name === undefined || /^[a-z_][\w.-]+$/i.test(name)) return name;
  const mended = name.replace(/[^\w.-]/g, '.');
  losses.near(
    'placement.key',
    key,
    `names of labels have no other signs than - _ . in constraints; ${mended} has to be set on the nodes`,
  );
  return mended;
}
