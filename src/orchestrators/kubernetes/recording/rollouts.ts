import { fullName } from '../objects/full-name.ts';
import type { Deployment } from '../objects/workloads.ts';

/** Deployments whose new template is being rolled out. */
export class Rollouts {
  private readonly running = new Set<number>();

  /** Tells of a rollout's beginning and end. */
  note(
    deployment: Deployment | undefined,
    before: Deployment | undefined,
    tell: (kind: string, about: string, what: string) => void,
  ): void {
    if (deployment === undefined || before === undefined) return;
    const about = fullName(deployment);
    if (deployment.spec.template !== before.spec.template && !this.running.has(deployment.id)) {
      this.running.add(deployment.id);
      tell('deployment', about, 'a new template is rolled out');
    }
    const { progressing } = deployment.status;
    if (progressing === 'Complete' && before.status.progressing !== 'Complete' && this.running.delete(deployment.id))
      tell('deployed', about, 'all pods are of the new template');
  }
}
