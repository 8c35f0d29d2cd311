import type { Chronicle } from '../../chronicle.ts';
import type { Clock } from '../../clock.ts';
import type { Books } from '../../data-plane/data-plane.ts';
import type { DelayedStarts } from '../restart/delayed-starts.ts';
import type { Service, Task } from '../store/objects.ts';
import type { StoreWatcher, SwarmStore } from '../store/swarm-store.ts';
import { isTaskDirty } from '../tasks/dirty.ts';
import type { Updates } from '../tasks/replicated.ts';
import type { Slot } from '../tasks/scale-down.ts';
import type { MakeTask } from '../tasks/task-maker.ts';
import { UpdateRun, type UpdateWorld } from './update-run.ts';

const secondsText = (us: number): string => `${Math.round(us / 1000) / 1000} s`;

/** One update at a time for each service. (SwarmKit manager/orchestrator/update/updater.go.) */
export class Updater implements Updates, StoreWatcher {
  private readonly store: SwarmStore;
  private readonly chronicle: Chronicle;
  private readonly books: Books;
  private readonly clock: Clock;
  private readonly world: UpdateWorld;
  private readonly byService = new Map<Service, UpdateRun>();
  /** What clocks are wound for: a run and its worker; -1: its monitoring. */
  private readonly wound: { readonly run: UpdateRun; readonly worker: number }[] = [];
  private readonly windOver: number;

  constructor(
    store: SwarmStore,
    clock: Clock,
    chronicle: Chronicle,
    books: Books,
    starts: DelayedStarts,
    makeTask: MakeTask,
  ) {
    this.store = store;
    this.chronicle = chronicle;
    this.books = books;
    this.clock = clock;
    this.windOver = clock.apiKind((place) => {
      const { run, worker } = this.wound[place];
      store.write(() => (worker < 0 ? run.monitoringIsOver() : run.delayIsOver(worker)));
    });
    this.world = {
      store,
      starts,
      makeTask,
      nowUs: () => clock.nowUs,
      windDelay: (run, worker, delayUs) => this.wind(run, worker, delayUs, 'update delay'),
      windMonitor: (run, forUs) => this.wind(run, -1, forUs, 'update monitor'),
      failed: (run, task) => this.failed(run, task),
      completed: (run) => this.completed(run),
    };
    store.watch(this);
  }

  get count(): number {
    return this.byService.size;
  }

  update(service: Service, slots: readonly Slot[]): void {
    const before = this.byService.get(service);
    if (before !== undefined) {
      if (before.version === service.current && !before.isOver) return;
      before.cancel();
      this.byService.delete(service);
    }
    const { updateStatus } = service;
    if (updateStatus?.state === 'paused' || updateStatus?.state === 'rollback_paused') return;
    const dirty = slots.filter(
      (slot) => slot.length > 1 || (slot.length === 1 && isTaskDirty(service, slot[0], this.store.node(slot[0]))),
    );
    if (dirty.length === 0) {
      if (updateStatus?.state === 'updating' || updateStatus?.state === 'rollback_started')
        this.conclude(service, updateStatus.state === 'rollback_started');
      return;
    }
    if (updateStatus === undefined) service.updateStatus = { state: 'updating', message: 'update in progress' };
    const run = new UpdateRun(this.world, service, dirty);
    this.byService.set(service, run);
    this.decided(run, `${run.isRollback ? 'roll back' : 'update'} ${dirty.length} slots to ${run.version.spec.image}`);
    run.begin();
  }

  serviceDeleted(service: Service): void {
    this.byService.get(service)?.cancel();
    this.byService.delete(service);
  }

  taskUpdated(task: Task): void {
    const run = this.byService.get(task.service);
    if (run === undefined) return;
    run.taskUpdated(task);
    this.forgetIfOver(run);
  }

  taskDeleted(task: Task): void {
    this.byService.get(task.service)?.taskDeleted(task);
  }

  private wind(run: UpdateRun, worker: number, forUs: number, timer: string): void {
    const { nowUs } = this.clock;
    this.chronicle.timer({ fromUs: nowUs, toUs: nowUs + forUs, timer, about: run.service.name });
    this.clock.after(forUs, this.windOver, this.wound.push({ run, worker }) - 1);
  }

  private completed(run: UpdateRun): void {
    this.byService.delete(run.service);
    this.conclude(run.service, run.isRollback);
    const took = secondsText(this.clock.nowUs - run.sinceUs);
    this.books.happened(
      run.isRollback ? 'rollback-completed' : 'update-completed',
      run.service.name,
      `${run.dirty.length} slots in ${took}`,
    );
  }

  private conclude(service: Service, isRollback: boolean): void {
    service.updateStatus = isRollback
      ? { state: 'rollback_completed', message: 'rollback completed' }
      : { state: 'completed', message: 'update completed' };
    this.store.updateService(service);
  }

  private failed(run: UpdateRun, task: Task): void {
    const { service } = run;
    const isBack = run.config.failureAction === 'rollback' && !run.isRollback && service.previous !== undefined;
    const what = isBack ? 'update rolled back' : run.isRollback ? 'rollback paused' : 'update paused';
    const message = `${what} due to failure or early termination of task ${task.name}`;
    this.books.happened(isBack ? 'update-rolled-back' : 'update-paused', service.name, message);
    this.decided(run, what);
    if (isBack && service.previous !== undefined) {
      service.updateStatus = { state: 'rollback_started', message };
      service.current = service.previous;
      service.previous = undefined;
    } else service.updateStatus = { state: run.isRollback ? 'rollback_paused' : 'paused', message };
    this.store.updateService(service);
  }

  private decided({ service, config, dirty }: UpdateRun, what: string): void {
    const { parallelism, delayUs, order, failureAction, maxFailureRatio } = config;
    const atOnce = parallelism === 0 ? dirty.length : parallelism;
    const why = `${dirty.length} slots of another version, ${atOnce} at once, ${order}, ${secondsText(delayUs)} between, ${failureAction} if more than ${maxFailureRatio} of them fail`;
    this.chronicle.decision({ component: 'updater', about: service.name, what, why });
  }

  private forgetIfOver(run: UpdateRun): void {
    if (run.isOver && this.byService.get(run.service) === run) this.byService.delete(run.service);
  }
}
