import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('first fit takes the first node that has room, however full the others are', () => {
  const nodes = '1000/4000 8 | 4000 8 | 2000/4000 8';
  expect(situation('first-fit', nodes).choose(pod(1500, 1))).toBe(1);
  expect(situation('first-fit', nodes).choose(pod(1000, 1))).toBe(0);
  expect(situation('first-fit', nodes).choose(pod(1000, 9))).toBe(-1);
});

test('first fit opens bins one after another', () => {
  // Items 6, 5, 4, 3 into bins of 10: 6 -> 0, 5 -> 1, 4 -> 0 (full), 3 -> 1.
  const bins = situation('first-fit', '10 1 | 10 1 | 10 1');
  expect([6, 5, 4, 3].map((size) => bins.place(pod(size, 0)))).toEqual([0, 1, 0, 1]);
});
