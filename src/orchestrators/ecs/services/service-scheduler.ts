import type { ContainerInstance } from '../agent/container-instance.ts';
import { nextProvider } from '../capacity/provider-split.ts';
import type { Placer } from '../placement/placer.ts';
import { hasHealthCheck, type EcsTask } from '../tasks/ecs-task.ts';
import type { TaskControl } from '../tasks/task-control.ts';
import type { EcsWorld } from '../world.ts';
import { planDaemons } from './daemon-plan.ts';
import type { Deployments } from './deployments.ts';
import { replicaPlan } from './replica-plan.ts';
import { groupOf, isHealthy, isUnhealthy, isUpdating, primaryOf, type Deployment, type Service } from './service.ts';
import { throttleUs } from './start-throttle.ts';
import type { TaskMaker } from './task-maker.ts';
import { sortedTasks } from './sorted-tasks.ts';
import { tellStuck, tellUnhealthy } from './service-messages.ts';
import { chosenToStop, surplusToStop } from './tasks-to-stop.ts';
import { beginRebalancing } from './zone-rebalancing.ts';

/** The ECS service scheduler: looks at a service some time after anything about it has changed, and acts. */
export class ServiceScheduler {
  private readonly world: EcsWorld;
  private readonly services: readonly Service[];
  private readonly maker: TaskMaker;
  private readonly control: TaskControl;
  private readonly placer: Placer;
  private readonly deployments: Deployments;
  private readonly lookKind: number;
  private readonly againKind: number;
  private readonly balanceKind: number;
  /** Tasks made so far, by service. */
  private readonly made: number[] = [];

  constructor(
    world: EcsWorld,
    services: readonly Service[],
    parts: { maker: TaskMaker; control: TaskControl; placer: Placer; deployments: Deployments },
  ) {
    this.world = world;
    this.services = services;
    ({ maker: this.maker, control: this.control, placer: this.placer, deployments: this.deployments } = parts);
    const { clock } = world.plane;
    this.lookKind = clock.apiKind((index) => this.look(services[index]));
    this.againKind = clock.apiKind((index) => this.due(services[index]));
    this.balanceKind = clock.apiKind((index) => this.rebalance(services[index]));
  }

  /** Something about it has changed. Daemons come first, so that their room is theirs. */
  due(service: Service): void {
    if (service.isDue) return;
    service.isDue = true;
    const { schedulerDelay } = this.world.values;
    this.world.plane.clock.after(service.file.daemon ? 0 : schedulerDelay, this.lookKind, service.index);
  }

  /** Instances have come, gone or changed their status. */
  instancesChanged(): void {
    for (const service of this.services) {
      service.cannotBalance = false;
      if (service.file.rebalancing && service.isSteady)
        this.world.plane.clock.after(this.world.values.rebalanceDelay, this.balanceKind, service.index);
      this.due(service);
    }
  }

  /** A task of it is STOPPED. */
  stopped(service: Service, task: EcsTask): void {
    service.tasks.delete(task);
    const deployment = service.deployments.find(({ id }) => id === task.deployment);
    if (deployment !== undefined && task.stoppedBySelf && Number.isNaN(task.runningUs))
      this.throttle(service, deployment, task);
    this.due(service);
  }

  /** Status, health or targets of a task have changed. */
  changed(service: Service, task: EcsTask): void {
    const { clock } = this.world.plane;
    const deployment = service.deployments.find(({ id }) => id === task.deployment);
    if (deployment !== undefined && task.lastStatus === 'RUNNING') {
      if (task.runningUs === clock.nowUs) {
        deployment.startFailures = 0;
        deployment.hasRun = true;
      }
      const { healthGraceUs } = service.file;
      const hasFailed = task.health === 'UNHEALTHY' || task.target === 'unhealthy';
      if (hasFailed && clock.nowUs < task.runningUs + healthGraceUs)
        clock.at(task.runningUs + healthGraceUs, this.againKind, service.index);
      else if (hasFailed && !task.hasFailedCheck) {
        task.hasFailedCheck = true;
        tellUnhealthy(this.world.plane, service, task);
        this.deployments.failed(service, deployment, 'tasks failed health checks');
      } else if (!hasFailed && isHealthy(task, clock.nowUs, this.world.values))
        this.deployments.healthy(service, deployment);
      if (task.runningUs === clock.nowUs && isUpdating(service) && task.target === undefined && !hasHealthCheck(task))
        this.world.plane.chronicle.timer({
          fromUs: clock.nowUs,
          toUs: clock.nowUs + this.world.values.healthyAfterRunning,
          timer: 'healthy after RUNNING',
          about: task.name,
        });
    }
    this.due(service);
  }

