import { expect, test } from 'vitest';
import { wallClockMs } from './wall-clock.ts';

test('times of the calendar are those of Date', () => {
  for (const text of [
    '1970-01-01T00:00:00Z',
    '2000-02-29T23:59:59Z',
    '2026-11-22T08:42:00Z',
    '2100-03-01T00:00:00Z',
    '2026-01-01',
  ])
    expect(wallClockMs(text), text).toBe(new Date(text).getTime());
  for (let day = 0; day < 4000; day++) {
    const text = new Date(day * 86_400_000 * 13).toISOString().slice(0, 19) + 'Z';
    expect(wallClockMs(text), text).toBe(new Date(text).getTime());
  }
});

test.each(['2026-02-29', '2026-13-01', 'tomorrow', '2026-01-01T24:00:00Z'])('%s is no time', (text) => {
  expect(() => wallClockMs(text)).toThrow('write it like 2026-03-01T08:00:00Z');
});
