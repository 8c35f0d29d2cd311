import type { Cell } from '../experiment/comparison.ts';
import { noun } from './answer.ts';
import { signedDifference } from './difference-words.ts';
import { formatLike, plusMinus } from './format.ts';
import { primaryMetric } from './primary-metric.ts';

/** Colours a piece of text by its role, or returns it as it is; widths are measured before. */
export type Paint = (text: string, role: 'best' | 'worse' | 'soft' | 'bar') => string;

export interface TerminalTableOptions {
  /** Judge by this metric; default see `primaryMetric`. */
  readonly metric?: string | undefined;
  /** Columns of the terminal; default 80. */
  readonly width?: number;
  readonly paint?: Paint;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** The ranking of one cell for a terminal: a heading and a line a policy, with a bar for the difference to the best. */
export function terminalTable(cell: Cell, options: TerminalTableOptions = {}): string {
  const { width = 80, paint = (text) => text } = options;
  const metric = primaryMetric(cell, options.metric);
  if (!metric) return '(no run finished)\n';
  const rows = cell.metrics[metric.name].policies;
  const format = formatLike(
    rows.map((row) => row.mean),
    metric.unit,
  );
  const reach = rows.reduce((most, row) => Math.max(most, Math.abs(row.toBest?.mean ?? 0)), 0);
  const columns = rows.map((row) => ({
    name: printable(row.policy),
    mean: format(row.mean),
    interval: plusMinus(row, format),
    difference: signedDifference(row, metric, { format }),
    verdict: rows.length === 1 ? '' : row.verdict === 'one seed' ? 'one seed: no interval' : (row.verdict ?? ''),
    row,
  }));
  const widest = (of: 'name' | 'mean' | 'interval' | 'difference' | 'verdict', least = 0): number =>
    columns.reduce((most, one) => Math.max(most, widthOf(one[of])), least);
  const [meanWidth, intervalWidth, differenceWidth] = [widest('mean'), widest('interval'), widest('difference')];
  const beside = meanWidth + intervalWidth + differenceWidth + widest('verdict') + 12;
  // A third of the line, and more where there is room without bars: a name that is cut tells less than no bar.
  const nameWidth = Math.min(widest('name', 6), Math.max(12, Math.floor(width / 3), width - beside));
  const taken = nameWidth + beside;
  const barWidth = Math.max(0, Math.min(24, width - taken));
  const lines = columns.map((one) => {
    const role = one.row.verdict === 'best' ? 'best' : one.row.verdict === 'worse' ? 'worse' : 'soft';
    const length = reach === 0 ? 0 : Math.abs(one.row.toBest?.mean ?? 0) / reach;
    const name = padEnd(shorten(one.name, nameWidth), nameWidth);
    const parts = [
      one.row.verdict === 'best' ? paint(name, 'best') : name,
      padStart(one.mean, meanWidth),
      ...(intervalWidth > 0 ? [paint(padStart(one.interval, intervalWidth), 'soft')] : []),
      ...(barWidth > 3 ? [paint(bar(length, barWidth), 'bar')] : []),
      padStart(one.difference, differenceWidth),
      paint(one.verdict, role),
    ];
    return `  ${parts.join('  ')}`.trimEnd();
  });
  const heading = `${noun(metric)} (${metric.better} is better), ${cell.workload} on ${cell.cluster}`;
  return `${paint(printable(heading), 'soft')}\n${lines.join('\n')}\n`;
}

function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8);
  return padEnd('█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8], width);
}

/** Without control characters: a name must not move the cursor or change colours. */
function printable(text: string): string {
  const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);
  return [...text].map((character) => (isControl(character.codePointAt(0)!) ? '?' : character)).join('');
}

function widthOf(text: string): number {
  return [...text].length;
}

function shorten(text: string, width: number): string {
  return widthOf(text) <= width ? text : `${[...text].slice(0, width - 1).join('')}…`;
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}
