import type { ContainerExit } from '../../data-plane/data-plane.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import type { ContainerDefinition } from '../files/ecs-files.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import { bytesOfMib, milliOfUnits } from '../units.ts';
import type { EcsWorld } from '../world.ts';
import { isMet, isNever, stoppable, type ContainerCourse } from './container-order.ts';

/** What an agent knows of a task on its machine. */
export interface TaskCourse {
  readonly task: EcsTask;
  readonly containers: readonly (ContainerCourse & { dataPlane: number; probe: number })[];
  status: 'PENDING' | 'RUNNING' | 'STOPPED';
  isStopping: boolean;
  reason: string;
  exitCode: number;
}

/**
 * The task engine of the agents (aws/amazon-ecs-agent, agent/engine): starts the containers of a task in the order of their
 * dependsOn, watches their health checks, and stops the task when an essential one has ended. All of it happens on the
 * machine, whether or not anybody hears of it; `changed` is told of what is worth a report.
 */
export class TaskEngine {
  private readonly world: EcsWorld;
  private readonly changed: (task: EcsTask) => void;
  private readonly courses = new Map<number, TaskCourse>();
  /** Number of the task by container of the data plane, and of the containers by the events about them. */
  private readonly timeouts: { task: number; container: number }[] = [];
  private readonly timeoutKind: number;

  constructor(world: EcsWorld, changed: (task: EcsTask) => void) {
    this.world = world;
    this.changed = changed;
    this.timeoutKind = world.plane.clock.kind((subject) => this.timedOut(subject));
  }

  get(task: number): TaskCourse | undefined {
    return this.courses.get(task);
  }

  /** Container of the data plane by its name in the task; -1: not there. */
  containerOf(task: EcsTask, name: string): number {
    return this.courses.get(task.id)?.containers.find(({ definition }) => definition.name === name)?.dataPlane ?? -1;
  }

  start(task: EcsTask): void {
    const course: TaskCourse = {
      task,
      containers: task.definition.containers.map((definition) => ({
        definition,
        state: 'waiting',
        health: 'UNKNOWN',
        exitCode: -1,
        dataPlane: -1,
        probe: -1,
      })),
      status: 'PENDING',
      isStopping: false,
      reason: '',
      exitCode: 0,
    };
    this.courses.set(task.id, course);
    course.containers.forEach((_, k) => this.create(course, k));
  }

  stop(task: EcsTask): void {
    const course = this.courses.get(task.id);
    if (course !== undefined && course.status !== 'STOPPED') this.wind(course, task.stoppedReason);
  }

  forget(task: EcsTask): void {
    const course = this.courses.get(task.id);
    if (course === undefined) return;
    for (const { dataPlane } of course.containers) if (dataPlane >= 0) this.world.plane.containers.remove(dataPlane);
    this.courses.delete(task.id);
  }

  private create(course: TaskCourse, k: number): void {
    const { containers } = this.world.plane;
    const { task } = course;
    const one = course.containers[k];
    const { definition } = one;
    one.state = 'creating';
    const isMain = definition.name === task.main;
    const isOnly = course.containers.length === 1;
    const { cpuUnits, memMib } = task.definition.limits;
    one.dataPlane = containers.create(
      {
        name: isOnly ? task.name : `${task.name}/${definition.name}`,
        task: task.bookTask,
        machine: task.machine,
        image: definition.image,
        prefersLocalImage: true,
        cpuWeightMilli: milliOfUnits(definition.cpuUnits || (isMain ? task.definition.cpuUnits : 0)),
        cpuLimitMilli: cpuUnits > 0 ? milliOfUnits(cpuUnits) : Infinity,
        memLimitBytes:
          definition.memMib > 0 ? bytesOfMib(definition.memMib) : memMib > 0 ? bytesOfMib(memMib) : Infinity,
        behaviour: this.behaviourOf(course, definition),
      },
      {
        prepared: () => {
          one.state = 'created';
          this.startReady(course);
        },
        refused: (_container, why) =>
          this.ended(course, k, { code: 1, cause: 'failed' }, `CannotPullContainerError: ${why}`),
        started: () => this.started(course, k),
        exited: (_container, exit) => this.ended(course, k, exit, ''),
      },
    );
  }

  private behaviourOf({ task, containers }: TaskCourse, definition: ContainerDefinition): ProcessBehaviour {
    if (definition.name === task.main) return task.behaviour;
    const mustEnd = containers.some(({ definition: { dependsOn } }) =>
      dependsOn.some(
        ({ container, condition }) =>
          container === definition.name && (condition === 'COMPLETE' || condition === 'SUCCESS'),
      ),
    );
    if (!mustEnd) return PLAIN_PROCESS;
    return { ...PLAIN_PROCESS, runs: { kind: 'constant', meanUs: this.world.values.initContainerRun } };
  }

