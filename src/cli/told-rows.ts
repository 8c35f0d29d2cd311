import type { painter } from './console-output.ts';

/** A line of what was told of a run; several that say the same are one. */
export interface Row {
  readonly timeUs: number;
  /** The last time that it was said. */
  readonly untilUs: number;
  readonly kind: string;
  readonly text: string;
  readonly count: number;
}

/** Rows under a title, cut to the width of the terminal. `all`: how many there are with those that are not shown. */
export function rowsText(
  title: string,
  rows: readonly Row[],
  all: number,
  paint: ReturnType<typeof painter>,
  width: number,
): string {
  const widest = Math.min(24, Math.max(...rows.map(({ kind }) => kind.length)));
  const lines = rows.map(({ timeUs, kind, text, count, untilUs }) =>
    cutTo(
      `  ${clock(timeUs).padStart(9)}  ${kind.padEnd(widest)}  ${count > 1 ? `${count} x ${untilUs - timeUs >= 1e6 ? `until ${clock(untilUs)} ` : ''}` : ''}${text}`,
      width,
    ),
  );
  const rest = all - rows.length;
  return `${paint('bold', title)}\n${lines.join('\n')}${rest > 0 ? paint('dim', `\n  and ${rest} more`) : ''}`;
}

/** A text that fits into one line of a terminal; an ellipsis stands for what does not. */
export function cutTo(text: string, width: number): string {
  const letters = Array.from(text);
  return letters.length <= width ? text : `${letters.slice(0, Math.max(1, width - 1)).join('')}…`;
}

/** A sentence in lines of that width, the second and further ones set in by two. */
export function wrapTo(text: string, width: number): string {
  if (!Number.isFinite(width)) return text;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

/** `1 d 02:03:04`, times of a run in days, hours, minutes and seconds. */
export function clock(us: number): string {
  const s = Math.floor(us / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  const days = Math.floor(s / 86_400);
  return `${days > 0 ? `${days} d ` : ''}${two(Math.floor((s % 86_400) / 3600))}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`;
}
