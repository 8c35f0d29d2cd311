import type { ControlLoop, OperatorChange } from '../data-plane/control-loop.ts';
import type { DataPlane, MachineWish } from '../data-plane/data-plane.ts';
import type { LoopOptions } from '../orchestrator.ts';
import { valuesOf } from '../constants.ts';
import { AgentLinks } from './agent/agent-links.ts';
import { ContainerInstance } from './agent/container-instance.ts';
import { InstanceFailures } from './agent/instance-failures.ts';
import { TaskEngine } from './agent/task-engine.ts';
import { ServiceScaling } from './autoscaling/service-scaling.ts';
import { AutoScalingGroups } from './capacity/auto-scaling-groups.ts';
import { CapacityProviders } from './capacity/capacity-providers.ts';
import { Fargate } from './capacity/fargate.ts';
import { ecsConstants } from './constants.ts';
import type { EcsFiles } from './files/ecs-files.ts';
import { TargetGroups } from './load-balancer/target-groups.ts';
import { Operations } from './operations.ts';
import { Placer } from './placement/placer.ts';
import { RunTasks } from './services/run-tasks.ts';
import { ServiceScheduler } from './services/service-scheduler.ts';
import { Deployments } from './services/deployments.ts';
import { isHealthy, isUpdating, type Service } from './services/service.ts';
import { TaskMaker } from './services/task-maker.ts';
import { TaskTable, type EcsTask } from './tasks/ecs-task.ts';
import { TaskControl } from './tasks/task-control.ts';
import type { EcsWorld } from './world.ts';

/** The control plane of Amazon ECS and what stands beside it, put together for one run. */
export class EcsLoop implements ControlLoop {
  readonly world: EcsWorld;
  readonly services: Service[] = [];
  private readonly native: EcsFiles;
  private readonly links: AgentLinks;
  private readonly control: TaskControl;
  private readonly groups: AutoScalingGroups;
  private readonly providers: CapacityProviders;
  private readonly maker: TaskMaker;
  private readonly scheduler: ServiceScheduler;
  private readonly runs: RunTasks;
  private readonly operations: Operations;
  private readonly roomKind: number;
  private isRoomDue = false;

  constructor(plane: DataPlane, native: EcsFiles, options: LoopOptions) {
    this.native = native;
    const random = (name: string) => plane.streams(`ecs/${name}`);
    const world: EcsWorld = {
      plane,
      values: valuesOf(ecsConstants, options.constants),
      tasks: new TaskTable(),
      instances: new Map(),
      random: {
        placement: random('placement'),
        scaleIn: random('scale-in'),
        agent: random('agent'),
        failure: random('failure'),
        targets: random('targets'),
      },
      files: native,
    };
    this.world = world;
    const engine = new TaskEngine(world, (task) => this.control.report(task));
    this.links = new AgentLinks(world, { up: (machine) => this.up(machine), lost: (machine) => this.silent(machine) });
    const targets = new TargetGroups(world, (task) => {
      this.control.look(task);
      this.changed(task);
    });
    this.groups = new AutoScalingGroups(world);
    this.providers = new CapacityProviders(world, this.groups, {
      isEmpty: (instance) => this.isEmpty(instance),
      drain: (instance) => this.drain(instance, 'scale-in'),
    });
    const placer = new Placer(world, (provider, instance) => this.providers.isOf(provider, instance));
    const owners = { of: (task: EcsTask) => this.ownerOf(task) };
    this.control = new TaskControl(
      world,
      { links: this.links, engine, targets, owners },
      { changed: (task) => this.changed(task), stopped: (task) => this.stopped(task) },
    );
    this.maker = new TaskMaker(world, {
      placer,
      control: this.control,
      fargate: new Fargate(world),
      providers: this.providers,
      zones: () => this.zones(),
    });
    const deployments = new Deployments(world, (service) => this.scheduler.due(service));
    this.scheduler = new ServiceScheduler(world, this.services, {
      maker: this.maker,
      control: this.control,
      placer,
      deployments,
    });
    this.runs = new RunTasks(world, { maker: this.maker, control: this.control, groups: this.groups });
    const scaling = new ServiceScaling(world, engine, (service, desired) =>
      this.operations.setDesired(service, desired),
    );
    this.operations = new Operations(world, this.services, options, {
      scheduler: this.scheduler,
      deployments,
      groups: this.groups,
      providers: this.providers,
      scaling,
      runs: this.runs,
      drain: (instance) => this.drain(instance, 'a request'),
      activate: (instance) => this.activate(instance),
    });
    const failures = new InstanceFailures(world, (machine, why) => this.lost(machine, why));
    failures.watch();
    this.roomKind = plane.clock.apiKind(() => this.fill());
    plane.machines.watchWishes((wish) => this.wished(wish));
    plane.machines.watch((machine, state, before) => {
      const hasRecovered = before.speed === 0 && state.speed > 0 && this.links.isUp(machine);
      if (hasRecovered && !this.world.instances.has(machine)) this.up(machine);
    });
  }

