import { expect } from 'vitest';
import { serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** Work of a request, in milliseconds. */
const WORK_MS = 100;

/** Turns halve the waiting of chance, and least connections halves it again; more load, more waiting. */
export const liveBalancers: Lesson = (runs) => {
  const waitMs = (policy: string, rate: string): number => serviceOf(the(runs, policy, rate), 'web').meanMs - WORK_MS;
  for (const rate of ['20/s', '28/s']) {
    const [chance, turns, least] = ['random', 'round-robin', 'least-connections'].map((one) => waitMs(one, rate));
    expect(turns / chance).toBeGreaterThan(0.25);
    expect(turns / chance).toBeLessThan(0.65);
    expect(least / turns).toBeLessThan(0.55);
  }
  for (const policy of ['random', 'round-robin', 'least-connections'])
    expect(waitMs(policy, '28/s')).toBeGreaterThan(1.5 * waitMs(policy, '20/s'));
  // M/M/1 at 0.7: 233 ms.
  expect(waitMs('random', '28/s')).toBeGreaterThan(150);
  expect(waitMs('random', '28/s')).toBeLessThan(350);
};
