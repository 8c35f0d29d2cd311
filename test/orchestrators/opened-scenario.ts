import { openOrchestrated, type OpenedOrchestrated } from '../../src/experiment/local/open-orchestrated.ts';
import { WorkloadCache } from '../../src/experiment/local/open-inputs.ts';
import { policiesOf } from '../../src/experiment/local/policies-of-plan.ts';
import { plannedScenarios } from '../../src/experiment/local/scenarios-here.ts';
import { builtInNames } from '../../src/experiment/policy-catalogue.ts';
import { namesPolicyFile } from '../../src/experiment/local/load-policy.ts';
import { planScenario } from '../../src/experiment/scenario/plan-scenario.ts';
import type { RunPlan } from '../../src/experiment/run-plan.ts';

/** The plans of a scenario's text, one a variant and seed, as `baton compare` makes them. */
export function plansOfText(text: string, seeds: readonly number[] = [1], settings: readonly string[] = []): RunPlan[] {
  const planned = planScenario(
    text,
    { file: 'test.yaml', title: 'test', names: builtInNames(namesPolicyFile), resolvePath: (path) => path },
    settings,
  );
  const all = plannedScenarios([planned], seeds);
  return all.runs((policy) => policy, all.digests());
}

/** The run of a plan, to be carried out step by step. */
export async function opened(plan: RunPlan): Promise<OpenedOrchestrated> {
  const policies = await policiesOf(plan.policy);
  return openOrchestrated(plan, { policies, workloads: new WorkloadCache(() => {}) });
}
