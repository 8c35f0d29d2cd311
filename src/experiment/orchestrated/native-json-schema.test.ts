import { expect, test } from 'vitest';
import { z } from 'zod';
import { nativeJsonSchema } from './native-json-schema.ts';

const schema = z.fromJSONSchema(nativeJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
const accepts = (data: unknown): boolean => schema.safeParse(data).success;

test('alternatives may stand everywhere, misspelt fields and other orchestrators nowhere', () => {
  const files = ['stack.yml'];
  expect(accepts({ orchestrator: 'swarm', files })).toBe(true);
  expect(accepts({ orchestrator: 'nomad', files, policies: { placement: ['best-fit', 'fgd'] } })).toBe(true);
  expect(accepts({ orchestrator: 'ecs', files, steps: [{ at: '5m', run: ['scale web=8', 'drain n1'] }] })).toBe(true);
  expect(accepts({ orchestrator: 'mesos', files, policies: { constants: { agentPing: '5s' } } })).toBe(true);
  expect(accepts({ orchestrator: 'kubernetes', files })).toBe(false);
  expect(accepts({ orchestrator: 'swarm' })).toBe(false);
  expect(accepts({ orchestrator: 'swarm', files, step: [] })).toBe(false);
});
