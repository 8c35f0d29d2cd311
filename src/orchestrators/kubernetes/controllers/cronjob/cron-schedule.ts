import { InputError } from '../../../../sim/input-error.ts';
import { calendarTime } from './calendar.ts';
import { timeZone } from './time-zone.ts';

/** When a CronJob is due. */
export interface CronSchedule {
  /** The first time after this one, in milliseconds since 1970; undefined: none within five years. */
  next(afterMs: number): number | undefined;
}

/**
 * Reads a schedule as CronJobs do (robfig/cron `ParseStandard`): five fields, minute, hour, day of month, month, day of
 * week, with lists, ranges, steps and names; `@hourly` and its like; `@every 90s`. When both days are restricted, either
 * suffices. An hour that the clock skips has no runs, one that it repeats has them twice.
 */
export function parseCron(text: string, zone?: string): CronSchedule {
  const offset = timeZone(zone);
  const trimmed = text.trim();
  const every = /^@every\s+(\S+)$/.exec(trimmed);
  if (every !== null) return everySo(durationMs(every[1], text));
  const fields = (DESCRIPTORS[trimmed] ?? trimmed).split(/\s+/);
  if (trimmed.startsWith('@') && DESCRIPTORS[trimmed] === undefined)
    throw new InputError(`"${text}" is no schedule; known names: ${Object.keys(DESCRIPTORS).join(', ')}, @every 90s`);
  if (/^(CRON_)?TZ=/.test(trimmed))
    throw new InputError(`the schedule "${text}" names a time zone; write it in spec.timeZone instead`);
  if (fields.length !== 5)
    throw new InputError(
      `the schedule "${text}" has ${fields.length} fields instead of five; write minute, hour, day of month, month and day of week, like "*/15 8-18 * * mon-fri"`,
    );
  const [minute, hour, day, month, weekday] = fields.map((field, index) => parseField(field, FIELDS[index], text));
  const bothDays = !day.all && !weekday.all;

  const daySuits = (on: number, of: number): boolean =>
    bothDays ? day.values.has(on) || weekday.values.has(of) : day.values.has(on) && weekday.values.has(of);

  return {
    next(afterMs) {
      const limit = afterMs / 60_000 + FIVE_YEARS;
      let minutes = Math.floor(afterMs / 60_000) + 1;
      while (minutes <= limit) {
        const local = calendarTime(minutes + offset(minutes));
        // An hour at a time, since no zone here changes its clock within one.
        if (!month.values.has(local.month) || !daySuits(local.day, local.weekday) || !hour.values.has(local.hour))
          minutes += 60 - local.minute;
        else if (minute.values.has(local.minute)) return minutes * 60_000;
        else minutes++;
      }
      return undefined;
    },
  };
}

const FIVE_YEARS = 5 * 366 * 1440;

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day of month', least: 1, most: 31, names: [] },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'day of week', least: 0, most: 6, names: WEEKDAYS },
];

/** `all`: written with a star, so that the other day field decides alone. */
function parseField(text: string, field: Field, whole: string): { values: ReadonlySet<number>; all: boolean } {
  const values = new Set<number>();
  let all = false;
  for (const part of text.split(',')) {
    const match = /^(\*|\?|[0-9a-z]+)(?:-([0-9a-z]+))?(?:\/([0-9]+))?$/i.exec(part);
    if (match === null) throw fieldError(part, field, whole);
    const [, first, last, step] = match;
    const star = first === '*' || first === '?';
    if (star && last !== undefined) throw fieldError(part, field, whole);
    const from = star ? field.least : numberOf(first, field, whole);
    // `5/10` means from 5 to the end.
    const open = star || (step !== undefined && last === undefined);
    const to = open ? field.most : last === undefined ? from : numberOf(last, field, whole);
    const by = step === undefined ? 1 : Number(step);
    if (by === 0 || from > to) throw fieldError(part, field, whole);
    for (let value = from; value <= to; value += by) values.add(value);
    // As upstream: a star with a step above 1 restricts.
    if (star && by === 1) all = true;
  }
  return { values, all };
}

function numberOf(text: string, field: Field, whole: string): number {
  const named = field.names.indexOf(text.toLowerCase());
  if (named >= 0) return named + field.least;
  const value = /^[0-9]{1,3}$/.test(text) ? Number(text) : NaN;
  if (!(value >= field.least && value <= field.most)) throw fieldError(text, field, whole);
  return value;
}

function fieldError(part: string, { name, least, most, names }: Field, whole: string): InputError {
  const words = names.length === 0 ? '' : ` or ${names[0]} to ${names[names.length - 1]}`;
  return new InputError(
    `cannot read "${part}" as ${name} of the schedule "${whole}"; write numbers from ${least} to ${most}${words}, ranges like ${least}-${most}, or steps like */5`,
  );
}

/** Every so many whole seconds from the last time on (robfig/cron `ConstantDelaySchedule`). */
function everySo(periodMs: number): CronSchedule {
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + periodMs };
}

/** `1h30m`, `90s`; at least a second, whole seconds. */
function durationMs(text: string, whole: string): number {
  const match = /^(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$/.exec(text);
  if (match === null || text === '')
    throw new InputError(
      `cannot read "${text}" as the period of the schedule "${whole}"; write it like "@every 1h30m"`,
    );
  const [hours, minutes, wholeSeconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.max(1000, (hours * 3600 + minutes * 60 + wholeSeconds) * 1000);
}
