import { expect, test } from 'vitest';
import { deployment, node, podSpec, container } from '../../orchestrators/kubernetes/cluster-fixture.ts';
import { nodesForPods } from './nodes-for-pods.ts';
import { nodeGroupSpecs } from './nodes-of-groups.ts';

test('machines hold the largest pod twice, and all pods fill 60 % of them', () => {
  // 30 x 2 CPU = 60 CPU; a 2-CPU pod twice needs 4 CPU: m5.xlarge; 60 / (0.6 x 4) = 25 nodes.
  const [group, ...others] = nodesForPods([deployment('web', 30, podSpec({ cpu: '2', memory: '1Gi' }))]);
  expect(others).toEqual([]);
  expect(group).toMatchObject({ instanceType: 'm5.xlarge', initial: 25, zones: ['a', 'b', 'c'] });
  // A pod of 10 CPU needs machines of 20 CPU or more: m5.8xlarge has 32.
  expect(nodesForPods([deployment('db', 1, podSpec({ cpu: '10' }))])[0]).toMatchObject({
    instanceType: 'm5.8xlarge',
    initial: 3,
  });
});

test('a pod that no machine could hold buys none', () => {
  const [group] = nodesForPods([
    deployment('huge', 3, podSpec({ cpu: '200' })),
    deployment('web', 1, podSpec({ cpu: '1' })),
  ]);
  expect(group).toMatchObject({ instanceType: 'm5.xlarge', initial: 3 });
});

test('labels that pods ask for are there, and machines with the extended resources', () => {
  const spec = podSpec(
    {},
    { nodeSelector: { disk: 'ssd' }, containers: [container('train', { 'nvidia.com/gpu': '4' })] },
  );
  const groups = nodesForPods([deployment('train', 5, spec)]);
  // 20 devices on machines of 8 make 3 machines.
  expect(groups[1]).toMatchObject({ name: 'node-gpu', initial: 3 });
  expect(groups[1].template.extended).toEqual({ 'nvidia.com/gpu': 8 });
  expect(groups.every((group) => group.template.labels?.['disk'] === 'ssd')).toBe(true);
});

test('a group in three zones becomes three, and its sizes are dealt to them', () => {
  const [group] = nodesForPods([deployment('web', 30, podSpec({ cpu: '2' }))]);
  const specs = nodeGroupSpecs([{ ...group, name: 'workers', initial: 4, min: 2, max: 10 }]);
  expect(specs.map(({ name, min, initial, max }) => [name, min, initial, max])).toEqual([
    ['workers-a', 1, 2, 4],
    ['workers-b', 1, 1, 3],
    ['workers-c', 0, 1, 3],
  ]);
  const { metadata, status } = specs[1].template;
  expect(metadata.labels?.['topology.kubernetes.io/zone']).toBe('b');
  // 16 GiB less the 100 MiB that the kubelet keeps free.
  expect(status.allocatable['memory']).toBe(String(16 * 2 ** 30 - 100 * 2 ** 20));
  expect(nodesForPods([node('n1')])[0].initial).toBe(3);
});
