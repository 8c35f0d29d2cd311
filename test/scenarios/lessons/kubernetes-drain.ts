import { expect } from 'vitest';
import { keeps, serviceOf, the, type Lesson, type Told } from '../shipped-scenario.ts';

/** A budget without a replica to spare blocks the drain for as long as it stands; with one it lets it through unnoticed. */
export const kubernetesDrain: Lesson = (runs) => {
  const spared = the(runs, 'kube-scheduler', '--replicas=4');
  const blocked = the(runs, 'kube-scheduler', '--replicas=3');
  for (const run of [spared, blocked]) {
    expect(run.living.happenings.some(({ kind, what }) => kind === 'eviction-refused' && /budget db/.test(what))).toBe(
      true,
    );
    expect(keeps(run)).toBe(true);
    expect(serviceOf(run, 'db').failed + serviceOf(run, 'db').timedOut).toBeLessThan(3);
  }
  const waited = waitsOf(spared);
  // From minute 2 until the fourth replica is ready (pulled and booted within 45 s of minute 6) and the drain asks again.
  expect(waited.toUs - waited.fromUs).toBeGreaterThan(240e6 + 10e6);
  expect(waited.toUs - waited.fromUs).toBeLessThan(240e6 + 45e6);
  expect((waited.toUs - waited.fromUs) % 5e6).toBe(0);
  expect(waitsOf(blocked).toUs).toBe(600e6);
  expect([spared, blocked].map(({ metrics }) => metrics['evictions'])).toEqual([1, 0]);
};

const waitsOf = ({ living }: Told) => living.timers!.find(({ timer }) => /drain waits/.test(timer))!;
