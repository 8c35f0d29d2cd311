import type { AppService } from '../app-model.ts';
import { percentText } from '../amount-text.ts';
import type { ServiceLosses } from '../loss-book.ts';
import { optionalNumber, optionalShare, optionalTime } from '../plain-losses.ts';
import { sharesOfUpdate } from '../update-shares.ts';
import { compact } from '../yaml-text.ts';
import { containerName, ecsName } from './object-names.ts';
import { balancedPort, ecsTargetGroup, targetGroupArn } from './write-load-balancing.ts';
import { ecsConstraints, ecsStrategies } from './write-placement.ts';
import { ecsScaling } from './write-scaling.ts';
import { ecsTaskDefinition } from './write-task-definition.ts';

export interface EcsObject {
  /** File name without its ending. */
  readonly name: string;
  readonly object: object;
}

/** Everything that one service needs: task definition, service or task to run or schedule, target group, scaling. */
export function ecsObjects(service: AppService, losses: ServiceLosses): EcsObject[] {
  const name = ecsName(service);
  if (name !== service.name)
    losses.near('name', service.name, `ECS has no groups, and letters, digits, - and _ in names only: ${name}`);
  if (service.group !== '') losses.near('group', service.group, `part of the name: ${name}`);
  tellWhatIsNot(service, losses);
  const isJob = service.kind === 'job' || service.kind === 'scheduled-job';
  const definition = { name: `${name}.task-definition`, object: ecsTaskDefinition(service, name, losses) };
  if (isJob) return [definition, ...jobObjects(service, name, losses)];
  const balanced = balancedPort(service);
  return [
    definition,
    ...(balanced === undefined
      ? []
      : [{ name: `${name}.target-group`, object: ecsTargetGroup(service, name, balanced, losses) }]),
    { name: `${name}.service`, object: ecsService(service, name, losses) },
    ...ecsScaling(service, name, losses),
  ];
}

function tellWhatIsNot(service: AppService, losses: ServiceLosses): void {
  for (const { service: other, until } of service.dependsOn)
    losses.none(
      'dependsOn',
      `${other} (${until})`,
      'services do not wait for each other; only containers of one task do',
    );
  losses.none(
    'priority',
    service.priority && String(service.priority.value),
    'ECS has no priorities and evicts nothing',
  );
  losses.none(
    'disruption',
    service.disruption && optionalShare(service.disruption.minHealthyShare),
    'a drained instance stops tasks as minimumHealthyPercent allows',
  );
  losses.none('replaceAfterUs', optionalTime(service.replaceAfterUs), 'ECS decides itself when an instance is lost');
  losses.none(
    'stopSignal',
    service.stopSignal === 'SIGTERM' ? undefined : service.stopSignal,
    'the signal of the image (STOPSIGNAL) is sent',
  );
  if (service.hasIdentity) losses.near('hasIdentity', 'yes', 'tasks have ids that nobody can foretell');
  const { restart } = service;
  const isJob = service.kind === 'job' || service.kind === 'scheduled-job';
  if (restart?.condition !== (isJob ? 'none' : 'any'))
    losses.none(
      'restart.condition',
      restart?.condition,
      isJob ? 'a task that was run is not run again' : 'the service starts anew whatever ends',
    );
  const instead = 'ECS chooses the delay itself, and lengthens it when tasks cannot start';
  losses.none('restart.delayUs', optionalTime(restart?.delayUs), instead);
  losses.none('restart.maxDelayUs', optionalTime(restart?.maxDelayUs), instead);
  losses.none('restart.backoffFactor', optionalNumber(restart?.backoffFactor), instead);
  losses.none('restart.windowUs', optionalTime(restart?.windowUs), instead);
  losses.none(
    'restart.maxAttempts',
    optionalNumber(restart?.maxAttempts),
    isJob ? 'a task that was run is not run again' : 'tasks are started again without end',
  );
}

