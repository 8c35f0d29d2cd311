import { expect, test } from 'vitest';
import type { HorizontalPolicy, ReplicaSample } from '../../sim/scaling/horizontal-policy.ts';
import { stream } from '../../sim/random.ts';
import { hours, minutes, seconds } from '../../sim/time.ts';
import { withDefaults } from '../policy-family.ts';
import { ceilNearly } from './numbers-in-words.ts';
import { observation, pointsUntil, replica, replicas } from './observation-fixture.ts';
import { targetTracking } from './target-tracking.ts';
import { targetUtilisation } from './target-utilisation.ts';

// How control loops behave when replicas show late: the proportional rule with and without a lag.

test('dead-beat: where the metric is instantaneous, one step goes to ceil(load / target) and stays', () => {
  const options = withDefaults(targetUtilisation, {
    requests: 10,
    up: '10000%/15s',
    downStabilisation: 0,
    tolerance: 0,
  });
  for (let from = 1; from <= 40; from += 3)
    for (const load of [7, 95, 100, 101, 399]) {
      const scaler = targetUtilisation.make(options, 'hpa').make({ random: stream(1, 'policy') });
      const decide = (current: number, nowUs: number) =>
        scaler.decide(
          observation({
            nowUs,
            current,
            replicas: replicas(current),
            points: pointsUntil(nowUs, 4, () => ({ requestsPerSecond: load }), seconds(15)),
          }),
        ).replicas;
      const first = decide(from, hours(1));
      expect(first, `load ${load} from ${from}`).toBe(Math.ceil(load / 10));
      expect(decide(first, hours(1) + seconds(15)), `load ${load} from ${from}`).toBe(first);
    }
});

/** What a rule asks for at each of six decisions, when the load doubles at 10 replicas and new ones show after `lag` decisions. */
function course(lag: number, decide: (current: number, shown: number, step: number) => number): number[] {
  const asked = Array.from({ length: lag + 1 }, () => 10);
  const decided: number[] = [];
  for (let step = 0; step < 6; step++) {
    const shown = asked[asked.length - 1 - lag];
    const next = decide(asked[asked.length - 1], shown, step);
    asked.push(next);
    decided.push(next);
  }
  return decided;
}

test('a rule that multiplies what it asked for overshoots to n r^(L+1): r = 2, L = 2 is 8 times instead of 2', () => {
  // Load 20 at a target of 1 a replica: the metric stays 20/10 = 2 until the first new ones show.
  const naive = (current: number, shown: number) => ceilNearly(current * (20 / shown));
  expect(course(0, naive)).toEqual([20, 20, 20, 20, 20, 20]);
  expect(course(2, naive).slice(0, 3)).toEqual([20, 40, 80]);
  expect(Math.max(...course(1, naive))).toBe(10 * 2 ** 2);
  expect(Math.max(...course(3, naive))).toBe(10 * 2 ** 4);
});

test('Kubernetes counts what is not ready as idle, and so stops at 20 whatever the lag', () => {
  for (const lag of [0, 1, 2, 3]) {
    const scaler = make(targetUtilisation.make(withDefaults(targetUtilisation, { cpu: 0.5 }), 'hpa'));
    const asks = course(lag, (current, shown, step) => {
      const nowUs = hours(1) + step * seconds(15);
      const ready = replicas(shown, { cpuUsageMilli: 10_000 / shown, sampledUs: nowUs });
      const starting: ReplicaSample[] = replicas(Math.max(0, current - shown), {
        state: 'starting',
        startedUs: nowUs - seconds(15),
        changedUs: -1,
        sampledUs: -1,
      });
      return scaler.decide(observation({ nowUs, current, replicas: [...ready, ...starting] })).replicas;
    });
    expect(asks, `lag ${lag}`).toEqual([20, 20, 20, 20, 20, 20]);
  }
});

test('ECS multiplies those that run, and so stops at 20 whatever the lag', () => {
  for (const lag of [0, 1, 2, 3]) {
    const scaler = make(targetTracking.make(withDefaults(targetTracking, { cpu: 0.5 }), 'tracking'));
    const asks = course(lag, (current, shown, step) => {
      const nowUs = minutes(60 + step);
      const points = pointsUntil(nowUs, 3, () => ({ cpuShare: 10 / shown, ready: shown }));
      const starting = Array.from({ length: current - shown }, () => replica({ state: 'starting' }));
      const seen = [...replicas(shown), ...starting];
      return scaler.decide(observation({ nowUs, current, points, replicas: seen })).replicas;
    });
    expect(asks, `lag ${lag}`).toEqual([20, 20, 20, 20, 20, 20]);
  }
});

function make(policy: HorizontalPolicy) {
  return policy.make({ random: stream(1, 'policy') });
}
