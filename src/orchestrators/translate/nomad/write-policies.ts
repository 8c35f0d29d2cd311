import type { AppService } from '../app-model.ts';
import { countOfShare, timeText } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalNumber, optionalShare, optionalTime } from '../plain-losses.ts';
import { attribute, block, blockOrNothing, type HclItem } from './hcl-text.ts';

const isBatch = ({ kind }: AppService): boolean => kind === 'job' || kind === 'scheduled-job';

/** What the client does when a task ends. */
export function nomadRestart(service: AppService, losses: ServiceLosses): HclItem | undefined {
  const { restart, job } = service;
  const retries = isBatch(service) ? job?.retries : undefined;
  const attempts = restart?.condition === 'none' ? 0 : (retries ?? restart?.maxAttempts);
  if (restart?.condition === 'on-failure' && !isBatch(service))
    losses.none('restart.condition', 'on-failure', 'tasks of a service are restarted whenever they end');
  if (restart?.condition === 'any' && isBatch(service))
    losses.near('restart.condition', 'any', 'a run that succeeded is not repeated');
  if (restart?.maxAttempts !== undefined && attempts === restart.maxAttempts && restart.windowUs === undefined)
    losses.near(
      'restart.maxAttempts',
      optionalNumber(restart.maxAttempts),
      `within ${isBatch(service) ? '24 h' : '30 min'}, on the same node; then it is placed anew`,
    );
  const least = (attempts ?? (isBatch(service) ? 3 : 2)) * (restart?.delayUs ?? 15e6);
  const standard = isBatch(service) ? 86_400e6 : 1800e6;
  let interval = restart?.windowUs;
  if (least > (interval ?? standard)) {
    losses.near(
      'restart.windowUs',
      optionalTime(interval) ?? 'none',
      `${timeText(least)}: all attempts have to fit into it`,
    );
    interval = least;
  }
  return blockOrNothing('restart', [
    attribute('attempts', attempts),
    attribute('interval', interval === undefined ? undefined : timeText(interval)),
    attribute('delay', optionalTime(restart?.delayUs)),
    attribute('mode', attempts === undefined ? undefined : 'fail'),
  ]);
}

/** What the servers do when a client has given up: the allocation is placed anew, later each time. */
export function nomadReschedule(service: AppService, losses: ServiceLosses): HclItem | undefined {
  const { restart, job, kind } = service;
  if (kind === 'daemon') {
    losses.none(
      'restart.backoffFactor',
      optionalNumber(restart?.backoffFactor),
      'system jobs have no substitute for their node',
    );
    losses.none(
      'restart.maxDelayUs',
      optionalTime(restart?.maxDelayUs),
      'system jobs have no substitute for their node',
    );
    return undefined;
  }
  if (restart?.condition === 'none' || (isBatch(service) && job?.retries !== undefined)) {
    losses.none('restart.backoffFactor', optionalNumber(restart?.backoffFactor), 'nothing is placed anew');
    losses.none('restart.maxDelayUs', optionalTime(restart?.maxDelayUs), 'nothing is placed anew');
    if (restart?.condition === 'none')
      losses.none('restart.maxAttempts', optionalNumber(restart.maxAttempts), 'nothing is started again');
    return block('reschedule', undefined, [attribute('attempts', 0), attribute('unlimited', false)]);
  }
  const { backoffFactor, maxDelayUs } = restart ?? {};
  if (backoffFactor === undefined && maxDelayUs === undefined) return undefined;
  if (backoffFactor !== undefined && backoffFactor !== 2 && backoffFactor !== 1)
    losses.near('restart.backoffFactor', optionalNumber(backoffFactor), 'each delay is twice the last one');
  const most = maxDelayUs === undefined ? undefined : Math.max(5e6, maxDelayUs);
  if (most !== maxDelayUs)
    losses.near('restart.maxDelayUs', optionalTime(maxDelayUs), '5s: the least that Nomad takes');
  const delay = most !== undefined && most < 30e6 ? most : undefined;
  return block('reschedule', undefined, [
    attribute('delay', optionalTime(delay)),
    attribute(
      'delay_function',
      backoffFactor === undefined ? undefined : backoffFactor === 1 ? 'constant' : 'exponential',
    ),
    attribute('max_delay', optionalTime(most)),
    attribute('unlimited', isBatch(service) ? undefined : true),
  ]);
}

