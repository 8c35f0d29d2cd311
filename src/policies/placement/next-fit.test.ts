import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('next fit stays on its node while it can, never looks back, and goes round at the end', () => {
  // Items 6, 5, 4, 3, 7 into bins of 10: 6 -> 0; 5 -> 1 (0 has 4 left); 4 stays on 1 (5 left); 3 -> 2 (1 has 1 left,
  // 0 with room for it lies behind); 7 stays on 2 (exactly 7 left); then 4: 2 is full, round to 0 (4 left).
  const bins = situation('next-fit', '10 1 | 10 1 | 10 1');
  expect([6, 5, 4, 3, 7, 4].map((size) => bins.place(pod(size, 0)))).toEqual([0, 1, 1, 2, 2, 0]);
  expect(bins.place(pod(2, 0))).toBe(-1);
});