  private look(service: Service): void {
    service.isDue = false;
    if (service.isRemoved) {
      for (const task of service.tasks) this.control.stop(task, 'Service deleted', 'stopped');
      return;
    }
    if (service.file.daemon) this.lookAtDaemons(service);
    else this.lookAtReplicas(service);
    this.settle(service);
  }

  private lookAtReplicas(service: Service): void {
    const { clock } = this.world.plane;
    const { nowUs } = clock;
    const { file, desiredCount } = service;
    const primary = primaryOf(service);
    const sorted = sortedTasks(this.world, service);
    const plan = replicaPlan({
      desired: desiredCount,
      minimumHealthyPercent: file.minimumHealthyPercent,
      maximumPercent: file.maximumPercent,
      there: sorted.there,
      healthy: sorted.healthy,
      current: sorted.current.length,
      currentHealthy: sorted.current.filter((task) => isHealthy(task, nowUs, this.world.values)).length,
      unhealthy: sorted.unhealthy.length,
      outdatedUnready: sorted.outdatedUnready.length,
      outdatedHealthy: sorted.outdatedHealthy.length,
      stopping: sorted.stopping,
      startsReplacementFirst: this.world.values.startReplacementFirst !== 0,
      isFailed: primary.rollout === 'FAILED',
      extra: service.rebalancing === undefined ? 0 : 1,
    });
    const isUpdate = service.deployments.length > 1;
    for (const task of sorted.outdatedUnready.slice(0, plan.stopOutdatedUnready)) this.stop(service, task, isUpdate);
    const { world } = this;
    for (const task of chosenToStop(world, service, sorted.outdatedHealthy, plan.stopOutdatedHealthy))
      this.stop(service, task, isUpdate);
    for (const task of chosenToStop(world, service, sorted.unhealthy, plan.stopUnhealthy))
      this.stop(service, task, false, 'failed health checks');
    for (const task of surplusToStop(world, service, sorted.current, plan.stopCurrent)) this.stop(service, task, false);
    if (plan.start > 0) {
      if (nowUs < primary.nextStartUs) clock.at(primary.nextStartUs, this.againKind, service.index);
      else for (let k = 0; k < plan.start; k++) this.start(service, primary, service.rebalancing?.to ?? '');
    }
    tellStuck(this.world.plane, service, plan.isStuck);
  }

  private lookAtDaemons(service: Service): void {
    const { nowUs } = this.world.plane.clock;
    const primary = primaryOf(service);
    const places = [...this.world.instances.values()].filter(
      (instance) =>
        !instance.isFargate &&
        instance.status !== 'INACTIVE' &&
        this.placer.isAllowed(
          { group: groupOf(service), definition: primary.definition },
          instance,
          service.file.placing,
        ),
    );
    const plan = planDaemons(
      places.map((instance) => {
        const ours = [...instance.tasks].filter((task) => task.service === service.index);
        return {
          instance,
          isActive: instance.status === 'ACTIVE' && instance.agentConnected,
          isLeaving: instance.status === 'DRAINING' && instance.tasks.size === ours.length,
          ours,
        };
      }),
      primary.id,
      (task) => isHealthy(task, nowUs, this.world.values),
      (task) => isUnhealthy(task, nowUs, service.file.healthGraceUs),
      service.file.minimumHealthyPercent,
    );
    if (service.desiredCount !== plan.desired) {
      service.desiredCount = plan.desired;
      this.world.plane.books.setDesired(service.workload, plan.desired);
    }
    for (const task of plan.stop) this.stop(service, task, service.deployments.length > 1);
    for (const task of service.tasks) if (task.machine < 0) this.control.stop(task, 'Scaling activity', 'stopped');
    if (primary.rollout === 'FAILED') return;
    if (plan.start.length > 0 && nowUs < primary.nextStartUs) {
      this.world.plane.clock.at(primary.nextStartUs, this.againKind, service.index);
      return;
    }
    for (const instance of plan.start) this.startOn(service, primary, instance);
  }

  private startOn(service: Service, deployment: Deployment, instance: ContainerInstance): void {
    const { chronicle } = this.world.plane;
    const why = instance.lacks({ definition: deployment.definition } as EcsTask);
    if (why !== undefined) {
      const text = `(service ${service.file.name}) was unable to place a task on (container-instance ${instance.name}), which ${why}.`;
      chronicle.event('ecs', 'Warning', 'SERVICE_TASK_PLACEMENT_FAILURE', service.file.name, text);
      return;
    }
    service.tasks.add(this.maker.make(this.wish(service, deployment, ''), instance));
  }

