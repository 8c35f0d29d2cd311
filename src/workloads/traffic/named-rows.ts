import { InputError } from '../../sim/input-error.ts';
import { suggestion } from '../../sim/nearest-name.ts';
import type { ByteSource } from '../byte-source.ts';
import { CsvRows } from '../csv-rows.ts';
import { LineReader } from '../line-reader.ts';
import { quoted } from '../../sim/quantity.ts';
import { textOf } from '../text-of.ts';
import type { SeriesFormat } from './series-format.ts';

/** Rows of a CSV or NDJSON file whose fields have names. */
export interface NamedRows {
  /** Names of the columns, in the order of the file (of its first row, where each row has its own). */
  readonly columns: readonly string[];
  /** Goes to the next row; false after the last. */
  next(): boolean;
  /** The field of the current row in this place of `columns`; empty when there is nothing. */
  text(column: number): string;
  /** As a number, or NaN when it is empty. Throws InputError when it is anything else. */
  number(column: number): number;
  /** `file:line` of the current row. */
  where(): string;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** The rows of the source. Throws InputError when it is empty. */
export function namedRows(source: ByteSource, format: SeriesFormat): NamedRows {
  const syntax = format.syntax ?? (/\.(?:ndjson|jsonl)(?:\.gz)?$/.test(source.name) ? 'ndjson' : 'csv');
  return syntax === 'ndjson' ? jsonRows(source) : csvRows(source, format);
}

/** The place of the column; throws InputError with what there is when there is none of this name. */
export function columnOf(rows: NamedRows, name: string): number {
  const place = rows.columns.indexOf(name);
  if (place >= 0) return place;
  const some =
    rows.columns.length > 12 ? [...rows.columns.slice(0, 12), `${rows.columns.length - 12} more`] : rows.columns;
  throw new InputError(`${rows.where()}: there is no column ${quoted(name)}${suggestion(name, some)}`);
}

function csvRows(source: ByteSource, { header = true, delimiter, comment }: SeriesFormat): NamedRows {
  const rows = new CsvRows(source, {
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(comment === undefined ? {} : { comment }),
  });
  if (!rows.next()) throw new InputError(`${source.name}: the file is empty`);
  const columns = Array.from({ length: rows.count }, (_, k) => (header ? rows.text(k).trim() : String(k + 1)));
  const where = (): string => `${rows.name}:${rows.line}`;
  // Without a header the first row is data, and has been read.
  let isRead = !header;
  return {
    columns,
    next() {
      if (!isRead && !rows.next()) return false;
      isRead = false;
      if (rows.count !== columns.length)
        throw new InputError(
          `${where()}: the row has ${rows.count} fields and the first row ${columns.length}; write one field for each column (empty ones too)`,
        );
      return true;
    },
    text: (column) => rows.text(column),
    number(column) {
      // fast: nearly all values of a series are plain whole numbers.
      const whole = rows.wholeNumber(column);
      return whole >= 0 ? whole : numberOf(rows.text(column), where, columns[column]);
    },
    where,
  };
}

function jsonRows(source: ByteSource): NamedRows {
  const lines = new LineReader(source);
  const where = (): string => `${lines.name}:${lines.line}`;
  let row: Readonly<Record<string, unknown>> | undefined;
  const read = (): boolean => {
    for (;;) {
      if (!lines.next()) return false;
      const line = textOf(lines.bytes, lines.start, lines.end).trim();
      if (line === '') continue;
      row = objectOf(line, where);
      return true;
    }
  };
  if (!read() || row === undefined) throw new InputError(`${source.name}: the file is empty`);
  const columns = Object.keys(row);
  let isRead = true;
  const text = (column: number): string => {
    const value = row !== undefined && Object.hasOwn(row, columns[column]) ? row[columns[column]] : undefined;
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    if (typeof value === 'number') return String(value);
    throw new InputError(
      `${where()}: field ${quoted(columns[column])}: ${quoted(JSON.stringify(value))} is neither a number nor a text`,
    );
  };
  return {
    columns,
    next() {
      if (!isRead) return read();
      isRead = false;
      return true;
    },
    text,
    number: (column) => numberOf(text(column), where, columns[column]),
    where,
  };
}

function objectOf(line: string, where: () => string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InputError(`${where()}: ${quoted(line)} is not JSON; write one object a line`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new InputError(`${where()}: ${quoted(line)} is not a JSON object; write one object a line`);
}

function numberOf(text: string, where: () => string, column: string): number {
  const trimmed = text.trim();
  if (trimmed === '') return NaN;
  if (NUMBER.test(trimmed)) return Number(trimmed);
  throw new InputError(`${where()}: field ${quoted(column)}: ${quoted(text)} is not a number; write it like 42 or 0.5`);
}
