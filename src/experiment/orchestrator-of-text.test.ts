import { expect, test } from 'vitest';
import { orchestratorOfText } from './orchestrator-of-text.ts';

test.each([
  ['orchestrator: kubernetes\nduration: 1h', 'kubernetes'],
  ['# words\n---\norchestrator: swarm\nfiles: [a.yml]', 'swarm'],
  ['{ "files": ["a.json"], "orchestrator": "ecs" }', 'ecs'],
  ['orchestrator: kubernetes\n---\nkind: Pod', 'kubernetes'],
  // It cannot be read, and is told so by whoever reads such scenarios.
  ['orchestrator: nomad\nfiles: [', 'nomad'],
  // Who runs a scenario with services is one of its policies.
  ['services: {}\npolicies:\n  orchestrator: kubernetes', undefined],
  ['cluster: 4 x 4cpu 8Gi', undefined],
  ['kind: ConfigMap\n---\norchestrator: swarm', undefined],
])('%j is a scenario of %s', (text, name) => {
  expect(orchestratorOfText(text)).toBe(name);
});
