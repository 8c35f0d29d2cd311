import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { days, hours, minutes, seconds } from '../../sim/time.ts';
import { constantCurve, stepsCurve } from './basic-curves.ts';
import { fixedBatch, geometricBatch } from './batch-sizes.ts';
import { describeCurve, describeRequests, describeSeries } from './describe-traffic.ts';
import { fitBursts, mmppCurve } from './mmpp-curve.ts';
import { openArrivals } from './open-arrivals.ts';
import { diurnalCurve } from './periodic-curves.ts';

test('a series by hand: 2, 4, 6 and a missing minute', () => {
  const found = describeSeries({
    name: 'x',
    startUs: 0,
    intervalUs: minutes(1),
    counts: Float64Array.of(2, 4, NaN, 6),
  });
  // Mean 4 a minute, variance (4 + 0 + 4) / 3, so CV sqrt(8/3) / 4 = 0.408; peak 6 of 4.
  expect(found).toMatchObject({ spanUs: minutes(4), requests: 12, peakToMean: 1.5, dispersion: {} });
  expect(found.meanPerSecond).toBeCloseTo(4 / 60, 12);
  expect(found.cv).toBeCloseTo(Math.sqrt(8 / 3) / 4, 12);
  expect(found.dayPeakToTrough).toBeUndefined();
});

test('requests by hand: gaps 1, 1, 4 s', () => {
  // Mean 2, variance (1 + 1 + 4) / 3 = 2: CV sqrt(2) / 2.
  const found = describeRequests({ name: 'x', timesUs: Float64Array.of(5e6, 6e6, 7e6, 11e6) });
  expect(found.gapCv).toBeCloseTo(Math.SQRT1_2, 12);
  expect([found.requests, found.meanPerSecond, found.spanUs]).toEqual([4, 0.5, 6e6]);
});

test('a rate: dispersion 1 while it is level, and its variance over the mean on top when it is not', () => {
  expect(describeCurve(constantCurve(7), 0, days(1)).dispersion).toEqual({ second: 1, minute: 1, hour: 1 });
  expect(describeCurve(constantCurve(7), 0, days(1), fixedBatch(5)).dispersion.minute).toBe(5);
  // An hour at 0 and an hour at 2 a second: in a minute 0 or 120, mean 60, variance 3,600: 1 + 60 = 61; in an hour 3,601.
  const points = Array.from({ length: 20 }, (_, hour) => [hours(hour), (hour % 2) * 2] as const);
  const found = describeCurve(stepsCurve({ points }), 0, hours(20));
  expect(found.dispersion.second).toBeCloseTo(2, 9);
  expect(found.dispersion.minute).toBeCloseTo(61, 9);
  expect(found.dispersion.hour).toBeCloseTo(3601, 9);
  expect([found.peakToMean, found.cv]).toEqual([2, 1]);
  // Windows that begin between the changes: half of each hour, so always the mean.
  expect(describeCurve(stepsCurve({ points }), minutes(30), hours(19.5)).dispersion.hour).toBeCloseTo(1, 9);
  // Hours of the cosine between 3 and 1: the mean over an hour is a little flatter.
  const day = describeCurve(diurnalCurve({ meanPerSecond: 2, peakToTrough: 3 }), 0, days(3));
  expect(day.dayPeakToTrough).toBeGreaterThan(2.95);
  expect(day.dayPeakToTrough).toBeLessThan(3);
});

describe('what is told of a rate is what its requests have', () => {
  test.each([
    ['level, in batches', constantCurve(2), geometricBatch(4)],
    ['a day', diurnalCurve({ meanPerSecond: 3, peakToTrough: 4 }), fixedBatch(1)],
    [
      'bursts, in batches',
      mmppCurve(
        fitBursts({ meanPerSecond: 2, dispersion: 9, windowUs: minutes(1), burstUs: seconds(30) }),
        stream(1, 'traffic/x'),
      ),
      geometricBatch(2),
    ],
  ])('%s', (_, curve, batch) => {
    const source = { kind: 'open', curve, spacing: 'poisson', batch } as const;
    const times = Float64Array.from(openArrivals(source, days(1), stream(1, 'gaps'), stream(1, 'sizes')));
    const told = describeCurve(curve, 0, days(1), batch);
    const found = describeRequests({ name: 'x', timesUs: times });
    expect(found.meanPerSecond / told.meanPerSecond).toBeCloseTo(1, 1);
    expect(found.dispersion.second! / told.dispersion.second!).toBeCloseTo(1, 1);
    expect(found.dispersion.minute! / told.dispersion.minute!).toBeGreaterThan(0.85);
    expect(found.dispersion.minute! / told.dispersion.minute!).toBeLessThan(1.15);
  });
});
