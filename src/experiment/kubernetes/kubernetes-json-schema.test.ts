import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { FIRST_KUBERNETES } from '../../cli/first-kubernetes.ts';
import { kubernetesJsonSchema } from './kubernetes-json-schema.ts';
import { endOfScenario } from '../orchestrator-of-text.ts';
import { isKubernetesText } from './plan-kubernetes.ts';

const schema = z.fromJSONSchema(kubernetesJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
const accepts = (data: unknown): boolean => schema.safeParse(data).success;

const SHIPPED = readdirSync('scenarios')
  .filter((name) => name.startsWith('kubernetes-') && name.endsWith('.yaml'))
  .map((name) => readFileSync(`scenarios/${name}`, 'utf8'));
const DOCUMENTED = [...readFileSync('docs/kubernetes.md', 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)]
  .map(([, text]) => text)
  .filter(isKubernetesText);

test('the starter, shipped and documented scenarios are right for the schema', () => {
  expect(SHIPPED.length).toBeGreaterThan(5);
  expect(DOCUMENTED.length).toBeGreaterThan(0);
  for (const text of [FIRST_KUBERNETES, ...SHIPPED, ...DOCUMENTED])
    expect(accepts(parse(text.slice(0, endOfScenario(text)))), text).toBe(true);
});

test('alternatives may stand everywhere, misspelt fields nowhere', () => {
  const orchestrator = 'kubernetes';
  expect(accepts({ orchestrator, steps: [{ at: '5m', run: ['kubectl drain n1', 'stop machine n1'] }] })).toBe(true);
  expect(
    accepts({ orchestrator, policies: [{ karpenter: true }, { clusterAutoscaler: { expander: 'random' } }] }),
  ).toBe(true);
  expect(accepts({ orchestrator, manifests: ['shop/'], starts: '2026-03-01T08:00:00Z' })).toBe(true);
  expect(accepts({ orchestrator, step: [] })).toBe(false);
  expect(accepts({ orchestrator, policies: { karpenter: { boots: '1m' } } })).toBe(false);
  expect(accepts({ orchestrator: 'swarm' })).toBe(false);
});
