import { InputError } from '../../sim/input-error.ts';
import type { FailureRecord } from '../../sim/weather/describe-failures.ts';
import type { ByteSource } from '../byte-source.ts';
import type { CsvOptions } from '../csv-rows.ts';
import { CsvTable } from '../csv-table.ts';
import { durationUs, quoted } from '../../sim/quantity.ts';
import { civilUs, isCivil } from './civil-time.ts';

/** The names that the columns have in the user's file. */
export interface FailureColumns extends CsvOptions {
  readonly node: string;
  /** When it went down, and when it was up again (empty: not within the recording). */
  readonly down: string;
  readonly up: string;
}

/**
 * Outages from any CSV file. Times are durations since some beginning (`90s`, `12h`, plain seconds) or dates
 * (`2024-05-01T13:45:00Z`, `2024-05-01 13:45`; an offset is not read). Throws InputError with file:line for what it cannot read.
 */
export function readFailureCsv(source: ByteSource, columns: FailureColumns): FailureRecord[] {
  const table = new CsvTable(source, {
    ...columns,
    required: [columns.node, columns.down, columns.up],
    example: `${columns.node},${columns.down},${columns.up}`,
  });
  const node = table.column(columns.node);
  const down = table.column(columns.down);
  const up = table.column(columns.up);
  const failures: FailureRecord[] = [];
  while (table.next()) {
    if (table.rows.isEmpty(node)) table.fail(node, 'is empty; write the name of the node');
    const downUs = table.parse(down, timeUs);
    const upUs = table.rows.isEmpty(up) ? Infinity : table.parse(up, timeUs);
    if (upUs < downUs)
      table.fail(up, `${quoted(table.rows.text(up))} is before the node went down; write the later time here`);
    failures.push({ node: table.rows.text(node), downUs, upUs });
  }
  return failures.sort((a, b) => a.downUs - b.downUs);
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}(?:\.\d{1,6})?))?)?Z?$/;

function timeUs(text: string): number {
  const parts = DATE.exec(text.trim());
  if (parts === null) {
    if (/^\d{4}-\d/.test(text.trim())) throw new InputError(notATime(text));
    return durationUs(text);
  }
  const [year, month, day, hour, minute, second] = parts.slice(1).map((part) => Number(part ?? 0));
  if (!isCivil(year, month, day, hour, minute, second)) throw new InputError(notATime(text));
  return civilUs(year, month, day, hour, minute, second);
}

function notATime(text: string): string {
  return `${quoted(text)} is not a date; write it like 2024-05-01T13:45:00Z`;
}
