import { isOwnStrategy, ORCHESTRATORS, type OrchestratorName } from '../../orchestrators/orchestrator.ts';
import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import { quoted } from '../../sim/quantity.ts';

/** Who orchestrates a scenario. Plain data: part of the run's id. */
export interface OrchestratorChoice {
  readonly name: OrchestratorName;
  /** A placement policy in place of its own choice among the machines that its filters allow. */
  readonly placement?: string;
  /** A strategy of its own, such as `classic-binpack` of Swarm. */
  readonly strategy?: string;
  /** Constants that are not as they are upstream, as written: `{ heartbeatPeriod: '10s' }`. */
  readonly constants?: Readonly<Record<string, string | number>>;
  /** `swarm+best-fit`. */
  readonly text: string;
}

/** Reads `swarm`, or `swarm+best-fit`: an orchestrator, and a placement policy in its place for one. Throws an InputError. */
export function orchestratorChoice(text: string): OrchestratorChoice {
  const [written, placement, ...more] = text.split('+').map((part) => part.trim());
  const name = ORCHESTRATORS.find((one) => one === written);
  if (name === undefined)
    throw new InputError(`there is no orchestrator called ${quoted(written)}${suggestion(written, ORCHESTRATORS)}`);
  if (more.length > 0 || placement === '')
    throw new InputError(`${quoted(text)} is no orchestrator with a placement policy; write it like ${name}+best-fit`);
  if (placement === undefined) return { name, text: name };
  const choice = { name, text: `${name}+${placement}` };
  return isOwnStrategy(name, placement) ? { ...choice, strategy: placement } : { ...choice, placement };
}
