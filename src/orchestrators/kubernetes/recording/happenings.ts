import { fullName } from '../objects/full-name.ts';
import type { Deployment } from '../objects/workloads.ts';
import type { MachineState } from '../nodes/machines.ts';

/** What befell something: of which kind, and what in words. */
type Tell = (kind: string, what: string) => void;

/** What has changed about a machine. */
export function tellMachine(state: MachineState, before: MachineState, tell: Tell): void {
  if (state.works !== before.works)
    tell(
      state.works ? 'node-up' : 'node-down',
      state.gone ? 'the cloud has taken it back' : state.works ? 'the machine works again' : 'the machine has stopped',
    );
  if (state.cutOff !== before.cutOff)
    tell(
      state.cutOff ? 'node-cut-off' : 'node-back',
      state.cutOff ? 'nothing gets through to it' : 'it can be reached again',
    );
  if (state.speed !== before.speed)
    tell(state.speed < 1 ? 'node-slow' : 'node-speed-back', `works at ${state.speed} of its speed`);
  if (state.lossShare !== before.lossShare)
    tell(state.lossShare > 0 ? 'node-flaky' : 'node-loss-over', `loses ${state.lossShare} of requests`);
  if (state.diskFull !== before.diskFull)
    tell(state.diskFull ? 'disk-full' : 'disk-free', state.diskFull ? 'nothing can be written' : 'there is room again');
}

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
