import { InputError } from '../../sim/input-error.ts';
import { quoted } from '../../sim/quantity.ts';

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;
const DAY_US = 86_400_000_000;
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * `1998-07-07 18:00`, `2023-11-16T18:17:03.9799600Z`, `1995-07-01T00:00-04:00` or a date alone, in whole microseconds
 * since 1970 (rounded, halves up). Without a zone the text is taken as UTC, so that the hours of a log in local time
 * stay what they were. Throws InputError with the second half of a sentence.
 */
export function dateTimeUs(text: string): number {
  const match = DATE_TIME.exec(text.trim());
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match ?? [];
  const good =
    match !== null &&
    Number(month) >= 1 &&
    Number(month) <= 12 &&
    Number(day) >= 1 &&
    Number(day) <= daysIn(Number(year), Number(month)) &&
    Number(hour) <= 24 &&
    Number(minute) <= 59 &&
    Number(second) <= 60;
  if (!good)
    throw new InputError(
      `${quoted(text)} is not a date and time; write it like 1998-07-07 18:00 or 1998-07-07T18:00:00Z`,
    );
  const wholeSeconds =
    daysSince1970(Number(year), Number(month), Number(day)) * 86_400 +
    Number(hour) * 3600 +
    Number(minute) * 60 +
    Number(second) -
    zoneSeconds(zone);
  const microseconds = Math.floor(Number(fraction.padEnd(9, '0')) / 1000 + 0.5);
  return wholeSeconds * 1e6 + microseconds;
}

/** Whether the text begins like a date, as opposed to a duration. */
export function looksLikeDate(text: string): boolean {
  return /^\s*\d{4}-\d{2}-\d{2}/.test(text);
}

/** Microseconds since 1970 as `1998-07-07T18:00:00Z`, with decimals only when there are some. */
export function dateTimeText(us: number): string {
  const dayNumber = Math.floor(us / DAY_US);
  const [year, month, day] = civilOf(dayNumber);
  const inDay = us - dayNumber * DAY_US;
  const two = (value: number): string => String(value).padStart(2, '0');
  const inSecond = inDay % 1e6;
  const decimals = inSecond === 0 ? '' : `.${String(inSecond).padStart(6, '0').replace(/0+$/, '')}`;
  const clock = [inDay / 3.6e9, (inDay / 6e7) % 60, (inDay / 1e6) % 60].map((part) => two(Math.floor(part)));
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock.join(':')}${decimals}Z`;
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month === 2 && !leap ? 28 : MONTH_DAYS[month - 1];
}

/** Days since 1 January 1970 in the Gregorian calendar; years are counted from 1 March, so the leap day comes last. */
function daysSince1970(year: number, month: number, day: number): number {
  const fromMarch = month > 2 ? month - 3 : month + 9;
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * fromMarch + 2) / 5) + day - 1;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

/** The date of a day's number: the inverse of `daysSince1970`. */
function civilOf(dayNumber: number): [number, number, number] {
  let year = 1970 + Math.floor(dayNumber / 365.2425);
  if (daysSince1970(year, 1, 1) > dayNumber) year--;
  else if (daysSince1970(year + 1, 1, 1) <= dayNumber) year++;
  let month = 12;
  while (daysSince1970(year, month, 1) > dayNumber) month--;
  return [year, month, dayNumber - daysSince1970(year, month, 1) + 1];
}

function zoneSeconds(zone: string): number {
  if (zone === 'Z' || zone === 'UTC') return 0;
  const size = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60;
  return zone.startsWith('-') ? -size : size;
}
