import { expect, test } from 'vitest';
import type { PolicyOptions } from '../policy-family.ts';
import { withDefaults } from '../policy-family.ts';
import { stream } from '../../sim/random.ts';
import { minutes } from '../../sim/time.ts';
import { observation, pointsUntil, replicas } from './observation-fixture.ts';
import { stepScaling } from './step-scaling.ts';

// Application Auto Scaling user guide, step scaling policies: threshold 50 both ways, steps from 10 on and from 20 on.
const EXAMPLE = { high: 50, low: 50, out: '10:10 20:30', in: '-10:-10 -20:-30', lowPoints: 3 };
const make = (options: PolicyOptions) =>
  stepScaling.make(withDefaults(stepScaling, options), 'steps').make({ random: stream(1, 'policy') });
const seenAt = (minute: number, running: number, cpu: number, current = running) =>
  observation({
    nowUs: minutes(minute),
    current,
    points: pointsUntil(minutes(minute), 3, () => ({ cpuShare: cpu / 100, ready: running })),
    replicas: replicas(running),
  });

test('capacity 10: 60 gives 11, 70 gives 14, 40 gives 13, 30 gives 10', () => {
  const scaler = make(EXAMPLE);
  expect(scaler.decide(seenAt(60, 10, 59)).replicas).toBe(10);
  expect(scaler.decide(seenAt(61, 10, 60))).toEqual({ replicas: 11, why: 'cpu 60 is 10 above 50: 10 + 10 % = 11' });
  expect(scaler.decide(seenAt(70, 11, 70)).replicas).toBe(14);
  expect(scaler.decide(seenAt(80, 14, 40))).toEqual({ replicas: 13, why: 'cpu 40 is 10 below 50: 14 - 10 % = 13' });
  expect(scaler.decide(seenAt(90, 13, 30)).replicas).toBe(10);
});

test('what the step that cools down has added is part of the next one', () => {
  const scaler = make(EXAMPLE);
  expect(scaler.decide(seenAt(60, 10, 60)).replicas).toBe(11);
  // One minute later it is 70: 30 % of the 10 it began from, not of 11: 13.
  expect(scaler.decide(seenAt(61, 11, 70)).replicas).toBe(13);
  expect(scaler.decide(seenAt(62, 13, 70))).toMatchObject({ replicas: 13, limitedBy: 'cooldown after scaling out' });
  // Once it has cooled down: 13 + trunc(3.9) = 16.
  expect(scaler.decide(seenAt(66, 13, 70)).replicas).toBe(16);
});

test('nothing more is taken within the cooldown of scaling in', () => {
  const scaler = make(EXAMPLE);
  expect(scaler.decide(seenAt(60, 14, 40)).replicas).toBe(13);
  expect(scaler.decide(seenAt(64, 13, 30))).toMatchObject({
    replicas: 13,
    limitedBy: 'cooldown of 300 s after scaling in',
  });
  expect(scaler.decide(seenAt(65, 13, 30)).replicas).toBe(10);
});

test('exact counts and changes', () => {
  expect(make({ ...EXAMPLE, type: 'exact', out: '0:7' }).decide(seenAt(60, 4, 55)).replicas).toBe(7);
  expect(make({ ...EXAMPLE, type: 'change', out: '0:2 20:5' }).decide(seenAt(60, 4, 75)).replicas).toBe(9);
});
