import { InputError } from '../../sim/input-error.ts';
import type { ByteSource } from '../byte-source.ts';
import type { SeriesFormat } from './series-format.ts';
import { readTimedRows } from './timed-rows.ts';

/** When single requests came, in order; at least one. */
export interface RequestTimes {
  readonly name: string;
  /** Since 1970, or since the file's own beginning. */
  readonly timesUs: Float64Array;
}

/** Reads a file with one row a request (`values` absent). Rows may come in any order. */
export function readRequestTimes(source: ByteSource, format: SeriesFormat): RequestTimes {
  if (format.values !== undefined)
    throw new InputError(
      `${source.name}: single requests are wanted, one a row, but columns of values are named; leave them out, or replay the file as a series`,
    );
  const { name, timesUs, values } = readTimedRows(source, format);
  // Rows that `only` leaves out have no value.
  const kept = timesUs.filter((_, row) => values[row] === 1).sort();
  if (kept.length === 0) throw new InputError(`${name}: no row is left; look at what "only" asks for`);
  return { name, timesUs: kept };
}
