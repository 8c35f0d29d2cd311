import { expect } from 'vitest';
import { serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** Fresh: least connections before two choices before chance. Stale: least connections far behind all others. */
export const staleBalancers: Lesson = (runs) => {
  const p99 = (policy: string, stale: string): number => serviceOf(the(runs, policy, `stale=${stale}`), 'api').p99Ms;
  expect(p99('least-connections', '0s')).toBeLessThan(p99('power-of-choices', '0s'));
  expect(p99('power-of-choices', '0s')).toBeLessThan(p99('round-robin', '0s'));
  expect(p99('round-robin', '0s')).toBeLessThan(p99('random', '0s'));
  expect(p99('least-connections', '2s')).toBeGreaterThan(5 * p99('random', '2s'));
  expect(p99('power-of-choices', '2s')).toBeLessThan(1.2 * p99('random', '2s'));
  for (const blind of ['random', 'round-robin']) expect(p99(blind, '2s')).toBe(p99(blind, '0s'));
};