function ecsService(service: AppService, name: string, losses: ServiceLosses): object {
  const isDaemon = service.kind === 'daemon';
  const balanced = balancedPort(service);
  const start = service.readiness?.startPeriodUs ?? service.liveness?.startPeriodUs;
  return compact({
    serviceName: name,
    taskDefinition: name,
    desiredCount: isDaemon ? undefined : service.replicas,
    schedulingStrategy: isDaemon ? 'DAEMON' : undefined,
    launchType: 'EC2',
    loadBalancers:
      balanced === undefined
        ? []
        : [
            {
              targetGroupArn: targetGroupArn(name),
              containerName: containerName(service.name),
              containerPort: balanced.container,
            },
          ],
    healthCheckGracePeriodSeconds: balanced === undefined || !start ? undefined : Math.ceil(start / 1e6),
    deploymentConfiguration: deployment(service, losses),
    placementConstraints: ecsConstraints(service, losses),
    placementStrategy: ecsStrategies(service, losses),
  });
}

function deployment(service: AppService, losses: ServiceLosses): object | undefined {
  const { update, replicas, kind } = service;
  const shares = sharesOfUpdate(update, replicas, losses);
  losses.none(
    'update.delayUs',
    optionalTime(update?.delayUs),
    'the next tasks are replaced as soon as the last are healthy',
  );
  losses.none('update.monitorUs', optionalTime(update?.monitorUs), 'a task counts as soon as it is healthy');
  losses.none('update.deadlineUs', optionalTime(update?.deadlineUs), 'the circuit breaker counts failures, not time');
  losses.none(
    'update.maxFailureShare',
    optionalShare(update?.maxFailureShare),
    'the circuit breaker fails at half of the tasks, at least 3',
  );
  losses.none('update.canaries', optionalNumber(update?.canaries), 'all tasks are updated alike');
  const action = update?.failureAction;
  const deploymentCircuitBreaker =
    action === 'pause' || action === 'rollback' ? { enable: true, rollback: action === 'rollback' } : undefined;
  if (action === 'continue')
    losses.near('update.failureAction', action, 'without a circuit breaker it goes on without end');
  if (shares === undefined) return deploymentCircuitBreaker && { deploymentCircuitBreaker };
  // Rounded so that ECS, which rounds the lower bound up and the upper one down, comes to the same numbers of tasks.
  const least = Math.floor(shares.healthy * 100 + 1e-6);
  const most = Math.ceil(100 + shares.over * 100 - 1e-6);
  const isDaemon = kind === 'daemon';
  if (Math.abs(least - shares.healthy * 100) > 1e-6)
    losses.near('update.minHealthyShare', percentText(shares.healthy), `${least}%: whole percents only`);
  if (isDaemon && shares.over > 0)
    losses.none('update.maxSurgeShare', percentText(shares.over), 'a daemon always stops before it starts');
  else if (Math.abs(most - 100 - shares.over * 100) > 1e-6)
    losses.near('update.maxSurgeShare', percentText(shares.over), `${most}%: whole percents only`);
  return compact({
    minimumHealthyPercent: least,
    maximumPercent: isDaemon ? undefined : most,
    deploymentCircuitBreaker,
  });
}

function jobObjects(service: AppService, name: string, losses: ServiceLosses): EcsObject[] {
  const { job, schedule } = service;
  losses.none(
    'job.retries',
    optionalNumber(job?.retries),
    'a task that was run is not run again; Step Functions or AWS Batch repeat it',
  );
  losses.none('job.deadlineUs', optionalTime(job?.deadlineUs), 'a task runs as long as it takes');
  const count = job?.completions ?? 1;
  if (job !== undefined && job.parallelism < count)
    losses.near('job.parallelism', String(job.parallelism), `all ${count} run at once`);
  const run = compact({
    taskDefinition: name,
    count,
    launchType: 'EC2',
    placementConstraints: ecsConstraints(service, losses),
    placementStrategy: ecsStrategies(service, losses),
  });
  if (schedule !== undefined) {
    losses.near('schedule.cron', schedule.cron, 'a task to run; a rule of EventBridge has to run it by that schedule');
    losses.none('schedule.timeZone', schedule.timeZone, 'as the rule of EventBridge says');
    losses.none('schedule.overlap', schedule.overlap, 'EventBridge does not look at earlier runs');
  }
  return [{ name: `${name}.run-task`, object: run }];
}
