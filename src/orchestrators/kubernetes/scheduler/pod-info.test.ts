import { expect, test } from 'vitest';
import { container } from '../cluster-fixture.ts';
import { corePod } from './core-fixture.ts';
import { normalisedImageName, podInfo, spreadConstraints } from './pod-info.ts';

test('pods of one template have the same, others their own', () => {
  const first = corePod('a', { cpu: '1' }, { labels: { app: 'web' } });
  const second = {
    ...corePod('b'),
    spec: first.spec,
    metadata: { ...corePod('b').metadata, labels: first.metadata.labels },
  };
  expect(podInfo(second)).toBe(podInfo(first));
  expect(podInfo({ ...second, metadata: { ...second.metadata, namespace: 'other' } })).not.toBe(podInfo(first));
  expect(podInfo({ ...second, metadata: { ...second.metadata, labels: { app: 'web' } } })).not.toBe(podInfo(first));
});

test.each([
  ['nginx', 'nginx:latest'],
  ['nginx:1', 'nginx:1'],
  ['registry:5000/nginx', 'registry:5000/nginx:latest'],
  ['registry:5000/nginx:1', 'registry:5000/nginx:1'],
  ['nginx@sha256:0123', 'nginx@sha256:0123'],
])('the image %s is %s', (name, normalised) => {
  expect(normalisedImageName(name)).toBe(normalised);
});

test('images and host ports: init containers, containers, volumes', () => {
  const port = (hostPort: number) => ({ containerPort: 1, hostPort, protocol: 'TCP' as const });
  const { images, imageVolumes, containerCount, hostPorts } = podInfo(
    corePod(
      'p',
      {},
      {
        containers: [container('c', {}, { image: 'app', ports: [port(80), { ...port(81), hostIP: '10.0.0.1' }] })],
        initContainers: [
          container('i', {}, { image: 'init:1', ports: [port(82)] }),
          container('s', {}, { image: 'app', ports: [port(83)], restartPolicy: 'Always' }),
        ],
        volumes: [{ name: 'v', image: 'data' }, { name: 'w' }],
      },
    ),
  );
  expect(images).toEqual(['init:1', 'app:latest', 'app:latest']);
  expect(imageVolumes).toEqual(['data:latest']);
  expect(containerCount).toBe(3);
  expect(hostPorts.map(({ ip, port: number }) => `${ip} ${number}`)).toEqual([
    '0.0.0.0 80',
    '10.0.0.1 81',
    '0.0.0.0 83',
  ]);
});

test('label keys of a constraint complete its selector, one that is there', () => {
  const constraint = {
    maxSkew: 2,
    topologyKey: 'zone',
    whenUnsatisfiable: 'DoNotSchedule' as const,
    nodeAffinityPolicy: 'Honor' as const,
    nodeTaintsPolicy: 'Ignore' as const,
    matchLabelKeys: ['hash', 'absent'],
  };
  const labels = { hash: '1', app: 'web' };
  const [everything] = spreadConstraints([{ ...constraint, labelSelector: {} }], 'DoNotSchedule', labels);
  expect(everything).toMatchObject({ minDomains: 1, matchesSelf: true, countsPods: true });
  expect(everything.selector?.matchExpressions).toEqual([{ key: 'hash', operator: 'In', values: ['1'] }]);
  const [nothing] = spreadConstraints([constraint], 'DoNotSchedule', labels);
  expect(nothing).toMatchObject({ selector: undefined, matchesSelf: false, countsPods: false });
  expect(spreadConstraints([constraint], 'ScheduleAnyway', {})).toEqual([]);
});
