import type { FileNotes } from '../../file-notes.ts';
import { seconds } from '../../../sim/time.ts';
import { ecsConstants } from '../constants.ts';
import type { AutoScalingGroup, CapacityProvider, ClusterSettings, LaunchTemplate } from './ecs-files.ts';
import { Fields } from './fields.ts';
import { readProviderShares } from './read-placing.ts';
import { shortName } from './arn.ts';
import type { SourceNode } from './source-tree.ts';

/** `create-cluster`, `put-cluster-capacity-providers`, or one of what describe-clusters prints. */
export function readCluster(node: SourceNode, notes: FileNotes): ClusterSettings {
  const fields: Fields = new Fields(node, 'cluster', notes);
  const settings: ClusterSettings = {
    name: shortName(fields.text('clusterName') ?? fields.text('cluster') ?? 'default'),
    providers: fields.texts('capacityProviders').map(shortName),
    defaultStrategy: readProviderShares(fields, 'defaultCapacityProviderStrategy', notes),
    where: fields.where,
  };
  fields.ignore(['settings', 'configuration', 'serviceConnectDefaults', 'tags']);
  fields.printed([
    'clusterArn', 'status', 'registeredContainerInstancesCount', 'runningTasksCount', 'pendingTasksCount',
    'activeServicesCount', 'statistics', 'attachments', 'attachmentsStatus',
  ]); // prettier-ignore
  fields.done();
  return settings;
}

/** `create-capacity-provider`. */
export function readCapacityProvider(node: SourceNode, notes: FileNotes): CapacityProvider {
  const name = new Fields(node, 'capacity provider', notes).requiredText('name', 'on-demand');
  const fields: Fields = new Fields(node, `capacity provider "${name}"`, notes);
  fields.requiredText('name', 'on-demand');
  const group: Fields = fields.required('autoScalingGroupProvider', '{ "autoScalingGroupArn": "my-group" }');
  const arn = group.requiredText('autoScalingGroupArn', 'my-group');
  const scaling = group.within('managedScaling');
  const isManaged = scaling?.word('status', ['ENABLED', 'DISABLED'], 'ENABLED') === 'ENABLED';
  const warmup = scaling?.integer('instanceWarmupPeriod', 0, 10_000);
  const managed = {
    targetCapacity: scaling?.integer('targetCapacity', 1, 100) ?? 100,
    leastStep: scaling?.integer('minimumScalingStepSize', 1, 10_000) ?? ecsConstants.minimumScalingStep.value,
    mostStep: scaling?.integer('maximumScalingStepSize', 1, 10_000) ?? ecsConstants.maximumScalingStep.value,
    warmupUs: warmup === undefined ? ecsConstants.instanceWarmup.value : seconds(warmup),
  };
  scaling?.done();
  const provider: CapacityProvider = {
    name,
    group: arn.startsWith('arn:') ? (/autoScalingGroupName\/(.+)$/.exec(arn)?.[1] ?? shortName(arn)) : arn,
    managedScaling: isManaged ? managed : undefined,
    terminationProtection:
      group.word('managedTerminationProtection', ['ENABLED', 'DISABLED'], 'DISABLED') === 'ENABLED',
    draining: group.word('managedDraining', ['ENABLED', 'DISABLED'], 'ENABLED') === 'ENABLED',
    where: fields.where,
  };
  if (provider.terminationProtection && !isManaged)
    group.fail(
      'managedTerminationProtection',
      'is ENABLED, which needs managedScaling; write "status": "ENABLED" there',
    );
  group.done();
  fields.ignore(['tags', 'cluster']);
  fields.printed(['capacityProviderArn', 'status', 'updateStatus', 'updateStatusReason', 'type']);
  fields.done();
  return provider;
}

