import { describe, expect, test } from 'vitest';
import { container, podSpec } from '../cluster-fixture.ts';
import { nodeResources } from './node-resources.ts';
import { coreNode } from '../scheduler/core-fixture.ts';
import type { ResourceList } from './meta.ts';
import type { PodSpec } from './pod.ts';
import { podResources } from './pod-resources.ts';

const MEBIBYTE = 1024 * 1024;

/** Requests of containers, of init containers (a leading `*` in the name: a sidecar) and other fields. */
function requests(
  containers: readonly ResourceList[],
  inits: Readonly<Record<string, ResourceList>> = {},
  fields: Partial<PodSpec> = {},
): ReturnType<typeof podResources> {
  return podResources(
    podSpec(
      {},
      {
        containers: containers.map((list, i) => container(`c${i}`, list)),
        initContainers: Object.entries(inits).map(([name, list]) =>
          container(name, list, name.startsWith('*') ? { restartPolicy: 'Always' } : {}),
        ),
        ...fields,
      },
    ),
  );
}

const pick = (resources: ReturnType<typeof podResources>) => [resources.cpuMilli, resources.memBytes];
const nonZero = (resources: ReturnType<typeof podResources>) => [
  resources.nonZeroCpuMilli,
  resources.nonZeroMemBytes / MEBIBYTE,
];

describe('what is asked for at the same time (scheduler.md 3)', () => {
  test('containers together, init containers one after another', () => {
    const containers = [
      { cpu: '2', memory: '1G' },
      { cpu: '1', memory: '1G' },
    ];
    const inits = { i1: { cpu: '2', memory: '1G' }, i2: { cpu: '2', memory: '3G' } };
    // CPU: max(2 + 1, 2, 2) = 3; memory: max(1 + 1, 1, 3) = 3 G.
    expect(pick(requests(containers, inits))).toEqual([3000, 3e9]);
  });

  test('a sidecar runs beside the init containers after it and beside the containers', () => {
    // Together 1 + 1 = 2; while i starts: 1 + 2 = 3.
    expect(requests([{ cpu: '1' }], { '*s': { cpu: '1' }, i: { cpu: '2' } }).cpuMilli).toBe(3000);
    // The other way round i runs alone: max(2, 2).
    expect(requests([{ cpu: '1' }], { i: { cpu: '2' }, '*s': { cpu: '1' } }).cpuMilli).toBe(2000);
  });

  test('overhead comes on top of whatever is the most', () => {
    const overhead = { cpu: '120m', memory: '90Mi' };
    expect(pick(requests([{ cpu: '1', memory: '10Mi' }], { i: { cpu: '2' } }, { overhead }))).toEqual([
      2120,
      100 * MEBIBYTE,
    ]);
  });

  test('requests of the pod as a whole replace those of its containers, by resource', () => {
    const resources = { requests: { cpu: '4', 'example.com/gpu': '9' }, limits: {} };
    const whole = requests([{ cpu: '1', memory: '1Gi', 'example.com/gpu': '2' }], {}, { resources });
    expect(pick(whole)).toEqual([4000, 1024 * MEBIBYTE]);
    // Only CPU, memory and huge pages can be asked for as a whole.
    expect(whole.scalars).toEqual([{ name: 'example.com/gpu', amount: 2 }]);
  });

  test('sums are rounded up once: two times 1.1Gi are 2362232012.8 bytes', () => {
    expect(requests([{ memory: '1.1Gi' }, { memory: '1.1Gi' }]).memBytes).toBe(2_362_232_013);
    expect(requests([{ memory: '100m' }, { memory: '100m' }]).memBytes).toBe(1);
  });

  test('countable resources besides CPU and memory, of which more than none is asked for', () => {
    const { ephemeralBytes, scalars } = requests([
      {
        'ephemeral-storage': '1Gi',
        'nvidia.com/gpu': '2',
        'hugepages-2Mi': '4Mi',
        'attachable-volumes-x': '1',
        'kubernetes.io/batch': '3',
        storage: '5Gi',
        'amd.com/gpu': '0',
      },
    ]);
    expect(ephemeralBytes).toBe(1024 * MEBIBYTE);
    expect(scalars.map(({ name, amount }) => `${name} ${amount}`)).toEqual([
      'attachable-volumes-x 1',
      'hugepages-2Mi 4194304',
      'kubernetes.io/batch 3',
      'nvidia.com/gpu 2',
    ]);
  });
});

describe('containers that ask for no CPU or memory count as 100m and 200 MiB', () => {
  test('each of them, but an explicit 0 stays 0', () => {
    expect(nonZero(requests([{}, {}]))).toEqual([200, 400]);
    expect(nonZero(requests([{ cpu: '0', memory: '0' }, {}]))).toEqual([100, 200]);
    expect(nonZero(requests([{ cpu: '1' }]))).toEqual([1000, 200]);
    expect(pick(requests([{}, {}]))).toEqual([0, 0]);
  });

  test('init containers too', () => {
    expect(nonZero(requests([{ cpu: '10m', memory: '1Mi' }], { i: {} }))).toEqual([100, 200]);
    expect(nonZero(requests([{}], { '*s': {} }))).toEqual([200, 400]);
  });

  test('with requests of the whole pod only what is asked for nowhere', () => {
    const whole = (list: ResourceList) => ({ resources: { requests: list, limits: {} } });
    expect(nonZero(requests([{}, {}], {}, whole({ cpu: '50m' })))).toEqual([50, 400]);
    expect(nonZero(requests([{ memory: '10Mi' }, {}], {}, whole({ cpu: '50m' })))).toEqual([50, 10]);
  });
});

test('the same spec is worked out once', () => {
  const spec = podSpec({ cpu: '1' });
  expect(podResources(spec)).toBe(podResources(spec));
});

test('what a node has to give', () => {
  const node = coreNode('n', { cpu: '7910m', memory: '30147024Ki', pods: '8', 'example.com/gpu': '4', storage: '1Gi' });
  const { cpuMilli, memBytes, ephemeralBytes, pods, scalars } = nodeResources(node);
  expect([cpuMilli, memBytes, ephemeralBytes, pods]).toEqual([7910, 30_147_024 * 1024, 0, 8]);
  expect([...scalars]).toEqual([['example.com/gpu', 4]]);
});
