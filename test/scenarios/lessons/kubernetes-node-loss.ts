import { expect } from 'vitest';
import { keeps, serviceOf, the, type Lesson } from '../shipped-scenario.ts';

/** A lost pod is replaced after almost six minutes, and the timers say why; a drained one before it is missed. */
export const kubernetesNodeLoss: Lesson = (runs) => {
  const lost = the(runs, 'kube-scheduler', 'stop machine');
  const drained = the(runs, 'kube-scheduler', 'drain');
  const timers = lost.living.timers!;
  const until = (name: string): number =>
    Math.max(...timers.filter(({ timer }) => timer === name).map(({ toUs }) => toUs));
  expect(until('node-monitor-grace-period') - 240e6).toBeGreaterThanOrEqual(40e6);
  expect(until('node-monitor-grace-period') - 240e6).toBeLessThanOrEqual(50e6);
  // From the machine's end: 40-50 s without a lease, at most 5 s until somebody looks, 300 s of toleration.
  const waitedUs = until('tolerationSeconds') - 240e6;
  expect(waitedUs).toBeGreaterThanOrEqual(340e6);
  expect(waitedUs).toBeLessThanOrEqual(355e6);
  // In these 340-355 s one of four replicas is missing; the new one then boots.
  expect(serviceOf(lost, 'web').deficitReplicaS).toBeGreaterThan(290);
  expect(serviceOf(drained, 'web').deficitReplicaS).toBeLessThan(30);
  // A quarter of 60 requests a second for 40-55 s, and a sixteenth more whose second attempt goes there too.
  expect(serviceOf(lost, 'web').timedOut).toBeGreaterThan(600);
  expect(serviceOf(lost, 'web').timedOut).toBeLessThan(60 * 55 * (1 / 4 + 1 / 16) * 1.1);
  expect(serviceOf(drained, 'web').timedOut + serviceOf(drained, 'web').failed).toBeLessThan(3);
  expect([keeps(lost), keeps(drained)]).toEqual([false, true]);
};
