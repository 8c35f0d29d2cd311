import { expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { minutes } from '../../sim/time.ts';
import { ArrivalCounter } from '../arrival-counter.ts';
import { constantCurve } from './basic-curves.ts';
import { azureVmBatch, fixedBatch, geometricBatch, weightedBatch, type BatchSizes } from './batch-sizes.ts';
import { openArrivals } from './open-arrivals.ts';

const draws = (batch: BatchSizes, count: number, seed = 1): Float64Array => {
  const sizes = stream(seed, 'sizes');
  return Float64Array.from({ length: count }, () => batch.sample(sizes)).sort();
};

test('Azure’s batches have the published sizes: 57 % single, mean 4.9, p90 7, p99 68, largest 1,404', () => {
  const batch = azureVmBatch();
  const sizes = draws(batch, 200_000);
  expect(sizes.filter((size) => size === 1).length / sizes.length).toBeCloseTo(0.57, 2);
  // 5.18: the tail is drawn between few quantiles. Poisson batches of these sizes have a dispersion of VMs of about
  // 100, as the last weeks of the trace have (100 and 106 in windows of 5 minutes).
  expect(batch.mean / 4.9).toBeGreaterThan(0.94);
  expect(batch.mean / 4.9).toBeLessThan(1.06);
  expect(batch.dispersion).toBeGreaterThan(90);
  expect(batch.dispersion).toBeLessThan(115);
  expect(sizes[180_000]).toBe(7);
  expect(sizes[198_000] / 68).toBeCloseTo(1, 1);
  expect(sizes[199_999]).toBeLessThanOrEqual(1404);
  expect(sizes.every((size) => Number.isInteger(size) && size >= 1)).toBe(true);
});

test.each([
  ['fixed', fixedBatch(4), 4],
  // p = 1/3: E[X^2] / E[X] = (2 - p) / p = 5.
  ['geometric', geometricBatch(3), 5],
  ['geometric of mean 1', geometricBatch(1), 1],
  // (0.5 x 1 + 0.5 x 81) / (0.5 x 1 + 0.5 x 9) = 41 / 5.
  ['weighted', weightedBatch([1, 9], [2, 2]), 8.2],
  ['azure', azureVmBatch(), azureVmBatch().dispersion],
] as const)('%s: the mean drawn is the mean told, and Poisson batches have its dispersion', (_, batch, dispersion) => {
  expect(batch.dispersion).toBeCloseTo(dispersion, 9);
  const sizes = draws(batch, 400_000);
  expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length / batch.mean).toBeCloseTo(1, 1);
  const counter = new ArrivalCounter(minutes(1));
  const source = { kind: 'open', curve: constantCurve(0.5), spacing: 'poisson', batch } as const;
  for (const atUs of openArrivals(source, minutes(6000), stream(3, 'gaps'), stream(3, 'sizes'))) counter.add(atUs, 1);
  expect(counter.dispersion! / dispersion).toBeGreaterThan(0.9);
  expect(counter.dispersion! / dispersion).toBeLessThan(1.1);
});

test('even spacing is as regular as the rate allows', () => {
  const source = { kind: 'open', curve: constantCurve(4), spacing: 'even' } as const;
  expect([...openArrivals(source, 1e6 + 1, stream(1, 'x'))]).toEqual([250_000, 500_000, 750_000, 1_000_000]);
});

test.each([
  [() => fixedBatch(0), 'a batch cannot have 0 requests; write a whole number from 1 to 1000000'],
  [() => geometricBatch(0.5), 'the mean size of a batch is 0.5; write a number from 1 to 1000000, such as 5'],
  [() => weightedBatch([1, 2], [1]), 'there are 2 sizes and 1 weights; write one weight for each size'],
  [() => weightedBatch([1, 2], [0, 0]), 'the weights of batch sizes must be from 0 up, and not all 0'],
])('what cannot be is refused: %#', (make, sentence) => {
  expect(make).toThrow(sentence);
});