export function nomadUpdate(service: AppService, losses: ServiceLosses): HclItem | undefined {
  const { update, replicas, kind } = service;
  if (update === undefined) return undefined;
  if (isBatch(service)) {
    losses.none('update', 'yes', 'batch jobs are not updated in lots');
    return undefined;
  }
  const isSystem = kind === 'daemon';
  const { minHealthyShare: healthy, maxSurgeShare: surge } = update;
  const isStartFirst =
    update.order === undefined ? (surge ?? 0) > 0 && (healthy ?? 1) > 0.999 : update.order === 'start-first';
  let lot = update.parallelism === 0 ? Math.max(1, replicas) : update.parallelism;
  if (lot === undefined && (healthy !== undefined || surge !== undefined)) {
    const share = isStartFirst ? (surge ?? 0) : 1 - (healthy ?? 1) || (surge ?? 0);
    lot = Math.max(1, countOfShare(share, replicas) ?? Math.floor(share * replicas));
  }
  // New ones beside the old are canaries here: all of them, promoted as soon as they are healthy.
  const canary = update.canaries ?? (isStartFirst && !isSystem && replicas > 0 ? replicas : undefined);
  const isBlueGreen = isStartFirst && update.canaries === undefined && canary !== undefined;
  const instead = isBlueGreen
    ? `${canary} canaries beside the old ones, promoted when healthy`
    : `${lot ?? 1} at a time, stop-first`;
  losses.near('update.minHealthyShare', optionalShare(healthy), instead);
  losses.near('update.maxSurgeShare', optionalShare(surge), instead);
  if (isStartFirst) losses.near('update.order', update.order, instead);
  losses.none('update.maxFailureShare', optionalShare(update.maxFailureShare), 'one failure fails the deployment');
  if (!isSystem)
    losses.none(
      'update.delayUs',
      optionalTime(update.delayUs),
      'the next ones are replaced as soon as the last are healthy',
    );
  if (update.failureAction === 'continue')
    losses.none('update.failureAction', 'continue', 'a deployment that fails stops');
  const deadlines = deadlinesOf(service, losses);
  return blockOrNothing('update', [
    attribute('max_parallel', lot),
    attribute('stagger', isSystem ? optionalTime(update.delayUs) : undefined),
    attribute('min_healthy_time', optionalTime(update.monitorUs)),
    ...deadlines,
    attribute(
      'auto_revert',
      update.failureAction === 'rollback' ? true : update.failureAction === 'pause' ? false : undefined,
    ),
    attribute('canary', canary),
    attribute('auto_promote', isBlueGreen ? true : undefined),
  ]);
}

/** `min_healthy_time` < `healthy_deadline` < `progress_deadline`, 10 s, 5 min and 10 min unless said. */
function deadlinesOf({ update }: AppService, losses: ServiceLosses): (HclItem | undefined)[] {
  const monitor = update?.monitorUs ?? 10e6;
  let progress = update?.deadlineUs;
  if (progress !== undefined && progress <= monitor) {
    losses.near(
      'update.deadlineUs',
      optionalTime(progress),
      `${timeText(monitor * 3)}: it lies behind the time to be healthy`,
    );
    progress = monitor * 3;
  }
  const isTight = progress !== undefined ? progress <= 300e6 : monitor >= 300e6;
  const healthyUs =
    isTight || monitor >= 300e6
      ? progress === undefined
        ? monitor * 2
        : Math.round((monitor + progress) / 2)
      : undefined;
  if (progress === undefined && healthyUs !== undefined) progress = monitor * 3;
  return [
    attribute('healthy_deadline', optionalTime(healthyUs)),
    attribute('progress_deadline', optionalTime(progress)),
  ];
}

/** Drains take so many at a time. */
export function nomadMigrate({ disruption, replicas, kind }: AppService, losses: ServiceLosses): HclItem | undefined {
  if (disruption === undefined) return undefined;
  const share = 1 - disruption.minHealthyShare;
  if (kind !== 'service') {
    losses.none('disruption', optionalShare(disruption.minHealthyShare), 'only services are moved in lots');
    return undefined;
  }
  const count = Math.max(1, countOfShare(share, replicas) ?? Math.floor(share * replicas));
  losses.near('disruption', optionalShare(disruption.minHealthyShare), `drains move ${count} at a time`);
  return block('migrate', undefined, [attribute('max_parallel', count)]);
}

/** A block for the Nomad Autoscaler, which is a program of its own. */
export function nomadScaling(service: AppService, losses: ServiceLosses): HclItem | undefined {
  const { autoscaling } = service;
  if (autoscaling === undefined) return undefined;
  if (service.kind !== 'service') {
    losses.none('autoscaling', 'yes', 'only services are scaled');
    return undefined;
  }
  const { scaleInCooldownUs, scaleOutCooldownUs } = autoscaling;
  const cooldown = scaleInCooldownUs ?? scaleOutCooldownUs;
  if (scaleOutCooldownUs !== undefined && scaleOutCooldownUs !== cooldown)
    losses.near(
      'autoscaling.scaleOutCooldownUs',
      timeText(scaleOutCooldownUs),
      `${timeText(cooldown ?? 0)}: one cooldown for both ways`,
    );
  const checks = autoscaling.metrics.map(({ metric, target }) =>
    block('check', metric, [
      attribute('source', metric === 'requests' ? 'prometheus' : 'nomad-apm'),
      attribute('query', metric === 'requests' ? 'http_requests_per_second' : `avg_${metric}-allocated`),
      block('strategy', 'target-value', [
        attribute('target', metric === 'requests' ? target : Math.round(target * 1e4) / 100),
      ]),
    ]),
  );
  return block('scaling', undefined, [
    attribute('enabled', true),
    attribute('min', autoscaling.min),
    attribute('max', Math.max(autoscaling.min, autoscaling.max)),
    block('policy', undefined, [attribute('cooldown', optionalTime(cooldown)), ...checks]),
  ]);
}
