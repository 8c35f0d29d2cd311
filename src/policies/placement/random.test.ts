import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('random draws every node that fits equally often, and no other', () => {
  const { choose } = situation('random', '1000 8 | 100/1000 8 | 1000 8 | 1000 8');
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 3000; draw++) counts[choose(pod(500, 1))]++;
  // 1000 expected each, standard deviation sqrt(3000 * 1/3 * 2/3) = 26: five of them either way.
  expect(counts[1]).toBe(0);
  for (const node of [0, 2, 3]) expect(Math.abs(counts[node] - 1000)).toBeLessThan(130);
});

test('random finds the one node in a thousand that fits, and says so when there is none', () => {
  const full = Array.from({ length: 999 }, () => '0/1000 8').join(' | ');
  expect(situation('random', `${full} | 1000 8`).choose(pod(500, 1))).toBe(999);
  expect(situation('random', full).choose(pod(500, 1))).toBe(-1);
});
