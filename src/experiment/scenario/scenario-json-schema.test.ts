import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { EVERYTHING } from '../../../test/everything-scenario.ts';
import { firstScenario, SCENARIO_KINDS } from '../../cli/first-scenarios.ts';
import { builtInNames } from '../policy-catalogue.ts';
import { planScenario } from './plan-scenario.ts';
import { scenarioJsonSchema } from './scenario-json-schema.ts';

const schema = z.fromJSONSchema(scenarioJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
const accepts = (data: unknown): boolean => schema.safeParse(data).success;

/** The scenarios in the documentation: blocks that name a cluster and services. */
const DOCUMENTED = [...readFileSync('docs/scenarios.md', 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)]
  .map(([, text]) => text)
  .filter((text) => /^cluster:/m.test(text) && /^services:/m.test(text));

test('starters and documented scenarios are right, for the schema and for the reader', () => {
  expect(DOCUMENTED).toHaveLength(2);
  for (const text of [...SCENARIO_KINDS.map(firstScenario), ...DOCUMENTED, EVERYTHING]) {
    expect(accepts(parse(text)), text).toBe(true);
    const context = {
      file: 's.yaml',
      title: 's',
      names: builtInNames(() => false),
      resolvePath: (path: string) => path,
    };
    expect(planScenario(text, context).variants.length).toBeGreaterThan(0);
  }
});

test('alternatives may stand everywhere, misspelt fields nowhere', () => {
  const cluster = '1 x 4cpu 8Gi';
  expect(accepts({ cluster, services: { web: { cpu: [1, '500m'] } } })).toBe(true);
  expect(accepts({ cluster, services: { web: { calls: { oneOf: [['db'], []] } }, db: {} } })).toBe(true);
  expect(accepts({ cluster, services: { web: { cpus: 1 } } })).toBe(false);
  expect(accepts({ cluster, services: { web: { cpu: [] } } })).toBe(false);
  expect(accepts({ services: { web: {} } })).toBe(false);
});
