import type { ContainerExit, DataPlane } from '../../data-plane/data-plane.ts';
import type { ProcessBehaviour } from '../../data-plane/process-behaviour.ts';
import { PLAIN_PROCESS } from '../../data-plane/process-behaviour.ts';
import { MB, taskCpuMilli } from '../jobs/job-resources.ts';
import type { NomadGroup } from '../jobs/nomad-jobs.ts';
import { mainTask } from '../jobs/read-nomad-files.ts';
import type { NomadTimes } from '../nomad-constants.ts';
import type { ClientReport } from '../nomad-server.ts';
import type { Allocation, ClientStatus } from '../state/allocation.ts';
import { groupOf } from '../state/allocation.ts';
import type { Agenda } from './agenda.ts';
import { AllocHealth } from './alloc-health.ts';
import { RestartTracker } from './restarts.ts';
import type { TaskRun } from './task-run.ts';
import { newTaskRun } from './task-run.ts';
import { TaskServices } from './task-services.ts';

/** What is to be done for an allocation at some time. */
export interface Deed {
  readonly runner: AllocRunner;
  readonly task: TaskRun | undefined;
  readonly what: 'restart' | 'stop' | 'list' | 'healthy' | 'deadline';
}

export interface RunnerParts {
  readonly plane: DataPlane;
  readonly times: NomadTimes;
  readonly agenda: Agenda<Deed>;
  /** Index of the modelled service of a group; -1: none. */
  readonly serviceOf: (alloc: Allocation, group: NomadGroup) => number;
  readonly behaviourOf: (alloc: Allocation) => ProcessBehaviour;
  /** The servers have something new to hear. */
  readonly changed: (runner: AllocRunner) => void;
}

/** Runs one allocation's tasks on its client, whatever the servers think meanwhile (client/allocrunner). */
export class AllocRunner {
  readonly alloc: Allocation;
  readonly group: NomadGroup;
  readonly tasks: readonly TaskRun[];
  readonly health: AllocHealth;
  readonly services: TaskServices;
  isKilled = false;
  /** Its machine has stopped, and its client with it. */
  isFrozen = false;
  /** Version of the job that it was last told of. */
  version: number;
  private readonly main: TaskRun;
  private readonly parts: RunnerParts;
  private runningSinceUs = Number.NaN;
  private endedUs = Number.NaN;

  constructor(alloc: Allocation, parts: RunnerParts) {
    this.alloc = alloc;
    this.version = alloc.of.version;
    this.parts = parts;
    const { plane, times } = parts;
    this.group = groupOf(alloc.of, alloc.group)!;
    const jitter = plane.streams(`nomad/restarts/${alloc.id}`);
    this.tasks = this.group.tasks.map((task) =>
      newTaskRun(task, new RestartTracker(task.restart, plane.clock.nowUs, times.restartJitterShare, jitter)),
    );
    const main = mainTask(this.group.tasks);
    this.main = this.tasks.find(({ task }) => task === main)!;
    this.health = new AllocHealth(this, parts);
    this.services = new TaskServices(this, this.main, parts);
  }

  begin(): void {
    this.health.begin();
    this.advance();
  }

  /** The job has changed in a way that needs no new tasks. */
  updated(): void {
    this.version = this.alloc.of.version;
    this.health.begin();
    this.health.look();
  }

  /** Deregisters services, waits for `shutdown_delay`, and ends all tasks. */
  kill(): void {
    if (this.isKilled) return;
    this.isKilled = true;
    this.health.end();
    for (const run of this.tasks) this.endTask(run);
    this.settle();
  }

  act({ what, task }: Deed): void {
    if (what === 'healthy' || what === 'deadline') this.health.act(what);
    else if (task === undefined) return;
    else if (what === 'list') this.services.act(task);
    else if (what === 'stop') this.stopContainer(task);
    else {
      task.restarting = -1;
      if (!this.isFrozen && task.state === 'starting') this.create(task);
    }
  }

  get status(): ClientStatus {
    const { tasks } = this;
    if (tasks.some(({ failed }) => failed)) return 'failed';
    if (tasks.some(({ state }) => state === 'running')) return 'running';
    // Between two tries a task is pending, and so is its allocation where none has run.
    if (tasks.some(({ state }) => state === 'starting'))
      return Number.isNaN(this.runningSinceUs) ? 'pending' : 'running';
    return this.hasEnded ? 'complete' : 'pending';
  }

