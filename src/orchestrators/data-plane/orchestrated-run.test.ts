import { describe, expect, test } from 'vitest';
import { RoundRobin, runLoop } from './data-plane-fixture.ts';

const S = 1e6;

describe('a run of a control loop', () => {
  test('begins with everything up, replaces what a dead machine took with it, and is the same again', () => {
    const once = () =>
      runLoop((plane) => new RoundRobin(plane, { replicas: 8 }), {}, [
        { atUs: 100 * S, event: { kind: 'node-down', node: 1, cause: 'test' } },
        { atUs: 300 * S, event: { kind: 'node-up', node: 1, cause: 'test' } },
      ]);
    const run = once();
    const { replicas } = run.loop as RoundRobin;
    expect(replicas.filter(({ isReady }) => isReady).length).toBe(8);
    expect(replicas.map(({ machine }) => machine).sort((a, b) => a - b)).toEqual([0, 0, 0, 2, 2, 2, 3, 3]);
    expect(run.result().fingerprint).toBe(once().result().fingerprint);
  });
});
