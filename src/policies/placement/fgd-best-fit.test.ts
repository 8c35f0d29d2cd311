import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test("FGD's best fit counts what is left of CPU and GPU in units of the largest node, in whole points", () => {
  const { scores, choose } = situation('fgd-best-fit', '64000 9 T4:1000,1000 | 128000 9 T4:500,1000 | 64000 9');
  // 32000 left of 128000 and 1500 of 8000: 100 * (1 - (.125 + .09375)) = 78.1; 96000 and 1000: 100 * (1 - (.375 +
  // .0625)) = 56.25; the last has no GPU.
  expect(scores(pod(32000, 1, 1, 500))).toEqual([78, 56, undefined]);
  // Without GPUs asked, those left still count: .125 + .125, .375 + .09375, .125 + 0.
  expect(scores(pod(32000, 1))).toEqual([75, 53, 87]);
  expect(choose(pod(32000, 1))).toBe(2);
});
