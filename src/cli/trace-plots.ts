import { bar } from './bars.ts';

const BAR_CHARACTERS = 40;
const UNITS: readonly [seconds: number, name: string][] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
];

/** Counts of times in buckets of 1, 3, 10, 30, … seconds. */
export class TimeHistogram {
  private readonly counts = new Map<number, number>();
  private zeros = 0;
  private total = 0;

  add(seconds: number): void {
    this.total++;
    if (seconds <= 0) this.zeros++;
    else {
      let step = 2 * Math.floor(Math.log10(seconds));
      while (lowerEdge(step + 1) <= seconds) step++;
      while (lowerEdge(step) > seconds) step--;
      this.counts.set(step, (this.counts.get(step) ?? 0) + 1);
    }
  }

  /** One line a bucket, from the first that holds something to the last. */
  lines(): string[] {
    if (this.total === 0) return ['  (none)'];
    const steps = [...this.counts.keys()];
    const rows: [string, number][] = this.zeros > 0 ? [['0', this.zeros]] : [];
    if (steps.length > 0)
      for (let step = Math.min(...steps); step <= Math.max(...steps); step++)
        rows.push([`${timeText(lowerEdge(step))} to ${timeText(lowerEdge(step + 1))}`, this.counts.get(step) ?? 0]);
    return barLines(rows, this.total);
  }
}

/** Labelled counts as bars, with their share of the whole. */
export function barLines(rows: readonly (readonly [string, number])[], total: number): string[] {
  const largest = Math.max(...rows.map(([, count]) => count));
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(
    ([label, count]) =>
      `  ${label.padStart(width)}  ${bar(count, largest, BAR_CHARACTERS).padEnd(BAR_CHARACTERS)} ${((100 * count) / total).toFixed(1)} %`,
  );
}

/** 10^(step/2), with 3 for the square root of 10, so that edges are round. */
function lowerEdge(step: number): number {
  const power = Math.pow(10, Math.floor(step / 2));
  return step % 2 === 0 ? power : 3 * power;
}

/** `3 s`, `5 min`, `1.2 h`. */
export function timeText(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'for ever';
  const [unit, name] = UNITS.find(([size]) => seconds >= size) ?? UNITS.at(-1)!;
  return `${Number((seconds / unit).toPrecision(3))} ${name}`;
}
