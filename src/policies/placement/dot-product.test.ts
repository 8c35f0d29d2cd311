import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('dot product prefers free resources in the proportion of the request', () => {
  // Free (.9, .3), (.5, .6), (.4, .9), asked (.4, .2): .36 + .06, .20 + .12, .16 + .18.
  const { scores, choose } = situation('dot-product', '900/1000 300/1000 | 500/1000 600/1000 | 400/1000 900/1000');
  scores(pod(400, 200)).forEach((score, node) => expect(score).toBeCloseTo([0.42, 0.32, 0.34][node], 12));
  expect(choose(pod(400, 200))).toBe(0);
});

test('dot product measures every node with the largest one, so large nodes come first', () => {
  const { scores } = situation('dot-product', '1000 8 | 4000 8');
  // 1000/4000 * 1000/4000 + 2/8 * 8/8 and 1000/4000 * 4000/4000 + 2/8 * 8/8.
  expect(scores(pod(1000, 2))).toEqual([0.3125, 0.5]);
});
