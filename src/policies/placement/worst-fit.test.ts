import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('worst fit leaves the most behind', () => {
  // Free (.9, .3), (.5, .6), (.4, .9), asked (.4, .2): left over .5 + .1, .1 + .4, 0 + .7.
  const { scores, choose } = situation('worst-fit', '900/1000 300/1000 | 500/1000 600/1000 | 400/1000 900/1000');
  scores(pod(400, 200)).forEach((score, node) => expect(score).toBeCloseTo([0.6, 0.5, 0.7][node], 12));
  expect(choose(pod(400, 200))).toBe(2);
});
