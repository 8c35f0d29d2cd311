import { describe, expect, test } from 'vitest';
import { coreNode, corePod, place } from '../core-fixture.ts';
import { DEFAULT_PROFILE } from '../default-profile.ts';
import type { SchedulerProfile } from '../scheduler-profile.ts';
import { ReferenceCore } from './reference-core.ts';
import { nodesToFind } from './sampling.ts';

test.each([
  [99, 0, 99],
  [100, 0, 100],
  [150, 0, 100],
  [250, 0, 120],
  [1000, 0, 420],
  [5000, 0, 500],
  [5625, 0, 281],
  [6000, 0, 300],
  [1000, 30, 300],
  [200, 30, 100],
  [1000, 100, 1000],
])('of %d nodes at %d percent %d feasible ones are enough (scheduler.md 2.1)', (nodes, percentage, want) => {
  expect(nodesToFind(nodes, percentage)).toBe(want);
});

/** n0, n1, ... of the same size; those named are too small for a pod of 1 CPU. */
function cluster(count: number, small: readonly number[], profile: SchedulerProfile = DEFAULT_PROFILE): ReferenceCore {
  const core = new ReferenceCore(profile);
  for (let i = 0; i < count; i += 1)
    core.addNode(coreNode(`n${i}`, { cpu: small.includes(i) ? '500m' : '4', memory: '16Gi' }));
  return core;
}

const counts = (core: ReferenceCore): unknown => {
  const { nodeName, feasible, examined } = core.decide(corePod('p', { cpu: '1', memory: '4Gi' }));
  return { nodeName, feasible, examined };
};

describe('the window moves on by what was looked at', () => {
  test('150 nodes of which two are too small: 100 feasible ones are found in 102, then from there on round', () => {
    const core = cluster(150, [3, 90]);
    // n0 to n101 without n3 and n90; the next one, n102, would be one too many and does not count.
    expect(counts(core)).toEqual({ nodeName: 'n0', feasible: 100, examined: 102 });
    // n102 to n149 are 48, then n0 to n53 without n3 are 53: not yet 100, n0 to n52 are 52.
    expect(counts(core)).toEqual({ nodeName: 'n102', feasible: 100, examined: 101 });
    // 102 + 101 = 203: 53 of 150.
    expect(counts(core)).toMatchObject({ nodeName: 'n53', feasible: 100 });
  });

  test('rejected nodes behind the last one wanted are looked at, and count', () => {
    // n0 to n99 are enough, but only n105 shows it: n100 to n104 have been looked at by then.
    const core = cluster(150, [100, 101, 102, 103, 104]);
    expect(counts(core)).toMatchObject({ feasible: 100, examined: 105 });
    expect(core.decide(corePod('q', { cpu: '1', memory: '4Gi' })).nodeName).toBe('n105');
  });

  test('it does so after a refusal too', () => {
    const core = cluster(3, []);
    expect(core.decide(corePod('p', { cpu: '9' }))).toMatchObject({ feasible: 0, examined: 3 });
    // 0 + 3 of 3 is 0 again.
    expect(place(core, corePod('q', { cpu: '1' }))).toBe('n0');
  });

  test('without score plugins the first feasible node is taken', () => {
    const core = cluster(5, [0], { ...DEFAULT_PROFILE, scores: [] });
    expect(counts(core)).toEqual({ nodeName: 'n1', feasible: 1, examined: 2 });
    expect(counts(core)).toEqual({ nodeName: 'n2', feasible: 1, examined: 1 });
  });

  test('a single feasible node is taken without being scored', () => {
    const core = cluster(3, [0, 2]);
    const considered = core.consider(corePod('p', { cpu: '1' }));
    expect(considered.scoring).toBeUndefined();
    expect(considered.winner).toBe(0);
  });

  test('the start stays where it is when nodes come and go', () => {
    const core = cluster(150, []);
    core.decide(corePod('p', { cpu: '1', memory: '4Gi' }));
    core.removeNode('n100');
    // Start 100 now is where n101 has moved up to.
    expect(core.decide(corePod('q', { cpu: '1', memory: '4Gi' })).nodeName).toBe('n101');
  });
});
