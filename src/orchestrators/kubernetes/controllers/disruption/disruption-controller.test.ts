import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { create, type TestControlPlane } from '../../cluster-fixture.ts';
import type { Pod } from '../../objects/pod.ts';
import type { PodDisruptionBudget } from '../../objects/policy.ts';
import { budgetsOf, evict, mayEvict } from '../eviction.ts';
import {
  applyDeployment,
  budget,
  changeSpec,
  daemonSet,
  eventsOf,
  podsOfApp,
  QUICK,
  replicaSet,
  runTo,
  statefulSet,
  workloadCluster,
  type FakeMachines,
} from '../workload-fixture.ts';

const statusOf = (plane: TestControlPlane) => plane.api.store('PodDisruptionBudget').named('default', 'web')!.status;

function cluster(
  replicas: number,
  fields: Partial<PodDisruptionBudget['spec']>,
  machines: Partial<FakeMachines> = {},
): TestControlPlane {
  const plane = workloadCluster((api) => create(api, 'PodDisruptionBudget', budget('web', 'web', fields)), machines);
  applyDeployment(plane, 'web', replicas);
  runTo(plane, 100);
  return plane;
}

test.each<[number, Partial<PodDisruptionBudget['spec']>, number, number]>([
  // Section 6: 50 % of 7 is 3.5, up to 4, so 7 - 4 = 3 may go.
  [7, { minAvailable: '50%' }, 4, 3],
  // 30 % of 7 is 2.1, up to 3.
  [7, { maxUnavailable: '30%' }, 4, 3],
  // 1 % of 3 is 0.03, up to 1.
  [3, { maxUnavailable: '1%' }, 2, 1],
  [5, { minAvailable: 3 }, 3, 2],
  [5, { maxUnavailable: 2 }, 3, 2],
  [2, { minAvailable: 3 }, 3, 0],
  [4, { maxUnavailable: 0 }, 4, 0],
  [4, { maxUnavailable: '100%' }, 0, 4],
  [0, { maxUnavailable: 1 }, 0, 0],
])('%i replicas with %o: %i must be healthy, %i may go', (replicas, fields, desiredHealthy, disruptionsAllowed) => {
  const status = statusOf(cluster(replicas, fields));
  expect(status).toMatchObject({
    desiredHealthy,
    disruptionsAllowed,
    currentHealthy: replicas,
    expectedPods: replicas,
  });
});

test('a Deployment counts once for both of its ReplicaSets, and with the replicas that it asks for', () => {
  const plane = cluster(10, { maxUnavailable: '20%' });
  // In the middle of a rollout there are 13 pods; 20 % are of 10.
  changeSpec(plane, 'Deployment', 'web', {
    template: { metadata: { labels: { app: 'web' }, annotations: { v: '2' } }, spec: podsOfApp(plane, 'web')[0].spec },
  });
  runTo(plane, 100.5);
  expect(plane.api.store('ReplicaSet').size).toBe(2);
  expect(statusOf(plane)).toMatchObject({ expectedPods: 10, desiredHealthy: 8 });
});

test('a budget that is scaled with its controller follows at once', () => {
  const plane = cluster(4, { maxUnavailable: '50%' });
  changeSpec(plane, 'Deployment', 'web', { replicas: 8 });
  runTo(plane, 110);
  expect(statusOf(plane)).toMatchObject({ expectedPods: 8, desiredHealthy: 4, disruptionsAllowed: 4 });
});

test('pods of several controllers add up', () => {
  const plane = workloadCluster((api) => {
    create(api, 'PodDisruptionBudget', budget('web', 'web', { maxUnavailable: '50%' }));
    create(api, 'ReplicaSet', replicaSet('web', 3));
    const set = statefulSet('db', 2);
    create(api, 'StatefulSet', {
      ...set,
      spec: {
        ...set.spec,
        selector: { matchLabels: { app: 'web', tier: 'db' } },
        template: { ...set.spec.template, metadata: { labels: { app: 'web', tier: 'db' }, annotations: {} } },
      },
    });
  });
  runTo(plane, 100);
  // Half of 5, up to 3.
  expect(statusOf(plane)).toMatchObject({ expectedPods: 5, desiredHealthy: 2, disruptionsAllowed: 3 });
});

test('pods whose controller has no scale allow nothing, and that is said once', () => {
  const plane = workloadCluster((api) => {
    create(api, 'PodDisruptionBudget', budget('web', 'web', { maxUnavailable: 1 }));
    create(api, 'DaemonSet', daemonSet('web'));
  });
  runTo(plane, 100);
  expect(statusOf(plane).disruptionsAllowed).toBe(0);
  expect(eventsOf(plane, 'CalculateExpectedPodCountFailed')).toHaveLength(1);
});

