import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { EVERYTHING } from '../../../test/everything-scenario.ts';
import { mutantsOf, type Mutant } from '../../../test/mutated-data.ts';
import { slowTest } from '../../../test/slow.ts';
import { firstScenario, SCENARIO_KINDS } from '../../cli/first-scenarios.ts';
import { executeScenario } from '../local/execute-scenario.ts';
import { WorkloadCache } from '../local/open-inputs.ts';
import { policiesOf } from '../local/policies-of-plan.ts';
import { builtInNames } from '../policy-catalogue.ts';

import { planScenario, type PlannedScenario } from './plan-scenario.ts';

const context = {
  file: 'm.yaml',
  title: 'm',
  names: builtInNames(() => false),
  resolvePath: (path: string) => path,
  traceDirectory: '/nowhere',
};

const GOOD = [...SCENARIO_KINDS.map(firstScenario), EVERYTHING].map((text) => parse(text) as unknown);
const MUTANTS = GOOD.flatMap((data, number) => mutantsOf(data, `mutants ${number}`, 50));

const text = (data: unknown): string => stringify(data, { aliasDuplicateObjects: false });

function planned(data: unknown): PlannedScenario | string {
  try {
    return planScenario(text(data), context);
  } catch (error) {
    if ((error as Error).name !== 'InputError') throw error;
    return (error as Error).message;
  }
}

test('200 mutants of good scenarios are each rejected with one sentence that names its place, or accepted', () => {
  expect(MUTANTS).toHaveLength(200);
  const sentences: string[] = [];
  for (const { data, what } of MUTANTS) {
    const outcome = planned(data);
    if (typeof outcome !== 'string') continue;
    sentences.push(outcome);
    expect(outcome, what).toMatch(/^m\.yaml:\d+:\d+: \S.{10,}[^.]$/u);
    expect(outcome.length, what).toBeLessThan(700);
  }
  // Neither everything nor nothing is refused.
  expect(sentences.length).toBeGreaterThan(80);
  expect(sentences.length).toBeLessThan(180);
  if (process.env['SHOW']) process.stdout.write(`${sentences.join('\n')}\n`);
});

async function runAccepted(mutants: readonly Mutant[]): Promise<number> {
  let ran = 0;
  for (const { data, what } of mutants) {
    if (typeof planned(data) === 'string') continue;
    const { variants } = planScenario(text(data), context, ['duration=5s']);
    const [{ scenario, policy, cluster, workload }] = variants;
    const plan = { id: '', cluster, workload, policy, seed: 1, whenFull: 'wait' as const, scenario };
    const pulse = { beat: () => {}, beatEvents: () => {} };
    const { result } = executeScenario(plan, scenario, await policiesOf(policy), new WorkloadCache(() => {}), pulse);
    expect(result.fingerprint, what).toMatch(/^[0-9a-f]{16}$/);
    ran++;
  }
  return ran;
}

test('of the mutants that are accepted some run', async () => {
  expect(await runAccepted(MUTANTS.filter((_, index) => index % 10 === 0))).toBeGreaterThan(4);
});

slowTest('all mutants that are accepted run', async () => {
  expect(await runAccepted(MUTANTS)).toBeGreaterThan(60);
});
