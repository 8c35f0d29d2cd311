import { expect } from 'vitest';
import { keeps, the, type Lesson } from '../shipped-scenario.ts';

/** Those who react or predict break the promise for minutes; who knows the date keeps it, for less than a fixed fleet. */
export const blackFriday: Lesson = (runs) => {
  const few = the(runs, 'fixed').metrics;
  const many = the(runs, 'fixed(replicas=22)');
  const calendar = the(runs, 'scheduled');
  for (const late of [the(runs, 'target-utilisation'), the(runs, 'predictive')]) {
    expect(late.metrics['sloViolatedMinutes']).toBeGreaterThanOrEqual(2);
    expect(late.metrics['sloViolatedMinutes']).toBeLessThan(few['sloViolatedMinutes'] / 2);
    expect(keeps(late)).toBe(false);
  }
  for (const ready of [many, calendar]) {
    expect(ready.metrics['sloViolatedMinutes']).toBe(0);
    expect(keeps(ready)).toBe(true);
  }
  expect(calendar.metrics['costUsd']).toBeLessThan(0.8 * many.metrics['costUsd']);
};
