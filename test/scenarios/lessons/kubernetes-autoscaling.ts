import { expect } from 'vitest';
import { serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** Without machines behind it the HPA asks in vain: the outage lasts as long as the rush. With them half as long, and it costs. */
export const kubernetesAutoscaling: Lesson = (runs) => {
  const fixed = the(runs, 'no cluster-autoscaler');
  const grown = the(runs, 'cluster-autoscaler');
  const minutes = (run: typeof fixed): number => run.metrics['sloViolatedMinutes'];
  // The rush lasts from minute 5 to 16; three machines of 4 CPU hold 12 pods of 20 requests a second, 320 come.
  expect(minutes(fixed)).toBeGreaterThanOrEqual(9);
  expect(minutes(grown)).toBeLessThanOrEqual(6);
  expect(serviceOf(fixed, 'web').replicasPeak).toBe(12);
  expect(serviceOf(grown, 'web').replicasPeak).toBeGreaterThanOrEqual(20);
  expect(serviceOf(grown, 'web').failed).toBeLessThan(serviceOf(fixed, 'web').failed * 0.6);
  expect(grown.metrics['costUsd']).toBeGreaterThan(1.4 * fixed.metrics['costUsd']);
  expect(grown.metrics['costUsd']).toBeLessThan(2 * fixed.metrics['costUsd']);
  const said = (by: string, what: RegExp): number[] =>
    grown.living.decisions.filter((one) => one.by === by && what.test(one.what)).map(({ timeUs }) => timeUs / 60e6);
  const [up] = said('horizontal', /^4 -> /);
  const [bought] = said('nodes', /^3 -> /);
  expect(up).toBeGreaterThan(5.25);
  expect(bought).toBeGreaterThan(up);
  expect(bought).toBeLessThan(8);
  // Down: 5 minutes behind the end of the rush for pods, 10 more for machines.
  const down = grown.living.decisions.find(
    ({ by, what, timeUs }) => by === 'horizontal' && timeUs > bought * 60e6 && shrinks(what),
  )!;
  expect(down.timeUs / 60e6).toBeGreaterThan(18);
  const [removed] = said('nodes', /removed/);
  expect(removed).toBeGreaterThan(down.timeUs / 60e6 + 9);
};

function shrinks(what: string): boolean {
  const [, from, to] = /^(\d+) -> (\d+)/.exec(what) ?? [];
  return Number(to) < Number(from);
}
