import { expect, test } from 'vitest';
import type { ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';
import type { PolicyOptions } from '../policy-family.ts';
import { withDefaults } from '../policy-family.ts';
import { stream } from '../../sim/random.ts';
import { seconds } from '../../sim/time.ts';
import { observation, pointsUntil, replicas } from './observation-fixture.ts';
import { queueOrRate } from './queue-or-rate.ts';

const make = (options: PolicyOptions = {}) =>
  queueOrRate.make(withDefaults(queueOrRate, options), 'keda').make({ random: stream(1, 'policy') });

function seenAt(second: number, current: number, inFlight: number, given: Partial<ServiceObservation> = {}) {
  const nowUs = seconds(second);
  const points = pointsUntil(nowUs, 1, () => ({ inFlight, requestsPerSecond: inFlight * 10 }), seconds(15));
  return observation({ nowUs, current, minReplicas: 0, points, replicas: replicas(current), ...given });
}

test('zero to one at the next poll when there is work: polls are 30 s apart', () => {
  const scaler = make({ queue: 5 });
  expect(scaler.decide(seenAt(0, 0, 0)).replicas).toBe(0);
  // Work comes, but the next poll is at 30 s.
  expect(scaler.decide(seenAt(15, 0, 12)).replicas).toBe(0);
  expect(scaler.decide(seenAt(30, 0, 12))).toEqual({ replicas: 1, why: 'in flight 12: above 0: start with 1' });
});

test('from one on ceil(total / target), at most max(2n, 4) at once', () => {
  const scaler = make({ queue: 5 });
  // ceil(17 / 5) = 4; ceil(64 / 5) = 13, at most 8.
  expect(scaler.decide(seenAt(0, 1, 17)).replicas).toBe(4);
  expect(scaler.decide(seenAt(15, 4, 64)).replicas).toBe(8);
});

test('one to zero only after 300 s without work', () => {
  const scaler = make({ queue: 5, stabilisation: 0 });
  expect(scaler.decide(seenAt(0, 2, 10)).replicas).toBe(2);
  // No work from here on; the last replica stays until 300 s after the last poll that saw some.
  expect(scaler.decide(seenAt(30, 2, 0)).replicas).toBe(1);
  expect(scaler.decide(seenAt(285, 1, 0)).replicas).toBe(1);
  expect(scaler.decide(seenAt(300, 1, 0))).toEqual({
    replicas: 0,
    why: 'in flight 0: not above 0 for 300 s, cooldown 300 s: 0',
  });
});

test('the largest of queue and rate counts; without either the queue is what a replica serves at once', () => {
  // 20 in flight of 5: 4; 200/s of 40: 5.
  expect(make({ queue: 5, rate: 40 }).decide(seenAt(0, 3, 20)).replicas).toBe(5);
  expect(make().decide(seenAt(0, 3, 20, { concurrency: 4 })).replicas).toBe(5);
});

test('what cannot be measured changes nothing, and takes nothing to zero', () => {
  const scaler = make({ queue: 5 });
  scaler.decide(seenAt(0, 2, 0));
  expect(scaler.decide(seenAt(3600, 2, 0, { points: [] })).replicas).toBe(2);
});

test('activation: up to 3 in flight are no work', () => {
  const scaler = make({ queue: 5, activation: 3 });
  expect(scaler.decide(seenAt(0, 0, 3)).replicas).toBe(0);
  expect(scaler.decide(seenAt(30, 0, 4)).replicas).toBe(1);
});
