import type { FileNotes } from '../../file-notes.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { seconds } from '../../../sim/time.ts';
import { ecsConstants } from '../constants.ts';
import type { MetricAlarm, ScalableTarget, ScalingMetric, ScalingPolicy, ScalingStep } from './ecs-files.ts';
import { Fields } from './fields.ts';
import type { SourceNode } from './source-tree.ts';

/** `aws application-autoscaling register-scalable-target`; undefined for what is no ECS service. */
export function readScalableTarget(node: SourceNode, notes: FileNotes): ScalableTarget | undefined {
  const fields: Fields = new Fields(node, 'scalable target', notes);
  const service = scaledService(fields, notes);
  const min = fields.integer('MinCapacity', 0, 10_000);
  const max = fields.integer('MaxCapacity', 0, 10_000);
  if (min === undefined || max === undefined)
    fields.fail(min === undefined ? 'MinCapacity' : 'MaxCapacity', 'is missing; write it like 2');
  if (max < min) fields.fail('MaxCapacity', `is ${max}, less than MinCapacity, ${min}; write it larger`);
  const suspended = fields.within('SuspendedState');
  const scaleInSuspended = suspended?.flag('DynamicScalingInSuspended', false) ?? false;
  const scaleOutSuspended = suspended?.flag('DynamicScalingOutSuspended', false) ?? false;
  suspended?.ignore(['ScheduledScalingSuspended']);
  suspended?.done();
  fields.printed(['RoleARN', 'Tags', 'CreationTime', 'ScalableTargetARN', 'PredictedCapacity']);
  fields.done();
  return service === undefined
    ? undefined
    : { service, min, max, scaleInSuspended, scaleOutSuspended, where: fields.where };
}

/** `aws application-autoscaling put-scaling-policy`; undefined for what is no ECS service. */
export function readScalingPolicy(node: SourceNode, notes: FileNotes): ScalingPolicy | undefined {
  const name = new Fields(node, 'scaling policy', notes).requiredText('PolicyName', 'cpu60');
  const fields: Fields = new Fields(node, `scaling policy "${name}"`, notes);
  fields.requiredText('PolicyName', 'cpu60');
  const service = scaledService(fields, notes);
  const types = ['TargetTrackingScaling', 'StepScaling', 'PredictiveScaling'];
  const type = fields.word('PolicyType', types, 'StepScaling');
  const common = { name, service: service ?? '', where: fields.where };
  let policy: ScalingPolicy | undefined;
  if (type === 'PredictiveScaling')
    notes.push(
      `${fields.whereOf('PolicyType')}: scaling policy "${name}" is PredictiveScaling, which has no effect here`,
    );
  else if (type === 'TargetTrackingScaling') {
    const tracking: Fields = fields.required('TargetTrackingScalingPolicyConfiguration', '{ "TargetValue": 60, … }');
    const target = tracking.number('TargetValue', 1e-9, 1e12);
    if (target === undefined) tracking.fail('TargetValue', 'is missing; write it like 60');
    policy = {
      kind: 'target-tracking',
      ...common,
      metric: trackedMetric(tracking),
      target,
      outCooldownUs: cooldown(tracking, 'ScaleOutCooldown'),
      inCooldownUs: cooldown(tracking, 'ScaleInCooldown'),
      scaleInDisabled: tracking.flag('DisableScaleIn', false),
    };
    tracking.done();
  } else {
    const step: Fields = fields.required('StepScalingPolicyConfiguration', '{ "StepAdjustments": […], … }');
    const adjustments = ['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity'] as const;
    step.requiredText('AdjustmentType', 'ChangeInCapacity');
    policy = {
      kind: 'step',
      ...common,
      adjustment: step.word('AdjustmentType', adjustments, 'ChangeInCapacity'),
      steps: step.list('StepAdjustments').map((one) => readStep(one, notes)),
      cooldownUs: cooldown(step, 'Cooldown'),
      minMagnitude: step.integer('MinAdjustmentMagnitude', 0, 10_000) ?? 0,
      alarm: undefined,
    };
    step.ignore(['MetricAggregationType']);
    step.done();
  }
  fields.printed([
    'PolicyARN',
    'Alarms',
    'CreationTime',
    'StepScalingPolicyConfiguration',
    'TargetTrackingScalingPolicyConfiguration',
    'PredictiveScalingPolicyConfiguration',
  ]);
  fields.done();
  return service === undefined ? undefined : policy;
}

/** An alarm and the policies that it calls, by name; `service` '' where its dimensions do not say. */
export interface AlarmFile {
  readonly alarm: MetricAlarm | undefined;
  readonly service: string;
  readonly policies: readonly string[];
  readonly where: string;
}

