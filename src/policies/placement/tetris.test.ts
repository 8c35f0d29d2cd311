import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('Tetris aligns request and free resources in shares of the node itself', () => {
  const { scores, choose } = situation('tetris', '1000 8 | 2000/4000 8');
  // 1000/1000 * 1000/1000 + 2/8 * 8/8, and 1000/4000 * 2000/4000 + 2/8 * 8/8.
  expect(scores(pod(1000, 2))).toEqual([1.25, 0.375]);
  expect(choose(pod(1000, 2))).toBe(0);
});

test('on equal nodes Tetris and the dot product agree', () => {
  const nodes = '900/1000 300/1000 | 500/1000 600/1000 | 400/1000 900/1000';
  const scores = situation('tetris', nodes).scores(pod(400, 200));
  expect(scores).toEqual(situation('dot-product', nodes).scores(pod(400, 200)));
});
