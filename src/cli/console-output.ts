import { styleText } from 'node:util';
import { EXIT } from './exit-codes.ts';

type Style = Parameters<typeof styleText>[0];

/** Results go here; nothing else does. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Progress, warnings and remarks. */
export function note(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A text in one line, without the control characters that names from outside may bring (they could paint or erase). */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\u2028\u2029]+/gu, (found) => (found.trim() === '' ? ' ' : '\uFFFD'));
}

/** Colours for a stream: only on a terminal, and not when NO_COLOR (no-color.org) asks for none. */
export function painter(stream: NodeJS.WriteStream): (style: Style, text: string) => string {
  const colours = stream.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  return colours ? (style, text) => styleText(style, text) : (_style, text) => text;
}

/** JSON on stdout, the same for every command that takes `--json`. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A reader that goes away (`baton … | head`) is no error; a full disk is. */
export function toleratePipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.ok);
      if (stream === process.stdout) note(`baton: the output cannot be written (${error.code}); write it elsewhere`);
      process.exit(EXIT.badInput);
    });
}

/** Text in columns; numbers to the right. The first row is the heading. */
export function columns(rows: readonly (readonly string[])[], paint = painter(process.stdout)): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  const numeric = rows[0].map((_, column) =>
    rows.slice(1).every((row) => /^[-+~≤≥]?[\d.]/.test(row[column] ?? '') || !row[column]),
  );
  return rows
    .map((row, number) => {
      const line = row
        .map((cell, column) => {
          const gap = ' '.repeat(Math.max(0, widths[column] - width(cell)));
          return numeric[column] && column > 0 ? gap + cell : cell + gap;
        })
        .join('  ')
        .trimEnd();
      return number === 0 ? paint('bold', line) : line;
    })
    .join('\n');
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
const width = (text: string): number => Array.from(text.replace(ESCAPES, '')).length;
