import { expect, test } from 'vitest';
import { ReplicaReadings } from './replica-readings.ts';

test('the last eight readings are kept, and the newest that is old enough is found', () => {
  const readings = new ReplicaReadings();
  expect(readings.newest).toBeUndefined();
  expect(readings.until(Infinity)).toBeUndefined();
  for (let k = 1; k <= 11; k++) {
    readings.add(15 * k, k, 100 * k);
    expect(readings.newest).toEqual({ timeUs: 15 * k, cpuUsageMilli: k, memUsageBytes: 100 * k });
  }
  // Of 11 readings 4 to 11 are there, taken at 60, 75, ... 165.
  expect(readings.until(165)?.cpuUsageMilli).toBe(11);
  expect(readings.until(134)?.cpuUsageMilli).toBe(8);
  expect(readings.until(60)?.cpuUsageMilli).toBe(4);
  expect(readings.until(59)).toBeUndefined();
});
