import { isActive, isHealthy, isHealthyAndReady, type Instance, type RunningApp } from './instance.ts';
import { planReplace, toLaunch, type ReplacePlan } from './replace-plan.ts';

export interface ReplacementActions {
  launch(app: RunningApp, count: number): void;
  kill(instances: readonly Instance[]): void;
}

/** One app's way from its old configuration to the new one (core/deployment/impl/TaskReplaceActor.scala). */
export class Replacement {
  readonly plan: ReplacePlan;
  private readonly app: RunningApp;
  private readonly actions: ReplacementActions;
  /** Old instances that are still to be killed, in this order. */
  private readonly toKill: Instance[];
  private readonly counted = new Set<Instance>();
  private hasBegun = false;

  constructor(app: RunningApp, actions: ReplacementActions) {
    this.app = app;
    this.actions = actions;
    const old = this.old;
    const healthy = old.filter(isHealthy).length;
    const { spec } = app;
    this.plan = planReplace(spec.instances, healthy, old.length, spec.upgradeStrategy, spec.isResident);
    this.toKill = old
      .filter(({ isWanted }) => isWanted)
      .sort((a, b) => Number(isHealthy(a)) - Number(isHealthy(b)) || a.id - b.id);
  }

  /** Something about the app's instances has changed. */
  step(): void {
    if (!this.hasBegun) {
      this.hasBegun = true;
      this.killNext(this.plan.killNow);
    }
    for (const one of this.fresh)
      if (isHealthyAndReady(one) && !this.counted.has(one)) {
        this.counted.add(one);
        this.killNext(1);
      }
    const { instances } = this.app.spec;
    const count = toLaunch(instances, this.plan.maxCapacity, this.old.length, this.fresh.length);
    if (count > 0) this.actions.launch(this.app, count);
    else this.makeRoom();
    // Whoever is left when everything new is there goes as well.
    if (this.fresh.filter(isHealthyAndReady).length >= instances) this.killNext(this.toKill.length);
  }

  /**
   * Old instances that were not healthy when it began may fill the capacity, so that nothing new can start and no health
   * ever changes. Those that are not healthy go first, then those that are healthy by now and not needed (our choice:
   * upstream looks at health at the beginning and waits).
   */
  private makeRoom(): void {
    const { fresh, old } = this;
    if (fresh.length >= this.app.spec.instances || old.some(({ isWanted }) => !isWanted)) return;
    const unhealthy = old.filter((one) => !isHealthy(one)).length;
    const spare = old.length - unhealthy + fresh.filter(isHealthy).length - this.plan.minHealthy;
    this.toKill.sort((a, b) => Number(isHealthy(a)) - Number(isHealthy(b)) || a.id - b.id);
    if (fresh.every(isHealthyAndReady)) this.killNext(unhealthy > 0 ? unhealthy : Math.max(0, spare));
  }

  get isDone(): boolean {
    return (
      this.hasBegun && this.old.length === 0 && this.fresh.filter(isHealthyAndReady).length >= this.app.spec.instances
    );
  }

  private get old(): Instance[] {
    return [...this.app.instances].filter(({ version, state }) => version !== this.app.version && state !== 'ended');
  }

  private get fresh(): Instance[] {
    return [...this.app.instances].filter((one) => one.version === this.app.version && isActive(one));
  }

  private killNext(count: number): void {
    const chosen: Instance[] = [];
    while (chosen.length < count && this.toKill.length > 0) {
      const next = this.toKill.shift()!;
      if (next.state !== 'ended') chosen.push(next);
    }
    if (chosen.length > 0) this.actions.kill(chosen);
  }
}
