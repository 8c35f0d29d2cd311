import type { RunPlan } from '../run-plan.ts';

/** Whether a plan is an orchestrator's: its own files on the data plane, or a scenario that names who runs it. */
export function isOrchestrated({ native, scenario }: Pick<RunPlan, 'native' | 'scenario'>): boolean {
  return native !== undefined || scenario?.policies.orchestrator !== undefined;
}
