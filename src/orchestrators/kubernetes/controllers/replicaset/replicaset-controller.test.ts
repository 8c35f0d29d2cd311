import { expect, test } from 'vitest';
import { create, pod } from '../../cluster-fixture.ts';
import { eventsOf, podsOfApp, QUICK, replicaSet, runTo, workloadCluster } from '../workload-fixture.ts';

test('20 pods are created in batches of 1, 2, 4, 8 and 5', () => {
  const plane = workloadCluster((api) => create(api, 'ReplicaSet', replicaSet('web', 20)));
  runTo(plane, 10);
  const batches = new Map<number, number>();
  for (const { seconds } of eventsOf(plane, 'SuccessfulCreate')) batches.set(seconds, (batches.get(seconds) ?? 0) + 1);
  expect([...batches.values()]).toEqual([1, 2, 4, 8, 5]);
  expect(plane.api.store('ReplicaSet').named('default', 'web')!.status).toEqual({
    replicas: 20,
    readyReplicas: 20,
    availableReplicas: 20,
  });
});

test('a client of 20 calls a second with a burst of 30 creates 50 pods in about a second', () => {
  const plane = workloadCluster((api) => create(api, 'ReplicaSet', replicaSet('web', 50)), {}, {});
  runTo(plane, 60);
  const times = eventsOf(plane, 'SuccessfulCreate').map(({ seconds }) => seconds);
  expect(times).toHaveLength(50);
  // 30 at once, in five batches a millisecond apart; then one every 50 ms: 20 x 50 ms = 1 s.
  expect(times[29]).toBeLessThan(0.01);
  expect(times[49]).toBeGreaterThan(0.98);
  expect(times[49]).toBeLessThan(1.02);
});

test('at most 500 are created by one look, and the rest by the next', () => {
  const plane = workloadCluster((api) => create(api, 'ReplicaSet', replicaSet('web', 700)), { scheduleUs: 3_600e6 });
  runTo(plane, 1);
  const times = eventsOf(plane, 'SuccessfulCreate').map(({ seconds }) => seconds);
  // 1 + 2 + ... + 256 = 511: the ninth batch is cut to 245.
  expect(times.filter((time) => time === times[499])).toHaveLength(245);
  expect(times[500]).toBeGreaterThan(times[499]);
  // The second look begins with one pod again.
  expect(times.filter((time) => time === times[500])).toHaveLength(1);
  expect(times).toHaveLength(700);
});

test('a refusal ends the batch and is tried again after 5 ms, doubling', () => {
  const plane = workloadCluster(
    (api) => {
      api.admissions.push((candidate) => {
        const isFull = api.pods.size >= 3 && api.nowUs < 2e6;
        return isFull ? `pods "${candidate.metadata.name}" is forbidden: exceeded quota` : candidate;
      });
      create(api, 'ReplicaSet', replicaSet('web', 10));
    },
    { scheduleUs: 3_600e6 },
  );
  runTo(plane, 1.9);
  expect(podsOfApp(plane, 'web')).toHaveLength(3);
  const refused = eventsOf(plane, 'FailedCreate');
  expect(refused[0].message).toMatch(/^Error creating: pods "web-[a-z0-9]{5}" is forbidden: exceeded quota$/);
  const times = refused.map(({ seconds }) => Math.round(seconds * 1000));
  // 1 and 2 are let in at 1 and 2 ms; all four of the third batch are refused at 3 ms. Its own new pods make the
  // controller look once more at 4 ms, and from then on one pod a look: at 9, 19, 39, ... (5, 10, 20, ... after).
  expect(times.slice(0, 4)).toEqual([3, 3, 3, 3]);
  expect(
    times
      .slice(-6)
      .map((time, k, all) => (k === 0 ? 0 : time - all[k - 1]))
      .slice(1),
  ).toEqual([40, 80, 160, 320, 640]);
  runTo(plane, 10);
  expect(podsOfApp(plane, 'web')).toHaveLength(10);
});

test('a pod without a controller is adopted, one whose label is taken away is let go and replaced', () => {
  const plane = workloadCluster((api) => {
    create(api, 'Pod', pod('stray', {}, { labels: { app: 'web' } }));
    create(api, 'ReplicaSet', replicaSet('web', 2));
  });
  runTo(plane, 5);
  const stray = plane.api.pods.named('default', 'stray')!;
  expect(stray.metadata.ownerReferences[0]).toMatchObject({ kind: 'ReplicaSet', name: 'web', controller: true });
  expect(podsOfApp(plane, 'web')).toHaveLength(2);
  plane.api.update('Pod', stray.id, { metadata: { ...stray.metadata, labels: { app: 'debug' } } });
  runTo(plane, 10);
  expect(plane.api.pods.named('default', 'stray')!.metadata.ownerReferences).toEqual([]);
  expect(podsOfApp(plane, 'web')).toHaveLength(2);
});

test('a pod is available when it has been ready for minReadySeconds', () => {
  const plane = workloadCluster((api) => create(api, 'ReplicaSet', replicaSet('web', 3, { minReadySeconds: 30 })));
  const status = () => plane.api.store('ReplicaSet').named('default', 'web')!.status;
  runTo(plane, 30);
  expect(status()).toEqual({ replicas: 3, readyReplicas: 3, availableReplicas: 0 });
  runTo(plane, 32);
  expect(status().availableReplicas).toBe(3);
});

test('scaling down says how many go and what decided', () => {
  const plane = workloadCluster((api) => create(api, 'ReplicaSet', replicaSet('web', 5)), {
    startUs: (candidate) => (candidate.id % 2 === 0 ? Infinity : QUICK.startUs(candidate)),
  });
  runTo(plane, 60);
  const set = plane.api.store('ReplicaSet').named('default', 'web')!;
  const unready = podsOfApp(plane, 'web').filter(({ status }) => !status.ready);
  expect(unready.length).toBeGreaterThan(0);
  plane.api.update('ReplicaSet', set.id, { spec: { ...set.spec, replicas: 5 - unready.length } });
  runTo(plane, 70);
  expect(podsOfApp(plane, 'web').every(({ status }) => status.ready)).toBe(true);
  const decision = plane.chronicle.decisions.find(({ component }) => component === 'replicaset-controller')!;
  expect(decision.what).toContain(`delete ${unready.length} of 5 pods`);
  expect(decision.why).toContain('does not run yet');
});

test('what is refused is tried again after 5 ms, 10 ms, 20 ms, …, also when more than 500 are missing', () => {
  const plane = workloadCluster((api) => {
    api.admissions.push(() => 'no');
    create(api, 'ReplicaSet', replicaSet('web', 700));
  });
  runTo(plane, 600);
  // Tries at 5 ms (2^k - 1), one refusal each: 5 ms (2^16 - 1) = 328 s is the last within 600 s, so there are 17.
  const refusals = eventsOf(plane, 'FailedCreate').length;
  expect(refusals).toBeGreaterThan(10);
  expect(refusals).toBeLessThanOrEqual(18);
});
