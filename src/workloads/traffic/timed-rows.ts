import { InputError } from '../../sim/input-error.ts';
import type { ByteSource } from '../byte-source.ts';
import { gunzip } from '../gunzip.ts';
import { quoted } from '../../sim/quantity.ts';
import { dateTimeUs } from './date-time.ts';
import { columnOf, namedRows, type NamedRows } from './named-rows.ts';
import { checkSeriesFormat, type SeriesFormat, type TimeUnit } from './series-format.ts';

/** Rows, at most; a request log of this length takes 400 MB as numbers. */
export const MAX_ROWS = 50_000_000;

/** The rows of a file as two columns, in the order of the file. */
export interface TimedRows {
  readonly name: string;
  readonly timesUs: Float64Array;
  /** The sum of the value columns; NaN when none of them has a value; 1 where each row is a request. */
  readonly values: Float64Array;
}

const UNIT_US: Readonly<Record<Exclude<TimeUnit, 'date-time'>, number>> = {
  microseconds: 1,
  milliseconds: 1000,
  seconds: 1e6,
  minutes: 6e7,
  hours: 3.6e9,
};
const DAY_US = 86_400_000_000;
const LATEST_US = Number.MAX_SAFE_INTEGER / 4;

/** Reads the file, packed or not, to its end. Throws InputError with file and line for what cannot be read. */
export function readTimedRows(source: ByteSource, format: SeriesFormat): TimedRows {
  checkSeriesFormat(format);
  const rows = namedRows(gunzip(source), format);
  const timeOf = timeReader(rows, format);
  const valueOf = valueReader(rows, format);
  const only = format.only;
  const onlyColumn = only === undefined ? -1 : columnOf(rows, only.column);
  let timesUs = new Float64Array(1024);
  let values = new Float64Array(1024);
  let count = 0;
  while (rows.next()) {
    if (count === MAX_ROWS) throw new InputError(`${rows.where()}: the file has more than ${MAX_ROWS} rows; cut it`);
    if (count === timesUs.length) [timesUs, values] = [wider(timesUs), wider(values)];
    timesUs[count] = timeOf(count);
    const isOut = only !== undefined && rows.text(onlyColumn).trim() !== only.value;
    values[count++] = isOut ? NaN : valueOf();
  }
  if (count === 0) throw new InputError(`${source.name}: the file has no rows but its header`);
  return { name: source.name, timesUs: timesUs.subarray(0, count), values: values.subarray(0, count) };
}

function timeReader(rows: NamedRows, { time, intervalUs }: SeriesFormat): (row: number) => number {
  if (time === undefined) return (row) => row * (intervalUs ?? 0);
  const column = columnOf(rows, time.column);
  const days = time.plusDaysColumn === undefined ? -1 : columnOf(rows, time.plusDaysColumn);
  const fail = (problem: string): never => {
    throw new InputError(`${rows.where()}: field ${quoted(time.column)}: ${problem}`);
  };
  const { as } = time;
  const read =
    as === 'date-time'
      ? (): number => {
          try {
            return dateTimeUs(rows.text(column));
          } catch (error) {
            return error instanceof InputError ? fail(error.message) : fail(String(error));
          }
        }
      : (): number => Math.floor(rows.number(column) * UNIT_US[as] + 0.5);
  return () => {
    const timeUs = read() + (days < 0 ? 0 : rows.number(days) * DAY_US);
    if (Math.abs(timeUs) <= LATEST_US) return timeUs;
    return fail(
      `${quoted(rows.text(column))} is not a time${as === 'date-time' ? '' : ` in ${as}`}; every row needs one`,
    );
  };
}

function valueReader(rows: NamedRows, { values, time, only }: SeriesFormat): () => number {
  if (values === undefined) return () => 1;
  const named = new Set([time?.column, time?.plusDaysColumn, only?.column]);
  const names = values === 'all' ? rows.columns.filter((column) => !named.has(column)) : values;
  const columns = names.map((name) => columnOf(rows, name));
  return () => {
    let sum = 0;
    let isMissing = true;
    for (const column of columns) {
      const value = rows.number(column);
      if (value !== value) continue;
      if (value < 0)
        throw new InputError(
          `${rows.where()}: field ${quoted(rows.columns[column])}: ${value} is negative; leave the field empty when the value is missing`,
        );
      sum += value;
      isMissing = false;
    }
    return isMissing ? NaN : sum;
  };
}

function wider(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const copy = new Float64Array(values.length * 2);
  copy.set(values);
  return copy;
}
