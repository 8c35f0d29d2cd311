import { InputError } from '../../sim/input-error.ts';
import { days, hours, minutes } from '../../sim/time.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WEEK_US = days(7);

/** A change of the plan, at a moment of the week. */
export interface TimetableEntry {
  /** Since Monday 00:00. */
  readonly atUs: number;
  readonly replicas: number;
}

/**
 * Reads "Mon-Fri 08:00 10; 20:00 2; Sat+Sun 09:00 4": from then on so many replicas, every day where none is named.
 * Sorted by time; of two entries at one moment the later written counts. Throws an InputError.
 */
export function timetable(text: string): TimetableEntry[] {
  const at = new Map<number, number>();
  for (const part of text.split(';').map((entry) => entry.trim())) {
    if (part === '') continue;
    const match = /^(?:([a-z+-]+)\s+)?(\d{1,2}):(\d{2})\s+(\d+)$/i.exec(part);
    const weekdays = match ? weekdaysOf(match[1] ?? 'mon-sun') : undefined;
    if (!match || !weekdays || Number(match[2]) > 23 || Number(match[3]) > 59)
      throw new InputError(`cannot read "${part}" in a timetable; write it like "Mon-Fri 08:00 10" or "20:00 2"`);
    for (const day of weekdays)
      at.set(days(day) + hours(Number(match[2])) + minutes(Number(match[3])), Number(match[4]));
  }
  if (at.size === 0) throw new InputError('a timetable is empty; write it like "Mon-Fri 08:00 10; 20:00 2"');
  return [...at].map(([atUs, replicas]) => ({ atUs, replicas })).sort((a, b) => a.atUs - b.atUs);
}

/** The entry that holds at a moment; before the first of the week it is the last one of the week before. */
export function entryAt(entries: readonly TimetableEntry[], sinceMondayUs: number): TimetableEntry {
  const inWeekUs = ((sinceMondayUs % WEEK_US) + WEEK_US) % WEEK_US;
  return entries.findLast(({ atUs }) => atUs <= inWeekUs) ?? entries[entries.length - 1];
}

/** A moment of the week like "Wed 08:30", since Monday 00:00; undefined when it is none. */
export function momentOfWeek(text: string): number | undefined {
  const match = /^([a-z]+)\s+(\d{1,2}):(\d{2})$/i.exec(text.trim());
  const day = match ? DAYS.indexOf(match[1].toLowerCase()) : -1;
  if (!match || day < 0 || Number(match[2]) > 23 || Number(match[3]) > 59) return undefined;
  return days(day) + hours(Number(match[2])) + minutes(Number(match[3]));
}

/** "Wed 08:30" for a moment since Monday 00:00. */
export function momentInWords(atUs: number): string {
  const minute = Math.floor(atUs / minutes(1));
  const two = (value: number) => `${value}`.padStart(2, '0');
  const day = DAYS[Math.floor(minute / 1440) % 7];
  return `${day[0].toUpperCase()}${day.slice(1)} ${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;
}

/** "mon-fri", "sat+sun", "fri-mon" (over the week's end). */
function weekdaysOf(text: string): number[] | undefined {
  const named: number[] = [];
  for (const part of text.toLowerCase().split('+')) {
    const ends = part.split('-').map((day) => DAYS.indexOf(day));
    if (ends.length > 2 || ends.some((day) => day < 0)) return undefined;
    const last = ends[ends.length - 1];
    for (let day = ends[0]; ; day = (day + 1) % 7) {
      named.push(day);
      if (day === last) break;
    }
  }
  return named;
}
