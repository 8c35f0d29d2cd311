import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('least allocated scores the mean free share after placement', () => {
  const { scores, choose } = situation('least-allocated', '4000 8 | 1000/2000 6/8 | 1000 2/8');
  // (3000/4000 + 6/8) / 2, (0/2000 + 4/8) / 2, (0 + 0) / 2.
  expect(scores(pod(1000, 2))).toEqual([0.75, 0.25, 0]);
  expect(choose(pod(1000, 2))).toBe(0);
});

test('least allocated adds GPUs as a third resource for pods that ask for them', () => {
  const { scores } = situation('least-allocated', '4000 8 T4:1000,1000 | 4000 8 T4:0,1000');
  // (3/4 + 3/4 + 1500/2000) / 3 and (3/4 + 3/4 + 500/2000) / 3.
  expect(scores(pod(1000, 2, 1, 500))).toEqual([0.75, 1.75 / 3]);
});
