import type { TaskEnd } from '../../data-plane/data-plane.ts';
import type { AgentLinks } from '../agent/agent-links.ts';
import type { ContainerInstance } from '../agent/container-instance.ts';
import type { TaskEngine } from '../agent/task-engine.ts';
import type { TargetGroups } from '../load-balancer/target-groups.ts';
import type { EcsWorld } from '../world.ts';
import { hasHealthCheck, type EcsTask } from './ecs-task.ts';
import type { TaskOwners } from './task-owner.ts';

/** What a task comes to, for those who answer for it. */
export interface TaskWatcher {
  /** Status, health or targets have changed. */
  changed(task: EcsTask): void;
  /** It is STOPPED and holds nothing any more. */
  stopped(task: EcsTask): void;
}

/**
 * The life of tasks as the control plane sees it: sent to an agent, reported RUNNING, registered with target groups,
 * deregistered, told to stop, reported STOPPED. What it knows of a machine is what came over its link.
 */
export class TaskControl {
  private readonly world: EcsWorld;
  private readonly links: AgentLinks;
  private readonly engine: TaskEngine;
  private readonly targets: TargetGroups;
  private readonly owners: TaskOwners;
  private readonly watcher: TaskWatcher;
  private readonly deliverKind: number;
  private readonly reportKind: number;
  private readonly drainedKind: number;
  private readonly healthyKind: number;

  constructor(
    world: EcsWorld,
    parts: { links: AgentLinks; engine: TaskEngine; targets: TargetGroups; owners: TaskOwners },
    watcher: TaskWatcher,
  ) {
    this.world = world;
    ({ links: this.links, engine: this.engine, targets: this.targets, owners: this.owners } = parts);
    this.watcher = watcher;
    const { clock } = world.plane;
    this.deliverKind = clock.kind((id) => this.deliver(id));
    this.reportKind = clock.apiKind((id) => this.reported(id));
    this.drainedKind = clock.apiKind((id) => this.drained(id));
    this.healthyKind = clock.apiKind((id) => this.grown(id));
  }

  /** It has been given an instance; its agent is told. */
  assign(task: EcsTask, instance: ContainerInstance): void {
    const { books, chronicle } = this.world.plane;
    instance.take(task);
    task.machine = instance.machine;
    task.isUnplaced = false;
    task.lastStatus = instance.isFargate ? 'PROVISIONING' : 'PENDING';
    books.place(task.bookTask, instance.machine);
    chronicle.event('ecs', 'Normal', 'TASK_PLACED', task.name, `(task ${task.name}) is placed on ${instance.name}`);
    this.send(task);
  }

  /** Tells its agent what is wanted of it; while the link is broken it learns it when it is back. */
  send(task: EcsTask): void {
    if (task.machine >= 0 && this.links.isUp(task.machine))
      this.world.plane.clock.after(this.world.values.agentMessageDelay, this.deliverKind, task.id);
  }

  /** The agent has something to tell. */
  report(task: EcsTask): void {
    if (this.links.isUp(task.machine))
      this.world.plane.clock.after(this.world.values.agentMessageDelay, this.reportKind, task.id);
  }

  /** The agent is there again: what it does not know is told, and so is what it has to tell. */
  compare(instance: ContainerInstance): void {
    for (const task of instance.tasks) {
      if (instance.isFargate && task.lastStatus === 'PROVISIONING') task.lastStatus = 'PENDING';
      this.send(task);
      this.report(task);
    }
  }

  /** Stops it in good order: deregistered, waited for, SIGTERM, SIGKILL. `atOnce`: with nobody waited for. */
  stop(task: EcsTask, reason: string, endsAs: TaskEnd, atOnce = false): void {
    if (task.desiredStatus === 'STOPPED') return;
    task.desiredStatus = 'STOPPED';
    task.stoppedReason = reason;
    task.endsAs = endsAs;
    if (task.machine < 0 || task.lastStatus === 'PROVISIONING') {
      this.finish(task, endsAs);
      return;
    }
    const { clock, chronicle } = this.world.plane;
    const delayUs = this.targets.deregister(task);
    this.look(task);
    if (delayUs > 0 && task.lastStatus === 'RUNNING' && !atOnce) {
      task.lastStatus = 'DEACTIVATING';
      chronicle.timer({
        fromUs: clock.nowUs,
        toUs: clock.nowUs + delayUs,
        timer: 'deregistration delay',
        about: task.name,
      });
      clock.after(delayUs, this.drainedKind, task.id);
      return;
    }
    task.lastStatus = 'STOPPING';
    this.send(task);
  }

