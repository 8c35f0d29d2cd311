import type { LivingSnapshot } from '../sim/monitoring/living-snapshot.ts';

const LEVELS = '▁▂▃▄▅▆▇█';

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

  /** The newest values, a character each, as shares of the largest shown; a blank where there was none. */
  sparkline(key: string, width: number): string {
    const values = (this.columns.get(key) ?? []).slice(-width);
    const top = values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, value) : most), 0);
    const drawn = values.map((value) =>
      Number.isFinite(value) && value > 0
        ? LEVELS[Math.min(7, Math.floor((value / top) * 7.999))]
        : value === 0
          ? LEVELS[0]
          : ' ',
    );
    return drawn.join('').padStart(width);
  }

  private push(key: string, value: number): void {
    const column = this.columns.get(key) ?? [];
    column.push(value);
    if (column.length > this.most) column.shift();
    this.columns.set(key, column);
  }
}
