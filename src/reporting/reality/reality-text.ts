import type { Paint } from '../terminal-table.ts';
import { fixed } from '../format.ts';
import { realityAnswer } from './reality-answer.ts';
import type { RealityCheck } from './reality-check.ts';
import { recoveryTable, serviceTable, startTable, type TextTable } from './reality-tables.ts';

/** A reality check for a terminal: the answer, then a small table of each comparison. */
export function realityText(
  check: RealityCheck,
  { width = 80, paint = (text: string) => text }: RealityTextOptions = {},
): string {
  const { headline, details, caveats } = realityAnswer(check);
  const parts = [
    wrap(headline, width, '').map((line) => paint(line, 'best')),
    ...details.map((text) => wrap(text, width, '')),
    ...caveats.map((text) => wrap(`! ${text}`, width, '  ').map((line) => paint(line, 'worse'))),
    block(
      'start',
      narrow(startTable(check.starts, check.speed), ['Workload', 'n', 'Predicted', 'Measured', 'p90']),
      paint,
      width,
    ),
    block(
      'recovery',
      narrow(recoveryTable(check), ['At', 'Workload', 'What', 'Took: predicted', 'measured']),
      paint,
      width,
    ),
    block(
      'requests',
      narrow(serviceTable(check), ['Service', '', 'Answered a second', 'Failed', 'Mean', 'p99']),
      paint,
      width,
    ),
    check.troubles.length === 0
      ? []
      : [paint(`troubles: ${check.troubles.length}; the first: ${printable(check.troubles[0].what)}`, 'soft')],
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

export interface RealityTextOptions {
  /** Columns of the terminal; default 80. */
  readonly width?: number;
  readonly paint?: Paint;
}

/** A batch of hundreds of users has a table of hundreds of rows. */
const MOST_ROWS = 12;

/** Only these columns (of two with the same name the last) and the verdict, which is the last of all. */
function narrow({ columns, numeric, rows }: TextTable, wanted: readonly string[]): TextTable {
  const all = [...wanted.map((name) => columns.lastIndexOf(name)), columns.length - 1];
  return {
    columns: all.map((k) => columns[k].replace(/ on the (medians|mean)$/, '')),
    numeric: all.map((k) => numeric[k]),
    rows: rows.map((row) =>
      all.map((k) => printable(row[k]).replace(/( than predicted| what was predicted)?( \(95 % interval .*\))?$/, '')),
    ),
  };
}

function block(title: string, { columns, numeric, rows }: TextTable, paint: Paint, width: number): string[] {
  if (rows.length === 0) return [];
  const head = columns.map((column, k) => (k === 0 ? title : column.toLowerCase()));
  const widths = head.map((text, k) => rows.reduce((most, row) => Math.max(most, row[k].length), text.length));
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((text, k) => (numeric[k] ? text.padStart(widths[k]) : text.padEnd(widths[k]))).join('  ')}`
      .trimEnd()
      .slice(0, Math.max(40, width));
  const more = rows.length - MOST_ROWS;
  return [
    paint(line(head), 'soft'),
    ...rows.slice(0, more > 1 ? MOST_ROWS : undefined).map(line),
    ...(more > 1 ? [paint(`  and ${fixed(more, 0)} more in the report`, 'soft')] : []),
  ];
}

/** Without control characters: a name must not move the cursor or change colours. */
function printable(text: string): string {
  return [...text].map((character) => (isControl(character.codePointAt(0)!) ? '?' : character)).join('');
}

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);

function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
