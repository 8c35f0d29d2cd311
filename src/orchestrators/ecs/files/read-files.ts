import { InputError } from '../../../sim/input-error.ts';
import { suggestion } from '../../../sim/nearest-name.ts';
import { FileNotes } from '../../file-notes.ts';
import type { NativeFile, NativeWorkload } from '../../native-file.ts';
import { bytesOfMib, milliOfUnits } from '../units.ts';
import type { EcsFiles, RunTask, ScalingPolicy, ServiceDefinition, TargetGroup, TaskDefinition } from './ecs-files.ts';
import { mainContainer } from './main-container.ts';
import { plainTargetGroup } from './read-load-balancing.ts';
import { isFargateProvider } from './read-placing.ts';
import { readShape, type ReadObjects } from './read-shapes.ts';
import { readSource } from './source-tree.ts';

/**
 * Reads files as the AWS CLI takes (`--cli-input-json`, `--cli-input-yaml`) and prints them, and templates of
 * CloudFormation; what each object is shows from its fields. `known`: what has been read before and may be referred to.
 */
export function readEcsFiles(files: readonly NativeFile[], known?: EcsFiles): EcsFiles {
  const read: ReadObjects = {
    taskDefinitions: [], services: [], runTasks: [], clusters: [], capacityProviders: [], autoScalingGroups: [],
    launchTemplates: [], targetGroups: [], scalableTargets: [], scalingPolicies: [], alarms: [], notes: new FileNotes(),
  }; // prettier-ignore
  for (const { file, text } of files) for (const node of readSource(text, file)) readShape(node, read);
  const taskDefinitions = numbered(read.taskDefinitions, known?.taskDefinitions ?? []);
  const all = [...(known?.taskDefinitions ?? []), ...taskDefinitions];
  const services = read.services.map((service) => withDefaultStrategy(service, read, known));
  const runTasks = read.runTasks.map((task) => withDefaultStrategy(task, read, known));
  requireNames(services, read, known);
  const workloads: NativeWorkload[] = [];
  for (const service of services) {
    const definition = definitionOf(service, all);
    requireFit(service, definition);
    requireContainers(service, definition);
    workloads.push(
      workloadOf(service, definition, service.daemon ? 'daemon' : 'service', service.daemon ? 1 : service.desiredCount),
    );
  }
  for (const task of named(runTasks, services)) {
    const definition = definitionOf(task, all);
    requireFit(task, definition);
    const before = workloads.findIndex(({ name, kind }) => name === task.name && kind === 'job');
    if (before < 0) workloads.push(workloadOf(task, definition, 'job', task.count));
    else workloads[before] = { ...workloads[before], replicas: workloads[before].replicas + task.count };
  }
  const places = [...services, ...runTasks];
  return {
    workloads,
    bringsMachines:
      read.autoScalingGroups.length > 0 ||
      (places.length > 0 && places.every(({ placing }) => placing.launchType === 'FARGATE')),
    notes: read.notes.sentences(),
    taskDefinitions,
    services,
    runTasks: named(runTasks, services),
    clusters: read.clusters,
    capacityProviders: read.capacityProviders,
    autoScalingGroups: read.autoScalingGroups.map((group) => {
      const template = read.launchTemplates.find(({ name }) => name === group.launchTemplate);
      return {
        ...group,
        instanceType: group.instanceType || (template?.instanceType ?? ''),
        spot: group.spot || (template?.spot ?? false),
      };
    }),
    launchTemplates: read.launchTemplates,
    targetGroups: targetGroupsOf(read, services, known),
    scalableTargets: read.scalableTargets,
    scalingPolicies: withAlarms(read),
  };
}

/** The task definition that a service or task names. Throws an InputError when there is none. */
export function definitionOf(
  { family, revision, where, name }: Pick<ServiceDefinition | RunTask, 'family' | 'revision' | 'where' | 'name'>,
  definitions: readonly TaskDefinition[],
): TaskDefinition {
  const ofFamily = definitions.filter((one) => one.family === family);
  if (ofFamily.length === 0)
    throw new InputError(
      `${where}: taskDefinition of "${name}" is "${family}", and no file has it${suggestion(family, new Set(definitions.map((one) => one.family)))}`,
    );
  // Files seldom say which revision they are, so a number that no file has means the latest that they have.
  return ofFamily.find((one) => one.revision === revision) ?? ofFamily[ofFamily.length - 1];
}

function numbered(read: readonly TaskDefinition[], known: readonly TaskDefinition[]): TaskDefinition[] {
  const latest = new Map<string, number>();
  for (const { family, revision } of known) latest.set(family, Math.max(latest.get(family) ?? 0, revision));
  return read.map((definition) => {
    const before = latest.get(definition.family) ?? 0;
    const revision = definition.revision > before ? definition.revision : before + 1;
    latest.set(definition.family, revision);
    return { ...definition, revision };
  });
}

function withDefaultStrategy<T extends ServiceDefinition | RunTask>(one: T, read: ReadObjects, known?: EcsFiles): T {
  if (one.placing.providers.length > 0 || one.placing.launchType !== 'EC2') return one;
  const cluster = [...read.clusters, ...(known?.clusters ?? [])].find(({ name }) => name === one.cluster);
  if (cluster === undefined || cluster.defaultStrategy.length === 0) return one;
  const launchType = cluster.defaultStrategy.some(({ provider }) => isFargateProvider(provider)) ? 'FARGATE' : 'EC2';
  return { ...one, placing: { ...one.placing, launchType, providers: cluster.defaultStrategy } };
}

