import type { DelayedStarts } from '../restart/delayed-starts.ts';
import { isGlobal, type Service, type ServiceVersion, type Task } from '../store/objects.ts';
import type { SwarmStore } from '../store/swarm-store.ts';
import { TaskState } from '../store/task-state.ts';
import type { UpdateConfig } from '../swarm-spec.ts';
import { isTaskDirty } from '../tasks/dirty.ts';
import type { Slot } from '../tasks/scale-down.ts';
import type { MakeTask } from '../tasks/task-maker.ts';
import { UpdateFailures } from './update-failures.ts';

/** What an update is done with, and whom it tells. */
export interface UpdateWorld {
  readonly store: SwarmStore;
  readonly starts: DelayedStarts;
  readonly makeTask: MakeTask;
  readonly nowUs: () => number;
  /** Calls `delayIsOver` of this worker after the delay. */
  windDelay(run: UpdateRun, worker: number, delayUs: number): void;
  /** Calls `monitoringIsOver` after the time. */
  windMonitor(run: UpdateRun, forUs: number): void;
  /** Too many of the new tasks have failed. */
  failed(run: UpdateRun, task: Task): void;
  completed(run: UpdateRun): void;
}

interface Worker {
  phase: 'idle' | 'starting' | 'delaying';
  slot: Slot;
  /** The new task that it waits for. */
  task: Task | undefined;
}

/**
 * One update of a service or its rollback, from its first slot to the end of monitoring. So many workers take dirty
 * slots in turn. (SwarmKit manager/orchestrator/update/updater.go.)
 */
export class UpdateRun {
  readonly service: Service;
  readonly version: ServiceVersion;
  readonly config: UpdateConfig;
  readonly dirty: readonly Slot[];
  readonly isRollback: boolean;
  private readonly world: UpdateWorld;
  private readonly failures: UpdateFailures;
  private readonly workers: Worker[];
  private readonly startedUs: number;
  /** Tasks that were meant to run when the update began. */
  private readonly wereMeant: ReadonlySet<Task>;
  private nextSlot = 0;
  private phase: 'handing-out' | 'finishing' | 'monitoring' | 'over' = 'handing-out';
  private isStopped = false;

  constructor(world: UpdateWorld, service: Service, dirty: readonly Slot[]) {
    this.world = world;
    this.service = service;
    this.version = service.current;
    this.dirty = dirty;
    this.isRollback = service.updateStatus?.state === 'rollback_started';
    this.config = this.isRollback ? service.current.spec.rollback : service.current.spec.update;
    this.failures = new UpdateFailures(dirty.length, this.config);
    this.startedUs = world.nowUs();
    this.wereMeant = new Set(dirty.flat().filter(({ desired }) => desired <= TaskState.running));
    const count = this.config.parallelism === 0 ? dirty.length : this.config.parallelism;
    this.workers = Array.from({ length: count }, () => ({ phase: 'idle', slot: [], task: undefined }));
  }

  get sinceUs(): number {
    return this.startedUs;
  }

  get isOver(): boolean {
    return this.phase === 'over';
  }

  begin(): void {
    for (let worker = 0; worker < this.workers.length; worker++) this.takeSlot(worker);
    this.checkFinished();
  }

  cancel(): void {
    this.phase = 'over';
  }

  taskUpdated(task: Task): void {
    if (this.phase === 'over') return;
    const worker = this.workers.findIndex((one) => one.phase === 'starting' && one.task === task);
    if (worker >= 0 && task.state >= TaskState.running) this.taskRuns(worker, task);
    if (this.config.failureAction !== 'continue' && task.state > TaskState.running && this.failures.isOurs(task)) {
      this.failures.note(task);
      this.lookAtFailures();
    }
  }

  taskDeleted(task: Task): void {
    const worker = this.workers.findIndex((one) => one.phase === 'starting' && one.task === task);
    if (worker >= 0 && this.phase !== 'over') this.slotIsDone(worker);
  }

  delayIsOver(worker: number): void {
    if (this.phase === 'over' || this.workers[worker].phase !== 'delaying') return;
    this.workers[worker].phase = 'idle';
    this.takeSlot(worker);
    this.checkFinished();
  }

  monitoringIsOver(): void {
    if (this.phase !== 'monitoring') return;
    this.phase = 'over';
    this.world.completed(this);
  }

