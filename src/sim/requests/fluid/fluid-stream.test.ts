import { expect, test } from 'vitest';
import { PATIENT } from '../traffic.ts';
import { DueLine, FluidStream } from './fluid-stream.ts';

const taken = (line: DueLine, untilUs: number): number => {
  const into = new Float64Array(1);
  line.take(untilUs, into);
  return into[0];
};

test('what is due over a span comes evenly', () => {
  const line = new DueLine();
  line.push(100, 200, Float64Array.of(50));
  expect(taken(line, 90)).toBe(0);
  // A quarter of the span is over.
  expect(taken(line, 125)).toBeCloseTo(12.5, 9);
  expect(line.total()).toBeCloseTo(37.5, 9);
  expect(taken(line, 300)).toBeCloseTo(37.5, 9);
  expect(line.total()).toBe(0);
});

test('spans that overlap come side by side, whatever their order', () => {
  const line = new DueLine();
  line.push(100, 200, Float64Array.of(100));
  line.push(0, 100, Float64Array.of(10));
  line.push(150, 151, Float64Array.of(1));
  // All of the second, a half of the first, nothing of the third.
  expect(taken(line, 150)).toBeCloseTo(60, 9);
  expect(taken(line, 200)).toBeCloseTo(51, 9);
});

test('a span at the same rate continues the last one; the list pushed stays its owner’s', () => {
  const line = new DueLine();
  const amounts = Float64Array.of(10);
  line.push(0, 100, amounts);
  line.push(100, 200, amounts);
  amounts[0] = 0;
  expect(taken(line, 150)).toBeCloseTo(15, 9);
  expect(line.total()).toBeCloseTo(5, 9);
});

test('mean backoff by jitter', () => {
  const wait = (jitter: 'none' | 'full' | 'equal' | 'decorrelated', attempt: number): number =>
    new FluidStream(0, { ...PATIENT, backoff: { baseUs: 100, capUs: 500, jitter } }, 0, 0).backoffUs(attempt);
  expect([1, 2, 3, 4].map((attempt) => wait('none', attempt))).toEqual([100, 200, 400, 500]);
  expect(wait('full', 3)).toBe(200);
  expect(wait('equal', 3)).toBe(300);
  // U(100, 300) has the mean 200, U(100, 600) 350.
  expect([1, 2].map((attempt) => wait('decorrelated', attempt))).toEqual([200, 350]);
});