function requireNames(services: readonly ServiceDefinition[], read: ReadObjects, known?: EcsFiles): void {
  const seen = new Map<string, string>();
  for (const { name, where, placing } of services) {
    const before = seen.get(name);
    if (before !== undefined)
      throw new InputError(`${where}: service "${name}" is there twice, first in ${before}; rename one`);
    seen.set(name, where);
    for (const { provider } of placing.providers) {
      const names = [...read.capacityProviders, ...(known?.capacityProviders ?? [])].map((one) => one.name);
      if (!isFargateProvider(provider) && !names.includes(provider))
        throw new InputError(
          `${where}: capacity provider "${provider}" of service "${name}" is in no file${suggestion(provider, [...names, 'FARGATE', 'FARGATE_SPOT'])}`,
        );
    }
  }
  const groups = new Set([...read.autoScalingGroups, ...(known?.autoScalingGroups ?? [])].map(({ name }) => name));
  for (const { name, group, where } of read.capacityProviders)
    if (!groups.has(group))
      read.notes.push(
        `${where}: no file has the Auto Scaling group "${group}" of capacity provider "${name}", so it is never scaled; machines of that group are its instances`,
      );
  const all = [...services, ...(known?.services ?? [])].map(({ name }) => name);
  for (const { service, where } of [...read.scalableTargets, ...read.scalingPolicies])
    if (!all.includes(service))
      throw new InputError(
        `${where}: ResourceId names the service "${service}", and no file has it${suggestion(service, all)}`,
      );
}

function requireFit({ name, where, placing }: ServiceDefinition | RunTask, definition: TaskDefinition): void {
  if (placing.launchType !== 'FARGATE') return;
  if (!definition.requiresFargate)
    throw new InputError(
      `${where}: "${name}" is to run on Fargate, and task definition "${definition.family}" (${definition.where}) does not allow it; write "requiresCompatibilities": ["FARGATE"] there`,
    );
}

function requireContainers({ name, where, loadBalancers }: ServiceDefinition, definition: TaskDefinition): void {
  for (const { container, port } of loadBalancers) {
    const names = definition.containers.map((one) => one.name);
    const found = definition.containers.find((one) => one.name === container);
    if (found === undefined)
      throw new InputError(
        `${where}: loadBalancers of service "${name}" names the container "${container}", and task definition "${definition.family}" has none of the name${suggestion(container, names)}`,
      );
    if (!found.ports.some(({ containerPort }) => containerPort === port))
      throw new InputError(
        `${where}: loadBalancers of service "${name}" names port ${port} of container "${container}", which its portMappings do not have; known: ${found.ports.map(({ containerPort }) => containerPort).join(', ') || 'none'}`,
      );
  }
}

/** Tasks that are run once have the name of their family, and another where a service has it. */
function named(tasks: readonly RunTask[], services: readonly ServiceDefinition[]): RunTask[] {
  return tasks.map((task) => ({
    ...task,
    name: services.some(({ name }) => name === task.family) ? `${task.family}-task` : task.family,
  }));
}

function workloadOf(
  { name, labels }: ServiceDefinition | RunTask,
  definition: TaskDefinition,
  kind: NativeWorkload['kind'],
  replicas: number,
): NativeWorkload {
  const main = mainContainer(definition);
  return {
    name,
    kind,
    replicas,
    image: main.image,
    labels: { ...definition.labels, ...main.labels, ...labels },
    cpuMilli: milliOfUnits(definition.cpuUnits),
    memBytes: bytesOfMib(definition.memMib),
    ports: main.ports.map(({ containerPort }) => containerPort),
  };
}

function targetGroupsOf(read: ReadObjects, services: readonly ServiceDefinition[], known?: EcsFiles): TargetGroup[] {
  const groups = new Map((known?.targetGroups ?? []).map((group) => [group.name, group]));
  for (const part of read.targetGroups)
    groups.set(part.name, { ...(groups.get(part.name) ?? plainTargetGroup(part.name)), ...part });
  for (const { name, loadBalancers, where } of services)
    for (const { targetGroup } of loadBalancers)
      if (!groups.has(targetGroup)) {
        groups.set(targetGroup, plainTargetGroup(targetGroup));
        read.notes.push(
          `${where}: no file has the target group "${targetGroup}" of service "${name}", so it has the defaults`,
        );
      }
  return [...groups.values()];
}

function withAlarms(read: ReadObjects): ScalingPolicy[] {
  return read.scalingPolicies.map((policy) => {
    if (policy.kind !== 'step') return policy;
    const file = read.alarms.find(({ policies }) =>
      policies.some((name) => name === policy.name || name.endsWith(`/${policy.name}`)),
    );
    if (file === undefined)
      read.notes.push(
        `${policy.where}: no alarm in the files has scaling policy "${policy.name}" among its AlarmActions, so it never acts`,
      );
    return { ...policy, alarm: file?.alarm };
  });
}
