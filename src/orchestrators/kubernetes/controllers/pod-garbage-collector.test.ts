import { expect, test } from 'vitest';
import { create, node, pod as newPod } from '../cluster-fixture.ts';
import { applyDeployment, eventsOf, podsOfApp, runTo, workloadCluster } from './workload-fixture.ts';

test('pods of a node that is gone are deleted when it has been missing for 40 s, at a multiple of 20 s', () => {
  const plane = workloadCluster((api) => create(api, 'Node', node('n2')), { nodeOf: () => 'n2' });
  applyDeployment(plane, 'web', 2);
  runTo(plane, 105);
  plane.api.remove('Node', plane.api.nodes.named('', 'n2')!.id);
  // Discovered at 120 s, in quarantine until 160 s.
  runTo(plane, 159);
  expect(eventsOf(plane, 'PodDeleted')).toEqual([]);
  runTo(plane, 160);
  expect(eventsOf(plane, 'PodDeleted').map(({ message }) => message)).toEqual([
    'PodGC: node no longer exists',
    'PodGC: node no longer exists',
  ]);
});

test('a node that comes back in time keeps its pods', () => {
  const plane = workloadCluster();
  applyDeployment(plane, 'web', 2);
  runTo(plane, 105);
  plane.api.remove('Node', plane.api.nodes.named('', 'n1')!.id);
  runTo(plane, 150);
  create(plane.api, 'Node', node('n1'));
  runTo(plane, 600);
  expect(eventsOf(plane, 'PodDeleted')).toEqual([]);
  expect(podsOfApp(plane, 'web')).toHaveLength(2);
});

test('pods that are going are forced off a node that is declared out of service', () => {
  const plane = workloadCluster(undefined, { stopUs: () => 1e12 });
  applyDeployment(plane, 'web', 2);
  runTo(plane, 105);
  for (const { id } of podsOfApp(plane, 'web')) plane.api.deletePod(id);
  runTo(plane, 200);
  expect(podsOfApp(plane, 'web').filter(({ metadata }) => metadata.deletionUs !== undefined)).toHaveLength(2);
  const { id, spec, status } = plane.api.nodes.named('', 'n1')!;
  plane.api.update('Node', id, {
    spec: { ...spec, taints: [{ key: 'node.kubernetes.io/out-of-service', value: '', effect: 'NoExecute' }] },
    status: { ...status, conditions: [{ type: 'Ready', status: 'Unknown', changedUs: 0, reason: '' }] },
  });
  runTo(plane, 221);
  expect(podsOfApp(plane, 'web').filter(({ metadata }) => metadata.deletionUs !== undefined)).toEqual([]);
});

test('of ended pods beyond the threshold the evicted ones go first, then the oldest', () => {
  const plane = workloadCluster(undefined, {}, { terminatedPodThreshold: 3 });
  for (const [k, reason] of ['', '', 'Evicted', '', ''].entries()) {
    const made = newPod(`p${k}`, {}, { nodeName: 'n1' });
    create(plane.api, 'Pod', {
      ...made,
      metadata: { ...made.metadata, creationUs: k },
      status: { ...made.status, phase: 'Failed', reason },
    });
  }
  runTo(plane, 60);
  // Two too many: p2 was evicted, p0 is the oldest.
  expect([...plane.api.pods.all()].map(({ metadata }) => metadata.name)).toEqual(['p1', 'p3', 'p4']);
});
