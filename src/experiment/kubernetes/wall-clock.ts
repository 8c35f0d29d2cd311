import { InputError } from '../../sim/input-error.ts';

const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?Z?)?$/;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** Milliseconds since 1970 of a time such as 2026-03-01T08:00:00Z (always UTC). Throws an InputError. */
export function wallClockMs(text: string): number {
  const [, ...parts] = FORM.exec(text.trim()) ?? [];
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
  const wrong =
    parts.length === 0 ||
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > daysIn(year, month) ||
    hour > 23 ||
    minute > 59 ||
    second > 59;
  if (wrong) throw new InputError(`"${text}" is no time; write it like 2026-03-01T08:00:00Z`);
  const leapDays = (of: number): number => Math.floor(of / 4) - Math.floor(of / 100) + Math.floor(of / 400);
  const days =
    365 * (year - 1970) +
    leapDays(year - 1) -
    leapDays(1969) +
    DAYS_BEFORE_MONTH[month - 1] +
    (month > 2 && isLeap(year) ? 1 : 0) +
    day -
    1;
  return 1000 * (86_400 * days + 3600 * hour + 60 * minute + second);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