  private start(service: Service, deployment: Deployment, zone: string): void {
    const task = this.maker.make(this.wish(service, deployment, zone));
    service.tasks.add(task);
  }

  private wish(service: Service, deployment: Deployment, zone: string): Parameters<TaskMaker['make']>[0] {
    const { file, index } = service;
    const number = (this.made[index] = (this.made[index] ?? 0) + 1);
    const shares = file.placing.providers;
    const there = shares.map(
      ({ provider }) =>
        [...service.tasks].filter((task) => task.provider === provider && task.desiredStatus === 'RUNNING').length,
    );
    return {
      name: `${file.name}/${number}`,
      service: index,
      run: -1,
      deployment: deployment.id,
      group: groupOf(service),
      definition: deployment.definition,
      behaviour: deployment.behaviour,
      balancedContainer: file.loadBalancers[0]?.container ?? '',
      workload: service.workload,
      provider: shares.length === 0 ? '' : (shares[nextProvider(shares, there)]?.provider ?? ''),
      placing: file.placing,
      zone,
    };
  }

  private stop(service: Service, task: EcsTask, isUpdate: boolean, why = ''): void {
    const isDraining = task.machine >= 0 && this.instanceOf(task.machine).status === 'DRAINING';
    const reason =
      why !== ''
        ? `Task ${why}`
        : `Scaling activity initiated by (deployment ${primaryOf(service).id})${isUpdate ? '' : isDraining ? ': instance is DRAINING' : ''}`;
    this.control.stop(task, reason, isDraining || why !== '' ? 'evicted' : 'stopped');
  }

  /** Whether everything has come to rest, and what follows from it. */
  private settle(service: Service): void {
    const { clock, chronicle } = this.world.plane;
    const primary = primaryOf(service);
    let well = 0;
    let others = 0;
    for (const task of service.tasks) {
      if (task.deployment === primary.id && isHealthy(task, clock.nowUs, this.world.values)) well++;
      else others++;
    }
    const isSteady = others === 0 && well === service.desiredCount;
    if (isSteady && primary.rollout === 'IN_PROGRESS') this.deployments.completed(service);
    const { name } = service.file;
    const lost =
      service.rebalancing === undefined
        ? undefined
        : [...service.tasks].find((task) => task.zone !== '' && task.isUnplaced);
    if (lost !== undefined) {
      // No room in the zone with fewest: it stays as it is until instances change.
      service.rebalancing = undefined;
      service.cannotBalance = true;
      this.stop(service, lost, false);
      this.due(service);
    }
    if (isSteady && !service.isSteady) {
      chronicle.event('ecs', 'Normal', 'SERVICE_STEADY_STATE', name, `(service ${name}) has reached a steady state.`);
      if (service.file.rebalancing && !service.cannotBalance)
        clock.after(this.world.values.rebalanceDelay, this.balanceKind, service.index);
    }
    service.isSteady = isSteady;
    if (service.rebalancing !== undefined && service.desiredCount + 1 <= well) {
      // The new one is healthy: the zone with most gives one.
      const pool = [...service.tasks].filter(
        (task) =>
          task.desiredStatus === 'RUNNING' && this.instanceOf(task.machine).spec.zone === service.rebalancing!.from,
      );
      service.rebalancing = undefined;
      for (const task of chosenToStop(this.world, service, pool, 1)) this.stop(service, task, false);
    }
  }

  private rebalance(service: Service): void {
    if (beginRebalancing(this.world, service)) this.due(service);
  }

  private throttle(service: Service, deployment: Deployment, task: EcsTask): void {
    const { clock, chronicle } = this.world.plane;
    const { name } = service.file;
    deployment.startFailures++;
    const waitUs = throttleUs(deployment.startFailures, this.world.values);
    deployment.nextStartUs = Math.max(deployment.nextStartUs, clock.nowUs + waitUs);
    chronicle.timer({ fromUs: clock.nowUs, toUs: clock.nowUs + waitUs, timer: 'service start throttle', about: name });
    const text = `(service ${name}) is unable to consistently start tasks successfully: ${task.stoppedReason}`;
    chronicle.event('ecs', 'Warning', 'SERVICE_TASK_START_IMPAIRED', name, text);
    if (!deployment.hasRun) this.deployments.failed(service, deployment, 'tasks failed to start');
  }

  private instanceOf(machine: number): ContainerInstance {
    return this.world.instances.get(machine)!;
  }
}