  private takeSlot(worker: number): void {
    while (this.phase === 'handing-out' && this.workers[worker].phase === 'idle') {
      if (this.nextSlot === this.dirty.length) {
        this.phase = 'finishing';
        return;
      }
      const slot = this.dirty[this.nextSlot++];
      this.workers[worker].slot = slot;
      this.workers[worker].phase = 'starting';
      const clean = slot.filter((task) => !this.isDirty(task));
      const existing =
        clean.find(({ desired }) => desired === TaskState.running) ??
        clean.findLast(({ desired }) => desired < TaskState.running);
      if (existing === undefined) this.replace(worker, slot);
      else this.useExisting(worker, slot, existing);
    }
    if (this.nextSlot === this.dirty.length && this.phase === 'handing-out') this.phase = 'finishing';
  }

  private replace(worker: number, slot: Slot): void {
    const { store, starts, makeTask } = this.world;
    const { service } = this;
    if (service.isRemoved || this.wasReplacedMeanwhile(slot)) {
      this.slotIsDone(worker);
      return;
    }
    const task = makeTask(service, slot[0].slot, isGlobal(service) ? slot[0].node : -1, TaskState.ready);
    this.workers[worker].task = task;
    this.failures.expect(task);
    store.createTask(task);
    if (this.config.order === 'start-first') starts.delay(task, undefined, 0);
    else starts.delay(task, this.shutDown(slot), 0);
  }

  /** Its tasks have failed since the update began: what replaced them is of the new version. */
  private wasReplacedMeanwhile(slot: Slot): boolean {
    if (this.config.order === 'start-first') return false;
    const meant = slot.filter((task) => this.wereMeant.has(task));
    return meant.length > 0 && meant.every(({ id, desired }) => desired > TaskState.running || !this.isThere(id));
  }

  private isThere(task: number): boolean {
    return this.world.store.tasks.has(task);
  }

  /** A task of the new version is there already: the others go, and it starts. */
  private useExisting(worker: number, slot: Slot, existing: Task): void {
    const old = this.shutDown(slot.filter((task) => task !== existing));
    if (existing.desired === TaskState.running) this.slotIsDone(worker);
    else this.world.starts.delay(existing, old, 0, () => this.slotIsDone(worker));
  }

  private taskRuns(worker: number, task: Task): void {
    this.failures.runs(task, this.world.nowUs());
    const { slot } = this.workers[worker];
    if (this.config.order === 'start-first' && task.state === TaskState.running) this.shutDown(slot);
    this.slotIsDone(worker);
  }

  private slotIsDone(worker: number): void {
    const state = this.workers[worker];
    if (this.phase === 'over' || state.phase !== 'starting') return;
    state.task = undefined;
    if (this.config.delayUs > 0) {
      state.phase = 'delaying';
      this.world.windDelay(this, worker, this.config.delayUs);
      return;
    }
    state.phase = 'idle';
    this.takeSlot(worker);
    this.checkFinished();
  }

  /** Says which of the tasks was shut down, the last one. */
  private shutDown(tasks: readonly Task[]): Task | undefined {
    const running = tasks.filter(({ desired }) => desired <= TaskState.running);
    for (const task of running) this.world.store.setDesired(task, TaskState.shutdown);
    return running.at(-1);
  }

  /** While slots are handed out and in the end; in between failures wait until all workers have finished. */
  private lookAtFailures(): void {
    if (this.phase === 'finishing' || this.isStopped) return;
    const tooMany = this.failures.firstTooMany(this.world.nowUs(), this.monitorUs());
    if (tooMany === undefined) return;
    this.isStopped = true;
    if (this.phase === 'monitoring') this.phase = 'over';
    else this.phase = 'finishing';
    this.world.failed(this, tooMany);
    this.checkFinished();
  }

  private checkFinished(): void {
    if (this.phase !== 'finishing' || this.workers.some(({ phase }) => phase !== 'idle')) return;
    if (this.isStopped) {
      this.phase = 'over';
      return;
    }
    this.phase = 'monitoring';
    this.lookAtFailures();
    if (!this.isOver) this.world.windMonitor(this, this.monitorUs());
  }

  /** In the end longer than the delay, since failures of the last slots are looked at only after it. */
  private monitorUs(): number {
    const { monitorUs, delayUs } = this.config;
    return this.phase === 'monitoring' && delayUs >= monitorUs ? delayUs + 1e6 : monitorUs;
  }

  private isDirty(task: Task): boolean {
    return isTaskDirty(this.service, task, this.world.store.node(task));
  }
}
