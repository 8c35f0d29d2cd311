import { expect } from 'vitest';
import { meanOver, the, type Lesson } from '../shipped-scenario.ts';

/** The surge ends at 3:31. Unbounded retries keep the service down until the end; whoever bounds them is well again. */
export const retryStorm: Lesson = (runs) => {
  const load = (policy: string): number =>
    meanOver(the(runs, policy), 'baton_service_requests_per_second', 'web', 5, 10);
  const answers = (policy: string): number =>
    meanOver(the(runs, policy), 'baton_service_served_per_second', 'web', 5, 10);
  // 280/s come from outside, and 8 x 2 / 40 ms = 400/s can be served: of the load that retries make, little is in time.
  expect(load('retries')).toBeGreaterThan(1000);
  expect(answers('retries')).toBeLessThan(100);
  expect(the(runs, 'retries').metrics['timeToRecoverS']).toBeGreaterThanOrEqual(6 * 60);
  for (const policy of ['no retries', 'retries with budget', 'retries with breaker']) {
    expect(answers(policy)).toBeGreaterThan(0.97 * 280);
    expect(load(policy)).toBeLessThan(1.03 * 280);
    expect(the(runs, policy).metrics['timeToRecoverS']).toBeLessThanOrEqual(120);
  }
};