describe('an eviction', () => {
  const first = (plane: TestControlPlane): Pod =>
    podsOfApp(plane, 'web').find(({ metadata }) => metadata.deletionUs === undefined)!;

  test('takes a disruption from the budget at once, and is refused when there are none', () => {
    const plane = cluster(3, { minAvailable: 2 });
    expect(evict(plane.api, first(plane))).toEqual({ allowed: true });
    expect(statusOf(plane)).toMatchObject({ disruptionsAllowed: 0 });
    expect(evict(plane.api, first(plane))).toEqual({
      allowed: false,
      why: "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget web needs 2 healthy pods and has 3 currently",
    });
    const going = podsOfApp(plane, 'web').filter(({ metadata }) => metadata.deletionUs !== undefined);
    expect(going.map(({ status }) => status.disruptionTarget)).toEqual(['EvictionByEvictionAPI']);
    // Its successor is ready a second later.
    runTo(plane, 102);
    expect(evict(plane.api, first(plane))).toEqual({ allowed: true });
  });

  test('of a pod without a budget, or one that is pending, is let through', () => {
    const plane = cluster(3, { minAvailable: 3 }, { startUs: (pod) => (pod.id % 2 === 0 ? Infinity : 1e6) });
    const [pending, ready] = [false, true].map((is) => podsOfApp(plane, 'web').find((pod) => pod.status.ready === is)!);
    expect(pending.status.phase).toBe('Pending');
    expect(mayEvict(plane.api, pending)).toEqual({ allowed: true });
    expect(mayEvict(plane.api, ready).allowed).toBe(false);
    plane.api.remove('PodDisruptionBudget', budgetsOf(plane.api, ready)[0].id);
    expect(mayEvict(plane.api, ready)).toEqual({ allowed: true });
  });

  test.each([
    // Healthy 2 of the 3 that are demanded: a broken pod is protected, unless the budget says otherwise.
    ['IfHealthyBudget', 3, false],
    ['AlwaysAllow', 3, true],
    // Healthy 2 of 2: the broken one is one too many.
    ['IfHealthyBudget', 2, true],
  ] as const)(
    'of a running pod that is not ready, with %s and minAvailable %i: %s',
    (policy, minAvailable, allowed) => {
      const plane = cluster(3, { minAvailable, unhealthyPodEvictionPolicy: policy });
      const broken = first(plane);
      plane.api.setPodStatus(broken.id, { ready: false, readyChangedUs: plane.clock.nowUs });
      runTo(plane, 101);
      expect(statusOf(plane).disruptionsAllowed).toBe(0);
      expect(evict(plane.api, broken).allowed).toBe(allowed);
    },
  );

  test('of a pod with two budgets is an error', () => {
    const plane = cluster(3, { minAvailable: 1 });
    create(plane.api, 'PodDisruptionBudget', budget('second', 'web', { minAvailable: 1 }));
    expect(mayEvict(plane.api, first(plane))).toEqual({
      allowed: false,
      why: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  });

  test('that nothing followed counts for two minutes', () => {
    const plane = cluster(3, { minAvailable: 2 });
    const { id, status } = plane.api.store('PodDisruptionBudget').named('default', 'web')!;
    const { name } = first(plane).metadata;
    const disruptedPods = { [name]: plane.clock.nowUs };
    plane.api.update('PodDisruptionBudget', id, { status: { ...status, disruptedPods } });
    runTo(plane, 219);
    expect(statusOf(plane)).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0 });
    runTo(plane, 221);
    expect(statusOf(plane)).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 1, disruptedPods: {} });
    expect(eventsOf(plane, 'NotDeleted')).toHaveLength(1);
  });
});

test('however evictions come, never more pods are down than the budget allows', () => {
  const history = fc.record({
    replicas: fc.integer({ min: 1, max: 10 }),
    minAvailable: fc.oneof(
      fc.nat({ max: 10 }),
      fc.nat({ max: 100 }).map((percent) => `${percent}%`),
    ),
    evictions: fc.array(fc.record({ which: fc.nat({ max: 9 }), waitMs: fc.nat({ max: 3000 }) }), { maxLength: 20 }),
  });
  fc.assert(
    fc.property(history, ({ replicas, minAvailable, evictions }) => {
      const plane = cluster(replicas, { minAvailable }, { startUs: (pod) => QUICK.startUs(pod) * (1 + (pod.id % 3)) });
      const least =
        typeof minAvailable === 'number'
          ? minAvailable
          : Math.ceil((Number(minAvailable.slice(0, -1)) * replicas) / 100);
      let nowS = 100;
      for (const { which, waitMs } of evictions) {
        const pods = podsOfApp(plane, 'web').filter(({ status }) => status.ready);
        if (pods.length > 0) evict(plane.api, pods[which % pods.length]);
        const healthy = podsOfApp(plane, 'web').filter(
          (pod) => pod.status.ready && pod.metadata.deletionUs === undefined,
        );
        expect(healthy.length).toBeGreaterThanOrEqual(Math.min(least, replicas));
        runTo(plane, (nowS += waitMs / 1000));
      }
      runTo(plane, nowS + 100);
      expect(podsOfApp(plane, 'web')).toHaveLength(replicas);
    }),
    { numRuns: 60 },
  );
});
