import { expect } from 'vitest';
import { serviceOf, the, type Lesson, type Told } from '../shipped-scenario.ts';

/** Urgent pods wait for their victims' grace only; patient ones of the same priority for others to end. */
export const kubernetesPreemption: Lesson = (runs) => {
  const urgent = the(runs, 'kube-scheduler', 'deployment/urgent');
  const patient = the(runs, 'kube-scheduler', 'deployment/patient');
  const preempted = urgent.living.decisions.filter(({ what }) => what.startsWith('preempts '));
  expect(preempted.length).toBeGreaterThanOrEqual(6);
  // The reports stand 100 above the others, and enough of those are there.
  for (const { what } of preempted) expect(what).not.toContain('report-');
  expect(urgent.metrics['evictions']).toBeGreaterThanOrEqual(6);
  expect(urgent.metrics['evictions']).toBeLessThanOrEqual(8);
  expect(patient.metrics['evictions']).toBe(0);
  expect(patient.living.decisions.some(({ what }) => what.startsWith('preempts '))).toBe(false);
  // Eight pods that wait for 15 s until the victims have stopped, and start: within half a minute each.
  expect(serviceOf(urgent, 'urgent').deficitReplicaS).toBeLessThan(8 * 30);
  expect(serviceOf(patient, 'patient').deficitReplicaS).toBeGreaterThan(
    2 * serviceOf(urgent, 'urgent').deficitReplicaS,
  );
  for (const run of [urgent, patient]) expect(readyAtEnd(run)).toBe(8);
};

function readyAtEnd({ living }: Told): number {
  const of = living.timeline.series.filter(({ name }) => name === 'baton_service_replicas_ready');
  return of.reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0);
}
