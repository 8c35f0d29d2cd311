import { describe, expect, test } from 'vitest';
import type { ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';
import type { PolicyOptions } from '../policy-family.ts';
import { withDefaults } from '../policy-family.ts';
import { stream } from '../../sim/random.ts';
import { minutes, seconds } from '../../sim/time.ts';
import { observation, pointsUntil, replicas } from './observation-fixture.ts';
import { targetTracking } from './target-tracking.ts';

// The examples of Application Auto Scaling's documentation for ECS services, with target 60 % where none is named.
const make = (options: PolicyOptions = { cpu: 0.6 }) =>
  targetTracking.make(withDefaults(targetTracking, options), 'tracking').make({ random: stream(1, 'policy') });

/** So many running replicas at a CPU in percent for the last `high` minutes, at the target before; four scrapes a minute. */
function seenAt(minute: number, running: number, cpu: number, high: number, given: Partial<ServiceObservation> = {}) {
  const points = pointsUntil(
    minutes(minute),
    4 * 20,
    (index) => ({ cpuShare: index >= 80 - 4 * high ? cpu / 100 : 0.58, ready: running }),
    seconds(15),
  );
  return observation({ nowUs: minutes(minute), points, replicas: replicas(running), ...given });
}

describe('proportion', () => {
  test('10 running at 90 % of 60 %: ceil(10 x 90/60) = 15, and not 16 by a rounding error', () => {
    expect(make().decide(seenAt(60, 10, 90, 3))).toEqual({
      replicas: 15,
      why: 'cpu 90 % of 60 % for 3 points: ceil(10 x 90/60) = 15',
    });
  });

  test('10 running at 61 %: ceil(10.17) = 11 after 3 of 3 points, not after 2', () => {
    expect(make().decide(seenAt(60, 10, 61, 2)).replicas).toBe(10);
    expect(make().decide(seenAt(60, 10, 61, 3)).replicas).toBe(11);
  });

  test('4 running at 30 %: 30 < 54 for 15 points: ceil(4 x 30/60) = 2; 14 points are not enough', () => {
    expect(make().decide(seenAt(60, 4, 30, 14)).replicas).toBe(4);
    expect(make().decide(seenAt(60, 4, 30, 15))).toEqual({
      replicas: 2,
      why: 'cpu 30 % of 60 % for 15 points: ceil(4 x 30/60) = 2',
    });
  });

  test('3 running at 100 %, target 75 %: ceil(3 x 100/75) = 4', () => {
    expect(make({}).decide(seenAt(60, 3, 100, 3)).replicas).toBe(4);
  });

  test('between 0.9 of the target and the target nothing happens: 54 % is not below 0.9 x 60 %', () => {
    expect(make().decide(seenAt(60, 10, 54, 20)).replicas).toBe(10);
    expect(make().decide(seenAt(60, 10, 60, 20)).replicas).toBe(10);
    expect(make().decide(seenAt(60, 10, 53.9, 20)).replicas).toBe(9);
  });

  test('it starts from those that run, not from those asked for', () => {
    // 12 asked for, 10 run: ceil(10 x 90/60) = 15; at 70 %: ceil(11.67) = 12 is no more than asked for.
    expect(make().decide(seenAt(60, 10, 90, 3, { current: 12 })).replicas).toBe(15);
    expect(make().decide(seenAt(60, 10, 70, 3, { current: 12 })).replicas).toBe(12);
  });
});

describe('cooldowns', () => {
  test('while scaling out cools down only a larger count is applied; scaling in waits for its own cooldown', () => {
    const scaler = make();
    expect(scaler.decide(seenAt(60, 10, 90, 3)).replicas).toBe(15);
    // The five new ones do not run yet: the same proposal, nothing new; at 120 % more.
    expect(scaler.decide(seenAt(61, 10, 90, 3, { current: 15 }))).toMatchObject({
      replicas: 15,
      limitedBy: 'cooldown after scaling out',
    });
    expect(scaler.decide(seenAt(62, 10, 120, 3, { current: 15 })).replicas).toBe(20);
  });

  test('in 300 s after scaling in nothing more is taken; a scaling out ends that wait', () => {
    const scaler = make();
    expect(scaler.decide(seenAt(60, 8, 30, 15)).replicas).toBe(4);
    expect(scaler.decide(seenAt(64, 4, 30, 15))).toMatchObject({
      replicas: 4,
      limitedBy: 'cooldown of 300 s after scaling in',
    });
    expect(scaler.decide(seenAt(65, 4, 30, 15)).replicas).toBe(2);
    // 2 to 3 at 66 % in the cooldown, and in again at once since the wait is over with it.
    expect(scaler.decide(seenAt(66, 2, 66, 3)).replicas).toBe(3);
    expect(scaler.decide(seenAt(67, 3, 30, 15)).replicas).toBe(2);
  });

  test('nothing is taken away during a deployment', () => {
    expect(make().decide(seenAt(60, 4, 30, 15, { deploying: true }))).toMatchObject({
      replicas: 4,
      limitedBy: 'no scaling in during a deployment',
    });
    expect(make().decide(seenAt(60, 4, 90, 3, { deploying: true })).replicas).toBe(6);
  });
});

describe('several metrics', () => {
  const seen = (cpuShare: number, memShare: number) =>
    observation({
      nowUs: minutes(60),
      points: pointsUntil(minutes(60), 20, () => ({ cpuShare, memShare, ready: 10 })),
      replicas: replicas(10),
    });

  test('the largest scales out; in only when all agree, and then to the largest', () => {
    const both = { cpu: 0.6, memory: 0.5 };
    // cpu: ceil(10 x 70/60) = 12; memory: ceil(10 x 80/50) = 16.
    expect(make(both).decide(seen(0.7, 0.8)).replicas).toBe(16);
    expect(make(both).decide(seen(0.7, 0.1)).replicas).toBe(12);
    // cpu 2, memory exactly at 0.9 x 50 %: no. At 40 %: ceil(10 x 40/50) = 8.
    expect(make(both).decide(seen(0.12, 0.45)).replicas).toBe(10);
    expect(make(both).decide(seen(0.12, 0.4)).replicas).toBe(8);
  });

  test('requests per minute and replica: 10 replicas, 50/s: 300/min each of 200: ceil(15) = 15', () => {
    const points = pointsUntil(minutes(60), 20, () => ({ requestsPerSecond: 50, ready: 10 }));
    const scaler = make({ requestsPerMinute: 200 });
    expect(scaler.decide(observation({ nowUs: minutes(60), points, replicas: replicas(10) })).replicas).toBe(15);
  });
});

test('points without a number sound no alarm', () => {
  const points = pointsUntil(minutes(60), 20, (index) => ({ cpuShare: index === 18 ? NaN : 0.9, ready: 10 }));
  expect(make().decide(observation({ nowUs: minutes(60), points, replicas: replicas(10) })).replicas).toBe(10);
});

test('without replicas the first point with requests brings the minimum, or one', () => {
  const asleep = { nowUs: minutes(60), current: 0, minReplicas: 0 };
  const points = pointsUntil(minutes(60), 1, () => ({ requestsPerSecond: 3 }));
  expect(make().decide(observation(asleep)).replicas).toBe(0);
  expect(make().decide(observation({ ...asleep, points })).replicas).toBe(1);
});