  get hasEnded(): boolean {
    return this.tasks.every(
      ({ state, task }) => state === 'dead' || (state === 'idle' && (this.isKilled || task.hook === 'poststop')),
    );
  }

  report(): ClientReport {
    const { alloc, status, endedUs, runningSinceUs } = this;
    return { alloc, status, healthy: this.health.verdict, endedUs, runningSinceUs };
  }

  /** Whether all tasks that are to run run. */
  get isUp(): boolean {
    return this.tasks.every(({ task, state }) => {
      if (task.hook === 'main' || task.sidecar) return state === 'running';
      return task.hook === 'poststop' || state === 'dead' || (task.hook === 'poststart' && state === 'running');
    });
  }

  /** The machine has stopped: nothing happens here any more until it is back. */
  freeze(): void {
    this.isFrozen = true;
  }

  /** The client is back after its machine stopped: what had been running is started anew. */
  thaw(): void {
    if (!this.isFrozen) return;
    this.isFrozen = false;
    for (const run of this.tasks) {
      if (run.state !== 'running' && run.state !== 'starting') continue;
      this.services.forget(run);
      run.container = -1;
      if (this.isKilled) run.state = 'dead';
      else if (run.restarting < 0) {
        run.state = 'starting';
        this.create(run);
      }
    }
    this.settle();
  }

  /** Checks failed too often: the task is ended, and its restart policy decides. */
  restartTask(run: TaskRun): void {
    if (run.container < 0 || this.isKilled) return;
    const { plane } = this.parts;
    plane.chronicle.event('client', 'Warning', 'Restarting', this.alloc.name, `healthcheck of ${run.task.name} failed`);
    plane.containers.stop(run.container, run.task.killTimeoutUs);
  }

  /** Starts whatever may start by now: prestart, then main, then poststart; poststop when all others are dead. */
  private advance(): void {
    if (this.isKilled || this.isFrozen) return;
    const of = (hook: string): readonly TaskRun[] => this.tasks.filter(({ task }) => task.hook === hook);
    for (const run of of('prestart')) this.start(run);
    const isPrepared = of('prestart').every(({ task, state }) =>
      task.sidecar ? state === 'running' : state === 'dead',
    );
    if (!isPrepared) return;
    for (const run of of('main')) this.start(run);
    if (of('main').every(({ state }) => state === 'running')) for (const run of of('poststart')) this.start(run);
    if (of('main').every(({ state }) => state === 'dead')) {
      for (const run of this.tasks) if (run.task.hook !== 'main' && run.task.hook !== 'poststop') this.endTask(run);
      if (this.tasks.every(({ task, state }) => task.hook === 'poststop' || state === 'dead' || state === 'idle'))
        for (const run of of('poststop')) this.start(run);
    }
  }

  private start(run: TaskRun): void {
    if (run.state !== 'idle') return;
    run.state = 'starting';
    this.create(run);
  }

  private create(run: TaskRun): void {
    const { plane, behaviourOf, times } = this.parts;
    const { task } = run;
    const runs = { kind: 'constant' as const, meanUs: times.hookTaskRunsUs };
    const isMain = run === this.main || (task.hook === 'main' && this.alloc.of.job.type === 'batch');
    const behaviour = isMain
      ? behaviourOf(this.alloc)
      : task.hook !== 'main' && !task.sidecar
        ? { ...PLAIN_PROCESS, runs }
        : PLAIN_PROCESS;
    run.isStopping = false;
    run.container = plane.containers.create(
      {
        name: `${this.alloc.name}/${task.name}#${this.alloc.id}`,
        task: this.alloc.task,
        machine: this.alloc.node,
        image: task.image,
        prefersLocalImage: !task.forcePull,
        cpuWeightMilli: taskCpuMilli(task),
        cpuLimitMilli: task.cores > 0 ? task.cores * 1000 : Infinity,
        memLimitBytes: task.memoryMb * MB,
        behaviour,
      },
      {
        prepared: (container) => {
          if (run.container === container) plane.containers.start(container);
        },
        refused: (container, why) => {
          if (run.container !== container) return;
          plane.chronicle.event('client', 'Warning', 'DriverFailure', this.alloc.name, why);
          this.exited(run, false);
        },
        started: (container) => {
          if (run.container === container) this.started(run);
        },
        exited: (container, exit) => {
          if (run.container === container) this.containerExited(run, exit);
        },
      },
    );
  }

