import { expect } from 'vitest';
import { meanOver, the, type Lesson } from '../shipped-scenario.ts';

/** After the rush (over at 7:10) nothing is wrong but what an impatient probe keeps doing. */
export const livenessSpiral: Lesson = (runs) => {
  const none = the(runs, '', 'liveness=false');
  const impatient = the(runs, '', 'timeout=1s');
  const patient = the(runs, '', 'timeout=5s');
  expect(none.metrics['restarts']).toBe(0);
  expect(impatient.metrics['restarts']).toBeGreaterThan(5 * Math.max(1, patient.metrics['restarts']));
  expect(impatient.metrics['errorShare']).toBeGreaterThan(20 * none.metrics['errorShare']);
  expect(patient.metrics['errorShare']).toBeLessThan(0.05);
  // Four minutes later the impatient ones still do not serve half of the 350 requests a second.
  const served = (one: typeof none): number => meanOver(one, 'baton_service_served_per_second', 'web', 11, 15);
  expect(served(impatient)).toBeLessThan(350 / 2);
  for (const well of [none, patient]) expect(served(well)).toBeGreaterThan(0.97 * 350);
};
