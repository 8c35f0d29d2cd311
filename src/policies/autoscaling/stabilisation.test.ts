import { expect, test } from 'vitest';
import { seconds } from '../../sim/time.ts';
import { Stabilisation } from './stabilisation.ts';

test('the largest recommendation of the window counts, one exactly as old as the window included', () => {
  const past = new Stabilisation();
  past.begin(0, 10);
  expect(past.largest(seconds(15), 4, seconds(300))).toBe(10);
  expect(past.largest(seconds(300), 4, seconds(300))).toBe(10);
  expect(past.largest(seconds(301), 4, seconds(300))).toBe(4);
});

test('with rules one exactly as old as the window counts no more, and growth waits for the smallest', () => {
  const past = new Stabilisation();
  past.begin(0, 10);
  // Down window 300 s: at 299 s the 10 still holds, at 300 s no more.
  expect(past.between(seconds(299), 10, 4, 0, seconds(300))).toBe(10);
  expect(past.between(seconds(300), 10, 4, 0, seconds(300))).toBe(4);
  // Up window 60 s: wants 12, 20, 15 in turn; only what all of them wanted is given.
  const up = new Stabilisation();
  up.begin(0, 5);
  expect(up.between(seconds(15), 5, 12, seconds(60), 0)).toBe(5);
  expect(up.between(seconds(61), 5, 20, seconds(60), 0)).toBe(12);
  expect(up.between(seconds(74), 12, 15, seconds(60), 0)).toBe(12);
  expect(up.between(seconds(76), 12, 15, seconds(60), 0)).toBe(15);
});
