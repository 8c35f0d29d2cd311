import { expect, test } from 'vitest';
import { batchMeans } from './batch-means.ts';

test('1, 2, 3 give 2 ± 4.303 x 1 / sqrt(3)', () => {
  // The deviation of 1, 2, 3 is 1; Student's t with 2 degrees at 97.5 % is 4.303 (any table).
  const { mean, halfWidth } = batchMeans([1, 2, 3]);
  expect(mean).toBe(2);
  expect(halfWidth).toBeCloseTo(4.303 / Math.sqrt(3), 3);
});

test('twenty batches use t = 2.093', () => {
  // Ten of 0 and ten of 2: squares sum to 20, so the deviation of the mean is sqrt(20 / 19 / 20) = 0.2294.
  const { mean, halfWidth } = batchMeans(Array.from({ length: 20 }, (_, k) => (k % 2) * 2));
  expect(mean).toBe(1);
  expect(halfWidth).toBeCloseTo(2.093 * 0.2294, 3);
});
