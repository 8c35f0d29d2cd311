import { describe, expect, test } from 'vitest';
import type { PolicyOptions } from '../policy-family.ts';
import { withDefaults } from '../policy-family.ts';
import { stream } from '../../sim/random.ts';
import { hours, seconds } from '../../sim/time.ts';
import { observation, pointsUntil, replica, replicas } from './observation-fixture.ts';
import { combineProposals, targetUtilisation } from './target-utilisation.ts';

const make = (options: PolicyOptions = {}) =>
  targetUtilisation.make(withDefaults(targetUtilisation, options), 'hpa').make({ random: stream(1, 'policy') });

/** Ready replicas whose CPU says that `wanted` times the target is needed: 100 % of the request at target 100/wanted... */
const using = (count: number, cpuUsageMilli: number, nowUs: number) =>
  replicas(count, { cpuUsageMilli, sampledUs: nowUs });

describe('without rules', () => {
  test('current 1, proposal 20: at most max(2, 4) = 4, then 8, 16, 20', () => {
    const scaler = make({ cpu: 0.05 });
    let current = 1;
    const course: number[] = [];
    for (let k = 0; k < 5; k++) {
      const nowUs = hours(1) + k * seconds(15);
      // One core in all, spread over what there is; target 5 %: ceil(n x (100/n)/5) = 20.
      const seen = observation({
        nowUs,
        current,
        maxReplicas: 50,
        replicas: using(current, Math.floor(1000 / current), nowUs),
      });
      const decision = scaler.decide(seen);
      if (k === 0) expect(decision.limitedBy).toBe('at most max(2 x 1, 4) = 4 at once');
      current = decision.replicas;
      course.push(current);
    }
    // 16 replicas at 62 of 1000: U = 6 %: ceil(16 x 6/5) = 20.
    expect(course).toEqual([4, 8, 16, 20, 20]);
  });

  test('shrinks only to the largest recommendation of the last 300 s', () => {
    const scaler = make({ cpu: 0.5 });
    const at = (second: number, usage: number) =>
      scaler.decide(
        observation({ nowUs: seconds(10_000 + second), replicas: using(10, usage, seconds(10_000 + second)) }),
      );
    // 50 % of 50 %: keep 10. Then 10 %: ceil(10 x 10/50) = 2.
    expect(at(0, 500).replicas).toBe(10);
    const held = at(15, 100);
    expect(held).toEqual({
      replicas: 10,
      why: 'cpu 10 % of 50 %: ceil(10 x 10/50) = 2',
      limitedBy: 'stabilised over 300 s at 10',
    });
    expect(at(300, 100).replicas).toBe(10);
    expect(at(301, 100)).toEqual({ replicas: 2, why: 'cpu 10 % of 50 %: ceil(10 x 10/50) = 2' });
  });

  test('outside of its bounds the count is set at once, without metrics', () => {
    expect(make().decide(observation({ current: 20, maxReplicas: 10 }))).toMatchObject({
      replicas: 10,
      limitedBy: 'at most 10',
    });
    expect(make().decide(observation({ current: 1, minReplicas: 3 }))).toMatchObject({
      replicas: 3,
      limitedBy: 'at least 3',
    });
  });
});

test('a tolerance of its own for shrinking: 45 % of 60 % is 0.75, within 30 % and not within 10 %', () => {
  const seen = observation({ replicas: replicas(4, { cpuUsageMilli: 450 }) });
  const wide = make({ cpu: 0.6, downTolerance: 0.3, downStabilisation: 0 });
  expect(wide.decide(seen).why).toBe('cpu 45 % of 60 %: within +10 %/-30 %, keep 4');
  expect(make({ cpu: 0.6 }).decide(seen).why).toBe('cpu 45 % of 60 %: ceil(4 x 45/60) = 3');
});

