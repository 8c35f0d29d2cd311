import type { AppService } from '../app-model.ts';
import { bytesText, wholeMiB } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { autoscalingText, optionalNumber, optionalShare, optionalTime } from '../plain-losses.ts';
import { scriptOf, shellLine } from '../shell-text.ts';
import { sharesOfUpdate } from '../update-shares.ts';
import { compact, compactOrNothing } from '../yaml-text.ts';
import { marathonId, otherId } from './app-ids.ts';
import { seconds } from './whole-seconds.ts';
import { marathonChecks } from './write-checks.ts';
import { marathonConstraints } from './write-constraints.ts';
import { marathonContainer } from './write-container.ts';

/** One app (Marathon docs/docs/rest-api/public/api/v2/types/app.raml). */
export function marathonApp(service: AppService, losses: ServiceLosses): object {
  const id = marathonId(service);
  if (id !== `/${[service.group, service.name].filter((part) => part !== '').join('/')}`)
    losses.near('name', service.name, `ids have small letters, digits, hyphens and dots only: ${id}`);
  tellWhatIsNot(service, losses);
  return compact({
    id,
    ...commandOf(service, losses),
    user: service.image === '' ? service.user : undefined,
    ...resourcesOf(service, losses),
    instances: instancesOf(service, losses),
    ...marathonContainer(service, losses),
    env: envOf(service),
    labels: service.labels,
    constraints: marathonConstraints(service, losses),
    dependencies: service.dependsOn.map((one) => {
      if (one.until !== 'healthy')
        losses.near('dependsOn', `${one.service} (${one.until})`, 'it waits until the other is healthy');
      return otherId(service, one.service);
    }),
    ...marathonChecks(service, losses),
    upgradeStrategy: upgradeOf(service, losses),
    ...restartOf(service, losses),
    taskKillGracePeriodSeconds: seconds(service.stopGraceUs, 'stopGraceUs', losses),
    unreachableStrategy:
      service.replaceAfterUs === undefined
        ? undefined
        : {
            inactiveAfterSeconds: seconds(service.replaceAfterUs, 'replaceAfterUs', losses),
            expungeAfterSeconds: 2 * (seconds(service.replaceAfterUs, 'replaceAfterUs', losses, true) ?? 0),
          },
  });
}

function tellWhatIsNot(service: AppService, losses: ServiceLosses): void {
  for (const { name, runs } of service.helpers)
    losses.none('helpers', `${name} (${runs})`, `an app is one container; ${name} is left out`);
  losses.none('priority', service.priority && String(service.priority.value), 'Marathon has no priorities');
  losses.none(
    'autoscaling',
    autoscalingText(service),
    `Marathon has no autoscaler; it stays at ${service.replicas} instances`,
  );
  losses.none(
    'disruption',
    service.disruption && optionalShare(service.disruption.minHealthyShare),
    'a drained agent stops all its tasks',
  );
  losses.none('stopSignal', service.stopSignal === 'SIGTERM' ? undefined : service.stopSignal, 'SIGTERM is sent');
  if (service.hasIdentity) losses.near('hasIdentity', 'yes', 'instances have ids that nobody can foretell');
  for (const one of service.configs)
    losses.none('configs', one.name, 'Marathon has no configs; fetch a file or set variables');
  const { update } = service;
  losses.none(
    'update.delayUs',
    optionalTime(update?.delayUs),
    'the next instance is replaced as soon as the last is healthy',
  );
  losses.none(
    'update.failureAction',
    update?.failureAction,
    'a deployment goes on trying until somebody stops it or rolls it back',
  );
  losses.none('update.maxFailureShare', optionalShare(update?.maxFailureShare), 'failures are not counted');
  losses.none('update.monitorUs', optionalTime(update?.monitorUs), 'an instance counts as soon as it is healthy');
  losses.none('update.deadlineUs', optionalTime(update?.deadlineUs), 'a deployment has no deadline');
  losses.none('update.canaries', optionalNumber(update?.canaries), 'all instances are updated alike');
}

