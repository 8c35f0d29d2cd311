import { expect, test } from 'vitest';
import type { CostResult } from '../../sim/monitoring/living-result.ts';
import { ORCHESTRATORS } from '../../orchestrators/orchestrator.ts';
import { builtInNames } from '../policy-catalogue.ts';
import { planScenario } from '../scenario/plan-scenario.ts';
import { openOrchestrated } from './open-orchestrated.ts';
import { WorkloadCache } from './open-inputs.ts';
import { policiesOf } from './policies-of-plan.ts';
import { plannedScenarios } from './scenarios-here.ts';

const SCENARIO = `
duration: 10m
cluster: { zones: [a, b, c], groups: { node: { instance: m5.large, count: 3 } } }
services:
  web: { replicas: 3, cpu: 300m, memory: 256Mi, work: exponential 20ms, calls: [cart] }
  cart: { replicas: 3, cpu: 300m, memory: 256Mi, work: exponential 10ms }
traffic: { web: 20/s }
policies: { orchestrator: [${ORCHESTRATORS.join(', ')}] }
`;

async function costs(): Promise<CostResult[]> {
  const planned = planScenario(SCENARIO, {
    file: 'money.yaml',
    title: 'Money',
    names: builtInNames(() => false),
    resolvePath: (path) => path,
  });
  const found: CostResult[] = [];
  for (const plan of plannedScenarios([planned], [1]).runs((policy) => policy, { batonVersion: '', files: {} })) {
    const policies = await policiesOf(plan.policy);
    const { run } = openOrchestrated(plan, { policies, workloads: new WorkloadCache(() => {}) });
    found.push(run.run().living!.cost);
  }
  return found;
}

test('the same machines and calls cost the same money, energy and carbon under each of the five', async () => {
  const all = await costs();
  expect(all).toHaveLength(5);
  // 3 m5.large at $0.096 for 10 minutes.
  for (const { byGroup } of all) expect(byGroup['node']).toBeCloseTo((3 * 0.096) / 6, 9);
  for (const cost of all) {
    // 12,000 calls of 10 kB, most of which leave their zone: two thirds where balancers do not look at zones.
    const sentGb = cost.byGroup['traffic between zones'] / 0.02;
    expect(sentGb).toBeGreaterThan(0.2 * 0.12);
    expect(sentGb).toBeLessThan(1.01 * 0.12);
    expect(cost.energyKWh).toBeGreaterThan(0);
    expect(cost.energyKWh / all[1].energyKWh).toBeCloseTo(1, 1);
    expect(cost.carbonKg / all[1].carbonKg).toBeCloseTo(1, 1);
  }
});
