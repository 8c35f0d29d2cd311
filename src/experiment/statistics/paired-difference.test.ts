import { expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { holm } from './holm.ts';
import { mean, meanInterval, standardDeviation } from './mean.ts';
import { pairedDifference } from './paired-difference.ts';
import { signFlipPValue } from './sign-flip.ts';

// Student (1908, Biometrika 6), hours of sleep gained under two drugs: the paired example of the t test's own paper.
const drug1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const drug2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

test("Student's sleep data give t = 4.0621, p = 0.002833, interval 0.7001 to 2.4599", () => {
  const difference = pairedDifference(drug2, drug1);
  expect(difference.mean).toBeCloseTo(1.58, 12);
  expect(difference.low).toBeCloseTo(0.7001142, 6);
  expect(difference.high).toBeCloseTo(2.4598858, 6);
  expect(difference.pValue).toBeCloseTo(0.00283289, 7);
  // Differences 1.2 2.4 1.3 1.3 0 1 1.8 0.8 4.6 1.4: none is negative and one is 0, so the sum seen is the largest
  // possible and 2 · 2 of the 1024 patterns reach it in size.
  expect(difference.pSignFlip).toBe(4 / 1024);
});

test('Darwin’s maize: the sign-flip test is exact where it is asked, and leaves long lists to the t test', () => {
  // Fisher's Design of Experiments, 15 pairs: more than 12, so no sign-flip; t test: t = 2.148, p = 0.0497.
  const eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  const difference = pairedDifference(
    eighths,
    eighths.map(() => 0),
  );
  expect(difference.mean).toBeCloseTo(314 / 15, 12);
  expect(difference.pValue).toBeCloseTo(0.0497, 4);
  expect(difference.pSignFlip).toBeUndefined();
});

test('the sign-flip test counts ties as ties', () => {
  // |±0.1 ±0.2 ±0.3| >= 0.6 for +++ and --- only, though 0.1 + 0.2 + 0.3 depends on its order.
  expect(signFlipPValue([0.1, 0.2, 0.3])).toBe(2 / 8);
  expect(signFlipPValue([0.3, 0.2, 0.1])).toBe(2 / 8);
  // 1 and -1: every pattern has |sum| >= 0.
  expect(signFlipPValue([1, -1])).toBe(1);
  expect(signFlipPValue([5])).toBeUndefined();
});

test('one seed has no interval and no test', () => {
  expect(pairedDifference([3], [2])).toEqual({ n: 1, mean: 1, sameOnEverySeed: true, identical: false });
});

test('equal runs are identical, also when the last bits of a sum differ', () => {
  expect(pairedDifference([1, 2, 0.1 + 0.2], [1, 2, 0.3])).toMatchObject({ mean: 0, low: 0, high: 0, identical: true });
});

test('the same difference on every seed is told apart from a random one', () => {
  const difference = pairedDifference([3, 4, 5], [1, 2, 3]);
  expect(difference).toMatchObject({ mean: 2, low: 2, high: 2, sameOnEverySeed: true, identical: false });
  expect(difference.pValue).toBeUndefined();
});

test('mean and interval of 2 4 4 4 5 5 7 9', () => {
  // Squares about 5 sum to 32; s = √(32/7) = 2.13809; t(0.975, 7) = 2.36462; half width = 1.78749.
  const values = [2, 4, 4, 4, 5, 5, 7, 9];
  expect(mean(values)).toBe(5);
  expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 14);
  expect(meanInterval(values).high! - 5).toBeCloseTo(1.78749, 5);
  expect(meanInterval([0.1, 0.1, 0.1])).toEqual({ n: 3, mean: 0.1, standardDeviation: 0, low: 0.1, high: 0.1 });
});

test('Holm steps down', () => {
  // Sorted .005 .01 .03 .04: 4·.005 = .02, 3·.01 = .03, 2·.03 = .06, max(.06, .04) = .06.
  expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Math.round(p * 1e6) / 1e6)).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([])).toEqual([]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
});

test('the 95 % interval contains the truth about 95 % of the time', () => {
  // Differences uniform on (-1, 1) with 6 pairs: 2,000 trials, standard error of the share 0.5 points.
  const random = stream(20, 'coverage');
  let covered = 0;
  for (let trial = 0; trial < 2000; trial++) {
    const storm = Array.from({ length: 6 }, () => 100 * random.next());
    const shifted = storm.map((value) => value + 2 * random.next() - 1);
    const { low, high } = pairedDifference(shifted, storm);
    if (low! <= 0 && 0 <= high!) covered++;
  }
  expect(covered / 2000).toBeGreaterThan(0.93);
  expect(covered / 2000).toBeLessThan(0.97);
});
