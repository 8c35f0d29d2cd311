import { expect, test } from 'vitest';
import { seconds } from '../../sim/time.ts';
import { RateLimit } from './rate-limit.ts';
import { DEFAULT_DOWN, DEFAULT_UP, scalingRules } from './scaling-rules.ts';

test('defaults from 10: max(10 + 4, ceil(10 x 2)) = 20 up, trunc(10 x 0) = 0 down', () => {
  const limit = new RateLimit(seconds(15));
  expect(limit.most(0, 10, DEFAULT_UP)).toBe(20);
  expect(limit.fewest(0, 10, DEFAULT_DOWN)).toBe(0);
  // From 2: max(2 + 4, 4) = 6.
  expect(limit.most(0, 2, DEFAULT_UP)).toBe(6);
});

test('10 % in 60 s from 80: trunc(72.0) = 72, then no more within the period', () => {
  const down = scalingRules('10%/60s', DEFAULT_DOWN);
  const limit = new RateLimit(seconds(60));
  expect(limit.fewest(0, 80, down)).toBe(72);
  limit.changed(0, 80, 72);
  // The period began with 72 + 8 = 80: still 72.
  expect(limit.fewest(seconds(59), 72, down)).toBe(72);
  // trunc(72 * 0.9) = trunc(64.8) = 64.
  expect(limit.fewest(seconds(60), 72, down)).toBe(64);
});

test('"max" takes the rule that allows most, "min" the one that allows least, "disabled" none', () => {
  const limit = new RateLimit(seconds(60));
  // From 50: 4 pods give 54, 10 % gives ceil(55.00000000000001) = 56 as upstream's float64 does.
  expect(limit.most(0, 50, scalingRules('max 4/60s 10%/60s', DEFAULT_UP))).toBe(56);
  expect(limit.most(0, 50, scalingRules('min 4/60s 10%/60s', DEFAULT_UP))).toBe(54);
  expect(limit.fewest(0, 50, scalingRules('4/60s 10%/60s', DEFAULT_DOWN))).toBe(45);
  expect(limit.fewest(0, 50, scalingRules('min 4/60s 10%/60s', DEFAULT_DOWN))).toBe(46);
  expect(limit.most(0, 50, scalingRules('disabled', DEFAULT_UP))).toBe(50);
  expect(limit.fewest(0, 50, scalingRules('disabled', DEFAULT_DOWN))).toBe(50);
});

test('what was removed in the period counts against growth from its beginning', () => {
  const limit = new RateLimit(seconds(60));
  limit.changed(0, 20, 10);
  // The period began with 10 + 10 = 20: 4 more are 24.
  expect(limit.most(seconds(30), 10, scalingRules('4/60s', DEFAULT_UP))).toBe(24);
});

test('rules that cannot be read are refused with an example', () => {
  for (const text of ['4', '4/', '4/15', 'max', 'min', '-4/15s', '4/15s x', '0/15s', '4/0s'])
    expect(() => scalingRules(text, DEFAULT_UP)).toThrow(/write them like/);
  expect(scalingRules('', DEFAULT_UP)).toBe(DEFAULT_UP);
});
