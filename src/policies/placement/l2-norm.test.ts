import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('L2 norm prefers the shortest vector of what is left', () => {
  // Left (.5, .1), (.1, .4), (0, .7): squares .26, .17, .49.
  const { scores, choose } = situation('l2-norm', '900/1000 300/1000 | 500/1000 600/1000 | 400/1000 900/1000');
  scores(pod(400, 200)).forEach((score, node) => expect(score).toBeCloseTo([-0.26, -0.17, -0.49][node], 12));
  expect(choose(pod(400, 200))).toBe(1);
});

test('L2 norm prefers two middling remainders to a large and a small one of the same sum', () => {
  // Left (1/2, 1/2) and (3/4, 1/4): sums are equal, squares are 8/16 and 10/16.
  const { scores } = situation('l2-norm', '3000/4000 6/8 | 4000 4/8');
  expect(scores(pod(1000, 2))).toEqual([-0.5, -0.625]);
});
