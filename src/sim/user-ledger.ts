import type { UserResult } from './result.ts';

/** What each user's pods waited and used. Users are few; everything is kept by the user's index. */
export class UserLedger {
  private readonly pods: number[] = [];
  private readonly waitS: number[] = [];
  private readonly finished: number[] = [];
  private readonly boundedSlowdown: number[] = [];
  private readonly used: [number[], number[], number[]] = [[], [], []];

  /** Makes place for users up to this one. */
  open(user: number): void {
    while (this.pods.length <= user) {
      this.pods.push(0);
      this.waitS.push(0);
      this.finished.push(0);
      this.boundedSlowdown.push(0);
      for (const column of this.used) column.push(0);
    }
  }

  start(user: number, waitS: number): void {
    this.open(user);
    this.pods[user]++;
    this.waitS[user] += waitS;
  }

  finish(
    user: number,
    boundedSlowdown: number,
    ranS: number,
    cpuMilli: number,
    memBytes: number,
    gpuMilli: number,
  ): void {
    this.finished[user]++;
    this.boundedSlowdown[user] += boundedSlowdown;
    this.used[0][user] += cpuMilli * ranS;
    this.used[1][user] += memBytes * ranS;
    this.used[2][user] += gpuMilli * ranS;
  }

  /** Users in order of first arrival. */
  results(names: readonly string[]): UserResult[] {
    const totals = this.used.map((column) => column.reduce((sum, one) => sum + one, 0));
    return this.pods.map((pods, user) => ({
      user: names[user],
      pods,
      meanWaitS: pods ? this.waitS[user] / pods : 0,
      meanBoundedSlowdown: this.finished[user] ? this.boundedSlowdown[user] / this.finished[user] : 0,
      dominantShare: Math.max(...this.used.map((column, k) => (totals[k] > 0 ? column[user] / totals[k] : 0))),
    }));
  }
}

/** Jain's fairness index (Jain, Chiu, Hawe 1984): (sum x)^2 / (n sum x^2); 1 when all are equal, 1/n at worst. */
export function jainIndex(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  const squares = values.reduce((total, value) => total + value * value, 0);
  return squares > 0 ? (sum * sum) / (values.length * squares) : 1;
}
