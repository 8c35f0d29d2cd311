import type { FileNotes } from '../../file-notes.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { seconds } from '../../../sim/time.ts';
import { ecsConstants } from '../constants.ts';
import { shortName } from './arn.ts';
import type { CircuitBreaker, RunTask, ServiceDefinition } from './ecs-files.ts';
import { Fields } from './fields.ts';
import { readPlacing } from './read-placing.ts';
import type { SourceNode } from './source-tree.ts';

const WITHOUT_EFFECT = [
  'clientToken', 'platformVersion', 'role', 'networkConfiguration', 'enableExecuteCommand', 'propagateTags',
  'serviceRegistries', 'serviceConnectConfiguration', 'volumeConfigurations', 'vpcLatticeConfigurations',
]; // prettier-ignore
const QUIETLY = ['enableECSManagedTags'];
const PRINTED = [
  'serviceArn', 'clusterArn', 'status', 'runningCount', 'pendingCount', 'platformFamily', 'taskSets', 'deployments',
  'roleArn', 'events', 'createdAt', 'createdBy', 'currentServiceDeployment', 'currentServiceRevisions', 'resourceManagementType',
]; // prettier-ignore

/** `aws ecs create-service --cli-input-json`, or one of what describe-services prints. */
export function readService(node: SourceNode, notes: FileNotes): ServiceDefinition {
  const name = new Fields(node, 'service', notes).requiredText('serviceName', 'web');
  const fields: Fields = new Fields(node, `service "${name}"`, notes);
  fields.requiredText('serviceName', 'web');
  const daemon = fields.word('schedulingStrategy', ['REPLICA', 'DAEMON'], 'REPLICA') === 'DAEMON';
  const desired = fields.integer('desiredCount', 0, 10_000);
  if (desired === undefined && !daemon) fields.fail('desiredCount', 'is missing; write it like 2');
  const controller = fields.within('deploymentController');
  const controllerType = controller?.word('type', ['ECS', 'CODE_DEPLOY', 'EXTERNAL'], 'ECS') ?? 'ECS';
  if (controllerType !== 'ECS')
    notes.push(
      `${fields.whereOf('deploymentController')}: deploymentController of service "${name}" is ${controllerType}; its updates are rolled out as ECS does`,
    );
  controller?.done();
  const placing = readPlacing(fields, notes);
  if (daemon && placing.launchType === 'FARGATE')
    fields.fail('schedulingStrategy', 'is DAEMON, which Fargate does not have; write "REPLICA"');
  const strategies = placing.strategies ?? [];
  if (daemon && strategies.length > 0)
    fields.fail('placementStrategy', 'cannot be had with DAEMON, which runs on every instance; leave it out');
  const deployment = readDeployment(fields, daemon, notes);
  const rebalancing = fields.word('availabilityZoneRebalancing', ['ENABLED', 'DISABLED'], 'DISABLED') === 'ENABLED';
  const first = strategies[0] as (typeof strategies)[number] | undefined;
  if (rebalancing && deployment.maximumPercent <= 100)
    fields.fail(
      'availabilityZoneRebalancing',
      'is ENABLED, which starts before it stops; write a maximumPercent above 100',
    );
  if (
    rebalancing &&
    first !== undefined &&
    (first.type !== 'spread' || first.field !== 'attribute:ecs.availability-zone')
  )
    fields.fail(
      'availabilityZoneRebalancing',
      'is ENABLED, so the first placementStrategy must spread over attribute:ecs.availability-zone',
    );
  const [family, revision] = taskDefinitionOf(fields);
  fields.ignore(WITHOUT_EFFECT);
  fields.printed([...PRINTED, ...QUIETLY]);
  const service: ServiceDefinition = {
    name,
    cluster: shortName(fields.text('cluster') ?? fields.text('clusterArn') ?? 'default'),
    family,
    revision,
    desiredCount: daemon ? 0 : (desired ?? 0),
    daemon,
    placing,
    ...deployment,
    loadBalancers: readLoadBalancers(fields, name, notes),
    healthGraceUs: seconds(fields.integer('healthCheckGracePeriodSeconds', 0, 2_147_483_647) ?? 0),
    rebalancing,
    labels: fields.pairs('tags'),
    where: fields.where,
  };
  fields.done();
  return service;
}

