import { expect } from 'vitest';
import { keeps, serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** An honest request protects everywhere, a limit on neighbours only where they are spread, and at their cost. */
export const noisyNeighbour: Lesson = (runs) => {
  for (const placement of ['most-allocated', 'least-allocated']) {
    const small = the(runs, placement, 'api.cpu=300m, no cpuLimit');
    expect(keeps(small)).toBe(false);
    expect(small.metrics['sloViolatedMinutes']).toBeGreaterThanOrEqual(5);
    for (const limit of ['no cpuLimit', 'cpuLimit=500m']) {
      const honest = the(runs, placement, `api.cpu=700m, ${limit === 'no cpuLimit' ? limit : `encoder.${limit}`}`);
      expect(honest.metrics['sloViolatedMinutes']).toBe(0);
      expect(serviceOf(honest, 'api').p99Ms).toBeLessThan(serviceOf(small, 'api').p99Ms / 20);
      expect(honest.metrics['costUsd']).toBe(small.metrics['costUsd']);
    }
  }
  const limited = 'api.cpu=300m, encoder.cpuLimit=500m';
  expect(keeps(the(runs, 'least-allocated', limited))).toBe(true);
  expect(keeps(the(runs, 'most-allocated', limited))).toBe(false);
  const wait = (cell: string): number => serviceOf(the(runs, 'least-allocated', cell), 'encoder').p50Ms;
  expect(wait(limited)).toBeGreaterThan(1.8 * wait('api.cpu=700m, no cpuLimit'));
};
