import { expect, test } from 'vitest';
import { Meter } from './meter.ts';

test('a level that changes: sums and means between any two times', () => {
  const meter = new Meter(0);
  meter.grow(0, 2);
  meter.grow(10, 5);
  meter.grow(20, 0);
  // 10 x 2, then 10 x 5.
  expect([0, 5, 10, 15, 20, 100].map((time) => meter.at(time))).toEqual([0, 10, 20, 45, 70, 70]);
  expect(meter.rate(5, 15)).toBe(3.5);
});

test('what is counted afterwards lies straight between the counts, and old counts are forgotten', () => {
  const meter = new Meter(0);
  for (let k = 1; k <= 200; k++) meter.add(5 * k, k);
  // At 995 the sum of 1 to 199, at 1000 that of 1 to 200.
  expect(meter.at(1000)).toBe((200 * 201) / 2);
  expect(meter.at(997.5)).toBe((199 * 200) / 2 + 100);
  expect(meter.rate(995, 1000)).toBe(40);
  expect(meter.at(0)).toBeGreaterThan(0);
});
