import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test("FGD's dot product prefers the smaller product, in whole points", () => {
  const { scores, choose } = situation('fgd-dot-product', '64000 9 T4:1000,1000 | 128000 9 T4:500,1000');
  // .5 * .25 + .25 * .0625 = .140625 and 1 * .25 + .1875 * .0625 = .26171875: 100 * (1 - half of it) = 92.97, 86.91.
  expect(scores(pod(32000, 1, 1, 500))).toEqual([92, 86]);
  expect(choose(pod(32000, 1, 1, 500))).toBe(0);
});
