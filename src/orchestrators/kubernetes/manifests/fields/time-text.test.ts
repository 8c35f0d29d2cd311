import { expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { parseGoDurationUs, parseTimeUs } from './time-text.ts';

test('times are those of the calendar', () => {
  const dates = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseTimeUs(date.toISOString())).toBe(date.getTime() * 1000);
    }),
  );
  expect(parseTimeUs('1970-01-02T01:00:00+01:00')).toBe(86_400e6);
  expect(parseTimeUs('1969-12-31T23:00:00-01:30')).toBe(1800e6);
  expect(parseTimeUs('1970-01-01T00:00:00.123456789Z')).toBe(123_456);
  for (const text of ['', 'yesterday', '2026-13-01T00:00:00Z', '2026-01-01', '2026-01-01T00:61:00Z'])
    expect(parseTimeUs(text)).toBeUndefined();
});

test('durations are those of Go', () => {
  expect(parseGoDurationUs('1h30m')).toBe(5400e6);
  expect(parseGoDurationUs('1.5s')).toBe(1.5e6);
  expect(parseGoDurationUs('100ms')).toBe(100_000);
  expect(parseGoDurationUs('0')).toBe(0);
  for (const text of ['', '5', '1d', 's', '1h-5m']) expect(parseGoDurationUs(text)).toBeUndefined();
});
