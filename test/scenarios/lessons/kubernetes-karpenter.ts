import { expect } from 'vitest';
import { the, type Lesson } from '../shipped-scenario.ts';

/** Who may choose among types and the spot market pays less than half, and pods wait no longer. */
export const kubernetesKarpenter: Lesson = (runs) => {
  const group = the(runs, 'cluster-autoscaler');
  const pools = the(runs, 'karpenter');
  expect(pools.metrics['costUsd']).toBeLessThan(0.5 * group.metrics['costUsd']);
  expect(pools.metrics['idleCostUsd']).toBeLessThan(0.4 * group.metrics['idleCostUsd']);
  expect(Math.abs(pools.metrics['meanWaitS'] - group.metrics['meanWaitS'])).toBeLessThan(3);
  // Nothing that is marked is moved.
  expect(pools.metrics['evictions']).toBe(0);
  const launches = pools.living.decisions.filter(({ by, what }) => by === 'nodes' && what.startsWith('launches '));
  expect(launches.length).toBeGreaterThanOrEqual(3);
  for (const { what, why } of launches) {
    expect(what).toContain(' spot ');
    expect(why).toMatch(/cheapest of \d+ offerings/);
  }
  // Types for memory where memory waits.
  expect(launches.some(({ what }) => /r\d\w*\./.test(what))).toBe(true);
};
