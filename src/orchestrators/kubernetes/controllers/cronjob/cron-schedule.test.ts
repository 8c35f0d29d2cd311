import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { calendarTime, daysTo, utcText } from './calendar.ts';
import { parseCron } from './cron-schedule.ts';
import { timeZone } from './time-zone.ts';

/** Milliseconds since 1970 of `2026-03-29T01:00`. */
function ms(text: string): number {
  const [year, month, day, hour, minute] = text.split(/[-T:]/).map(Number);
  return (daysTo(year, month, day) * 1440 + hour * 60 + minute) * 60_000;
}
const text = (at: number | undefined): string | undefined => (at === undefined ? at : utcText(at).slice(0, 16));

/** The next times after one, as texts. */
function times(schedule: string, after: string, count: number, zone?: string): (string | undefined)[] {
  const cron = parseCron(schedule, zone);
  const found: (string | undefined)[] = [];
  let at: number | undefined = ms(after);
  for (let k = 0; k < count && at !== undefined; k++) found.push(text((at = cron.next(at))));
  return found;
}

test('days and dates agree with JavaScript’s own calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: -25_000_000, max: 100_000_000 }), (minutes) => {
      const date = new Date(minutes * 60_000);
      const time = calendarTime(minutes);
      expect(time).toEqual({
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        weekday: date.getUTCDay(),
        hour: date.getUTCHours(),
        minute: date.getUTCMinutes(),
      });
      expect(daysTo(time.year, time.month, time.day)).toBe(Math.floor(minutes / 1440));
    }),
  );
});

// 2026-01-01 is a Thursday.
test.each([
  ['* * * * *', '2026-01-01T00:00', ['2026-01-01T00:01', '2026-01-01T00:02']],
  ['*/15 * * * *', '2026-01-01T00:16', ['2026-01-01T00:30', '2026-01-01T00:45', '2026-01-01T01:00']],
  ['5/20 3 * * *', '2026-01-01T03:05', ['2026-01-01T03:25', '2026-01-01T03:45', '2026-01-02T03:05']],
  ['0 8-10,22 * * *', '2026-01-01T09:00', ['2026-01-01T10:00', '2026-01-01T22:00', '2026-01-02T08:00']],
  ['0 0 * * mon-FRI', '2026-01-02T00:00', ['2026-01-05T00:00', '2026-01-06T00:00']],
  ['0 0 1 jan,jul *', '2026-01-01T00:00', ['2026-07-01T00:00', '2027-01-01T00:00']],
  ['0 0 29 2 *', '2026-01-01T00:00', ['2028-02-29T00:00']],
  // Both days restricted: either suffices. Fridays are the 2nd and the 9th.
  ['0 0 13 * 5', '2026-01-01T00:00', ['2026-01-02T00:00', '2026-01-09T00:00', '2026-01-13T00:00']],
  ['0 0 ? * 0', '2026-01-01T00:00', ['2026-01-04T00:00']],
  ['@hourly', '2026-01-01T00:30', ['2026-01-01T01:00']],
  ['@daily', '2026-01-01T00:30', ['2026-01-02T00:00']],
  ['@weekly', '2026-01-01T00:30', ['2026-01-04T00:00']],
  ['@monthly', '2026-01-01T00:30', ['2026-02-01T00:00']],
  ['@yearly', '2026-01-01T00:30', ['2027-01-01T00:00']],
  ['@every 1h30m', '2026-01-01T00:10', ['2026-01-01T01:40', '2026-01-01T03:10']],
])('%s', (schedule, after, expected) => expect(times(schedule, after, expected.length)).toEqual(expected));

test('a date that never comes is not looked for for ever', () =>
  expect(parseCron('0 0 31 2 *').next(ms('2026-01-01T00:00'))).toBe(undefined));

describe('time zones', () => {
  test('Berlin is one hour ahead in winter and two in summer', () => {
    expect(times('30 7 * * *', '2026-03-27T12:00', 3, 'Europe/Berlin')).toEqual([
      '2026-03-28T06:30',
      '2026-03-29T05:30',
      '2026-03-30T05:30',
    ]);
  });

  test('an hour that is skipped has no runs, one that is repeated has them twice', () => {
    // On 2026-03-29 clocks in Berlin go from 2:00 to 3:00, on 2026-10-25 from 3:00 back to 2:00.
    expect(times('30 2 * * *', '2026-03-28T12:00', 1, 'Europe/Berlin')).toEqual(['2026-03-30T00:30']);
    expect(times('30 2 * * *', '2026-10-24T12:00', 3, 'Europe/Berlin')).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-26T01:30',
    ]);
  });

  const zones = [
    'UTC',
    'Europe/London',
    'Europe/Berlin',
    'Europe/Helsinki',
    'America/New_York',
    'America/Los_Angeles',
    'America/Argentina/Buenos_Aires',
    'Asia/Kolkata',
    'Asia/Shanghai',
    'Asia/Tokyo',
    'Australia/Sydney',
    'Australia/Adelaide',
    'Pacific/Auckland',
    'Etc/GMT+5',
    'Etc/GMT-14',
  ];
  test.each(zones)('%s agrees with the tz database of this Node from 2010 to 2030', (zone) => {
    const format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    const offset = timeZone(zone);
    const check = (minutes: number): void => {
      const parts = Object.fromEntries(
        format.formatToParts(minutes * 60_000).map(({ type, value }) => [type, Number(value)]),
      );
      const { day, hour, minute } = calendarTime(minutes + offset(minutes));
      expect([day, hour, minute], utcText(minutes * 60_000)).toEqual([parts['day'], parts['hour'], parts['minute']]);
    };
    const from = daysTo(2010, 1, 1) * 1440;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 * 365 * 1440 }), (minutes) => check(from + minutes)),
      { numRuns: 60 },
    );
    // Every half hour of the weeks in which clocks change.
    for (const [month, day] of [
      [3, 8],
      [3, 29],
      [4, 5],
      [9, 27],
      [10, 4],
      [10, 25],
      [11, 1],
    ])
      for (let half = -24; half < 48; half += 2) check((daysTo(2026, month, day) * 48 + half) * 30);
  });
});

test.each([
  ['* * * *', /has 4 fields instead of five/],
  ['60 * * * *', /cannot read "60" as minute of the schedule "60 \* \* \* \*"; write numbers from 0 to 59/],
  ['* * * * 7', /cannot read "7" as day of week.*0 to 6 or sun to sat/],
  ['* * 0 * *', /as day of month/],
  ['* 10-8 * * *', /cannot read "10-8" as hour/],
  ['*/0 * * * *', /cannot read "\*\/0"/],
  ['* * * foo *', /cannot read "foo" as month/],
  ['@fortnightly', /known names: @yearly/],
  ['@every soon', /write it like "@every 1h30m"/],
  ['TZ=UTC 0 0 * * *', /write it in spec.timeZone instead/],
])('"%s" is refused with a sentence', (schedule, message) => expect(() => parseCron(schedule)).toThrow(message));

test('an unknown time zone is refused, with what to write', () => {
  expect(() => parseCron('* * * * *', 'Europe/Berlim')).toThrow(
    'the rules of time zone "Europe/Berlim" are not known here; did you mean "Europe/Berlin"?; write a fixed offset such as "Etc/GMT-3" (three hours ahead of UTC) or "UTC" instead',
  );
});