/** `aws autoscaling create-auto-scaling-group`, as far as ECS needs it. */
export function readAutoScalingGroup(node: SourceNode, notes: FileNotes): AutoScalingGroup {
  const name = new Fields(node, 'Auto Scaling group', notes).requiredText('AutoScalingGroupName', 'ecs-nodes');
  const fields: Fields = new Fields(node, `Auto Scaling group "${name}"`, notes);
  fields.requiredText('AutoScalingGroupName', 'ecs-nodes');
  const min = fields.integer('MinSize', 0, 10_000) ?? 0;
  const max = fields.integer('MaxSize', 0, 10_000);
  if (max === undefined) fields.fail('MaxSize', 'is missing; write it like 10');
  if (max < min) fields.fail('MaxSize', `is ${max}, less than MinSize, ${min}; write it larger`);
  const desired = fields.integer('DesiredCapacity', 0, 10_000) ?? min;
  if (desired < min || desired > max)
    fields.fail('DesiredCapacity', `is ${desired}; write a number from MinSize, ${min}, to MaxSize, ${max}`);
  const template = fields.within('LaunchTemplate');
  const mixed = fields.within('MixedInstancesPolicy');
  const mixedTemplate = mixed?.within('LaunchTemplate');
  const specification = mixedTemplate?.within('LaunchTemplateSpecification');
  const overrides = (mixedTemplate?.list('Overrides') ?? []).map((one) => {
    const override: Fields = new Fields(one, 'Overrides', notes);
    override.ignore(['WeightedCapacity', 'LaunchTemplateSpecification', 'InstanceRequirements']);
    const type = override.text('InstanceType') ?? '';
    override.done();
    return type;
  });
  const distribution = mixed?.within('InstancesDistribution');
  const spot = distribution?.integer('OnDemandPercentageAboveBaseCapacity', 0, 100) === 0;
  distribution?.ignore([
    'OnDemandAllocationStrategy',
    'OnDemandBaseCapacity',
    'SpotAllocationStrategy',
    'SpotInstancePools',
    'SpotMaxPrice',
  ]);
  const tags = fields
    .list('Tags')
    .map((one) => new Fields(one, 'Tags', notes))
    .filter((one) => one.text('Key') === 'baton.dev/instance-type')
    .map((one) => one.text('Value') ?? '');
  const templateName = (from: Fields | undefined): string => {
    const found = from?.text('LaunchTemplateName') ?? from?.text('LaunchTemplateId') ?? '';
    from?.printed(['Version']);
    from?.done();
    return found;
  };
  for (const one of [distribution, mixedTemplate, mixed]) one?.done();
  if (overrides.length > 1)
    notes.push(
      `${fields.whereOf('MixedInstancesPolicy')}: of the instance types of Auto Scaling group "${name}" only the first, ${overrides[0]}, is bought`,
    );
  const subnets = fields.text('VPCZoneIdentifier') ?? '';
  const zones = fields.texts('AvailabilityZones');
  fields.ignore([
    'HealthCheckType', 'HealthCheckGracePeriod', 'TargetGroupARNs', 'LoadBalancerNames', 'DefaultCooldown',
    'DefaultInstanceWarmup', 'TerminationPolicies', 'PlacementGroup', 'LifecycleHookSpecificationList', 'MaxInstanceLifetime',
    'CapacityRebalance', 'LaunchConfigurationName', 'InstanceId', 'NewInstancesProtectedFromScaleIn', 'InstanceMaintenancePolicy',
    'ServiceLinkedRoleARN', 'DesiredCapacityType', 'AvailabilityZoneDistribution',
  ]); // prettier-ignore
  if (subnets !== '' && zones.length === 0)
    notes.push(
      `${fields.whereOf('VPCZoneIdentifier')}: subnets of Auto Scaling group "${name}" say no zone; its instances go to the cluster's zones in turn`,
    );
  fields.printed([
    'AutoScalingGroupARN', 'Instances', 'CreatedTime', 'SuspendedProcesses', 'EnabledMetrics', 'Status', 'TrafficSources',
    'CapacityReservationSpecification', 'AvailabilityZoneImpairmentPolicy', 'PredictedCapacity', 'WarmPoolConfiguration', 'WarmPoolSize', 'Context',
  ]); // prettier-ignore
  fields.done();
  return {
    name,
    min,
    max,
    desired,
    instanceType: tags[0] ?? overrides[0] ?? '',
    launchTemplate: templateName(template) || templateName(specification),
    zones,
    spot,
    where: fields.where,
  };
}

/** `aws ec2 create-launch-template`: the instance type is what counts. */
export function readLaunchTemplate(node: SourceNode, notes: FileNotes): LaunchTemplate {
  const fields: Fields = new Fields(node, 'launch template', notes);
  const name = fields.requiredText('LaunchTemplateName', 'ecs-nodes');
  const data = fields.within('LaunchTemplateData');
  const market = data?.within('InstanceMarketOptions');
  const spot = market?.text('MarketType') === 'spot';
  market?.ignore(['SpotOptions']);
  market?.done();
  const instanceType = data?.text('InstanceType') ?? '';
  data?.ignore([
    'UserData',
    'BlockDeviceMappings',
    'NetworkInterfaces',
    'MetadataOptions',
    'Monitoring',
    'Placement',
    'InstanceRequirements',
  ]);
  data?.printed([
    'ImageId',
    'KeyName',
    'SecurityGroupIds',
    'SecurityGroups',
    'IamInstanceProfile',
    'TagSpecifications',
    'EbsOptimized',
  ]);
  data?.done();
  fields.printed(['VersionDescription', 'TagSpecifications', 'ClientToken', 'DryRun', 'Operator']);
  fields.done();
  return { name, instanceType, spot };
}
