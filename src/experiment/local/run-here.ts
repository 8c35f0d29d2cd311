import type { RunRecord } from '../comparison.ts';
import type { RunPlan } from '../run-plan.ts';
import { executeRun, type Pulse } from './execute-run.ts';
import { labelled } from './local-runner.ts';
import { WorkloadCache } from './open-inputs.ts';
import { policiesOf } from './policies-of-plan.ts';

export interface RunHereOptions {
  readonly journalFile?: string;
  readonly pulse?: Pulse;
}

/**
 * Carries out one run in this thread, without a worker: for tests and for whoever embeds Baton. Nobody ends it when it
 * hangs, and a user's policy is not examined. Throws an InputError.
 */
export async function runHere(plan: RunPlan, options: RunHereOptions = {}): Promise<RunRecord> {
  const pulse = options.pulse ?? { beat: () => {}, beatEvents: () => {} };
  const policies = await policiesOf(plan.policy);
  const { result, timing } = executeRun(plan, policies, new WorkloadCache(pulse.beat), pulse, options.journalFile);
  return { ...labelled(plan), status: 'finished', result, timing };
}