  begin(): void {
    const { machines } = this.world.plane;
    machines.specs.forEach((_, machine) => {
      if (machines.isReachable(machine)) this.links.begin(machine);
    });
    this.operations.begin(this.native);
  }

  operate(change: OperatorChange): void {
    this.operations.operate(change);
  }

  notes(): readonly string[] {
    return [...this.native.notes, ...this.operations.notes];
  }

  isQuiet(): boolean {
    if (this.isRoomDue || this.groups.isWaiting()) return false;
    for (const task of this.world.tasks.all()) {
      const waitsForNothing = task.machine < 0 && task.isUnplaced;
      if (!waitsForNothing && (task.lastStatus !== 'RUNNING' || task.desiredStatus === 'STOPPED')) return false;
    }
    const { values, plane } = this.world;
    return this.services.every((service) => {
      if (service.isDue || service.rebalancing !== undefined) return false;
      const isWaiting = [...service.tasks].some(
        (task) => task.machine >= 0 && !isHealthy(task, plane.clock.nowUs, values),
      );
      return !(isUpdating(service) && isWaiting);
    });
  }

  private ownerOf(task: EcsTask) {
    if (task.service < 0) return { balanced: [], container: '', service: this.runs.modelledOf(task) };
    const { balanced, modelled, file } = this.services[task.service];
    return { balanced, container: file.loadBalancers[0]?.container ?? '', service: modelled };
  }

  private changed(task: EcsTask): void {
    if (task.service >= 0) this.scheduler.changed(this.services[task.service], task);
  }

  private stopped(task: EcsTask): void {
    const { plane } = this.world;
    this.maker.waiting.delete(task);
    const instance = this.world.instances.get(task.machine);
    if (instance !== undefined) {
      if (instance.isFargate) {
        this.world.instances.delete(task.machine);
        plane.machines.giveBack(task.machine, `task ${task.name} has stopped`);
      } else {
        this.providers.emptied(instance);
        this.roomChanged();
      }
    }
    if (task.service < 0) {
      this.runs.stopped(task);
      return;
    }
    const service = this.services[task.service];
    if (task.stoppedBySelf)
      plane.chronicle.event(
        'ecs',
        'Warning',
        'TASK_STOPPED',
        task.name,
        `(task ${task.name}) stopped: ${task.stoppedReason} (exit code ${task.exitCode})`,
      );
    this.scheduler.stopped(service, task);
    // What stops on an instance may be the last that its daemons waited for.
    if (instance?.status === 'DRAINING') for (const one of this.services) if (one.file.daemon) this.scheduler.due(one);
  }

  /** An agent registers, or is back. */
  private up(machine: number): void {
    const { plane, instances, values } = this.world;
    let instance = instances.get(machine);
    if (instance === undefined) {
      const spec = plane.machines.specs[machine];
      if (spec.group === 'fargate') return;
      instance = new ContainerInstance(
        machine,
        spec,
        plane.epochMs + plane.clock.nowUs / 1000,
        values.ecsReservedMemory,
        false,
      );
      instance.status = 'ACTIVE';
      instances.set(machine, instance);
      plane.chronicle.event(
        'ecs',
        'Normal',
        'InstanceRegistered',
        spec.name,
        `container instance ${spec.name} is ACTIVE`,
      );
    } else if (!instance.agentConnected && !instance.isFargate)
      plane.chronicle.event(
        'ecs',
        'Normal',
        'AgentConnected',
        instance.name,
        `agent of ${instance.name} is connected again`,
      );
    instance.agentConnected = true;
    this.control.compare(instance);
    if (instance.isFargate) return;
    this.scheduler.instancesChanged();
    this.roomChanged();
  }

