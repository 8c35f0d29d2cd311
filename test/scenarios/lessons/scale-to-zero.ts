import { expect } from 'vitest';
import { serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** The fewer idle minutes are paid for, the more users wait for a machine and a boot. */
export const scaleToZero: Lesson = (runs) => {
  const always = the(runs, 'fixed');
  const long = the(runs, 'queue-or-rate(rate=4, cooldown=20m)');
  const short = the(runs, 'queue-or-rate(rate=4, cooldown=1m)');
  const { costUsd } = always.metrics;
  expect(short.metrics['costUsd']).toBeLessThan(0.42 * costUsd);
  expect(long.metrics['costUsd']).toBeLessThan(0.7 * costUsd);
  expect(long.metrics['costUsd']).toBeGreaterThan(short.metrics['costUsd']);
  expect(always.metrics['sloViolatedMinutes']).toBe(0);
  expect(long.metrics['sloViolatedMinutes']).toBeGreaterThan(0);
  expect(short.metrics['sloViolatedMinutes']).toBeGreaterThan(long.metrics['sloViolatedMinutes']);
  // A cold start is a look (up to 30 s), a machine (60 s), an image (7 s) and a boot (10 s).
  for (const cold of [short, long]) expect(cold.metrics['p99LatencyMs']).toBeGreaterThan(30_000);
  expect(always.metrics['p99LatencyMs']).toBeLessThan(5000);
  // Nobody is lost: callers come back until somebody is there.
  for (const one of runs) expect(serviceOf(one, 'report').served / serviceOf(always, 'report').served).toBe(1);
};
