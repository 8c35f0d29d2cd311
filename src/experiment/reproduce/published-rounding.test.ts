import { expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { halfToEven, numpyMean, numpyTwoDecimals, toTwoDecimals } from './published-rounding.ts';

test('halves go to the even neighbour, as in Python and numpy', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5].map(halfToEven)).toEqual([0, 2, 2, 0, -2]);
});

test('two decimals are exact: 2.675 is stored below the tie, 0.125 is a tie, 1e6 + 0.375 too', () => {
  // Python: round(2.675, 2) = 2.67, round(0.125, 2) = 0.12, round(0.375, 2) = 0.38, round(1000000.375, 2) = 1000000.38
  expect([2.675, 0.125, 0.375, 1000000.375].map(toTwoDecimals)).toEqual([2.67, 0.12, 0.38, 1000000.38]);
});

test('numpy rounds the product instead: 2.675 * 100 is 267.5 there, a tie, so 2.68', () => {
  expect(numpyTwoDecimals(2.675)).toBe(2.68);
});

test('the fast way to two decimals equals printing, on a hundred thousand numbers near ties', () => {
  const random = stream(7, 'rounding');
  const isTie = (value: number): boolean => Number.isInteger(value * 8) && !Number.isInteger(value * 4);
  const values = Array.from(
    { length: 100_000 },
    () => (random.below(2_000_000) + 0.5 + (random.next() - 0.5) * 1e-9) / 100,
  ).filter((value) => !isTie(value));
  expect(values.map(toTwoDecimals)).toEqual(values.map((value) => Number(value.toFixed(2))));
});

test('the mean sums by eights and halves: 1e16 and fifteen ones give what numpy gives', () => {
  // Blocks of eight: r0 = 1e16 + 1 = 1e16 (lost), r1..r7 = 2; (1e16 + 2) + (2 + 2) + ((2 + 2) + (2 + 2)) = 1e16 + 14.
  const values = [1e16, ...Array<number>(15).fill(1)];
  expect(numpyMean(values)).toBe((1e16 + 14) / 16);
});
