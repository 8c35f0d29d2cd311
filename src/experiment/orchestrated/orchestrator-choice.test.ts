import { expect, test } from 'vitest';
import { orchestratorChoice } from './orchestrator-choice.ts';

test('an orchestrator, and one with a placement policy', () => {
  expect(orchestratorChoice('swarm')).toEqual({ name: 'swarm', text: 'swarm' });
  expect(orchestratorChoice(' kubernetes + fgd ')).toEqual({
    name: 'kubernetes',
    placement: 'fgd',
    text: 'kubernetes+fgd',
  });
  expect(orchestratorChoice('swarm+classic-binpack')).toEqual({
    name: 'swarm',
    strategy: 'classic-binpack',
    text: 'swarm+classic-binpack',
  });
});

test.each([
  ['sworm', /^there is no orchestrator called "sworm"; did you mean "swarm"\?$/],
  ['swarm+', /"swarm\+" is no orchestrator with a placement policy; write it like swarm\+best-fit/],
  ['ecs+best-fit+fgd', /write it like ecs\+best-fit/],
])('%s is refused', (text, sentence) => {
  expect(() => orchestratorChoice(text)).toThrow(sentence);
});
