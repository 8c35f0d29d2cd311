import { InputError } from '../../sim/input-error.ts';

export const TIME_UNITS = ['date-time', 'microseconds', 'milliseconds', 'seconds', 'minutes', 'hours'] as const;
/** `date-time`: see `dateTimeUs`. The others: numbers since 1970 or since a beginning of the file's own. */
export type TimeUnit = (typeof TIME_UNITS)[number];

export const VALUE_UNITS = ['count', 'per-second', 'per-minute', 'per-hour'] as const;
/** `count`: requests in the interval. The others: a rate that holds for the interval. */
export type ValueUnit = (typeof VALUE_UNITS)[number];

export const MISSING_POLICIES = ['zero', 'hold', 'interpolate'] as const;
/**
 * What was there when a row or a value is missing: nothing; what was there before (at the beginning, what comes
 * after); or what lies on the straight line between its neighbours.
 */
export type MissingPolicy = (typeof MISSING_POLICIES)[number];

/** Which columns of a file hold what. Names are those of the header; without a header they are `1`, `2`, `3`, ... */
export interface SeriesFormat {
  /** Absent: `ndjson` for names that end with .ndjson or .jsonl (also .gz), else `csv`. */
  readonly syntax?: 'csv' | 'ndjson' | undefined;
  /** Whether the first row names the columns; absent: yes. CSV only. */
  readonly header?: boolean | undefined;
  /** What separates fields; absent: a comma. CSV only. */
  readonly delimiter?: string | undefined;
  /** Lines that begin so are skipped. CSV only. */
  readonly comment?: string | undefined;
  /** Absent: rows follow each other every `intervalUs`. */
  readonly time?:
    | {
        readonly column: string;
        readonly as: TimeUnit;
        /** A column of whole days that are added to the time. */
        readonly plusDaysColumn?: string | undefined;
        /** Whether the time is that of the interval's start (absent) or of its end. */
        readonly marks?: 'start' | 'end' | undefined;
      }
    | undefined;
  /** Columns that are added up; `all`: every column that is not named otherwise; absent: each row is one request. */
  readonly values?: readonly string[] | 'all' | undefined;
  /** Absent: `count`. */
  readonly valuesAs?: ValueUnit | undefined;
  /** Absent: the smallest step of time in the file; where each row is a request, a second. */
  readonly intervalUs?: number | undefined;
  /** Rows in which this column holds another value count as missing. */
  readonly only?: { readonly column: string; readonly value: string } | undefined;
}

/** Throws InputError when the parts of the format contradict each other. */
export function checkSeriesFormat(format: SeriesFormat): void {
  const { time, values, intervalUs, valuesAs } = format;
  if (intervalUs !== undefined && !(Number.isSafeInteger(intervalUs) && intervalUs > 0))
    throw new InputError('the interval must be above 0; write it like 1m');
  if (time === undefined && intervalUs === undefined)
    throw new InputError('there is no column of times, so the interval from row to row must be given, such as 1m');
  if (time === undefined && values === undefined)
    throw new InputError('rows that are requests need a column of times; rows without times need a column of values');
  if (values !== undefined && values !== 'all' && values.length === 0)
    throw new InputError('the list of value columns is empty; name at least one, or write all');
  if (values === undefined && valuesAs !== undefined && valuesAs !== 'count')
    throw new InputError(
      `rows that are requests have no values that could be taken as ${valuesAs}; name a column of values`,
    );
  if (values === undefined && time?.marks === 'end')
    throw new InputError('rows that are requests have no interval whose end the time could be; leave that out');
}
