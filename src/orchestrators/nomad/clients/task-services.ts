import type { NomadCheck, NomadGroup } from '../jobs/nomad-jobs.ts';
import { isTerminal } from '../state/allocation.ts';
import type { AllocRunner, RunnerParts } from './alloc-runner.ts';
import type { TaskRun } from './task-run.ts';

/**
 * Services of an allocation's main task: registered when it starts, known to balancers a little later and as long as
 * their checks pass. Nobody else than the client's own Consul agent looks at the checks.
 */
export class TaskServices {
  private readonly service: number;
  private readonly checks: readonly NomadCheck[];
  private readonly runner: AllocRunner;
  private readonly main: TaskRun;
  private readonly parts: RunnerParts;
  /** What balancers would be told now, could they be. */
  private wanted = false;
  private listedContainer = -1;

  constructor(runner: AllocRunner, main: TaskRun, parts: RunnerParts) {
    this.runner = runner;
    this.main = main;
    this.parts = parts;
    const { group, alloc } = runner;
    this.service = parts.serviceOf(alloc, group);
    this.checks = checksOf(group, main);
  }

  /** All checks pass. */
  get areGood(): boolean {
    return this.main.state === 'running' && this.main.failing.size === 0;
  }

  started(run: TaskRun): void {
    if (run !== this.main) return;
    const { probes } = this.parts.plane;
    const { checkFirstShare } = this.parts.times;
    this.checks.forEach((check, place) => {
      const key = `${place} ${check.name}`;
      if (!check.initiallyPassing) run.failing.add(key);
      const spec = {
        firstAfterUs: Math.round(check.intervalUs * checkFirstShare),
        intervalUs: check.intervalUs,
        timeoutUs: check.timeoutUs,
        rise: check.successBeforePassing,
        fall: check.failuresBeforeCritical,
        graceUs: 0,
        isRemote: false,
      };
      run.probes.push(
        probes.watch(run.container, spec, (_, healthy) => {
          if (healthy) run.failing.delete(key);
          else run.failing.add(key);
          this.look();
          this.runner.health.look();
        }),
      );
      if (check.restartLimit > 0)
        run.probes.push(
          probes.watch(
            run.container,
            { ...spec, rise: 1, fall: check.restartLimit, graceUs: check.restartGraceUs },
            (_, healthy) => {
              if (!healthy) this.runner.restartTask(run);
            },
          ),
        );
    });
    this.look();
  }

  /** The process has ended: its services go. */
  stopped(run: TaskRun): void {
    if (run !== this.main) return;
    this.unwatch(run);
    if (!this.runner.isFrozen && this.wanted) this.tell(false);
  }

  /** The task is to be ended: its services go first. */
  leave(run: TaskRun): void {
    if (run !== this.main) return;
    this.unwatch(run);
    this.tell(false);
  }

  /** The machine was stopped: nothing is known of its container any more. */
  forget(run: TaskRun): void {
    if (run !== this.main) return;
    this.unwatch(run);
    this.silence();
    this.wanted = false;
  }

  /** Consul takes the services of a machine out that it does not hear. */
  silence(): void {
    this.parts.agenda.cancel(this.main.listing);
    this.main.listing = -1;
    this.apply(false);
  }

  /** The machine is heard again. */
  heard(): void {
    if (this.wanted) this.later();
  }

  act(run: TaskRun): void {
    run.listing = -1;
    // Nobody hears a machine that is cut off: the last word stands.
    if (this.parts.plane.machines.isReachable(this.runner.alloc.node)) this.apply(this.wanted);
  }

  private look(): void {
    if (this.wanted !== this.areGood) this.tell(this.areGood);
  }

  private tell(wanted: boolean): void {
    this.wanted = wanted;
    this.later();
  }

  private later(): void {
    const { main } = this;
    this.parts.agenda.cancel(main.listing);
    main.listing = this.parts.agenda.after(this.parts.times.serviceRegisterUs, {
      runner: this.runner,
      task: main,
      what: 'list',
    });
  }

  private apply(listed: boolean): void {
    const { balancers, books } = this.parts.plane;
    const { main, service } = this;
    if (listed && main.container < 0) return;
    if (listed === main.isListed && (!listed || this.listedContainer === main.container)) return;
    if (main.isListed && service >= 0 && this.listedContainer >= 0) balancers.unlist(service, this.listedContainer);
    main.isListed = listed;
    this.listedContainer = listed ? main.container : -1;
    if (listed && service >= 0) balancers.list(service, main.container);
    if (!isTerminal(this.runner.alloc)) books.setReady(this.runner.alloc.task, listed);
  }

  private unwatch(run: TaskRun): void {
    for (const probe of run.probes) this.parts.plane.probes.stop(probe);
    run.probes = [];
    run.failing.clear();
  }
}

/** Checks of the services that the main task stands for. */
function checksOf(group: NomadGroup, { task }: TaskRun): readonly NomadCheck[] {
  return [...group.services, ...task.services].flatMap(({ checks }) => checks);
}
