import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { valuesOf } from '../../constants.ts';
import { ecsConstants } from '../constants.ts';
import { failureThreshold } from './circuit-breaker.ts';
import { deploymentLimits, isStuck } from './deployment-limits.ts';
import { replicaPlan, type ReplicaCounts } from './replica-plan.ts';
import { throttleUs } from './start-throttle.ts';
import { imbalance, zoneCounts } from './zone-balance.ts';

const VALUES = valuesOf(ecsConstants);

describe('ceil(desired × min), floor(desired × max): Developer Guide, deployment-type-ecs', () => {
  test.each([
    [4, 50, 100, 2, 4, false],
    [4, 100, 200, 4, 8, false],
    [2, 75, 100, 2, 2, true],
    [3, 100, 125, 3, 3, true],
    [10, 90, 110, 9, 11, false],
    [7, 50, 150, 4, 10, false],
    [1, 50, 100, 1, 1, true],
  ])('%d tasks with %d/%d: %d to %d, stuck: %s', (desired, min, max, lower, upper, stuck) => {
    const limits = deploymentLimits(desired, min, max);
    expect(limits).toEqual({ lower, upper });
    expect(isStuck(desired, limits)).toBe(stuck);
  });
});

describe('threshold of the circuit breaker: clamp(ceil(desired / 2), 3, 200)', () => {
  const half = { type: 'BOUNDED_PERCENT', value: 50 } as const;
  test.each([
    [1, 3, 10],
    [5, 3, 10],
    [6, 3, 10],
    [7, 4, 10],
    [25, 13, 13],
    [400, 200, 200],
    [800, 200, 200],
  ])('%d tasks: %d, by the guide of 2023 %d', (desired, now, in2023) => {
    expect(failureThreshold(half, desired, VALUES)).toBe(now);
    expect(failureThreshold(half, desired, valuesOf(ecsConstants, { circuitBreakerLeast: 10 }))).toBe(in2023);
  });

  test('COUNT is itself and UNBOUNDED_PERCENT has no bounds (API Reference, ThresholdConfiguration)', () => {
    expect(failureThreshold({ type: 'COUNT', value: 2 }, 1000, VALUES)).toBe(2);
    expect(failureThreshold({ type: 'UNBOUNDED_PERCENT', value: 50 }, 2, VALUES)).toBe(1);
    expect(failureThreshold({ type: 'UNBOUNDED_PERCENT', value: 50 }, 800, VALUES)).toBe(400);
    expect(failureThreshold({ type: 'BOUNDED_PERCENT', value: 20 }, 100, VALUES)).toBe(20);
  });
});

test('start throttle: 1, 2, 4, ... seconds, 15 minutes at most', () => {
  expect([0, 1, 2, 3, 10, 11, 40].map((failures) => throttleUs(failures, VALUES) / 1e6)).toEqual([
    0, 1, 2, 4, 512, 900, 900,
  ]);
});

describe('what the service scheduler does next', () => {
  const plan = (counts: Partial<ReplicaCounts>) =>
    replicaPlan({
      desired: 4,
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      there: 4,
      healthy: 4,
      current: 4,
      currentHealthy: 4,
      unhealthy: 0,
      outdatedUnready: 0,
      outdatedHealthy: 0,
      stopping: 0,
      startsReplacementFirst: true,
      isFailed: false,
      extra: 0,
      ...counts,
    });
  const old = { current: 0, currentHealthy: 0, outdatedHealthy: 4 };

  test('100/200: four new ones start beside four old ones; when they are healthy the old ones stop', () => {
    expect(plan(old)).toMatchObject({ start: 4, stopOutdatedHealthy: 0 });
    const both = { there: 8, healthy: 8, current: 4, currentHealthy: 4, outdatedHealthy: 4 };
    expect(plan(both)).toMatchObject({ start: 0, stopOutdatedHealthy: 4 });
  });

  test('50/100: two old ones stop first, then two new ones start', () => {
    const half = { minimumHealthyPercent: 50, maximumPercent: 100 };
    expect(plan({ ...old, ...half })).toMatchObject({ start: 0, stopOutdatedHealthy: 2, isStuck: false });
    expect(plan({ ...old, ...half, there: 2, healthy: 2, outdatedHealthy: 2 })).toMatchObject({
      start: 2,
      stopOutdatedHealthy: 0,
    });
  });

  test('100/100: neither, and that is stuck', () => {
    expect(plan({ ...old, maximumPercent: 100 })).toMatchObject({ start: 0, stopOutdatedHealthy: 0, isStuck: true });
  });

  test('an unhealthy task: its replacement first, where maximumPercent lets it; else it stops first, one by one', () => {
    const sick = { healthy: 2, current: 2, currentHealthy: 2, unhealthy: 2 };
    expect(plan(sick)).toMatchObject({ start: 2, stopUnhealthy: 0 });
    expect(plan({ ...sick, there: 6, current: 4, healthy: 3, currentHealthy: 3 })).toMatchObject({ stopUnhealthy: 1 });
    expect(plan({ ...sick, maximumPercent: 100 })).toMatchObject({ start: 0, stopUnhealthy: 1 });
    expect(plan({ ...sick, startsReplacementFirst: false })).toMatchObject({ stopUnhealthy: 2 });
  });

  test('never starts over the upper limit, never stops a healthy one below the lower', () => {
    const percent = fc.integer({ min: 0, max: 100 });
    const tasks = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(
        tasks,
        percent,
        percent,
        fc.array(tasks, { minLength: 6, maxLength: 6 }),
        fc.boolean(),
        (desired, min, over, numbers, first) => {
          const [currentHealthy, currentYoung, unhealthy, outdatedUnready, outdatedHealthy, stopping] = numbers;
          const counts = {
            desired,
            minimumHealthyPercent: min,
            maximumPercent: 100 + over,
            there: numbers.reduce((sum, one) => sum + one, 0),
            healthy: currentHealthy + outdatedHealthy,
            current: currentHealthy + currentYoung,
            currentHealthy,
            unhealthy,
            outdatedUnready,
            outdatedHealthy,
            stopping,
            startsReplacementFirst: first,
          };
          const answer = plan(counts);
          const { lower, upper } = deploymentLimits(desired, min, 100 + over);
          if (answer.start > 0) expect(counts.there + answer.start).toBeLessThanOrEqual(upper);
          if (answer.stopOutdatedHealthy > 0)
            expect(counts.healthy - answer.stopOutdatedHealthy).toBeGreaterThanOrEqual(lower);
          expect(counts.current + answer.start).toBeLessThanOrEqual(Math.max(desired, counts.current));
        },
      ),
    );
  });
});

test('zones are uneven when they differ by two', () => {
  const zones = ['a', 'b', 'c'];
  expect(imbalance(zoneCounts(['a', 'a', 'b'], zones), 2)).toEqual({ from: 'a', to: 'c' });
  expect(imbalance(zoneCounts(['a', 'b'], zones), 2)).toBeUndefined();
});
