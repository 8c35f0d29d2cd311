import type { LivingSnapshot } from '../sim/monitoring/living-snapshot.ts';

const LEVELS = '▁▂▃▄▅▆▇█';
const SPAN = 60;

/** The recent past of every service, at even simulated times, for sparklines. */
export class LiveHistory {
  private readonly most: number;
  private readonly columns = new Map<string, number[]>();

  /** Keeps so many of the newest values of each. */
  constructor(most = 120) {
    this.most = most;
  }

  add({ services }: LivingSnapshot): void {
    for (const { name, requestsPerSecond, p99Ms } of services) {
      this.push(`${name}/requests`, requestsPerSecond);
      this.push(`${name}/p99`, p99Ms);
    }
  }

  /**
   * The newest values, at least `SPAN` of them where there are so many: a character each, or for a few neighbours the
   * largest of them, as shares of the largest shown; a blank where there was none.
   */
  sparkline(key: string, width: number): string {
    const kept = (this.columns.get(key) ?? []).slice(-Math.max(width, SPAN));
    const perCharacter = Math.max(1, Math.ceil(kept.length / width));
    const values: number[] = [];
    // From the newest backwards, so that what is drawn moves by whole characters.
    for (let end = kept.length; end > 0; end -= perCharacter)
      values.unshift(largest(kept.slice(Math.max(0, end - perCharacter), end)));
    const top = largest(values);
    const drawn = values.map((value) => {
      if (value > 0) return LEVELS[Math.min(7, Math.floor((value / top) * 7.999))];
      return value === 0 ? LEVELS[0] : ' ';
    });
    return drawn.join('').padStart(width);
  }

  private push(key: string, value: number): void {
    const column = this.columns.get(key) ?? [];
    column.push(value);
    if (column.length > this.most) column.shift();
    this.columns.set(key, column);
  }
}

/** The largest that is a number; NaN of none. */
function largest(values: readonly number[]): number {
  const known = values.filter((value) => Number.isFinite(value));
  return known.length === 0 ? Number.NaN : Math.max(...known);
}
