import { expect, test } from 'vitest';
import { create } from '../cluster-fixture.ts';
import { scaleOf } from './scale.ts';
import { applyDeployment, podsOfApp, replicaSet, runTo, statefulSet, workloadCluster } from './workload-fixture.ts';

test.each(['Deployment', 'ReplicaSet', 'StatefulSet'])('a %s is read and scaled by its name', (kind) => {
  const plane = workloadCluster();
  if (kind === 'Deployment') applyDeployment(plane, 'web', 2);
  else if (kind === 'ReplicaSet') create(plane.api, 'ReplicaSet', replicaSet('web', 2));
  else create(plane.api, 'StatefulSet', statefulSet('web', 2));
  runTo(plane, 50);
  const scale = scaleOf(plane.api, 'default', { kind, name: 'web' })!;
  expect(scale).toMatchObject({ replicas: 2, statusReplicas: 2, selector: { matchLabels: { app: 'web' } } });
  scale.setReplicas(5);
  runTo(plane, 100);
  expect(podsOfApp(plane, 'web')).toHaveLength(5);
  const again = scaleOf(plane.api, 'default', { kind, name: 'web' })!;
  expect([again.replicas, again.statusReplicas]).toEqual([5, 5]);
});

test('what is not there, or has no scale, is undefined', () => {
  const plane = workloadCluster();
  applyDeployment(plane, 'web', 2);
  expect(scaleOf(plane.api, 'default', { kind: 'Deployment', name: 'shop' })).toBe(undefined);
  expect(scaleOf(plane.api, 'other', { kind: 'Deployment', name: 'web' })).toBe(undefined);
  expect(scaleOf(plane.api, 'default', { kind: 'DaemonSet', name: 'web' })).toBe(undefined);
});
