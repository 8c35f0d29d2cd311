import { expect, test } from 'vitest';
import { ClientBucket } from './client-bucket.ts';

test('after the burst calls come at the rate', () => {
  // 50 a second: one every 20 ms. Two at once, then the third and fourth wait.
  const bucket = new ClientBucket(50, 2);
  expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([0, 0, 20_000, 40_000]);
  // At 60 ms the debt is paid and one token is there again.
  expect([bucket.take(60_000), bucket.take(60_000)]).toEqual([60_000, 80_000]);
});

test('what is not used is kept, up to the burst', () => {
  const bucket = new ClientBucket(50, 3);
  expect([1, 2, 3, 4].map(() => bucket.take(10_000_000))).toEqual([10_000_000, 10_000_000, 10_000_000, 10_020_000]);
});

test('several calls wait for the last of them', () => {
  expect(new ClientBucket(10, 1).take(0, 3)).toBe(200_000);
});

test('0 and Infinity are no limit', () => {
  for (const rate of [0, Infinity]) {
    const bucket = new ClientBucket(rate, 1);
    expect([1, 2, 3].map(() => bucket.take(5))).toEqual([5, 5, 5]);
  }
});
