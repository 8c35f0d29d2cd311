import type { FileNotes } from '../../file-notes.ts';
import { InputError } from '../../../sim/input-error.ts';
import { readCloudFormation } from './cloudformation.ts';
import { readAutoScalingGroup, readCapacityProvider, readCluster, readLaunchTemplate } from './read-capacity.ts';
import type {
  AutoScalingGroup, CapacityProvider, ClusterSettings, LaunchTemplate, RunTask, ScalableTarget, ScalingPolicy,
  ServiceDefinition, TaskDefinition,
} from './ecs-files.ts'; // prettier-ignore
import { readTargetGroup, readTargetGroupAttributes, type TargetGroupPart } from './read-load-balancing.ts';
import { readAlarm, readScalableTarget, readScalingPolicy, type AlarmFile } from './read-scaling.ts';
import { readRunTask, readService } from './read-service.ts';
import { readTaskDefinition } from './read-task-definition.ts';
import type { SourceMap, SourceNode } from './source-tree.ts';

/** What files say, object by object, before it is put together. */
export interface ReadObjects {
  readonly taskDefinitions: TaskDefinition[];
  readonly services: ServiceDefinition[];
  readonly runTasks: RunTask[];
  readonly clusters: ClusterSettings[];
  readonly capacityProviders: CapacityProvider[];
  readonly autoScalingGroups: AutoScalingGroup[];
  readonly launchTemplates: LaunchTemplate[];
  readonly targetGroups: TargetGroupPart[];
  readonly scalableTargets: ScalableTarget[];
  readonly scalingPolicies: ScalingPolicy[];
  readonly alarms: AlarmFile[];
  readonly notes: FileNotes;
}

/** Reads one value of a file: an object of any shape that is known by its fields, a list of them, or a template. */
export function readShape(node: SourceNode, into: ReadObjects, depth = 0): void {
  if (depth > 5) throw new InputError(`${node.where}: lists within lists; write the objects in one list`);
  if (node.kind === 'list') {
    for (const one of node.items) readShape(one, into, depth + 1);
    return;
  }
  if (node.kind === 'scalar')
    throw new InputError(`${node.where}: ${JSON.stringify(node.value)} stands where an object should; write { … }`);
  const wrapped = WRAPPERS.find((name) => isWrapper(node, name));
  if (wrapped !== undefined) {
    readShape(withTags(node, wrapped), into, depth + 1);
    return;
  }
  const resources = node.entries.get('Resources')?.value;
  if (resources?.kind === 'map') {
    for (const object of readCloudFormation(node, into.notes)) readObject(object, into);
    return;
  }
  readObject(node, into);
}

/** Around what `describe-…` prints, and what calls answer. */
const WRAPPERS = [
  'taskDefinition', 'services', 'service', 'clusters', 'cluster', 'capacityProviders', 'capacityProvider', 'AutoScalingGroups',
  'TargetGroups', 'ScalableTargets', 'ScalingPolicies', 'MetricAlarms',
]; // prettier-ignore

function isWrapper(node: SourceMap, name: string): boolean {
  const value = node.entries.get(name)?.value;
  if (value === undefined || value.kind === 'scalar') return false;
  if (value.kind === 'map') return !node.entries.has('clusterName');
  // `capacityProviders` is a list of names in a cluster.
  return (
    value.items.every(({ kind }) => kind === 'map') && !node.entries.has('cluster') && !node.entries.has('clusterName')
  );
}

/** describe-task-definition prints tags beside the definition. */
function withTags(node: SourceMap, name: string): SourceNode {
  const value = node.entries.get(name)!.value;
  const tags = node.entries.get('tags');
  if (tags === undefined || value.kind !== 'map' || value.entries.has('tags')) return value;
  return { ...value, entries: new Map([...value.entries, ['tags', tags]]) };
}

function readObject(node: SourceMap, into: ReadObjects): void {
  const { notes } = into;
  const has = (...names: string[]): boolean => names.every((name) => node.entries.has(name));
  if (has('serviceName') || (has('desiredCount') && has('taskDefinition')))
    into.services.push(readService(node, notes));
  else if (has('family') || has('containerDefinitions')) into.taskDefinitions.push(readTaskDefinition(node, notes));
  else if (has('taskDefinition')) into.runTasks.push(readRunTask(node, notes));
  else if (has('autoScalingGroupProvider')) into.capacityProviders.push(readCapacityProvider(node, notes));
  else if (
    has('clusterName') ||
    has('clusterArn') ||
    has('defaultCapacityProviderStrategy') ||
    has('cluster', 'capacityProviders')
  )
    into.clusters.push(readCluster(node, notes));
  else if (has('AutoScalingGroupName')) into.autoScalingGroups.push(readAutoScalingGroup(node, notes));
  else if (has('LaunchTemplateName')) into.launchTemplates.push(readLaunchTemplate(node, notes));
  else if (has('AlarmName')) into.alarms.push(readAlarm(node, notes));
  else if (has('PolicyName')) push(into.scalingPolicies, readScalingPolicy(node, notes));
  else if (has('ResourceId')) push(into.scalableTargets, readScalableTarget(node, notes));
  else if (has('TargetGroupArn', 'Attributes')) into.targetGroups.push(readTargetGroupAttributes(node, notes));
  else if (has('TargetGroupName') || has('Name')) into.targetGroups.push(readTargetGroup(node, notes));
  else
    throw new InputError(
      `${node.where}: this is no object of Amazon ECS: its fields are ${[...node.entries.keys()].slice(0, 6).join(', ') || 'none'}; a task definition has "family", a service "serviceName", a task to run "taskDefinition"`,
    );
}

function push<T>(list: T[], one: T | undefined): void {
  if (one !== undefined) list.push(one);
}
