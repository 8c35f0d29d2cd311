/** A moment on the wall in some zone. Months count from 1, days of the week from 0, Sunday. */
export interface CalendarTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

/** The date and time that many minutes after 1970-01-01T00:00 (Gregorian; H. Hinnant, `civil_from_days`). */
export function calendarTime(minutesSince1970: number): CalendarTime {
  const days = Math.floor(minutesSince1970 / 1440);
  const minuteOfDay = minutesSince1970 - days * 1440;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    // 1970-01-01 was a Thursday.
    weekday: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(minuteOfDay / 60),
    minute: minuteOfDay % 60,
  };
}

/** Days from 1970-01-01 to a date (`days_from_civil`). */
export function daysTo(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** As `2026-03-29T02:30Z`. */
export function utcText(msSince1970: number): string {
  const { year, month, day, hour, minute } = calendarTime(Math.floor(msSince1970 / 60_000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const secondsText = two(Math.floor(msSince1970 / 1000) % 60);
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${secondsText}Z`;
}
