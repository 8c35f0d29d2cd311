import type { RunPlan } from '../experiment/run-plan.ts';
import type { ExperimentFlags } from './experiment-flags.ts';
import { readExperiment } from './read-experiment.ts';

/** The flags that say which one run is meant. */
export interface OneRunFlags extends Omit<ExperimentFlags, 'policies' | 'seeds'> {
  seed?: string;
}

/** The one run that flags describe; an InputError when they describe more. */
export async function onePlan(flags: OneRunFlags): Promise<RunPlan> {
  const [{ plansHere }, { InputError }] = await Promise.all([
    import('../experiment/local/plan-here.ts'),
    import('../sim/input-error.ts'),
  ]);
  const { text, where, directory } = await readExperiment({
    ...flags,
    ...(flags.experiment === undefined && { policy: flags.policy ?? ['first-fit'] }),
    seeds: flags.seed ?? '1',
  });
  const plans = plansHere(text, where, directory);
  if (plans.length !== 1)
    throw new InputError(
      `these flags describe ${plans.length} runs, and this command does one; give one of each, or use \`baton compare\``,
    );
  return plans[0];
}
