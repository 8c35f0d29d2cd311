const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A horizontal bar of so many characters at most, exact to an eighth of one. */
export function bar(value: number, largest: number, characters: number): string {
  if (!(largest > 0) || !(value > 0)) return '';
  const eighths = Math.round((Math.min(value, largest) / largest) * characters * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}

const LEVELS = '▁▂▃▄▅▆▇█';

/** A curve in one line: one character a value, from nothing to the largest. */
export function sparkline(values: readonly number[]): string {
  const largest = Math.max(...values, 0);
  return values
    .map((value) => (largest > 0 ? LEVELS[Math.round((value / largest) * (LEVELS.length - 1))] : LEVELS[0]))
    .join('');
}
