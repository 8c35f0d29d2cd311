import { describe, expect, test } from 'vitest';
import { DEFAULT_PROFILE } from './default-profile.ts';
import { filterMessage, type RefusalCounts, refusalMessage } from './refusal-message.ts';

const counts = (reasons: Record<string, number>, resolvableCount = 0, nodeCount = 300): RefusalCounts => ({
  nodeCount,
  reasons: new Map(Object.entries(reasons)),
  resolvableCount,
});

test('reasons are sorted as texts, their counts included', () => {
  expect(filterMessage(counts({ 'Insufficient cpu': 57, 'Too many pods': 14, 'Insufficient memory': 211 }))).toBe(
    '0/300 nodes are available: 14 Too many pods, 211 Insufficient memory, 57 Insufficient cpu.',
  );
});

describe('what follows the first sentence', () => {
  const two = counts({ 'Insufficient cpu': 2 }, 1, 2);
  const first = '0/2 nodes are available: 2 Insufficient cpu.';

  test.each([
    [
      'both plugins',
      {},
      `${first} no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.`,
    ],
    ['no preemption', { preemption: false }, `${first} no new claims to deallocate`],
    ['neither', { preemption: false, dynamicResources: false }, first],
    [
      'only preemption',
      { dynamicResources: false },
      `${first} preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.`,
    ],
  ])('%s', (_, fields, message) => {
    expect(refusalMessage(two, { ...DEFAULT_PROFILE, ...fields }, false)).toBe(message);
  });

  test('a pod that never preempts', () => {
    expect(refusalMessage(two, DEFAULT_PROFILE, true)).toBe(
      `${first} no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.`,
    );
  });

  test('sorted, too: "10 No ..." comes before "2 Preemption ...", and none is left out when it is 0', () => {
    const message = refusalMessage(counts({ 'Too many pods': 12 }, 10, 12), DEFAULT_PROFILE, false);
    expect(message).toMatch(/: 10 No preemption victims found for incoming pod, 2 Preemption is not helpful/);
    expect(refusalMessage(counts({ 'Too many pods': 12 }, 12, 12), DEFAULT_PROFILE, false)).toMatch(
      /available: 12 No preemption victims found for incoming pod\.$/,
    );
  });

  test('a reason for all nodes at once ends as upstream ends it, with what its next plugin misses', () => {
    const all = { ...counts({}, 0, 3), preFilterReason: 'pod affinity terms conflict' };
    expect(refusalMessage(all, DEFAULT_PROFILE, false)).toBe(
      '0/3 nodes are available: pod affinity terms conflict. not found',
    );
    expect(refusalMessage(all, { ...DEFAULT_PROFILE, dynamicResources: false }, false)).toBe(
      '0/3 nodes are available: pod affinity terms conflict. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
  });
});
