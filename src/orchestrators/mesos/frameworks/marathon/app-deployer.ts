import type { DataPlane } from '../../../data-plane/data-plane.ts';
import type { ProcessBehaviour } from '../../../data-plane/process-behaviour.ts';
import type { MesosValues } from '../../constants.ts';
import { AppScaler } from './app-scaler.ts';
import type { AppSpec } from './app-spec.ts';
import { deploymentGroups } from './deployment-groups.ts';
import { planDeployment, type DeploymentAction } from './deployment-plan.ts';
import { Deployments } from './deployments.ts';
import { isHealthyAndReady, type RunningApp } from './instance.ts';
import type { InstanceTracker } from './instance-tracker.ts';
import { Replacement, type ReplacementActions } from './replacement.ts';

export interface DeployerActions extends ReplacementActions {
  /** Has the app looked at soon. */
  touch(app: RunningApp): void;
  subscribe(role: string): void;
  /** The app has another configuration now. */
  newVersion(app: RunningApp): void;
}

/** Brings apps to what they should be: deployments, replacements, and the number of instances. */
export class AppDeployer {
  private readonly plane: DataPlane;
  private readonly tracker: InstanceTracker;
  private readonly actions: DeployerActions;
  private readonly scaler: AppScaler;
  private readonly deployments: Deployments;

  constructor(plane: DataPlane, values: MesosValues, tracker: InstanceTracker, actions: DeployerActions) {
    this.plane = plane;
    this.tracker = tracker;
    this.actions = actions;
    this.scaler = new AppScaler(plane, actions);
    this.deployments = new Deployments(
      plane,
      { begin: (action) => this.beginAction(action), isDone: (action) => this.isActionDone(action) },
      values.maxRunningDeployments,
    );
  }

  /** Apps that are new or other than before; `removed` go. Each group of apps that belong together is a deployment. */
  deploy(
    wanted: ReadonlyMap<string, AppSpec>,
    removed: readonly string[],
    behaviourOf: (app: string) => ProcessBehaviour,
  ): void {
    const before = new Map(
      [...this.tracker.apps.values()].filter((app) => !app.isRemoved).map((app) => [app.id, app.spec]),
    );
    const after = new Map([...before, ...wanted]);
    for (const id of removed) after.delete(id);
    for (const { about, apps } of deploymentGroups(new Map([...before, ...after]))) {
      const part = (all: ReadonlyMap<string, AppSpec>) => new Map([...all].filter(([id]) => apps.has(id)));
      const plan = planDeployment(part(before), part(after));
      for (const id of new Set(plan.flat().map(({ app }) => app))) {
        const spec = after.get(id);
        if (spec !== undefined) this.setSpec(spec, behaviourOf);
      }
      this.deployments.start(about, plan);
    }
  }

  /** Something about the app or its instances has changed. */
  check(app: RunningApp): void {
    if (app.replacement === undefined) this.scaler.scale(app);
    else {
      app.replacement.step();
      if (app.replacement.isDone) {
        this.deployments.check(app.id);
        app.replacement = undefined;
      }
    }
    this.deployments.check(app.id);
    if (app.isRemoved && app.instances.size === 0 && this.tracker.apps.get(app.id) === app)
      this.tracker.apps.delete(app.id);
  }

  get isQuiet(): boolean {
    return (
      this.deployments.isIdle &&
      [...this.tracker.apps.values()].every(
        ({ instances, target, spec }) =>
          instances.size === target && target === spec.instances && [...instances].every(isHealthyAndReady),
      )
    );
  }

  private setSpec(spec: AppSpec, behaviourOf: (app: string) => ProcessBehaviour): void {
    this.actions.subscribe(spec.role);
    const app = this.tracker.apps.get(spec.id);
    const behaviour = behaviourOf(spec.id);
    if (app === undefined || app.isRemoved) {
      if (app !== undefined) this.tracker.apps.delete(app.id);
      this.tracker.addApp(spec, behaviour);
      return;
    }
    if (app.spec.configuration !== spec.configuration) {
      app.version++;
      app.behaviour = behaviour;
      this.actions.newVersion(app);
    }
    app.spec = spec;
  }

  private beginAction(action: DeploymentAction): void {
    const app = this.tracker.apps.get(action.app);
    if (app === undefined) return;
    if (action.kind === 'stop') {
      app.isRemoved = true;
      app.target = 0;
      app.replacement = undefined;
    } else if (action.kind === 'scale') {
      app.target = action.to;
      // A replacement that was cut short goes on, with another number.
      if (app.replacement !== undefined) app.replacement = new Replacement(app, this.actions);
    } else if (action.kind === 'restart') {
      app.target = app.spec.instances;
      app.replacement = new Replacement(app, this.actions);
      const { killNow, maxCapacity, minHealthy } = app.replacement.plan;
      this.plane.chronicle.decision({
        component: 'marathon',
        about: app.name,
        what: `restart: kill ${killNow} at once, at most ${maxCapacity} together`,
        why: `at least ${minHealthy} healthy of ${app.spec.instances} (minimumHealthCapacity ${app.spec.upgradeStrategy.minimumHealthCapacity}, maximumOverCapacity ${app.spec.upgradeStrategy.maximumOverCapacity})`,
      });
    }
    this.plane.books.setDesired(app.workload, app.target);
    this.actions.touch(app);
  }

  private isActionDone(action: DeploymentAction): boolean {
    const app = this.tracker.apps.get(action.app);
    if (app === undefined) return true;
    switch (action.kind) {
      case 'start':
        return true;
      case 'stop':
        return app.instances.size === 0;
      case 'scale':
        return app.instances.size === action.to && [...app.instances].every(isHealthyAndReady);
      default:
        return app.replacement?.isDone ?? true;
    }
  }
}