function readDeployment(
  service: Fields,
  daemon: boolean,
  notes: FileNotes,
): Pick<ServiceDefinition, 'minimumHealthyPercent' | 'maximumPercent' | 'breaker'> {
  const fields = service.within('deploymentConfiguration');
  const constants = ecsConstants;
  const least = fields?.integer('minimumHealthyPercent', 0, 100);
  const most = fields?.integer('maximumPercent', 0, 1000);
  if (daemon && most !== undefined && most !== 100)
    fields?.fail('maximumPercent', `is ${most}; a DAEMON service always has 100, leave it out`);
  if (!daemon && most !== undefined && most < 100)
    fields?.fail('maximumPercent', `is ${most}; write a number from 100 to 200`);
  const breaker = fields && readBreaker(fields);
  fields?.ignore(['alarms', 'lifecycleHooks', 'bakeTimeInMinutes', 'linearConfiguration', 'canaryConfiguration']);
  const strategy = fields?.word('strategy', ['ROLLING', 'BLUE_GREEN', 'LINEAR', 'CANARY'], 'ROLLING') ?? 'ROLLING';
  if (strategy !== 'ROLLING')
    notes.push(
      `${fields!.whereOf('strategy')}: strategy of deploymentConfiguration is ${strategy}; updates are rolled out as ROLLING`,
    );
  fields?.done();
  return {
    minimumHealthyPercent:
      least ?? (daemon ? constants.daemonMinimumHealthyPercent : constants.minimumHealthyPercent).value,
    maximumPercent: most ?? (daemon ? constants.daemonMaximumPercent : constants.maximumPercent).value,
    breaker,
  };
}

function readBreaker(deployment: Fields): CircuitBreaker | undefined {
  const fields = deployment.within('deploymentCircuitBreaker');
  if (fields === undefined) return undefined;
  const enable = fields.flag('enable', false);
  const rollback = fields.flag('rollback', false);
  const resetOnHealthyTask = fields.flag('resetOnHealthyTask', false);
  const threshold = fields.within('thresholdConfiguration');
  const types = ['BOUNDED_PERCENT', 'COUNT', 'UNBOUNDED_PERCENT'] as const;
  const type = threshold?.word('type', types, 'BOUNDED_PERCENT') ?? 'BOUNDED_PERCENT';
  const value = threshold?.integer('value', 1, 10_000) ?? ecsConstants.circuitBreakerShare.value * 100;
  threshold?.done();
  fields.done();
  return enable ? { rollback, threshold: { type, value }, resetOnHealthyTask } : undefined;
}

function readLoadBalancers(service: Fields, name: string, notes: FileNotes): ServiceDefinition['loadBalancers'] {
  return service.list('loadBalancers').map((node) => {
    const fields: Fields = new Fields(node, `loadBalancers of service "${name}"`, notes);
    fields.ignore(['advancedConfiguration']);
    const classic = fields.text('loadBalancerName');
    const targetGroup =
      classic || targetGroupName(fields.requiredText('targetGroupArn', 'arn:aws:…:targetgroup/web/0123456789abcdef'));
    if (classic) fields.printed(['targetGroupArn']);
    const port = fields.integer('containerPort', 1, 65_535);
    if (port === undefined) fields.fail('containerPort', 'is missing; write it like 8080');
    const balancer = { targetGroup, container: fields.requiredText('containerName', 'app'), port };
    fields.done();
    return balancer;
  });
}

/** `arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/0123` is `web`; names stay. */
export function targetGroupName(text: string): string {
  return /targetgroup\/([^/]+)/.exec(text)?.[1] ?? text;
}

const RUN_WITHOUT_EFFECT = [
  'clientToken', 'platformVersion', 'networkConfiguration', 'enableExecuteCommand', 'propagateTags', 'referenceId',
  'volumeConfigurations', 'startedBy',
]; // prettier-ignore

/** `aws ecs run-task --cli-input-json`. */
export function readRunTask(node: SourceNode, notes: FileNotes): RunTask {
  const fields: Fields = new Fields(node, 'run-task', notes);
  const [family, revision] = taskDefinitionOf(fields);
  fields.ignore(RUN_WITHOUT_EFFECT);
  fields.printed(QUIETLY);
  const overrides = fields.node('overrides');
  if (overrides !== undefined) fields.ignore(['overrides'], 'tasks run as their definition says');
  const task: RunTask = {
    name: family,
    cluster: shortName(fields.text('cluster') ?? 'default'),
    family,
    revision,
    // The API takes 10 at once; more are so many calls.
    count: fields.integer('count', 1, 10_000) ?? 1,
    group: fields.text('group') ?? `family:${family}`,
    placing: readPlacing(fields, notes),
    labels: fields.pairs('tags'),
    where: fields.where,
  };
  if (task.group.startsWith('service:'))
    fields.fail(
      'group',
      `is "${task.group}"; names with "service:" are those of services, write another${suggestion('', [`family:${family}`])}`,
    );
  fields.done();
  return task;
}

/** `web`, `web:3` or an ARN of it: family and revision, 0 where none is written. */
function taskDefinitionOf(fields: Fields): [family: string, revision: number] {
  const text = fields.requiredText('taskDefinition', 'web:1');
  const found = /(?:^|task-definition\/)([A-Za-z0-9_-]+)(?::(\d+))?$/.exec(text);
  if (found === null)
    fields.fail('taskDefinition', `is "${text}"; write a family, "web", or one of its revisions, "web:3"`);
  return [found[1], Number(found[2] ?? 0)];
}
