import { describe, expect, test } from 'vitest';
import { fc } from '../../../../test/fuzz.ts';
import { CapacityAlarms, scalingAnswer } from './managed-scaling.ts';
import { nextProvider, providerSplit } from './provider-split.ts';
import { desiredInstances, neededInstances, reservation } from './reservation.ts';

const shares = [
  { provider: 'A', base: 2, weight: 1 },
  { provider: 'B', base: 0, weight: 3 },
];

describe('capacity provider strategy', () => {
  test('10 tasks, A base 2 weight 1, B weight 3: A 2 + 8 × 1/4 = 4, B 6', () => {
    expect(providerSplit(10, shares)).toEqual([4, 6]);
  });

  test('one after the other comes to the same as all at once, for any number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (total) => {
        const there = [0, 0];
        for (let k = 0; k < total; k++) there[nextProvider(shares, there)]++;
        const split = providerSplit(total, shares);
        expect(there[0] + there[1]).toBe(total);
        expect(Math.abs(there[0] - split[0])).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('a weight of 0 gets its base and no more', () => {
    expect(
      providerSplit(5, [
        { provider: 'A', base: 1, weight: 0 },
        { provider: 'B', base: 0, weight: 1 },
      ]),
    ).toEqual([1, 4]);
  });
});

describe('CapacityProviderReservation: AWS Containers Blog, deep dive on cluster auto scaling', () => {
  test('4 busy instances, 10 tasks waiting, 4 on each: M 7, 175 %, 7 instances; with a target of 80 9', () => {
    const needed = neededInstances(4, [{ tasks: 10, perInstance: 4 }]);
    expect(needed).toBe(7);
    expect(reservation(needed, 4)).toBe(175);
    expect(desiredInstances(4, 175, 100)).toBe(7);
    expect(desiredInstances(4, 175, 80)).toBe(9);
  });

  test('10 instances, 2 of them empty: 80 %, 8 instances', () => {
    expect(reservation(neededInstances(8, []), 10)).toBe(80);
    expect(desiredInstances(10, 80, 100)).toBe(8);
  });

  test('none there: 100 % where none is needed, else 200 % and 2 instances', () => {
    expect(reservation(0, 0)).toBe(100);
    expect(reservation(neededInstances(0, [{ tasks: 3, perInstance: 4 }]), 0)).toBe(200);
    expect(desiredInstances(0, 200, 100)).toBe(2);
    expect(desiredInstances(0, 100, 100)).toBe(0);
  });
});

describe('managed scaling', () => {
  const rules = { highPoints: 1, lowPoints: 15, inShare: 0.5 };
  const scaling = { targetCapacity: 100, leastStep: 1, mostStep: 10_000, warmupUs: 300e6 };
  const limits = { min: 0, max: 100 };

  test('grows after one point, shrinks after 15', () => {
    const alarms = new CapacityAlarms();
    alarms.see(175, 100);
    expect(scalingAnswer(4, 175, scaling, alarms, false, limits, rules)).toEqual({ desired: 7 });
    for (let minute = 1; minute <= 15; minute++) {
      alarms.see(80, 100);
      expect(scalingAnswer(10, 80, scaling, alarms, false, limits, rules).desired).toBe(minute < 15 ? 10 : 8);
    }
  });

  test('waits while instances warm up, keeps to its steps, to half of the group and to its sizes', () => {
    const high = new CapacityAlarms();
    high.see(200, 100);
    expect(scalingAnswer(4, 200, scaling, high, true, limits, rules)).toEqual({
      desired: 4,
      limitedBy: 'instanceWarmupPeriod',
    });
    expect(scalingAnswer(4, 200, { ...scaling, mostStep: 2 }, high, false, limits, rules)).toEqual({
      desired: 6,
      limitedBy: 'maximumScalingStepSize',
    });
    expect(scalingAnswer(4, 125, { ...scaling, leastStep: 3 }, high, false, limits, rules)).toEqual({ desired: 7 });
    expect(scalingAnswer(4, 200, scaling, high, false, { min: 0, max: 5 }, rules)).toEqual({
      desired: 5,
      limitedBy: 'MaxSize',
    });
    const low = new CapacityAlarms();
    low.below = 15;
    expect(scalingAnswer(10, 10, scaling, low, false, limits, rules)).toEqual({
      desired: 5,
      limitedBy: '50 % a minute',
    });
    expect(scalingAnswer(10, 10, scaling, low, false, { min: 7, max: 10 }, rules)).toEqual({
      desired: 7,
      limitedBy: 'MinSize',
    });
  });
});
