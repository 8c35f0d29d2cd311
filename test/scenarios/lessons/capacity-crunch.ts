import { expect } from 'vitest';
import { the, type Lesson } from '../shipped-scenario.ts';

/** A pool bridges the boot and costs most; priorities give the last machines to checkout; it takes both. */
export const capacityCrunch: Lesson = (runs) => {
  const of = (metric: string) => (policy: string) => the(runs, policy).metrics[metric];
  const [cost, minutes, budget] = [of('costUsd'), of('sloViolatedMinutes'), of('errorBudgetUsed')];
  for (const queue of ['fifo', 'priority']) {
    expect(budget(`${queue} + warm-pool`)).toBeLessThan(0.65 * budget(`${queue} + cluster-autoscaler`));
    expect(cost(`${queue} + warm-pool`)).toBeGreaterThan(1.1 * cost(`${queue} + cluster-autoscaler`));
    expect(cost(`${queue} + just-in-time`)).toBeLessThan(0.9 * cost(`${queue} + cluster-autoscaler`));
  }
  for (const nodes of ['cluster-autoscaler', 'just-in-time', 'warm-pool']) {
    expect(budget(`priority + ${nodes}`)).toBeLessThan(0.8 * budget(`fifo + ${nodes}`));
    expect(minutes(`priority + ${nodes}`)).toBeLessThanOrEqual(minutes(`fifo + ${nodes}`) - 3);
  }
  // The quota of eight machines is reached by all.
  for (const { living } of runs) {
    const { values } = living.timeline.series.find((one) => one.name === 'baton_nodes_bought')!;
    expect(Math.max(...values)).toBe(8);
  }
};