/** `args` go to the image's entrypoint; whoever replaces that needs `cmd`, which a shell runs. */
function commandOf({ command, args }: AppService, losses: ServiceLosses): object {
  if (command === undefined) return { args };
  const whole = [...command, ...(args ?? [])];
  if (scriptOf(whole) === undefined && whole.some((word) => !/^[\w@%+=:,./-]+$/.test(word)))
    losses.near('command', whole.join(' '), 'a shell runs it');
  if (args !== undefined && args.length > 0) losses.near('args', args.join(' '), 'part of cmd, with the command');
  return { cmd: shellLine(whole) };
}

function envOf({ env, secrets }: AppService): object | undefined {
  const fromSecrets = secrets.flatMap((one) =>
    one.target?.startsWith('$') === true && one.target !== '$*'
      ? [[one.target.slice(1), { secret: one.name }] as const]
      : [],
  );
  return compactOrNothing({ ...env, ...Object.fromEntries(fromSecrets) });
}

function resourcesOf({ resources: { request, limit, gpus } }: AppService, losses: ServiceLosses): object {
  const cpuMilli = request.cpuMilli;
  const memBytes = request.memBytes ?? limit.memBytes;
  if (cpuMilli === undefined)
    losses.near('resources.request.cpuMilli', 'none', 'Marathon takes 1 CPU when nothing is said');
  if (request.memBytes === undefined)
    losses.near(
      'resources.request.memBytes',
      'none',
      memBytes === undefined ? 'Marathon takes 128 MiB when nothing is said' : 'the limit is asked for',
    );
  const mib = (bytes: number | undefined, field: string): number | undefined => {
    if (bytes === undefined) return undefined;
    const whole = wholeMiB(bytes);
    if (!whole.isExact) losses.near(field, bytesText(bytes), `${whole.mib} MiB: whole MiB only`);
    return whole.mib;
  };
  if (request.memBytes !== undefined && limit.memBytes === undefined)
    losses.near('resources.limit.memBytes', 'none', 'what is asked for is the limit, too');
  losses.none('resources.limit.pids', optionalNumber(limit.pids), 'processes are not counted');
  return {
    cpus: cpuMilli === undefined ? undefined : cpuMilli / 1000,
    mem: mib(memBytes, 'resources.request.memBytes'),
    disk: mib(request.diskBytes, 'resources.request.diskBytes'),
    gpus,
    resourceLimits: compactOrNothing({
      cpus: limit.cpuMilli === undefined ? undefined : limit.cpuMilli / 1000,
      mem: mib(limit.memBytes, 'resources.limit.memBytes'),
    }),
  };
}

function instancesOf({ kind, replicas }: AppService, losses: ServiceLosses): number {
  if (kind === 'daemon')
    losses.near('kind', 'daemon', `one on each of ${replicas} machines; the number has to follow that of the machines`);
  return replicas;
}

function upgradeOf({ update, replicas }: AppService, losses: ServiceLosses): object | undefined {
  const shares = sharesOfUpdate(update, replicas, losses);
  return (
    shares && {
      minimumHealthCapacity: Math.max(0, rounded(shares.healthy)),
      maximumOverCapacity: Math.min(1, rounded(shares.over)),
    }
  );
}

const rounded = (share: number): number => Math.round(share * 1e6) / 1e6;

function restartOf({ restart }: AppService, losses: ServiceLosses): object {
  if (restart?.condition !== 'any')
    losses.none(
      'restart.condition',
      restart?.condition,
      'Marathon starts anew whatever ends, as many as instances say',
    );
  losses.none('restart.maxAttempts', optionalNumber(restart?.maxAttempts), 'instances are started again without end');
  losses.none('restart.windowUs', optionalTime(restart?.windowUs), 'Marathon has no window; its backoff grows instead');
  return {
    backoffSeconds: seconds(restart?.delayUs, 'restart.delayUs', losses),
    backoffFactor: restart?.backoffFactor,
    maxLaunchDelaySeconds: seconds(restart?.maxDelayUs, 'restart.maxDelayUs', losses),
  };
}
