import type { AllocRunner, RunnerParts } from './alloc-runner.ts';

/**
 * Whether an allocation is healthy (client/allochealth): all tasks run and all checks pass for `min_healthy_time`; not
 * when a task fails, or when that has not been reached by `healthy_deadline`.
 */
export class AllocHealth {
  verdict: boolean | undefined;
  private goodDeed = -1;
  private deadlineDeed = -1;
  private readonly runner: AllocRunner;
  private readonly parts: RunnerParts;

  constructor(runner: AllocRunner, parts: RunnerParts) {
    this.runner = runner;
    this.parts = parts;
  }

  /** Watches from now on, as the job's present version says. */
  begin(): void {
    this.end();
    this.verdict = undefined;
    if (this.runner.alloc.of.job.type !== 'service') return;
    this.deadlineDeed = this.parts.agenda.after(this.strategy.healthyDeadlineUs, {
      runner: this.runner,
      task: undefined,
      what: 'deadline',
    });
  }

  end(): void {
    this.parts.agenda.cancel(this.goodDeed);
    this.parts.agenda.cancel(this.deadlineDeed);
    this.goodDeed = -1;
    this.deadlineDeed = -1;
  }

  /** Something has changed: the time begins, goes on, or is over. */
  look(): void {
    const { runner, parts } = this;
    if (this.deadlineDeed < 0 || this.verdict !== undefined) return;
    if (runner.status === 'failed') {
      this.decide(false);
      return;
    }
    const isGood = runner.isUp && (this.strategy.healthCheck !== 'checks' || runner.services.areGood);
    if (!isGood) {
      parts.agenda.cancel(this.goodDeed);
      this.goodDeed = -1;
    } else if (this.goodDeed < 0) {
      const { minHealthyUs } = this.strategy;
      this.goodDeed = parts.agenda.after(minHealthyUs, { runner, task: undefined, what: 'healthy' });
      const { nowUs } = parts.plane.clock;
      parts.plane.chronicle.timer({
        fromUs: nowUs,
        toUs: nowUs + minHealthyUs,
        timer: 'min_healthy_time',
        about: runner.alloc.name,
      });
    }
  }

  act(what: 'healthy' | 'deadline'): void {
    if (this.verdict === undefined) this.decide(what === 'healthy');
  }

  private decide(healthy: boolean): void {
    this.end();
    this.verdict = healthy;
    this.parts.changed(this.runner);
  }

  private get strategy(): { minHealthyUs: number; healthyDeadlineUs: number; healthCheck: string } {
    const { alloc } = this.runner;
    const group = alloc.of.job.groups.find(({ name }) => name === alloc.group) ?? this.runner.group;
    return alloc.deployment >= 0 && group.update !== undefined ? group.update : group.migrate;
  }
}
