import { expect } from 'vitest';
import { meanOver, serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** Three pages of ten need the database, for a third of the run it is slow: no more than a tenth of all must suffer. */
export const dependencyCascade: Lesson = (runs) => {
  const errors = (policy: string): number => the(runs, policy).metrics['errorShare'];
  const mustSuffer = 0.3 / 3;
  for (const useless of ['patient', 'more web']) expect(errors(useless)).toBeGreaterThan(2 * mustSuffer);
  for (const contained of ['timeout', 'timeout and breaker']) expect(errors(contained)).toBeLessThan(1.05 * mustSuffer);
  expect(errors('more db')).toBeLessThan(0.001);
  // While pages fail for want of places, the CPU of web has next to nothing to do.
  expect(meanOver(the(runs, 'patient'), 'baton_service_cpu_share', 'web', 4, 7)).toBeLessThan(0.1);
  const calls = (policy: string): number => {
    const { failedBy, arrived } = serviceOf(the(runs, policy), 'db');
    return arrived - (failedBy['breakerOpen'] ?? 0);
  };
  expect(calls('timeout and breaker')).toBeLessThan(0.8 * calls('timeout'));
};