  private started(run: TaskRun): void {
    run.state = 'running';
    if (Number.isNaN(this.runningSinceUs)) this.runningSinceUs = this.parts.plane.clock.nowUs;
    this.services.started(run);
    this.parts.changed(this);
    this.advance();
    this.health.look();
  }

  private containerExited(run: TaskRun, exit: ContainerExit): void {
    if (exit.cause === 'machine-stopped') {
      this.services.stopped(run);
      return;
    }
    this.exited(run, exit.code === 0 && exit.cause === 'finished');
  }

  private exited(run: TaskRun, succeeded: boolean): void {
    const { plane, agenda, changed } = this.parts;
    const { clock, books, chronicle, containers } = plane;
    this.services.stopped(run);
    if (run.container >= 0) containers.remove(run.container);
    run.container = -1;
    const { task } = run;
    const { type } = this.alloc.of.job;
    const isBatch = type === 'batch' || type === 'sysbatch';
    const isOnce = task.hook !== 'main' && !task.sidecar;
    if (this.isKilled || (run.isStopping && run.state === 'dead')) run.state = 'dead';
    else if (succeeded && (isOnce || isBatch)) run.state = 'dead';
    else {
      const delayUs = run.restarts.next(clock.nowUs);
      if (delayUs === undefined) {
        run.state = 'dead';
        run.failed = true;
        chronicle.event(
          'client',
          'Warning',
          'NotRestarting',
          this.alloc.name,
          `${task.name} exceeded allowed attempts ${task.restart.attempts} in interval`,
        );
      } else {
        run.state = 'starting';
        run.restarting = agenda.after(delayUs, { runner: this, task: run, what: 'restart' });
        chronicle.timer({
          fromUs: clock.nowUs,
          toUs: clock.nowUs + delayUs,
          timer: 'restart delay',
          about: this.alloc.name,
        });
        books.restarted(this.alloc.task);
      }
    }
    if (run.failed || (run.state === 'dead' && task.leader)) for (const other of this.tasks) this.endTask(other);
    this.health.look();
    changed(this);
    this.advance();
    this.settle();
  }

  /** Ends a task for good. */
  private endTask(run: TaskRun): void {
    if (run.state === 'dead' || run.isStopping) return;
    if (run.state === 'idle') {
      run.state = 'dead';
      return;
    }
    this.services.leave(run);
    if (run.restarting >= 0) {
      this.parts.agenda.cancel(run.restarting);
      run.restarting = -1;
    }
    if (run.container < 0) {
      run.state = 'dead';
      return;
    }
    run.isStopping = true;
    const delayUs = Math.max(run.task.shutdownDelayUs, this.group.shutdownDelayUs);
    if (delayUs === 0) this.stopContainer(run);
    else this.parts.agenda.after(delayUs, { runner: this, task: run, what: 'stop' });
  }

  private stopContainer(run: TaskRun): void {
    if (run.container < 0) return;
    const { clock, containers, chronicle } = this.parts.plane;
    const { killTimeoutUs } = run.task;
    run.state = 'dead';
    if (containers.stop(run.container, killTimeoutUs))
      chronicle.timer({
        fromUs: clock.nowUs,
        toUs: clock.nowUs + killTimeoutUs,
        timer: 'kill_timeout',
        about: this.alloc.name,
      });
  }

  private settle(): void {
    const gone = this.hasEnded && this.tasks.every(({ container }) => container < 0 || this.isFrozen);
    if (gone && Number.isNaN(this.endedUs)) this.endedUs = this.parts.plane.clock.nowUs;
    if (this.status === 'failed' && Number.isNaN(this.endedUs)) this.endedUs = this.parts.plane.clock.nowUs;
    if (gone) {
      this.health.end();
      this.parts.changed(this);
    }
  }

  /** Starting, stopping or waiting for a restart. */
  get isBusy(): boolean {
    if (this.hasEnded) return !this.isGone;
    return this.isKilled || !this.isUp;
  }

  /** Nothing of it is left on its machine. */
  get isGone(): boolean {
    return this.hasEnded && this.tasks.every(({ container }) => container < 0);
  }
}
