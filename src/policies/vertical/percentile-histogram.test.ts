import { describe, expect, test } from 'vitest';
import type { ReplicaSize } from '../../sim/scaling/vertical-policy.ts';
import { days, hours, minutes } from '../../sim/time.ts';
import { withDefaults, type PolicyOptions } from '../policy-family.ts';
import { confidence, lowerFactor, upperFactor } from './confidence.ts';
import { fixedSize } from './fixed-size.ts';
import { verticalPolicies } from './index.ts';
import { off } from './off.ts';
import { afterOutOfMemory, percentileHistogram } from './percentile-histogram.ts';

const MIB = 1024 * 1024;
const make = (options: PolicyOptions = {}, containers = 1) =>
  percentileHistogram.make(withDefaults(percentileHistogram, options), 'vpa').make({ containers });
const size = (cpuMilli: number, mebibytes: number): ReplicaSize => ({ cpuMilli, memBytes: mebibytes * MIB });
const used = (timeUs: number, cpuMilli: number, mebibytes: number, outOfMemory = false) => ({
  timeUs,
  cpuMilli,
  memBytes: mebibytes * MIB,
  outOfMemory,
});

describe('confidence', () => {
  test('the days between first and last sample, but at most a sample a minute', () => {
    expect(confidence(0, days(3), 3 * 1440)).toBe(3);
    expect(confidence(0, days(3), 1440)).toBe(1);
    expect(confidence(days(1), days(2), 1e6)).toBe(1);
  });

  test('a day doubles the upper bound, a week adds a seventh; a minute leaves 0.17 of the lower one', () => {
    expect(upperFactor(1)).toBe(2);
    expect(upperFactor(7)).toBeCloseTo(1.143, 3);
    // 0.001 / (1/1440) = 1.44; 2.44^-2 = 0.168.
    expect(lowerFactor(1 / 1440)).toBeCloseTo(0.168, 3);
    expect(lowerFactor(0.0007)).toBeCloseTo(0.17, 2);
    expect(lowerFactor(1)).toBeCloseTo(0.998, 3);
  });
});

describe('recommendation', () => {
  test('none before there are samples', () => {
    expect(make().recommend(0, size(1000, 1024))).toBeUndefined();
  });

  test('after a day of 100m and 400 MiB: target 126m, upper twice that, lower almost that', () => {
    const scaler = make();
    for (let minute = 0; minute <= 1440; minute++) scaler.observe(used(minutes(minute), 100, 400));
    const decision = scaler.recommend(days(1), size(1000, 1024));
    // 0.1 cores lies in the bucket that ends at 0.11026564: trunc(110 x 1.15) = 126. Confidence 1 day: 252 and
    // trunc(126 x 0.998003) = 125.
    expect(decision?.target.cpuMilli).toBe(126);
    expect(decision?.upper.cpuMilli).toBe(252);
    expect(decision?.lower.cpuMilli).toBe(125);
    // 400 MiB = 419.4 MB; buckets 1e7 (1.05^k - 1) / 0.05: k = 23 begins at 414.3 MB, k = 24 at 445.0 MB.
    // 445 019 988 x 1.15 = 511 772 986.
    expect(decision?.target.memBytes).toBe(511_772_986);
  });

  test('nine tenths of the samples decide: a load peak of a twentieth of the time is not covered, of a fifth it is', () => {
    const target = (every: number) => {
      const scaler = make();
      for (let minute = 0; minute < 1440; minute++)
        scaler.observe(used(minutes(minute), minute % every === 0 ? 2000 : 100, 400));
      return scaler.recommend(days(1), size(1000, 1024))?.target.cpuMilli ?? 0;
    };
    expect(target(20)).toBe(126);
    expect(target(5)).toBeGreaterThan(2000);
  });

  test('never below 25m and 250 MiB a pod, over its containers', () => {
    const idle = (containers: number) => {
      const scaler = make({}, containers);
      scaler.observe(used(0, 1, 5));
      return scaler.recommend(0, size(100, 100));
    };
    expect(idle(1)?.target).toEqual(size(25, 250));
    expect(idle(2)?.target).toEqual(size(12, 125));
    // Without any history the upper bound is beyond any machine.
    expect(idle(1)?.upper.cpuMilli).toBe(1e14);
  });

  test('memory: the peak of each day counts once, however many samples it has', () => {
    const scaler = make({ margin: 0 });
    // Ten days with a peak of 300 MiB and one minute of 800 MiB on the sixth.
    for (let hour = 0; hour < 240; hour++)
      scaler.observe(used(hours(hour), 100, hour === 130 ? 800 : 300 - (hour % 24)));
    const target = scaler.recommend(days(10), size(1000, 1024))?.target.memBytes ?? 0;
    // Weights 2^0 to 2^9, the sixth 2^5 of 1023 in all: 3 % of the weight, below the tenth that p90 leaves out.
    expect(target).toBeGreaterThan(300 * MIB);
    expect(target).toBeLessThan(330 * MIB);
  });

  test('replicas have peaks of their own where samples name them', () => {
    const scaler = make({ margin: 0, target: 0.7 });
    // Three of four replicas peak at 300 MiB, one at 900: p70 is 300 by replica.
    for (let replica = 0; replica < 4; replica++)
      scaler.observe({ ...used(0, 100, replica === 0 ? 900 : 300), replica });
    expect(scaler.recommend(0, size(1000, 1024))?.target.memBytes).toBeLessThan(330 * MIB);
  });
});

