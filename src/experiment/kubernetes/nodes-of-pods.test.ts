import { expect, test } from 'vitest';
import { deployment, node, pod } from '../../orchestrators/kubernetes/cluster-fixture.ts';
import type { NewObject } from '../../orchestrators/kubernetes/api/api-server.ts';
import type { AnyObject } from '../../orchestrators/kubernetes/objects/kinds.ts';
import type { Pod } from '../../orchestrators/kubernetes/objects/pod.ts';
import { withNodesOfPods } from './nodes-of-pods.ts';

const on = (nodeName: string, name: string, cpu: string, fields: object = {}): NewObject<Pod> =>
  pod(name, { cpu, memory: '1Gi' }, { nodeName, ...fields });

function changed(
  objects: readonly NewObject<AnyObject>[],
  areGiven = false,
  named: readonly string[] = [],
): { objects: readonly NewObject<AnyObject>[]; notes: string[] } {
  const notes: string[] = [];
  return { objects: withNodesOfPods(objects, { areGiven, named: new Set(named) }, (note) => notes.push(note)), notes };
}

test('without any node machines stand in, as large as the fullest needs, with the labels that pods ask for', () => {
  // 3 + 3 CPU on the fullest: 90 % of m5.xlarge's 4 are too few, of m5.2xlarge's 8 they are 7.2.
  const { objects, notes } = changed([
    on('ip-2', 'a', '3'),
    on('ip-2', 'b', '3'),
    on('ip-1', 'c', '500m', { nodeSelector: { disk: 'ssd' } }),
    pod('waits', { cpu: '9' }),
  ]);
  expect(notes).toEqual([
    '3 pods are on nodes that are not among the manifests (ip-1, ip-2), so 2 x m5.2xlarge stand in for them; write cluster: to place the pods on others',
  ]);
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    'Node ip-1',
    'Node ip-2',
    'Pod a',
    'Pod b',
    'Pod c',
    'Pod waits',
  ]);
  const [first, second] = objects;
  expect(first.metadata.labels).toMatchObject({ disk: 'ssd', 'kubernetes.io/hostname': 'ip-1' });
  expect(second.metadata.labels?.['disk']).toBeUndefined();
  expect(first).toMatchObject({ status: { allocatable: { cpu: '8000m', pods: '110' } } });
});

test('with machines given, pods of other nodes are as new, and those of DaemonSets are left out', () => {
  const daemon = on('ip-1', 'agent', '100m');
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'u', controller: true }];
  const { objects, notes } = changed(
    [
      on('ip-1', 'a', '1'),
      on('node-1', 'stays', '1'),
      { ...daemon, metadata: { ...daemon.metadata, ownerReferences } },
    ],
    true,
    ['node-1'],
  );
  expect(notes).toEqual([
    '2 pods are on nodes that are not among the manifests (ip-1), so the scheduler places them anew; those of DaemonSets are left out',
  ]);
  expect(objects.map((one) => [one.metadata.name, one.kind === 'Pod' && one.spec.nodeName])).toEqual([
    ['a', undefined],
    ['stays', 'node-1'],
  ]);
});

test('beside other nodes they are orphans, and nothing changes where no pod is lost', () => {
  const orphan = [node('n1'), on('n2', 'a', '1')];
  expect(changed(orphan)).toEqual({
    objects: orphan,
    notes: [
      '1 pod is on nodes that are not among the manifests (n2); the pod garbage collector takes them away, as in a cluster',
    ],
  });
  const usual = [node('n1'), on('n1', 'a', '1'), deployment('web', 2), pod('waits')];
  expect(changed(usual)).toEqual({ objects: usual, notes: [] });
});
