import { describe, expect, test } from 'vitest';
import type { NodeUsage } from '../../sim/scaling/overcommit-policy.ts';
import { stream } from '../../sim/random.ts';
import { withDefaults, type PolicyOptions } from '../policy-family.ts';
import { overcommitPolicies } from './index.ts';
import { borgDefault, maxPredictor, nSigma, percentilePods, requests } from './overcommit-families.ts';
import { percentileOf, sampleDeviation } from './sample-statistics.ts';

function node(...pods: { requestMilli: number; usedMilli: number[] }[]): NodeUsage {
  const longest = Math.max(0, ...pods.map(({ usedMilli }) => usedMilli.length));
  const usedCpuMilli = Array.from({ length: longest }, (_, at) => {
    let sum = 0;
    for (const { usedMilli } of pods) sum += usedMilli[usedMilli.length - longest + at] ?? 0;
    return sum;
  });
  const requestedCpuMilli = pods.reduce((sum, { requestMilli }) => sum + requestMilli, 0);
  return { cpuMilli: 64_000, requestedCpuMilli, usedCpuMilli, pods };
}

function peak(name: string, usage: NodeUsage, options: PolicyOptions = {}): number {
  const family = overcommitPolicies.find((one) => one.name === name);
  if (!family) throw new Error(name);
  const known = Object.fromEntries(
    Object.entries({ warm: 2, ...options }).filter(([key]) => family.options.some((option) => option.name === key)),
  );
  return family.make(withDefaults(family, known), name).predictPeakMilli(usage);
}

// Two pods of 10 cores each that use 7, 8, 8, 9 and 11 together.
const TWO = node(
  { requestMilli: 10_000, usedMilli: [3000, 4000, 5000, 4000, 6000] },
  { requestMilli: 10_000, usedMilli: [4000, 4000, 3000, 5000, 5000] },
);

test('all five are listed, with whole sentences for meanings', () => {
  expect(overcommitPolicies).toEqual([requests, borgDefault, nSigma, percentilePods, maxPredictor]);
  for (const { name, options } of overcommitPolicies)
    for (const option of options) expect(option.meaning, `${name} ${option.name}`).toMatch(/^[A-Z].*\.$/);
});

describe('n-sigma', () => {
  test('limits 10 + 10, totals 7, 8, 8, 9, 11: mean .43, s .07583: n = 2, 3, 5 give 11.63, 13.15, 16.18', () => {
    expect(sampleDeviation([0.35, 0.4, 0.4, 0.45, 0.55])).toBeCloseTo(0.07583, 5);
    expect(peak('n-sigma', TWO, { n: 2 })).toBeCloseTo(11_633, 0);
    expect(peak('n-sigma', TWO, { n: 3 })).toBeCloseTo(13_150, 0);
    expect(peak('n-sigma', TWO)).toBeCloseTo(16_183, 0);
  });

  test('never more than all requests', () => {
    expect(peak('n-sigma', TWO, { n: 50 })).toBe(20_000);
  });

  test('pods that are not warm count with all they request', () => {
    const usage = node(...TWO.pods.map((pod) => ({ ...pod, usedMilli: [...pod.usedMilli] })), {
      requestMilli: 2000,
      usedMilli: [10],
    });
    expect(peak('n-sigma', usage, { n: 2 })).toBeCloseTo(13_633, 0);
    expect(peak('n-sigma', TWO, { warm: 6 })).toBe(20_000);
  });

  test('a sample holds only the pods that were there', () => {
    // The second pod came for the last two: shares 0.2, 0.2, (200 + 100)/2000 = 0.15, 0.15.
    const usage = node(
      { requestMilli: 1000, usedMilli: [200, 200, 200, 200] },
      { requestMilli: 1000, usedMilli: [100, 100] },
    );
    // Mean .175, s = sqrt(4 x .025^2 / 3) = .028868; n = 1: 2000 x .203868.
    expect(peak('n-sigma', usage, { n: 1 })).toBeCloseTo(407.735, 2);
  });

  test('only the newest samples count', () => {
    const usage = node({ requestMilli: 1000, usedMilli: [900, 900, 900, 100, 100] });
    expect(peak('n-sigma', usage, { history: 2 })).toBeCloseTo(100, 9);
  });
});

test('percentile: the sum over pods, straight between samples as numpy does', () => {
  // p95 of 3, 4, 4, 5, 6: at 0.95 x 4 = 3.8: 5 + 0.8 = 5.8. Of 3, 4, 4, 5, 5: 5.
  expect(percentileOf([3, 4, 5, 4, 6], 0.95)).toBeCloseTo(5.8, 12);
  expect(peak('percentile', TWO)).toBeCloseTo(10_800, 6);
  expect(peak('percentile', TWO, { percentile: 1 })).toBeCloseTo(11_000, 6);
});

test('borg-default: 0.9 of the requests; requests: all of them', () => {
  expect(peak('borg-default', TWO)).toBe(18_000);
  expect(peak('borg-default', TWO, { share: 0.5 })).toBe(10_000);
  expect(peak('requests', TWO)).toBe(20_000);
});

test('max-predictor: the larger of the two', () => {
  expect(peak('max-predictor', TWO, { n: 1 })).toBeCloseTo(10_800, 6);
  expect(peak('max-predictor', TWO)).toBeCloseTo(16_183, 0);
});

test('over 200 random nodes every prediction is finite and not negative, and without history it is the requests', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const chance = stream(seed, 'overcommit');
    const pods = Array.from({ length: chance.below(6) }, () => {
      const requestMilli = chance.below(4) * 500;
      return { requestMilli, usedMilli: Array.from({ length: chance.below(40) }, () => chance.next() * requestMilli) };
    });
    const usage = node(...pods);
    const empty = node(...pods.map(({ requestMilli }) => ({ requestMilli, usedMilli: [] })));
    for (const { name } of overcommitPolicies) {
      const predicted = peak(name, usage);
      expect(predicted, `${name}, seed ${seed}`).toBeGreaterThanOrEqual(0);
      expect(predicted, `${name}, seed ${seed}`).toBeLessThanOrEqual(usage.requestedCpuMilli + 1e-6);
      if (name !== 'borg-default') expect(peak(name, empty), `${name}, seed ${seed}`).toBe(usage.requestedCpuMilli);
    }
  }
});
