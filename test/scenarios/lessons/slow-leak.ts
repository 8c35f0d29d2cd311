import { expect } from 'vitest';
import { serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** All four replicas die within a minute, and then nobody answers; restarted one by one in time, nobody notices. */
export const slowLeak: Lesson = (runs) => {
  const left = the(runs, '', 'memoryLimit=1Gi, no deployments');
  const kills = left.living.happenings
    .filter((one) => one.kind === 'crash')
    .map(({ timeUs }) => timeUs)
    .slice(0, 4);
  // 768 MiB at 20 requests a second of 30 kB: 805e6 / 0.6e6 = 1342 s after the start, for each of them.
  expect(kills).toHaveLength(4);
  for (const timeUs of kills) expect(Math.abs(timeUs / 1e6 - 1342)).toBeLessThan(40);
  expect(serviceOf(left, 'web').failedBy['noEndpoint']).toBeGreaterThan(500);
  expect(left.metrics['sloViolatedMinutes']).toBeGreaterThanOrEqual(2);
  for (const limit of ['web.memoryLimit=1Gi', 'no memoryLimit']) {
    const restarted = the(runs, '', `${limit}, deployments=`);
    expect(restarted.metrics['oomKills']).toBe(0);
    expect(restarted.metrics['errorShare']).toBe(0);
  }
  const unlimited = the(runs, '', 'no memoryLimit, no deployments');
  expect(unlimited.metrics['oomKills']).toBeGreaterThan(0);
  expect(unlimited.metrics['oomKills']).toBeLessThan(left.metrics['oomKills']);
};
