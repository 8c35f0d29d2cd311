import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('most allocated scores the mean allocated share after placement', () => {
  const { scores, choose } = situation('most-allocated', '4000 8 | 1000/2000 6/8 | 1000 2/8');
  // (1000/4000 + 2/8) / 2, (2000/2000 + 4/8) / 2, (1 + 1) / 2.
  expect(scores(pod(1000, 2))).toEqual([0.25, 0.75, 1]);
  expect(choose(pod(1000, 2))).toBe(2);
});

test('most allocated adds GPUs as a third resource for pods that ask for them', () => {
  const { scores } = situation('most-allocated', '4000 8 T4:1000,1000 | 4000 8 T4:0,1000');
  // (1/4 + 1/4 + 500/2000) / 3 and (1/4 + 1/4 + 1500/2000) / 3.
  expect(scores(pod(1000, 2, 1, 500))).toEqual([0.25, 1.25 / 3]);
});
