import { expect, test } from 'vitest';
import { powerOf } from './power-of-d.ts';
import { pod, situation } from '../../../test/placement-situation.ts';

test('of two draws among four nodes, the emptiest wins as often as it is drawn', () => {
  const { choose } = situation('power-of-2', '1000/4000 8 | 2000/4000 8 | 3000/4000 8 | 4000 8');
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 4000; draw++) counts[choose(pod(500, 1))]++;
  // The best of two draws with replacement is the k-th emptiest of 4 with probability (9 - 2k) / 16: 1, 3, 5, 7 of 16.
  const expected = [250, 750, 1250, 1750];
  // Standard deviations are below sqrt(4000) / 2 = 32; five of them either way.
  counts.forEach((count, node) => expect(Math.abs(count - expected[node])).toBeLessThan(160));
});

test('the number of draws is in the name', () => {
  expect(powerOf(3).name).toBe('power-of-3');
  const { choose } = situation('power-of-50', '1000/4000 8 | 4000 8');
  // Fifty draws of two nodes miss the emptier one with probability 2^-50.
  for (let draw = 0; draw < 100; draw++) expect(choose(pod(500, 1))).toBe(1);
});
