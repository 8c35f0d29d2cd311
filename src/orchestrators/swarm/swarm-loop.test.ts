import { expect, test } from 'vitest';
import { runSwarm, S, service } from './swarm-fixture.ts';

test('a crashed node: DOWN after 9.0 to 16.5 s, whole after 14 to 22 s; a node that returns stays empty', () => {
  const spans = { down: [] as number[], whole: [] as number[] };
  for (let seed = 0; seed < 50; seed++) {
    const run = runSwarm({
      services: [service('web', { replicas: 8 })],
      weather: [
        { atUs: 100 * S + seed * 137_000, event: { kind: 'node-down', node: 1, cause: 'test' } },
        { atUs: 300 * S, event: { kind: 'node-up', node: 1, cause: 'test' } },
      ],
      seed,
    });
    const fromUs = 100 * S + seed * 137_000;
    expect([...run.runningAt(99 * S)].map(([, tasks]) => tasks.length)).toEqual([2, 2, 2, 2]);
    spans.down.push(run.whenNode(1, 'down') - fromUs);
    spans.whole.push(run.whenRunning(8, run.whenNode(1, 'down')) - fromUs);
    expect(run.runningAt(599 * S).get(1)).toBeUndefined();
    expect(run.whenNode(1, 'ready', 300 * S)).toBeLessThan(304 * S);
  }
});
