import type { DataPlane } from '../../../data-plane/data-plane.ts';
import type { DeploymentAction, DeploymentPlan } from './deployment-plan.ts';

export interface DeploymentActions {
  begin(action: DeploymentAction): void;
  isDone(action: DeploymentAction): boolean;
}

interface Deployment {
  readonly id: number;
  readonly about: string;
  readonly plan: DeploymentPlan;
  readonly startedUs: number;
  step: number;
}

/** Deployments that are under way (core/deployment/impl/DeploymentManagerActor.scala). An app is in one of them at most. */
export class Deployments {
  private readonly plane: DataPlane;
  private readonly actions: DeploymentActions;
  private readonly most: number;
  private running: Deployment[] = [];
  private nextId = 1;

  constructor(plane: DataPlane, actions: DeploymentActions, most: number) {
    this.plane = plane;
    this.actions = actions;
    this.most = most;
  }

  get isIdle(): boolean {
    return this.running.length === 0;
  }

  /** Begins a deployment. One that concerns the same apps is given up for it, as with `force`. */
  start(about: string, plan: DeploymentPlan): void {
    if (plan.length === 0) return;
    const { chronicle, clock, books } = this.plane;
    const apps = new Set(plan.flat().map(({ app }) => app));
    for (const other of this.running.filter((one) => one.plan.flat().some(({ app }) => apps.has(app)))) {
      this.running = this.running.filter((one) => one !== other);
      chronicle.event(
        'marathon',
        'Warning',
        'deployment_failed',
        other.about,
        'cancelled by a newer deployment (force)',
      );
      books.happened('deployment-failed', other.about, 'cancelled by a newer deployment');
    }
    if (this.running.length >= this.most) {
      chronicle.event(
        'marathon',
        'Warning',
        'deployment_failed',
        about,
        `there are ${this.most} deployments already (max_running_deployments)`,
      );
      return;
    }
    const deployment: Deployment = { id: this.nextId++, about, plan, startedUs: clock.nowUs, step: -1 };
    this.running.push(deployment);
    chronicle.decision({
      component: 'marathon',
      about,
      what: `deployment in ${plan.length} ${plan.length === 1 ? 'step' : 'steps'}`,
      why: plan.map((step) => step.map(actionText).join(', ')).join('; then '),
    });
    this.advance(deployment);
  }

  /** Something about the app has changed. */
  check(app: string): void {
    for (const deployment of this.running)
      if (concerns(deployment.plan, app) && this.running.includes(deployment)) this.advance(deployment);
  }

  private advance(deployment: Deployment): void {
    const { plan, about } = deployment;
    const { chronicle, clock } = this.plane;
    while (deployment.step < 0 || plan[deployment.step].every((action) => this.actions.isDone(action))) {
      if (deployment.step >= 0)
        chronicle.event(
          'marathon',
          'Normal',
          'deployment_step_success',
          about,
          plan[deployment.step].map(actionText).join(', '),
        );
      deployment.step++;
      if (deployment.step === plan.length) {
        this.running = this.running.filter((one) => one !== deployment);
        const tookS = Math.round((clock.nowUs - deployment.startedUs) / 1e5) / 10;
        chronicle.event('marathon', 'Normal', 'deployment_success', about, `after ${tookS} s`);
        return;
      }
      for (const action of plan[deployment.step]) this.actions.begin(action);
    }
  }
}

const concerns = (plan: DeploymentPlan, app: string): boolean =>
  plan.some((step) => step.some((one) => one.app === app));

function actionText(action: DeploymentAction): string {
  return action.kind === 'scale' ? `scale ${action.app} to ${action.to}` : `${action.kind} ${action.app}`;
}
