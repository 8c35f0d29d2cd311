import { expect, test } from 'vitest';
import { CircuitBreaker, REFUSED } from './circuit-breaker.ts';

const SPEC = { failureShare: 0.5, minimumCalls: 4, windowUs: 1000, openUs: 500, probes: 2 };

test('opens at half of at least four calls, and not before', () => {
  const breaker = new CircuitBreaker(SPEC);
  for (const served of [false, false, true]) breaker.record(10, 0, served);
  expect(breaker.admit(10)).toBe(0);
  breaker.record(20, 0, true);
  // 2 of 4.
  expect(breaker.admit(20)).toBe(REFUSED);
  expect(breaker.admit(519)).toBe(REFUSED);
  expect(breaker.admit(520)).toBeGreaterThan(0);
});

test('calls older than the window are forgotten', () => {
  const breaker = new CircuitBreaker(SPEC);
  for (let k = 0; k < 3; k++) breaker.record(0, 0, false);
  breaker.record(1500, 0, false);
  expect(breaker.admit(1500)).toBe(0);
});

test('half open: two probes, no more; both must succeed', () => {
  const breaker = new CircuitBreaker(SPEC);
  const open = (nowUs: number): void => {
    for (let k = 0; k < 4; k++) breaker.record(nowUs, 0, false);
  };
  open(0);
  const first = breaker.admit(600);
  const second = breaker.admit(601);
  expect(breaker.admit(602)).toBe(REFUSED);
  breaker.record(610, first, true);
  expect(breaker.admit(611)).toBe(REFUSED);
  breaker.record(612, second, false);
  // Open again, for another 500.
  expect(breaker.admit(1111)).toBe(REFUSED);
  const third = breaker.admit(1112);
  const fourth = breaker.admit(1112);
  // A probe of the first round that answers only now says nothing.
  breaker.record(1113, first, false);
  breaker.record(1114, third, true);
  breaker.record(1115, fourth, true);
  expect(breaker.admit(1116)).toBe(0);
});