describe('out of memory', () => {
  test('100 MiB or a fifth more than what was used, whichever is more', () => {
    expect(afterOutOfMemory(100 * MIB)).toBe(200 * MIB);
    expect(afterOutOfMemory(1000 * MIB)).toBe(1200 * MIB);
  });

  test('used is the request where that is more than the peak', () => {
    const scaler = make({ margin: 0 });
    scaler.observe(used(0, 100, 300));
    scaler.recommend(minutes(1), size(100, 1000));
    scaler.observe(used(minutes(2), 100, 400, true));
    // 1.2 x 1000 MiB, in a bucket at most 5 % wider.
    const target = scaler.recommend(minutes(3), size(100, 1000))?.target.memBytes ?? 0;
    expect(target).toBeGreaterThanOrEqual(1200 * MIB);
    expect(target).toBeLessThan(1270 * MIB);
  });
});

describe('updates', () => {
  const decision = { target: size(500, 500), lower: size(400, 400), upper: size(800, 800), why: 'test' };
  const scaler = make();

  test('outside of the bounds at once', () => {
    expect(scaler.shouldUpdate(minutes(5), size(399, 500), 0, decision)).toBe(true);
    expect(scaler.shouldUpdate(minutes(5), size(500, 801), 0, decision)).toBe(true);
    expect(scaler.shouldUpdate(minutes(5), size(400, 800), 0, decision)).toBe(false);
  });

  test('within them after 12 hours, if it differs by a tenth in all', () => {
    // |500 - 600| / 600 = 0.167; |500 - 520| / 520 = 0.038.
    expect(scaler.shouldUpdate(hours(12) - 1, size(600, 500), 0, decision)).toBe(false);
    expect(scaler.shouldUpdate(hours(12), size(600, 500), 0, decision)).toBe(true);
    expect(scaler.shouldUpdate(hours(12), size(520, 500), 0, decision)).toBe(false);
  });

  test('within ten minutes of running out of memory whatever differs', () => {
    const killed = make();
    killed.observe(used(minutes(1), 100, 500, true));
    expect(killed.shouldUpdate(minutes(5), size(500, 510), 0, decision)).toBe(true);
    expect(killed.shouldUpdate(minutes(11), size(500, 510), 0, decision)).toBe(false);
    expect(killed.shouldUpdate(minutes(5), size(500, 500), 0, decision)).toBe(false);
  });
});

test('fixed and off', () => {
  expect(off.make({}, 'off').make({ containers: 1 }).recommend(0, size(1, 1))).toBeUndefined();
  const scaler = fixedSize.make(withDefaults(fixedSize, { cpuMilli: 300 }), 'fixed').make({ containers: 1 });
  const decision = scaler.recommend(0, size(500, 64));
  expect(decision?.target).toEqual(size(300, 64));
  expect(decision && scaler.shouldUpdate(0, size(500, 64), 0, decision)).toBe(true);
  expect(decision && scaler.shouldUpdate(0, size(300, 64), 0, decision)).toBe(false);
});

test('names are unique, with whole sentences for meanings', () => {
  expect(new Set(verticalPolicies.map(({ name }) => name)).size).toBe(verticalPolicies.length);
  for (const { name, options } of verticalPolicies)
    for (const option of options) expect(option.meaning, `${name} ${option.name}`).toMatch(/^[A-Z].*\.$/);
});
