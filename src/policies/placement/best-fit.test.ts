import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

// Three nodes of one size with (.9, .3), (.5, .6) and (.4, .9) of CPU and memory free; the pod asks for (.4, .2).
const NODES = '900/1000 300/1000 | 500/1000 600/1000 | 400/1000 900/1000';

test('best fit leaves the least behind', () => {
  // Left over: .5 + .1, .1 + .4, 0 + .7.
  const { scores, choose } = situation('best-fit', NODES);
  scores(pod(400, 200)).forEach((score, node) => expect(score).toBeCloseTo([-0.6, -0.5, -0.7][node], 12));
  expect(choose(pod(400, 200))).toBe(1);
});

test('best fit counts shares of the capacity, and GPUs for pods that ask for them', () => {
  // 1000 of 2000 left is half; 1500 of 4000 left is 3/8.
  expect(situation('best-fit', '2000 8 | 2500/4000 8').choose(pod(1000, 0))).toBe(1);
  const gpus = '2000 8 T4:1000,1000 | 2000 8 T4:1000,400';
  // GPU left over: (2000 - 400) / 2000 and (1400 - 400) / 2000. Without GPUs the two are equal, and the first is taken.
  expect(situation('best-fit', gpus).choose(pod(1000, 1, 1, 400))).toBe(1);
  expect(situation('best-fit', gpus).choose(pod(1000, 1))).toBe(0);
});

test('best fit takes the lower id among equals', () => {
  expect(situation('best-fit', '4000 8 | 4000 8').choose(pod(1, 1))).toBe(0);
});
