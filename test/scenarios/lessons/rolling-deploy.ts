import { expect } from 'vitest';
import { serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** Recreate and rolling bring a bad version to everybody for good; blue-green and canary turn back. */
export const rollingDeploy: Lesson = (runs) => {
  const failed = (policy: string) => serviceOf(the(runs, policy), 'web').failedBy;
  // A fifth of 120 requests a second fails from about 5:20 to 25:00, 1,180 s: 28,300.
  for (const policy of ['recreate', 'rolling'])
    expect(Math.abs(failed(policy)['errorAnswer'] - 28_000)).toBeLessThan(1000);
  expect(failed('recreate')['noEndpoint']).toBeGreaterThan(1000);
  expect(failed('rolling')['noEndpoint']).toBe(0);
  for (const policy of ['blue-green', 'canary']) {
    expect(the(runs, policy).metrics['sloViolatedMinutes']).toBe(0);
    expect(failed(policy)['errorAnswer']).toBeLessThan(100);
    expect(the(runs, policy).living.decisions.some((one) => one.by === 'deployment' && /bad/.test(one.why))).toBe(true);
  }
  expect(serviceOf(the(runs, 'blue-green'), 'web').replicasPeak).toBe(12);
  expect(serviceOf(the(runs, 'canary'), 'web').replicasPeak).toBe(7);
};
