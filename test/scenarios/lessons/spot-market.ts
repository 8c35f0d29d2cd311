import { expect } from 'vitest';
import { the, type Lesson, type Told } from '../shipped-scenario.ts';

/** Spot is cheapest and breaks its promise for the whole shortage; a mixture for two minutes, at three quarters. */
export const spotMarket: Lesson = (runs) => {
  const onDemand = the(runs, '', '| on demand');
  const spot = the(runs, '', '| spot');
  const mixed = the(runs, '', '| mixed');
  const cost = (one: Told): number => one.metrics['costUsd'] / onDemand.metrics['costUsd'];
  const minutes = (one: Told): number => one.metrics['sloViolatedMinutes'];
  expect(minutes(onDemand)).toBe(0);
  // Prices are 2 to 5: 0.4 for all spot, (5 + 4 x 0.4) / 9 = 0.733 for the mixture.
  expect(cost(spot)).toBeLessThan(0.42);
  expect(cost(mixed)).toBeLessThan(0.76);
  expect(minutes(spot)).toBeGreaterThanOrEqual(10);
  expect(minutes(mixed)).toBeLessThanOrEqual(3);
  expect(mixed.metrics['errorBudgetUsed']).toBeLessThan(spot.metrics['errorBudgetUsed'] / 8);
  expect(spot.metrics['evictions']).toBeGreaterThan(mixed.metrics['evictions']);
};
