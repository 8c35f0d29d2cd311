import { expect } from 'vitest';
import { the, type Lesson } from '../shipped-scenario.ts';

/** Packing gives back a machine that spreading keeps, and nobody waits for it. */
export const kubernetesPacking: Lesson = (runs) => {
  const [spread, packed] = [the(runs, 'default'), the(runs, 'most-allocated')].map(({ metrics }) => metrics);
  expect(packed['costUsd']).toBeLessThan(0.85 * spread['costUsd']);
  expect(packed['idleCostUsd']).toBeLessThan(0.8 * spread['idleCostUsd']);
  expect(packed['cpuAllocatedShare']).toBeGreaterThan(1.15 * spread['cpuAllocatedShare']);
  for (const metrics of [spread, packed]) expect(metrics['p99WaitS']).toBeLessThan(0.1);
};