test('only requests may take a service to zero and wake it', () => {
  const idle = { minReplicas: 0, replicas: replicas(2, { cpuUsageMilli: 0 }) };
  const byCpu = make({ cpu: 0.5, downStabilisation: 0 });
  byCpu.decide(observation(idle));
  expect(byCpu.decide(observation({ ...idle, nowUs: hours(1) + seconds(15) }))).toEqual({
    replicas: 1,
    why: 'cpu 0 % of 50 %: ceil(2 x 0/50) = 0',
    limitedBy: 'at least 1',
  });
  const points = pointsUntil(hours(1), 4, () => ({ requestsPerSecond: 0 }), seconds(15));
  const byRequests = make({ requests: 10, downStabilisation: 0 });
  byRequests.decide(observation({ ...idle, points }));
  expect(byRequests.decide(observation({ ...idle, points, nowUs: hours(1) + seconds(15) })).replicas).toBe(0);
  const busy = pointsUntil(hours(1), 4, () => ({ requestsPerSecond: 25 }), seconds(15));
  const asleep = { nowUs: hours(1) + seconds(30), current: 0, replicas: [], minReplicas: 0, points: busy };
  expect(byRequests.decide(observation(asleep)).replicas).toBe(3);
});

describe('with rules', () => {
  test('the filled-in rules: current 10, proposal 40: max(10 + 4, 2 x 10) = 20', () => {
    // 80 % of 20 %: ceil(10 x 4) = 40.
    const scaler = make({ cpu: 0.2, down: '100%/15s' });
    const seen = observation({ replicas: replicas(10, { cpuUsageMilli: 800 }) });
    expect(scaler.decide(seen)).toEqual({
      replicas: 20,
      why: 'cpu 80 % of 20 %: ceil(10 x 80/20) = 40',
      limitedBy: 'scaling rules allow at most 20 now',
    });
  });

  test('down 10 % in 60 s from 80: 72, then no more within the period', () => {
    const scaler = make({ cpu: 0.5, down: '10%/60s', downStabilisation: 0 });
    let current = 80;
    const course: number[] = [];
    for (let k = 0; k <= 4; k++) {
      const nowUs = hours(1) + k * seconds(15);
      current = scaler.decide(observation({ nowUs, current, replicas: using(current, 50, nowUs) })).replicas;
      course.push(current);
    }
    // 60 s after the first change it has left the period: trunc(72 * 0.9) = 64.
    expect(course).toEqual([72, 72, 72, 72, 64]);
  });
});

describe('several metrics', () => {
  const wish = (count: number | undefined) => ({ replicas: count, why: `${count}` });

  test('the largest wish counts', () => {
    expect(combineProposals([wish(3), wish(7), wish(5)], 4).replicas).toBe(7);
  });

  test('where one cannot say, the others may grow the service but not shrink it; where none can, nothing changes', () => {
    expect(combineProposals([wish(undefined), wish(7)], 4).replicas).toBe(7);
    expect(combineProposals([wish(undefined), wish(4)], 4).replicas).toBe(4);
    expect(combineProposals([wish(undefined), wish(3)], 4).replicas).toBeUndefined();
    expect(combineProposals([wish(undefined), wish(undefined)], 4).replicas).toBeUndefined();
  });

  test('cpu says 2, memory says 5, requests say 8: 8', () => {
    const scaler = make({ cpu: 0.5, memory: 0.4, requests: 100 });
    // Memory 50 % of 40 %: ceil(4 x 1.25) = 5. Requests: 800/s of 100: 8 = max(2 x 4, 4).
    const points = pointsUntil(hours(1), 4, () => ({ requestsPerSecond: 800 }), seconds(15));
    const seen = observation({ replicas: replicas(4, { cpuUsageMilli: 250 }), points });
    expect(scaler.decide(seen)).toEqual({ replicas: 8, why: 'requests/s 800 of 100 x 4: ceil(800/100) = 8' });
  });

  test('no metric given means cpu at 80 %', () => {
    expect(make().decide(observation({ replicas: [replica({ cpuUsageMilli: 800 })] })).why).toBe(
      'cpu 80 % of 80 %: within 10 %, keep 1',
    );
  });
});
