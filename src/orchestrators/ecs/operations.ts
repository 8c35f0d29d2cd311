import type { OperatorChange } from '../data-plane/control-loop.ts';
import type { ProcessBehaviour } from '../data-plane/process-behaviour.ts';
import type { LoopOptions } from '../orchestrator.ts';
import type { ContainerInstance } from './agent/container-instance.ts';
import type { ServiceScaling } from './autoscaling/service-scaling.ts';
import type { AutoScalingGroups } from './capacity/auto-scaling-groups.ts';
import type { CapacityProviders } from './capacity/capacity-providers.ts';
import type { EcsFiles, ServiceDefinition, TaskDefinition } from './files/ecs-files.ts';
import { mainContainer } from './files/main-container.ts';
import { definitionOf, readEcsFiles } from './files/read-files.ts';
import type { Deployments } from './services/deployments.ts';
import type { RunTasks } from './services/run-tasks.ts';
import { primaryOf, type Service } from './services/service.ts';
import type { ServiceScheduler } from './services/service-scheduler.ts';
import type { EcsWorld } from './world.ts';

interface OperationParts {
  readonly scheduler: ServiceScheduler;
  readonly deployments: Deployments;
  readonly groups: AutoScalingGroups;
  readonly providers: CapacityProviders;
  readonly scaling: ServiceScaling;
  readonly runs: RunTasks;
  readonly drain: (instance: ContainerInstance) => void;
  readonly activate: (instance: ContainerInstance) => void;
}

/** What people ask of the API: files that are applied, services that are updated, scaled, deleted, instances that are drained. */
export class Operations {
  readonly notes: string[] = [];
  private readonly world: EcsWorld;
  private readonly services: Service[];
  private readonly options: LoopOptions;
  private readonly parts: OperationParts;

  constructor(world: EcsWorld, services: Service[], options: LoopOptions, parts: OperationParts) {
    this.world = world;
    this.services = services;
    this.options = options;
    this.parts = parts;
  }

  /** What the files of the run say. */
  begin(native: EcsFiles): void {
    this.put(native, native.taskDefinitions);
  }

  operate(change: OperatorChange): void {
    switch (change.verb) {
      case 'apply': {
        const { files } = this.world;
        const more = readEcsFiles(change.files, files);
        for (const note of more.notes) if (!files.notes.includes(note)) this.notes.push(note);
        this.world.files = merged(files, more);
        this.put(more, this.world.files.taskDefinitions);
        return;
      }
      case 'scale': {
        const service = this.find(change.workload);
        if (service !== undefined) this.setDesired(service, change.replicas);
        return;
      }
      case 'update':
        this.update(change);
        return;
      case 'remove':
        this.remove(change.workload);
        return;
      case 'drain':
      case 'pause':
      case 'activate':
        this.instance(change);
    }
  }

  setDesired(service: Service, desired: number): void {
    if (service.file.daemon || service.isRemoved) return;
    service.desiredCount = desired;
    service.isSteady = false;
    this.world.plane.books.setDesired(service.workload, desired);
    this.parts.scheduler.due(service);
  }

  private put(files: EcsFiles, definitions: readonly TaskDefinition[]): void {
    const { groups, providers, runs, scaling } = this.parts;
    for (const group of files.autoScalingGroups) groups.add(group);
    for (const provider of files.capacityProviders) providers.add(provider);
    // Daemons are made first: their room is theirs.
    for (const service of [...files.services].sort((a, b) => Number(b.daemon) - Number(a.daemon)))
      this.putService(service, definitionOf(service, definitions));
    for (const task of files.runTasks)
      runs.add(task, definitionOf(task, definitions), this.options.behaviourOf(task.name));
    for (const target of this.world.files.scalableTargets) {
      const service = this.services.find(({ file }) => file.name === target.service);
      const policies = this.world.files.scalingPolicies.filter((policy) => policy.service === target.service);
      if (service !== undefined) scaling.set(service, target, policies);
    }
  }

