import { expect, test } from 'vitest';
import { create, node, type TestControlPlane } from '../cluster-fixture.ts';
import { Drainer, type DrainResult } from './drain.ts';
import {
  applyDeployment,
  budget,
  daemonSet,
  eventsOf,
  podsOfApp,
  QUICK,
  runTo,
  workloadCluster,
  type FakeMachines,
} from './workload-fixture.ts';

/** Two nodes, with `web` on n1 while that may be and then on n2, and an agent on both. */
function cluster(replicas: number, minAvailable: number, startS = 1, machines: Partial<FakeMachines> = {}) {
  const plane: TestControlPlane = workloadCluster(
    (api) => {
      create(api, 'Node', node('n2'));
      create(api, 'DaemonSet', daemonSet('agent'));
      create(api, 'PodDisruptionBudget', budget('web', 'web', { minAvailable }));
    },
    {
      startUs: () => startS * 1e6,
      nodeOf: (pod) => {
        const target = QUICK.nodeOf(pod);
        const isAgent = pod.metadata.labels['app'] === 'agent';
        return isAgent ? target : plane.api.nodes.named('', 'n1')!.spec.unschedulable ? 'n2' : 'n1';
      },
      ...machines,
    },
  );
  const drainer = new Drainer(plane);
  drainer.begin();
  applyDeployment(plane, 'web', replicas);
  runTo(plane, 100);
  const results: DrainResult[] = [];
  const drain = (timeoutSeconds?: number) =>
    drainer.drain('n1', {
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      onEnd: (result) => results.push(result),
    });
  return { plane, drain, results };
}

const on = (plane: TestControlPlane, name: string) =>
  [...plane.api.pods.all()].filter(({ spec }) => spec.nodeName === name).map(({ metadata }) => metadata.labels['app']);

test('a drain cordons the node and evicts all but the pods of DaemonSets', () => {
  const { plane, drain, results } = cluster(3, 0);
  drain();
  runTo(plane, 110);
  expect(plane.api.nodes.named('', 'n1')!.spec.unschedulable).toBe(true);
  expect(on(plane, 'n1')).toEqual(['agent']);
  expect(on(plane, 'n2').sort()).toEqual(['agent', 'web', 'web', 'web']);
  expect(results).toEqual([{ nodeName: 'n1', outcome: 'drained', beganUs: 100e6, pods: [] }]);
  // All at once; each takes half a second to stop.
  expect(eventsOf(plane, 'Drained')).toEqual([{ seconds: 100.5, message: 'node/n1 drained in 0.5 s' }]);
});

test('what the budget refuses is tried again every 5 s, and the waiting is told', () => {
  // Three replicas, two must be available, a successor takes 3 s to be ready: one pod goes every 5 s.
  const { plane, drain, results } = cluster(3, 2, 3);
  drain();
  runTo(plane, 130);
  expect(eventsOf(plane, 'Evicted').map(({ seconds }) => Math.round(seconds))).toEqual([100, 105, 110]);
  expect(eventsOf(plane, 'EvictionRefused')).toHaveLength(2);
  expect(eventsOf(plane, 'EvictionRefused')[0].message).toMatch(
    /^error when evicting pods\/"web-.*" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget\. The disruption budget web needs 2 healthy pods and has 3 currently$/,
  );
  expect(eventsOf(plane, 'Evicted')[2].message).toBe('evicted from n1 after 2 refusals in 10 s');
  const waits = plane.chronicle.timers.map(({ timer, fromUs, toUs }) => [timer, (toUs - fromUs) / 1e6]);
  // One pod waits from 100 s to 105 s, the next to 110 s; its refusal at 105 s has told of the first half already.
  expect(waits).toEqual([
    ['drain waits for a PodDisruptionBudget', 5],
    ['drain waits for a PodDisruptionBudget', 5],
    ['drain waits for a PodDisruptionBudget', 10],
  ]);
  expect(results[0].outcome).toBe('drained');
});

test('a budget that allows nothing blocks the drain until its timeout', () => {
  const { plane, drain, results } = cluster(2, 2);
  drain(60);
  runTo(plane, 300);
  expect(podsOfApp(plane, 'web').map(({ spec }) => spec.nodeName)).toEqual(['n1', 'n1']);
  expect(results).toHaveLength(1);
  expect(results[0]).toMatchObject({ outcome: 'timed-out', beganUs: 100e6 });
  expect(results[0].pods).toHaveLength(2);
  expect(eventsOf(plane, 'DrainTimedOut')[0].seconds).toBe(160);
  // Said once for each pod, not at each of the twelve attempts.
  expect(eventsOf(plane, 'EvictionRefused')).toHaveLength(2);
});

test('a drain ends when its node is gone, and an empty node is drained at once', () => {
  const { plane, drain, results } = cluster(2, 2);
  drain();
  runTo(plane, 101);
  plane.api.remove('Node', plane.api.nodes.named('', 'n1')!.id);
  runTo(plane, 110);
  expect(results[0].outcome).toBe('node-gone');
  const empty = cluster(0, 0);
  empty.drain();
  runTo(empty.plane, 100.1);
  expect(empty.results[0].outcome).toBe('drained');
});