  /** Its instance is lost: STOPPED as far as the control plane is concerned. */
  lose(task: EcsTask, reason: string): void {
    task.desiredStatus = 'STOPPED';
    task.stoppedReason = reason;
    this.finish(task, 'evicted');
  }

  /** Its targets have changed. */
  look(task: EcsTask): void {
    const { books, balancers } = this.world.plane;
    const { balanced, service } = this.owners.of(task);
    const isReady =
      task.lastStatus === 'RUNNING' &&
      task.desiredStatus === 'RUNNING' &&
      (task.target === undefined || task.target === 'healthy') &&
      (!hasHealthCheck(task) || task.health === 'HEALTHY');
    if (isReady === task.isReady) return;
    task.isReady = isReady;
    books.setReady(task.bookTask, isReady);
    if (balanced.length > 0 || service < 0) return;
    // Without a load balancer clients find it by its name: Cloud Map or Service Connect.
    const container = this.engine.containerOf(task, task.main);
    if (isReady) balancers.list(service, container);
    else if (container >= 0) balancers.unlist(service, container);
  }

  private deliver(id: number): void {
    const task = this.world.tasks.get(id);
    if (task === undefined || !this.links.isUp(task.machine)) return;
    const course = this.engine.get(id);
    if (task.desiredStatus === 'RUNNING') {
      if (course === undefined) this.engine.start(task);
    } else if (task.lastStatus === 'DEACTIVATING') return;
    else if (course === undefined || course.status === 'STOPPED') this.report(task);
    else this.engine.stop(task);
  }

  private reported(id: number): void {
    const task = this.world.tasks.get(id);
    if (task === undefined || !this.links.isUp(task.machine)) return;
    const course = this.engine.get(id);
    if (course === undefined) {
      // It was told to stop before its agent had ever heard of it.
      if (task.lastStatus === 'STOPPING') this.finish(task, task.endsAs);
      return;
    }
    if (course.status === 'STOPPED') {
      task.exitCode = course.exitCode;
      if (task.desiredStatus === 'RUNNING') {
        task.stoppedReason = course.reason;
        task.stoppedBySelf = true;
      }
      const bySelf = task.desiredStatus === 'RUNNING' || task.lastStatus === 'DEACTIVATING';
      this.finish(task, bySelf ? (course.exitCode === 0 ? 'finished' : 'failed') : task.endsAs);
      return;
    }
    if (course.status === 'RUNNING' && task.lastStatus === 'PENDING') this.running(task);
    const before = task.health;
    task.health = healthOf(course.containers);
    if (before !== task.health) {
      this.look(task);
      this.watcher.changed(task);
    }
  }

  private running(task: EcsTask): void {
    const { clock } = this.world.plane;
    task.lastStatus = 'RUNNING';
    task.runningUs = clock.nowUs;
    const { balanced, service, container } = this.owners.of(task);
    if (balanced.length > 0) this.targets.register(task, balanced, this.engine.containerOf(task, container), service);
    else if (!hasHealthCheck(task)) clock.after(this.world.values.healthyAfterRunning, this.healthyKind, task.id);
    this.look(task);
    this.watcher.changed(task);
  }

  private grown(id: number): void {
    const task = this.world.tasks.get(id);
    if (task !== undefined) this.watcher.changed(task);
  }

  private drained(id: number): void {
    const task = this.world.tasks.get(id);
    if (task === undefined || task.lastStatus !== 'DEACTIVATING') return;
    task.lastStatus = 'STOPPING';
    this.send(task);
  }

  private finish(task: EcsTask, how: TaskEnd): void {
    const { books } = this.world.plane;
    task.lastStatus = 'STOPPED';
    task.desiredStatus = 'STOPPED';
    this.look(task);
    this.targets.forget(task);
    this.engine.forget(task);
    books.end(task.bookTask, how);
    this.world.instances.get(task.machine)?.release(task);
    this.world.tasks.forget(task.id);
    this.watcher.stopped(task);
  }
}

/** Health of a task by its essential containers (Developer Guide, task_definition_parameters: healthCheck). */
function healthOf(
  containers: readonly { definition: EcsTask['definition']['containers'][number]; health: EcsTask['health'] }[],
): EcsTask['health'] {
  const checked = containers.filter(
    ({ definition: { essential, healthCheck } }) => essential && healthCheck !== undefined,
  );
  if (checked.some(({ health }) => health === 'UNHEALTHY')) return 'UNHEALTHY';
  return checked.length > 0 && checked.every(({ health }) => health === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
}