  /** Starts all containers whose conditions are met; gives up where they never will be. */
  private startReady(course: TaskCourse): void {
    if (course.isStopping) return;
    for (const one of course.containers) {
      if (one.state !== 'created') continue;
      if (isNever(one.definition, course.containers)) {
        this.wind(course, `dependency of container "${one.definition.name}" can never be met`);
        return;
      }
      if (!isMet(one.definition, course.containers)) continue;
      one.state = 'starting';
      this.world.plane.containers.start(one.dataPlane);
    }
  }

  private started(course: TaskCourse, k: number): void {
    const { clock, probes } = this.world.plane;
    const one = course.containers[k];
    const { definition } = one;
    one.state = 'running';
    const { healthCheck } = definition;
    if (healthCheck !== undefined)
      one.probe = probes.watch(
        one.dataPlane,
        {
          firstAfterUs: healthCheck.intervalUs,
          intervalUs: healthCheck.intervalUs,
          timeoutUs: healthCheck.timeoutUs,
          rise: 1,
          fall: healthCheck.retries,
          graceUs: healthCheck.startPeriodUs,
          isRemote: false,
        },
        (_container, isHealthy) => {
          one.health = isHealthy ? 'HEALTHY' : 'UNHEALTHY';
          this.startReady(course);
          this.changed(course.task);
        },
      );
    const isAwaited = course.containers.some(({ definition: { dependsOn } }) =>
      dependsOn.some(({ container, condition }) => container === definition.name && condition !== 'START'),
    );
    if (isAwaited)
      clock.after(
        definition.startTimeoutUs,
        this.timeoutKind,
        this.timeouts.push({ task: course.task.id, container: k }) - 1,
      );
    this.startReady(course);
    this.look(course);
  }

  /** A condition that others wait for has not come in time. */
  private timedOut(subject: number): void {
    const { task, container } = this.timeouts[subject];
    const course = this.courses.get(task);
    if (course === undefined || course.isStopping) return;
    const { definition } = course.containers[container];
    const isWaited = course.containers.some(
      (one) =>
        (one.state === 'created' || one.state === 'creating') &&
        one.definition.dependsOn.some(({ container: name }) => name === definition.name) &&
        !isMet(one.definition, course.containers),
    );
    if (isWaited) this.wind(course, `container "${definition.name}" did not get ready within its startTimeout`);
  }

  private ended(course: TaskCourse, k: number, exit: ContainerExit, why: string): void {
    const one = course.containers[k];
    const { task } = course;
    one.state = 'stopped';
    one.exitCode = exit.code;
    if (one.probe >= 0) this.world.plane.probes.stop(one.probe);
    one.probe = -1;
    if (one.definition.name === task.main && !course.isStopping) course.exitCode = exit.code;
    const reason =
      why ||
      (exit.cause === 'out-of-memory'
        ? 'OutOfMemoryError: Container killed due to memory usage'
        : 'Essential container in task exited');
    if (course.isStopping || one.definition.essential || why !== '') {
      if (course.exitCode === 0 && !course.isStopping) course.exitCode = exit.code;
      this.wind(course, reason);
    } else {
      this.startReady(course);
      this.look(course);
    }
  }

  /** Stops what runs, those first on which nobody depends. */
  private wind(course: TaskCourse, reason: string): void {
    const { containers } = this.world.plane;
    if (!course.isStopping) course.reason = reason;
    course.isStopping = true;
    for (const one of stoppable(course.containers)) {
      const was = one.state;
      one.state = 'stopping';
      const { dataPlane } = one;
      // One that was never started has no process to wait for.
      if (was !== 'running' && was !== 'starting') {
        containers.remove(dataPlane);
        one.state = 'stopped';
      } else if (!containers.stop(dataPlane, one.definition.stopTimeoutUs)) one.state = 'stopped';
    }
    if (stoppable(course.containers).length > 0) this.wind(course, reason);
    else this.look(course);
  }

  /** The task is RUNNING when all of its containers have been started, and STOPPED when all have ended. */
  private look(course: TaskCourse): void {
    const before = course.status;
    const states = course.containers.map(({ state }) => state);
    if (states.every((state) => state === 'stopped')) course.status = 'STOPPED';
    else if (
      !course.isStopping &&
      course.status === 'PENDING' &&
      states.every((state) => state === 'running' || state === 'stopped')
    )
      course.status = 'RUNNING';
    if (course.status !== before) this.changed(course.task);
  }
}
