import { expect } from 'vitest';
import { keeps, the, type Lesson } from '../shipped-scenario.ts';

/** Who believes the rise at once keeps the promise, for about as much as who wants three bad minutes first. */
export const worldCup1998: Lesson = (runs) => {
  const quick = the(runs, 'target-utilisation');
  const forecast = the(runs, 'predictive');
  const slow = the(runs, 'target-tracking');
  const slowest = the(runs, 'step-scaling');
  const fixed = the(runs, 'fixed');
  const minutes = (one: typeof quick): number => one.metrics['sloViolatedMinutes'];
  expect(minutes(quick)).toBeLessThanOrEqual(2);
  expect(keeps(quick)).toBe(true);
  expect(minutes(forecast)).toBeLessThanOrEqual(4);
  expect(minutes(slow)).toBeGreaterThanOrEqual(minutes(quick) + 3);
  expect(minutes(slowest)).toBeGreaterThanOrEqual(15);
  expect(minutes(fixed)).toBeGreaterThanOrEqual(15);
  for (const late of [slow, slowest, fixed]) expect(keeps(late)).toBe(false);
  expect(Math.abs(quick.metrics['costUsd'] / slow.metrics['costUsd'] - 1)).toBeLessThan(0.05);
  expect(quick.metrics['costUsd']).toBeLessThan(1.15 * fixed.metrics['costUsd']);
};