/** `aws cloudwatch put-metric-alarm`. */
export function readAlarm(node: SourceNode, notes: FileNotes): AlarmFile {
  const fields: Fields = new Fields(node, 'alarm', notes);
  const name = fields.requiredText('AlarmName', 'web-cpu-high');
  const metricName = fields.text('MetricName') ?? '';
  const metric = METRICS[metricName] as ScalingMetric | undefined;
  if (metric === undefined)
    notes.push(`${fields.whereOf('MetricName')}: alarm "${name}" watches "${metricName}", which is not measured here`);
  const operators = [
    'GreaterThanOrEqualToThreshold',
    'GreaterThanThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ];
  fields.requiredText('ComparisonOperator', operators[0]);
  const operator = fields.word('ComparisonOperator', operators, operators[0]);
  const threshold = fields.number('Threshold', -1e12, 1e12);
  if (threshold === undefined) fields.fail('Threshold', 'is missing; write it like 70');
  const period = fields.integer('Period', 1, 86_400) ?? 60;
  const points = fields.integer('EvaluationPeriods', 1, 1440) ?? 1;
  const policies = fields.texts('AlarmActions').map((arn) => /policyName\/(.+)$/.exec(arn)?.[1] ?? arn);
  const dimensions = fields.list('Dimensions').map((one) => new Fields(one, 'Dimensions', notes));
  const service = dimensions.find((one) => one.text('Name') === 'ServiceName')?.text('Value') ?? '';
  fields.printed(['AlarmDescription', 'Namespace', 'Statistic', 'ActionsEnabled', 'Unit', 'Tags']);
  fields.ignore([
    'DatapointsToAlarm',
    'TreatMissingData',
    'OKActions',
    'InsufficientDataActions',
    'ExtendedStatistic',
    'Metrics',
  ]);
  fields.done();
  const alarm = metric && {
    name,
    metric,
    above: operator.startsWith('Greater'),
    inclusive: operator.includes('OrEqual'),
    threshold,
    points: Math.max(1, Math.ceil((points * period) / 60)),
  };
  return { alarm, service, policies, where: fields.where };
}

const METRICS: Readonly<Record<string, ScalingMetric>> = {
  CPUUtilization: 'cpu',
  MemoryUtilization: 'memory',
  ECSServiceAverageCPUUtilization: 'cpu',
  ECSServiceAverageMemoryUtilization: 'memory',
  ALBRequestCountPerTarget: 'requests',
  RequestCountPerTarget: 'requests',
};

function trackedMetric(fields: Fields): ScalingMetric {
  const predefined = fields.within('PredefinedMetricSpecification');
  const custom = fields.within('CustomizedMetricSpecification');
  const from: Fields =
    predefined ??
    custom ??
    fields.required('PredefinedMetricSpecification', '{ "PredefinedMetricType": "ECSServiceAverageCPUUtilization" }');
  const field = predefined === undefined ? 'MetricName' : 'PredefinedMetricType';
  const name = from.requiredText(field, 'ECSServiceAverageCPUUtilization');
  const metric = METRICS[name] as ScalingMetric | undefined;
  if (metric === undefined)
    from.fail(field, `is "${name}", which is not measured here${suggestion(name, Object.keys(METRICS))}`);
  from.printed(['ResourceLabel', 'Namespace', 'Dimensions', 'Statistic', 'Unit', 'Metrics']);
  from.done();
  return metric;
}

function readStep(node: SourceNode, notes: FileNotes): ScalingStep {
  const fields: Fields = new Fields(node, 'StepAdjustments', notes);
  const adjustment = fields.integer('ScalingAdjustment', -10_000, 10_000);
  if (adjustment === undefined) fields.fail('ScalingAdjustment', 'is missing; write it like 1');
  const step = {
    lower: fields.number('MetricIntervalLowerBound', -1e12, 1e12) ?? -Infinity,
    upper: fields.number('MetricIntervalUpperBound', -1e12, 1e12) ?? Infinity,
    adjustment,
  };
  if (step.lower >= step.upper)
    fields.fail('MetricIntervalUpperBound', 'is not above the lower bound; write it larger');
  fields.done();
  return step;
}

function cooldown(fields: Fields, name: string): number {
  const value = fields.integer(name, 0, 1e6);
  return value === undefined ? ecsConstants.scalingCooldown.value : seconds(value);
}

/** `service/cluster/name`; a note and undefined for tables, streams and the like. */
function scaledService(fields: Fields, notes: FileNotes): string | undefined {
  const space = fields.text('ServiceNamespace') ?? 'ecs';
  const resource = fields.requiredText('ResourceId', 'service/default/web');
  const dimension = fields.text('ScalableDimension') ?? 'ecs:service:DesiredCount';
  if (space !== 'ecs' || dimension !== 'ecs:service:DesiredCount') {
    notes.push(`${fields.where}: what scales ${resource} has no effect here: it is no ECS service`);
    return undefined;
  }
  const found = /^service\/([^/]+)\/([^/]+)$/.exec(resource);
  if (found === null) fields.fail('ResourceId', `is "${resource}"; write it like "service/default/web"`);
  return found[2];
}