  private putService(file: ServiceDefinition, definition: TaskDefinition): void {
    const { books, balancers } = this.world.plane;
    const { deployments } = this.parts;
    const balanced = file.loadBalancers.map(({ targetGroup }) =>
      this.world.files.targetGroups.find(({ name }) => name === targetGroup)!,
    );
    const known = this.services.find((one) => one.file.name === file.name);
    if (known !== undefined) {
      known.file = file;
      known.balanced = balanced;
      known.isRemoved = false;
      this.setDesired(known, file.desiredCount);
      if (primaryOf(known).definition !== definition)
        deployments.begin(known, definition, this.options.behaviourOf(file.name));
      return;
    }
    const modelled = balancers.indexOf(file.name);
    const service: Service = {
      index: this.services.length,
      file,
      workload: books.addWorkload(file.name, file.daemon ? 'daemon' : 'service', modelled),
      modelled,
      balanced,
      desiredCount: file.desiredCount,
      isRemoved: false,
      deployments: [],
      lastCompleted: undefined,
      tasks: new Set(),
      isSteady: false,
      isStuck: false,
      rebalancing: undefined,
      cannotBalance: false,
      isDue: false,
    };
    this.services.push(service);
    books.setDesired(service.workload, file.desiredCount);
    deployments.begin(service, definition, this.options.behaviourOf(file.name));
  }

  /** A new revision with another image, as `update-service` after `register-task-definition`. */
  private update({ workload, image, as }: Extract<OperatorChange, { verb: 'update' }>): void {
    const service = this.find(workload);
    if (service === undefined) return;
    const before = primaryOf(service).definition;
    const main = mainContainer(before, service.file.loadBalancers[0]?.container).name;
    const ofFamily = this.world.files.taskDefinitions.filter(({ family }) => family === before.family);
    const definition: TaskDefinition = {
      ...before,
      revision: Math.max(...ofFamily.map(({ revision }) => revision)) + 1,
      containers: before.containers.map((one) => (one.name === main ? { ...one, image } : one)),
    };
    this.world.files = { ...this.world.files, taskDefinitions: [...this.world.files.taskDefinitions, definition] };
    const base = this.options.behaviourOf(workload);
    const behaviour: ProcessBehaviour =
      as === undefined
        ? base
        : {
            ...base,
            workFactor: as.workFactor,
            errorShare: as.errorShare,
            ...(as.crashAfterUs === undefined
              ? {}
              : { runs: { kind: 'constant', meanUs: as.crashAfterUs }, failureShare: 1 }),
          };
    this.parts.deployments.begin(service, definition, behaviour);
  }

  private remove(workload: string): void {
    if (this.parts.runs.has(workload)) this.parts.runs.remove(workload);
    const service = this.services.find(({ file }) => file.name === workload);
    if (service === undefined) return;
    this.setDesired(service, 0);
    service.isRemoved = true;
    this.parts.scheduler.due(service);
  }

  private instance({ verb, machine }: Extract<OperatorChange, { verb: 'drain' | 'pause' | 'activate' }>): void {
    const instance = [...this.world.instances.values()].find(({ name }) => name === machine);
    if (instance === undefined) {
      this.notes.push(`${verb} ${machine}: there was no container instance of this name`);
      return;
    }
    if (verb === 'drain') this.parts.drain(instance);
    else if (verb === 'activate') this.parts.activate(instance);
    else {
      instance.isPaused = true;
      this.notes.push(
        `pause ${machine}: ECS has no such state; its agent was taken as disconnected, which stops new tasks and keeps those there`,
      );
    }
  }

  private find(workload: string): Service | undefined {
    const service = this.services.find(({ file, isRemoved }) => file.name === workload && !isRemoved);
    if (service === undefined) this.notes.push(`${workload}: there was no service of this name to change`);
    return service;
  }
}

function merged(before: EcsFiles, more: EcsFiles): EcsFiles {
  const others = <T>(list: readonly T[], news: readonly T[], key: (one: T) => string): T[] => [
    ...list.filter((one) => !news.some((other) => key(other) === key(one))),
    ...news,
  ];
  return {
    workloads: others(before.workloads, more.workloads, ({ name }) => name),
    notes: [...new Set([...before.notes, ...more.notes])],
    taskDefinitions: [...before.taskDefinitions, ...more.taskDefinitions],
    services: others(before.services, more.services, ({ name }) => name),
    runTasks: [...before.runTasks, ...more.runTasks],
    clusters: others(before.clusters, more.clusters, ({ name }) => name),
    capacityProviders: others(before.capacityProviders, more.capacityProviders, ({ name }) => name),
    autoScalingGroups: others(before.autoScalingGroups, more.autoScalingGroups, ({ name }) => name),
    launchTemplates: others(before.launchTemplates, more.launchTemplates, ({ name }) => name),
    targetGroups: others(before.targetGroups, more.targetGroups, ({ name }) => name),
    scalableTargets: others(before.scalableTargets, more.scalableTargets, ({ service }) => service),
    scalingPolicies: others(before.scalingPolicies, more.scalingPolicies, ({ service, name }) => `${service} ${name}`),
  };
}
