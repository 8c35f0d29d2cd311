import { expect } from 'vitest';
import { keeps, serviceOf, the, type Lesson } from '../shipped-scenario.ts';

const MINUTE_US = 60e6;

/** A rollout, a dead machine and a crowd are each answered in time, the crowd only by who scales. */
export const liveReplay: Lesson = (runs) => {
  const scaled = the(runs, 'target-utilisation');
  const fixed = the(runs, 'fixed');
  for (const { living } of [scaled, fixed]) {
    const when = (kind: string): number => living.happenings.find((one) => one.kind === kind)!.timeUs / MINUTE_US;
    // Eight replicas, two at a time, four seconds each.
    expect(when('deployed')).toBeGreaterThan(1.5 + 16 / 60);
    expect(when('deployed')).toBeLessThan(2.5);
    // Three heartbeats that do not come, and five seconds.
    expect(when('node-down')).toBe(4.5);
    expect(when('node-lost')).toBeLessThan(4.5 + 17 / 60);
    expect(when('evicted')).toBeLessThan(4.5 + 22 / 60);
    expect(living.happenings.find((one) => one.kind === 'evicted')!.what).toMatch(/^[3-9] replicas/);
    expect(when('node-up')).toBe(7.5);
  }
  const more = scaled.living.decisions.filter(({ by, about }) => by === 'horizontal' && about === 'web');
  expect(more[0].timeUs).toBeGreaterThan(8 * MINUTE_US);
  expect(more[0].timeUs).toBeLessThan(9 * MINUTE_US);
  expect(more.at(-1)!.what).toMatch(/-> 8 replicas$/);
  expect(serviceOf(scaled, 'web').replicasPeak).toBeGreaterThan(15);
  expect(keeps(scaled)).toBe(true);
  expect(keeps(fixed)).toBe(false);
  expect(serviceOf(fixed, 'web').meanMs).toBeGreaterThan(3 * serviceOf(scaled, 'web').meanMs);
};
