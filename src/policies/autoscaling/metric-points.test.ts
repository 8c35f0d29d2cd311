import { expect, test } from 'vitest';
import { minutes, seconds } from '../../sim/time.ts';
import { metricPoints } from './metric-points.ts';
import { pointsUntil } from './observation-fixture.ts';

test('scrapes are folded into whole minutes, weighted by their spans; the minute that has not ended is left out', () => {
  // 15-second scrapes until 2 min 30 s with CPU 10, 20, ... 100 %: minute 1 is 10..40, minute 2 is 50..80.
  const points = pointsUntil(seconds(150), 10, (index) => ({ cpuShare: (index + 1) / 10 }), seconds(15));
  expect(metricPoints(points, 'cpu', minutes(1), 3)).toEqual([NaN, 25, 65]);
  // The scrape at 2 min 0 s ends the second minute.
  expect(metricPoints(points.slice(0, 8), 'cpu', minutes(1), 2)).toEqual([25, 65]);
  expect(metricPoints(points.slice(0, 7), 'cpu', minutes(1), 2)).toEqual([NaN, 25]);
});

test('no points, and points without a number, are NaN; a mean of equal shares is that share', () => {
  expect(metricPoints([], 'cpu', minutes(1), 2)).toEqual([NaN, NaN]);
  const gap = pointsUntil(minutes(3), 3, (index) => ({ cpuShare: index === 1 ? NaN : 0.6 }));
  expect(metricPoints(gap, 'cpu', minutes(1), 3)).toEqual([60, NaN, 60]);
  const third = pointsUntil(minutes(1), 60, () => ({ memShare: 0.7 }), seconds(1));
  expect(metricPoints(third, 'memory', minutes(1), 1)).toEqual([70]);
});

test('per replica: nothing without a ready one', () => {
  const points = pointsUntil(minutes(2), 2, (index) => ({ requestsPerSecond: 5, inFlight: 8, ready: index * 4 }));
  expect(metricPoints(points, 'requestsPerMinute', minutes(1), 2)).toEqual([NaN, 75]);
  expect(metricPoints(points, 'inFlight', minutes(1), 2)).toEqual([NaN, 2]);
});
