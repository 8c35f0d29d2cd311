import { describe, expect, test } from 'vitest';
import { create, node, podSpec, pod as newPod, template, type TestControlPlane } from '../../cluster-fixture.ts';
import type { PodSpec } from '../../objects/pod.ts';
import { REVISION_HASH } from '../shared/template-revision.ts';
import { changeSpec, daemonSet, eventsOf, podsOfApp, runTo, version, workloadCluster } from '../workload-fixture.ts';
import { daemonBounds } from './daemon-plan.ts';
import { daemonTolerations, eligibility } from './node-eligibility.ts';

const nodesOf = (plane: TestControlPlane) => podsOfApp(plane, 'agent').map(({ spec }) => spec.nodeName);
const status = (plane: TestControlPlane) => plane.api.store('DaemonSet').named('default', 'agent')!.status;

/** A cluster of n1 and these, with the daemon `agent`. */
function cluster(count: number, fields: Parameters<typeof daemonSet>[1] = {}, machines = {}): TestControlPlane {
  return workloadCluster((api) => {
    for (let k = 2; k <= count; k++) create(api, 'Node', node(`n${k}`));
    create(api, 'DaemonSet', daemonSet('agent', fields));
  }, machines);
}

describe('a node', () => {
  const spec = (fields: Partial<PodSpec>) => podSpec({}, fields);
  const on = (podFields: Partial<PodSpec>, nodeFields: Parameters<typeof node>[3] = {}, labels = {}) => {
    const wanted = spec(podFields);
    const api = cluster(1).api;
    return eligibility(
      wanted,
      daemonTolerations(wanted),
      create(api, 'Node', node('x', undefined, labels, nodeFields)),
    );
  };
  const taint = (key: string, effect: 'NoSchedule' | 'NoExecute') => ({ taints: [{ key, value: '', effect }] });

  test('without taints gets a pod', () => expect(on({})).toEqual({ shouldRun: true, mayStay: true }));
  test('that is cordoned gets one too', () => expect(on({}, { unschedulable: true }).shouldRun).toBe(true));
  test.each(['not-ready', 'unreachable'])('that is %s keeps its pod', (key) =>
    expect(on({}, taint(`node.kubernetes.io/${key}`, 'NoExecute')).shouldRun).toBe(true),
  );
  test('with a NoSchedule taint gets none, but keeps one that is there', () =>
    expect(on({}, taint('gpu', 'NoSchedule'))).toEqual({ shouldRun: false, mayStay: true }));
  test('with a NoExecute taint keeps none', () =>
    expect(on({}, taint('gpu', 'NoExecute'))).toEqual({ shouldRun: false, mayStay: false }));
  test('without network gets only pods that use the host’s', () => {
    const without = taint('node.kubernetes.io/network-unavailable', 'NoSchedule');
    expect([on({}, without).shouldRun, on({ hostNetwork: true }, without).shouldRun]).toEqual([false, true]);
  });
  test('that the selector does not pick gets none', () => {
    expect(on({ nodeSelector: { disk: 'ssd' } })).toEqual({ shouldRun: false, mayStay: false });
    expect(on({ nodeSelector: { disk: 'ssd' } }, {}, { disk: 'ssd' }).shouldRun).toBe(true);
  });
});

test('every node gets one pod, which may be placed nowhere else', () => {
  const plane = cluster(3);
  runTo(plane, 10);
  expect(nodesOf(plane)).toEqual(['n1', 'n2', 'n3']);
  const [pod] = podsOfApp(plane, 'agent');
  expect(pod.spec.nodeAffinity!.required).toEqual([
    { matchExpressions: [], matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] },
  ]);
  expect(status(plane)).toEqual({
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberReady: 3,
    numberAvailable: 3,
    updatedNumberScheduled: 3,
  });
});

test('a new node gets its pod, a node that is tainted NoExecute or labelled away loses it', () => {
  const plane = cluster(2, { template: template({ app: 'agent' }, podSpec({}, { nodeSelector: {} })) });
  runTo(plane, 10);
  create(plane.api, 'Node', node('n3'));
  runTo(plane, 20);
  expect(nodesOf(plane)).toEqual(['n1', 'n2', 'n3']);
  const { id, spec } = plane.api.nodes.named('', 'n2')!;
  plane.api.update('Node', id, { spec: { ...spec, taints: [{ key: 'gone', value: '', effect: 'NoExecute' }] } });
  runTo(plane, 30);
  expect(nodesOf(plane)).toEqual(['n1', 'n3']);
});

test('at most 250 pods are created by one look', () => {
  const plane = cluster(300, {}, { scheduleUs: 3600e6 });
  runTo(plane, 10);
  const times = eventsOf(plane, 'SuccessfulCreate').map(({ seconds }) => seconds);
  expect(times).toHaveLength(300);
  // 1 + 2 + ... + 64 = 127, then 123 to make 250; the next look begins with one.
  expect(times.filter((time) => time === times[249])).toHaveLength(123);
  expect(times.filter((time) => time === times[250])).toHaveLength(1);
});

