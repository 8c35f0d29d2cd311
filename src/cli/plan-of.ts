import type { RunPlan } from '../experiment/run-plan.ts';
import { readNamed } from './named-files.ts';
import { onePlan, type OneRunFlags } from './one-plan.ts';

/** Flags that name one run of a scenario, an experiment, or manifests. */
export interface PlanFlags extends OneRunFlags {
  set?: string[];
  orchestrator?: string[];
  calibration?: string;
  /** Of the replay that is predicted; absent: that of the calibration's file. */
  calibrationSpeed?: number;
  variant?: string;
}

/** The run that a scenario or the flags describe, and the file that says so. */
export async function planOf(
  name: string | undefined,
  flags: PlanFlags,
): Promise<{ plan: RunPlan; file: string | undefined }> {
  const named = await readNamed(name === undefined ? [] : [name], flags);
  if (named?.kind === 'scenarios') {
    const { oneScenarioPlan } = await import('./one-scenario-plan.ts');
    return { plan: oneScenarioPlan(named.scenarios[0], name!, flags), file: named.paths[0] };
  }
  if (flags.variant !== undefined)
    throw new (await import('../sim/input-error.ts')).InputError(
      '--variant chooses among the variants of a scenario; name one, such as: baton run black-friday --variant 2',
    );
  const own = named === undefined ? flags : { ...flags, experiment: named.path };
  return { plan: await onePlan(own), file: own.experiment };
}
