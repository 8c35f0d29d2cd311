import { expect, test } from 'vitest';
import { batchMeans } from '../../experiment/statistics/batch-means.ts';
import { stream } from '../../sim/random.ts';
import { GrowingBatches } from './growing-batches.ts';

function halfWidth(values: readonly number[]): number {
  const batches = new GrowingBatches();
  for (const value of values) batches.add(value);
  return batches.halfWidth;
}

test('as long as there are few values each is a batch', () => {
  expect(halfWidth([1, 2, 4])).toBeCloseTo(batchMeans([1, 2, 4]).halfWidth, 12);
});

test('one value says nothing about its spread, and none nothing at all', () => {
  expect([halfWidth([5]), halfWidth([])]).toEqual([5, 0]);
});

test('batches get longer: 100 values are 50 batches of two', () => {
  const random = stream(1, 'values');
  const values = Array.from({ length: 100 }, () => random.next());
  const pairs = Array.from({ length: 50 }, (_, k) => (values[2 * k] + values[2 * k + 1]) / 2);
  expect(halfWidth(values)).toBeCloseTo(batchMeans(pairs).halfWidth, 12);
});

test('of values that follow each other slowly the interval is wider than if they were independent', () => {
  const random = stream(2, 'values');
  let level = 0;
  const values = Array.from({ length: 20_000 }, () => (level = 0.99 * level + random.next() - 0.5));
  const shuffled = values.map((value, k) => ({ value, key: (k * 7919) % 20_011 })).sort((a, b) => a.key - b.key);
  expect(halfWidth(values)).toBeGreaterThan(3 * halfWidth(shuffled.map(({ value }) => value)));
});