test.each([
  [1, 0, 10, 1, 0],
  // 25 % of 10 is 2.5: both round up.
  ['25%', '25%', 10, 3, 3],
  [0, 0, 10, 1, 0],
  [0, 2, 10, 0, 2],
])('maxUnavailable %s and maxSurge %s of %i: %i and %i', (maxUnavailable, maxSurge, desired, unavailable, surge) => {
  const { spec } = daemonSet('agent', { updateStrategy: { type: 'RollingUpdate', maxUnavailable, maxSurge } });
  expect(daemonBounds(spec, desired)).toEqual({ unavailable, surge });
});

describe('a rolling update', () => {
  function rolled(maxUnavailable: number | string, maxSurge: number | string) {
    const plane = cluster(6, { updateStrategy: { type: 'RollingUpdate', maxUnavailable, maxSurge } });
    runTo(plane, 100);
    let [leastReady, mostPods] = [6, 6];
    plane.api.pods.watch(() => {
      const pods = podsOfApp(plane, 'agent').filter(({ metadata }) => metadata.deletionUs === undefined);
      leastReady = Math.min(leastReady, pods.filter(({ status: one }) => one.ready).length);
      mostPods = Math.max(mostPods, pods.length);
    });
    changeSpec(plane, 'DaemonSet', 'agent', { template: version('agent', 'app:2') });
    runTo(plane, 200);
    expect(new Set(podsOfApp(plane, 'agent').map(({ spec }) => spec.containers[0].image))).toEqual(new Set(['app:2']));
    expect(new Set(nodesOf(plane))).toEqual(new Set(['n1', 'n2', 'n3', 'n4', 'n5', 'n6']));
    expect(nodesOf(plane)).toHaveLength(6);
    return { leastReady, mostPods };
  }

  test('has one pod down at a time', () => expect(rolled(1, 0)).toEqual({ leastReady: 5, mostPods: 6 }));
  // 40 % of 6 is 2.4, so 3.
  test('has a share of them down, rounded up', () => expect(rolled('40%', 0)).toEqual({ leastReady: 3, mostPods: 6 }));
  test('with surge has none down and two more', () => expect(rolled(0, 2)).toEqual({ leastReady: 6, mostPods: 8 }));
});

test('OnDelete replaces only what is deleted', () => {
  const plane = cluster(2, { updateStrategy: { type: 'OnDelete', maxUnavailable: 1, maxSurge: 0 } });
  runTo(plane, 10);
  changeSpec(plane, 'DaemonSet', 'agent', { template: version('agent', 'app:2') });
  runTo(plane, 50);
  plane.api.deletePod(podsOfApp(plane, 'agent')[0].id);
  runTo(plane, 60);
  expect(podsOfApp(plane, 'agent').map(({ spec }) => spec.containers[0].image)).toEqual([
    'registry.example/app:1',
    'app:2',
  ]);
});

test('a pod that keeps failing is replaced at once, then after 1 s, 2 s, 4 s, …, at most 15 min', () => {
  const plane = cluster(1, {}, { end: () => ({ afterUs: 0, exitCode: 1 }) });
  runTo(plane, 6000);
  const found = eventsOf(plane, 'FailedDaemonPod').map(({ seconds }) => seconds);
  // A replacement fails 1 s after its creation, so that the first waits are hidden behind it.
  const gaps = found.slice(1).map((time, k) => Math.round(time - found[k]));
  expect(gaps.slice(0, 12)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});

test('the pods of a dump keep their revision; a pod for a node that went before it was placed is deleted', () => {
  const plane = workloadCluster(
    (api) => {
      const { metadata } = create(api, 'DaemonSet', daemonSet('agent'));
      const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: metadata.uid, controller: true };
      const made = newPod('agent-x', { cpu: '100m' }, { labels: { app: 'agent', [REVISION_HASH]: '5b9' } });
      create(api, 'Pod', {
        ...made,
        metadata: { ...made.metadata, ownerReferences: [owner] },
        spec: { ...made.spec, nodeName: 'n1' },
        status: { ...made.status, phase: 'Running', ready: true },
      });
    },
    { scheduleUs: 3600e6 },
  );
  runTo(plane, 600);
  expect(plane.chronicle.events).toEqual([]);
  expect(status(plane).updatedNumberScheduled).toBe(1);
  const { id } = create(plane.api, 'Node', node('n2'));
  runTo(plane, 610);
  expect(podsOfApp(plane, 'agent')).toHaveLength(2);
  plane.api.remove('Node', id);
  runTo(plane, 620);
  expect(podsOfApp(plane, 'agent').map(({ metadata }) => metadata.name)).toEqual(['agent-x']);
});

test('what is refused is tried again after 5 ms, 10 ms, 20 ms, …', () => {
  const plane = cluster(3);
  plane.api.admissions.push(() => 'no');
  runTo(plane, 600);
  // Tries at 5 ms (2^k - 1), one refusal each: 5 ms (2^16 - 1) = 328 s is the last within 600 s, so there are 17.
  const refusals = eventsOf(plane, 'FailedCreate').length;
  expect(refusals).toBeGreaterThan(10);
  expect(refusals).toBeLessThanOrEqual(18);
});
