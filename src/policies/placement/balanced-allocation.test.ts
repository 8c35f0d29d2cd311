import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('balanced allocation scores 1 minus the standard deviation of the allocated shares', () => {
  const { scores, choose } = situation('balanced-allocation', '4000 8 | 2000/4000 8 | 4000 4/8');
  // Allocated afterwards: (1/4, 1/4), (3/4, 1/4), (1/4, 3/4); the deviation of two is half their difference.
  expect(scores(pod(1000, 2))).toEqual([1, 0.75, 0.75]);
  expect(choose(pod(1000, 2))).toBe(0);
});

test('balanced allocation takes three shares for a pod with GPUs', () => {
  const { scores } = situation('balanced-allocation', '4000 8 T4:1000,1000 | 4000 8 T4:250,1000');
  // (1/4, 1/4, 1/4): 0. (1/4, 1/4, 5/8): mean 3/8, squares 1/64 + 1/64 + 4/64, deviation sqrt(6/64/3) = sqrt(2)/8.
  const [even, uneven] = scores(pod(1000, 2, 1, 500));
  expect(even).toBe(1);
  expect(uneven).toBeCloseTo(1 - Math.SQRT2 / 8, 15);
});
