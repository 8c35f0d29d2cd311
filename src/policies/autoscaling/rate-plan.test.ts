import { describe, expect, test } from 'vitest';
import type { PolicyOptions } from '../policy-family.ts';
import { withDefaults } from '../policy-family.ts';
import { stream } from '../../sim/random.ts';
import { hours } from '../../sim/time.ts';
import { observation, pointsUntil } from './observation-fixture.ts';
import { ratePlan } from './rate-plan.ts';
import { erlangC, placesForWait, squareRootStaffing } from './staffing.ts';

describe('staffing', () => {
  test('Erlang C: the exact values of a = 100 and c = 100 + beta x 10', () => {
    // Beta 0.5, 1, 1.5, 2: .5157, .2370, .0954, .0332; the limits of Halfin and Whitt are .5045, .2234, .0847, .0269.
    const waits = [0.5, 1, 1.5, 2].map((beta) => erlangC(squareRootStaffing(100, beta), 100));
    expect(waits.map((wait) => Math.round(wait * 1e4) / 1e4)).toEqual([0.5157, 0.237, 0.0954, 0.0332]);
    // From the tables: 10 places, a = 8; 2 places, a = 1.6.
    expect(erlangC(10, 8)).toBeCloseTo(0.40918015, 8);
    expect(erlangC(2, 1.6)).toBeCloseTo(0.71111111, 8);
  });

  test('the fewest places for a wait are those, and one fewer is too few', () => {
    for (const offered of [0.3, 1, 7.5, 100, 1234])
      for (const wait of [0.5, 0.2, 0.01]) {
        const places = placesForWait(offered, wait);
        expect(erlangC(places, offered)).toBeLessThanOrEqual(wait);
        expect(erlangC(places - 1, offered)).toBeGreaterThan(wait);
      }
  });
});

describe('the policy', () => {
  const decide = (options: PolicyOptions, requestsPerSecond: number, concurrency = 1) =>
    ratePlan
      .make(withDefaults(ratePlan, options), 'plan')
      .make({ random: stream(1, 'policy') })
      .decide(
        observation({
          concurrency,
          maxReplicas: 1000,
          workMeanUs: 100_000,
          points: pointsUntil(hours(1), 1, () => ({ requestsPerSecond })),
        }),
      );

  test('1000/s of 100 ms: a = 100, 100 + 1 x 10 = 110 places, at 8 a replica ceil(13.75) = 14', () => {
    expect(decide({}, 1000).replicas).toBe(110);
    expect(decide({}, 1000, 8)).toEqual({
      replicas: 14,
      why: '1000 requests/s of 100 ms: 100 + 1 sqrt(100) = 110 places, ceil(110/8) = 14',
    });
    expect(decide({ beta: 2 }, 1000).replicas).toBe(120);
  });

  test('by the share that waits: at most 23.7 % at a = 100 takes 110 places, 23.6 % one more', () => {
    // Erlang C at 110 is 0.23700.
    expect(decide({ wait: 0.2371 }, 1000).replicas).toBe(110);
    expect(decide({ wait: 0.236 }, 1000).replicas).toBe(111);
  });
});