  /** Nothing has been heard of an agent: no new tasks there; those that run are kept. */
  private silent(machine: number): void {
    const instance = this.world.instances.get(machine);
    if (instance === undefined) return;
    instance.agentConnected = false;
    this.world.plane.chronicle.event(
      'ecs',
      'Warning',
      'AgentDisconnected',
      instance.name,
      `agentConnected of ${instance.name} is false: no new tasks are placed there, those that run are kept`,
    );
  }

  /** EC2 has given it up: its tasks are STOPPED. */
  private lost(machine: number, why: string): void {
    const { plane, instances } = this.world;
    const instance = instances.get(machine);
    if (instance === undefined) return;
    const { name, tasks, status } = instance;
    const isScaleIn = status === 'INACTIVE';
    instance.status = 'INACTIVE';
    if (!isScaleIn) {
      plane.books.happened('instance-lost', name, `instance ${name} ${why}; its ${tasks.size} tasks are STOPPED`);
      plane.chronicle.event('ecs', 'Warning', 'InstanceTerminated', name, `instance ${name} ${why}`);
    }
    for (const task of instance.tasks) this.control.lose(task, `Host EC2 (instance ${instance.name}) terminated.`);
    instances.delete(machine);
    if (instance.isFargate) return;
    if (!isScaleIn) this.groups.lost(machine);
    this.scheduler.instancesChanged();
  }

  private drain(instance: ContainerInstance, why: string): void {
    if (instance.status !== 'ACTIVE') return;
    instance.status = 'DRAINING';
    this.world.plane.chronicle.event(
      'ecs',
      'Normal',
      'InstanceDraining',
      instance.name,
      `container instance ${instance.name} is DRAINING: ${why}`,
    );
    this.scheduler.instancesChanged();
  }

  private activate(instance: ContainerInstance): void {
    instance.isPaused = false;
    if (instance.status === 'DRAINING') instance.status = 'ACTIVE';
    this.scheduler.instancesChanged();
    this.roomChanged();
  }

  private wished(wish: MachineWish): void {
    const instance = this.world.instances.get(wish.machine);
    if (instance === undefined) return;
    if (wish.kind === 'drain-begin') this.drain(instance, wish.cause);
    else if (wish.kind === 'drain-end') this.activate(instance);
    else if (instance.isFargate)
      // Fargate Spot: SIGTERM now, so that nothing has to be in a hurry when the time is over.
      for (const task of instance.tasks) this.control.stop(task, 'Spot interruption', 'evicted', true);
    else if (this.world.values.spotInstanceDraining !== 0) this.drain(instance, 'spot interruption notice');
    else
      this.world.plane.chronicle.event(
        'ecs',
        'Warning',
        'SpotInterruption',
        instance.name,
        `${instance.name} has a spot notice; ECS_ENABLE_SPOT_INSTANCE_DRAINING is false, so nothing happens until it is taken`,
      );
  }

  /** Whether nothing but daemons is there. */
  private isEmpty(instance: ContainerInstance): boolean {
    for (const { service } of instance.tasks) if (service < 0 || !this.services[service].file.daemon) return false;
    return true;
  }

  private zones(): readonly string[] {
    const zones = new Set<string>();
    for (const { zone, group } of this.world.plane.machines.specs) if (group !== 'fargate') zones.add(zone);
    return zones.size > 0 ? [...zones].sort() : (this.world.plane.zones ?? ['']);
  }

  /** Room has come or been freed: those that wait are tried again. */
  private roomChanged(): void {
    if (this.isRoomDue || this.maker.waiting.size === 0) return;
    this.isRoomDue = true;
    this.world.plane.clock.after(this.world.values.schedulerDelay, this.roomKind, 0);
  }

  private fill(): void {
    this.isRoomDue = false;
    const refused = new Set<string>();
    for (const task of this.maker.waiting) {
      if (task.desiredStatus === 'STOPPED') continue;
      const key = `${task.group} ${task.deployment} ${task.provider} ${task.zone}`;
      if (refused.has(key)) continue;
      const placing = task.service >= 0 ? this.services[task.service].file.placing : this.runs.placingOf(task);
      if (!this.maker.place(task, placing)) refused.add(key);
    }
  }
}
