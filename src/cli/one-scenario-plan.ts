import { plannedScenarios } from '../experiment/local/scenarios-here.ts';
import type { RunPlan } from '../experiment/run-plan.ts';
import type { PlannedScenario } from '../experiment/scenario/plan-scenario.ts';
import { parseSeeds } from '../experiment/seeds.ts';
import { InputError } from '../sim/input-error.ts';
import { note } from './console-output.ts';

/** The one run of a scenario: its first variant, with a remark when there are more; seed 1 unless another is named. */
export function oneScenarioPlan(scenario: PlannedScenario, named: string, seed: string | undefined): RunPlan {
  const seeds = seed === undefined ? [scenario.seeds?.[0] ?? 1] : parseSeeds(seed, '--seed');
  if (seeds.length !== 1)
    throw new InputError(`--seed ${seed} is ${seeds.length} seeds, and this command runs one; use \`baton compare\``);
  const planned = plannedScenarios([{ ...scenario, variants: scenario.variants.slice(0, 1) }], seeds);
  const [plan] = planned.runs((policy) => policy, planned.digests());
  if (scenario.variants.length > 1)
    note(
      `the scenario has ${scenario.variants.length} variants, and this runs the first of them (${plan.policy.name}); choose with --set, or run all with: baton compare ${named}`,
    );
  return plan;
}
