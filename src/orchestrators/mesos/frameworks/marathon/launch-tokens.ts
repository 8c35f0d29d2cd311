import type { MesosValues } from '../../constants.ts';

/** How many launches Marathon may still make: refreshed every 30 s, and one more for each task that became healthy. */
export class LaunchTokens {
  private readonly values: MesosValues;
  private left: number;
  private period = -Infinity;

  constructor(values: MesosValues) {
    this.values = values;
    this.left = values.launchTokens;
  }

  available(nowUs: number): number {
    const period = Math.floor(nowUs / this.values.launchTokenRefreshInterval);
    if (period > this.period) {
      this.period = period;
      this.left = this.values.launchTokens;
    }
    return this.left;
  }

  take(nowUs: number): void {
    this.left = this.available(nowUs) - 1;
  }

  giveBack(): void {
    this.left++;
  }
}
