import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { create, pod as newPod, podSpec, type TestControlPlane } from '../../cluster-fixture.ts';
import { REVISION_HASH } from '../shared/template-revision.ts';
import { changeSpec, eventsOf, podsOfApp, runTo, statefulSet, version, workloadCluster } from '../workload-fixture.ts';

const names = (plane: TestControlPlane) => podsOfApp(plane, 'db').map(({ metadata }) => metadata.name);
const statusOf = (plane: TestControlPlane) => plane.api.store('StatefulSet').named('default', 'db')!.status;
const image = (plane: TestControlPlane, name: string) =>
  plane.api.pods.named('default', name)?.spec.containers[0].image;

describe('OrderedReady', () => {
  test('each pod waits until the one before is ready: one a second', () => {
    const plane = workloadCluster((api) => create(api, 'StatefulSet', statefulSet('db', 3)));
    runTo(plane, 10);
    const times = eventsOf(plane, 'SuccessfulCreate');
    expect(times.map(({ message }) => message)).toEqual([0, 1, 2].map((k) => `Created pod: db-${k}`));
    // A pod is ready about 1 s after its creation.
    expect(times.map(({ seconds }) => Math.round(seconds))).toEqual([0, 1, 2]);
    expect(plane.api.pods.named('default', 'db-1')!.metadata.labels).toMatchObject({
      'statefulset.kubernetes.io/pod-name': 'db-1',
      'apps.kubernetes.io/pod-index': '1',
    });
  });

  test('with minReadySeconds each waits until the one before is available', () => {
    const plane = workloadCluster((api) => create(api, 'StatefulSet', statefulSet('db', 3, { minReadySeconds: 10 })));
    runTo(plane, 60);
    // 1 s to be ready and 10 s to be available.
    expect(eventsOf(plane, 'SuccessfulCreate').map(({ seconds }) => Math.round(seconds))).toEqual([0, 11, 22]);
    expect(statusOf(plane)).toMatchObject({ replicas: 3, availableReplicas: 3 });
  });

  test('scales down from the highest, waiting until each is gone', () => {
    const plane = workloadCluster((api) => create(api, 'StatefulSet', statefulSet('db', 4)), { stopUs: () => 10e6 });
    runTo(plane, 100);
    changeSpec(plane, 'StatefulSet', 'db', { replicas: 1 });
    runTo(plane, 200);
    const deletions = eventsOf(plane, 'SuccessfulDelete');
    expect(deletions.map(({ message }) => message)).toEqual([3, 2, 1].map((k) => `Deleted pod: db-${k}`));
    expect(deletions.map(({ seconds }) => Math.round(seconds))).toEqual([100, 110, 120]);
    expect(names(plane)).toEqual(['db-0']);
  });

  test('does not scale down while a lower pod is not healthy', () => {
    const plane = workloadCluster((api) => create(api, 'StatefulSet', statefulSet('db', 3)));
    runTo(plane, 100);
    const first = plane.api.pods.named('default', 'db-0')!;
    plane.api.setPodStatus(first.id, { ready: false, readyChangedUs: plane.clock.nowUs });
    changeSpec(plane, 'StatefulSet', 'db', { replicas: 1 });
    runTo(plane, 200);
    expect(names(plane)).toEqual(['db-0', 'db-1', 'db-2']);
    plane.api.setPodStatus(first.id, { ready: true, readyChangedUs: plane.clock.nowUs });
    runTo(plane, 300);
    expect(names(plane)).toEqual(['db-0']);
  });

  test('a failed pod is deleted and made again before anything else', () => {
    const plane = workloadCluster((api) => create(api, 'StatefulSet', statefulSet('db', 2)));
    runTo(plane, 100);
    const { id } = plane.api.pods.named('default', 'db-0')!;
    plane.api.setPodStatus(id, { phase: 'Failed', ready: false, readyChangedUs: plane.clock.nowUs });
    runTo(plane, 101);
    expect(eventsOf(plane, 'RecreatingFailedPod')[0].message).toBe(
      'StatefulSet default/db is recreating failed Pod db-0',
    );
    runTo(plane, 110);
    const again = plane.api.pods.named('default', 'db-0')!;
    expect([again.id === id, again.status.ready]).toEqual([false, true]);
  });
});

test('Parallel does not wait: 5 pods in batches of 1, 2 and 2', () => {
  const plane = workloadCluster((api) =>
    create(api, 'StatefulSet', statefulSet('db', 5, { podManagementPolicy: 'Parallel' })),
  );
  runTo(plane, 10);
  const times = eventsOf(plane, 'SuccessfulCreate').map(({ seconds }) => Math.round(seconds * 1000));
  expect(times).toEqual([1, 2, 2, 3, 3]);
});

test('ordinals may start elsewhere', () => {
  const plane = workloadCluster((api) => create(api, 'StatefulSet', statefulSet('db', 2, { ordinalsStart: 5 })));
  runTo(plane, 10);
  expect(names(plane)).toEqual(['db-5', 'db-6']);
});

describe('an update', () => {
  function updated(fields: object, replicas = 3) {
    const plane = workloadCluster((api) => create(api, 'StatefulSet', statefulSet('db', replicas, fields)));
    runTo(plane, 100);
    changeSpec(plane, 'StatefulSet', 'db', { template: version('db', 'app:2') });
    runTo(plane, 200);
    return plane;
  }

  test('goes from the highest ordinal down, each healthy before the next', () => {
    const plane = updated({});
    expect(eventsOf(plane, 'SuccessfulDelete').map(({ message }) => message)).toEqual(
      [2, 1, 0].map((k) => `Deleted pod: db-${k}`),
    );
    // Half a second to stop and one to be ready again.
    const [second, first, zeroth] = eventsOf(plane, 'SuccessfulDelete').map(({ seconds }) => seconds);
    expect([first - second, zeroth - first].map((gap) => Math.round(gap * 10) / 10)).toEqual([1.5, 1.5]);
    const { currentRevision, updateRevision, updatedReplicas } = statusOf(plane);
    expect([currentRevision, updatedReplicas]).toEqual([updateRevision, 3]);
  });

  test('stops at the partition, and pods below it are made of the old revision', () => {
    const plane = updated({ updateStrategy: { type: 'RollingUpdate', partition: 2, maxUnavailable: 1 } });
    expect(['db-0', 'db-1', 'db-2'].map((name) => image(plane, name))).toEqual([
      'registry.example/app:1',
      'registry.example/app:1',
      'app:2',
    ]);
    const { currentRevision, updateRevision } = statusOf(plane);
    expect(currentRevision).not.toBe(updateRevision);
    plane.api.deletePod(plane.api.pods.named('default', 'db-0')!.id);
    runTo(plane, 210);
    expect(image(plane, 'db-0')).toBe('registry.example/app:1');
  });

  test('waits for deletion by hand with OnDelete', () => {
    const plane = updated({ updateStrategy: { type: 'OnDelete', partition: 0, maxUnavailable: 1 } });
    expect(image(plane, 'db-1')).toBe('registry.example/app:1');
    plane.api.deletePod(plane.api.pods.named('default', 'db-1')!.id);
    runTo(plane, 210);
    expect(['db-0', 'db-1'].map((name) => image(plane, name))).toEqual(['registry.example/app:1', 'app:2']);
  });
});

test('every pod has claims of its own, which outlive it', () => {
  const plane = workloadCluster((api) =>
    create(api, 'StatefulSet', statefulSet('db', 2, { volumeClaimTemplates: ['data'] })),
  );
  runTo(plane, 10);
  changeSpec(plane, 'StatefulSet', 'db', { replicas: 1 });
  runTo(plane, 20);
  const claims = [...plane.api.store('PersistentVolumeClaim').all()].map(({ metadata }) => metadata.name);
  expect(claims).toEqual(['data-db-0', 'data-db-1']);
  expect(plane.api.pods.named('default', 'db-0')!.spec.volumes).toEqual([
    { name: 'data', persistentVolumeClaim: 'data-db-0' },
  ]);
});

test('the pods of a dump keep their revision, whatever its name', () => {
  const plane = workloadCluster((api) => {
    const set = create(api, 'StatefulSet', statefulSet('db', 3));
    for (const ordinal of [0, 1, 2]) {
      const made = newPod(`db-${ordinal}`, { cpu: '100m' }, { labels: { app: 'db', [REVISION_HASH]: 'db-6f7' } });
      const { uid } = set.metadata;
      const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid, controller: true };
      create(api, 'Pod', {
        ...made,
        metadata: { ...made.metadata, ownerReferences: [owner], creationUs: -1e9 },
        spec: { ...made.spec, nodeName: 'n1' },
        status: { ...made.status, phase: 'Running', ready: true, readyChangedUs: -0.9e9 },
      });
    }
  });
  runTo(plane, 3600);
  expect(plane.chronicle.events).toEqual([]);
  expect(statusOf(plane)).toMatchObject({ updateRevision: 'db-6f7', currentRevision: 'db-6f7', updatedReplicas: 3 });
  changeSpec(plane, 'StatefulSet', 'db', { template: version('db', 'app:2', podSpec({ cpu: '100m' })) });
  runTo(plane, 3700);
  expect([0, 1, 2].map((k) => image(plane, `db-${k}`))).toEqual(['app:2', 'app:2', 'app:2']);
});

test('over random histories no ordinal has two pods, order is kept, and the end is as wished', () => {
  const step = fc.record({
    replicas: fc.nat({ max: 6 }),
    version: fc.nat({ max: 2 }),
    kill: fc.nat({ max: 6 }),
    waitMs: fc.integer({ min: 1, max: 4000 }),
  });
  const history = fc.record({ ordered: fc.boolean(), steps: fc.array(step, { minLength: 1, maxLength: 6 }) });
  fc.assert(
    fc.property(history, ({ ordered, steps }) => {
      const plane = workloadCluster((api) =>
        create(
          api,
          'StatefulSet',
          statefulSet('db', 3, { podManagementPolicy: ordered ? 'OrderedReady' : 'Parallel' }),
        ),
      );
      const alive = new Map<string, number>();
      plane.api.pods.watch((pod, before) => {
        const { name } = (pod ?? before!).metadata;
        if (pod === undefined) alive.delete(name);
        else if (before === undefined) {
          expect(alive.has(name)).toBe(false);
          alive.set(name, pod.id);
          // Whoever comes before is there.
          if (ordered) for (let k = 0; k < Number(name.slice(3)); k++) expect(alive.has(`db-${k}`)).toBe(true);
        }
      });
      let nowS = 0;
      for (const { replicas, version: number, kill, waitMs } of steps) {
        changeSpec(plane, 'StatefulSet', 'db', { replicas, template: version('db', `app:${number}`) });
        const victim = plane.api.pods.named('default', `db-${kill}`);
        if (victim !== undefined) plane.api.deletePod(victim.id);
        runTo(plane, (nowS += waitMs / 1000));
      }
      runTo(plane, nowS + 200);
      const last = steps.at(-1)!;
      const wanted = Array.from({ length: last.replicas }, (_, k) => `db-${k}`);
      expect(names(plane).sort()).toEqual(wanted);
      expect(wanted.map((name) => image(plane, name))).toEqual(wanted.map(() => `app:${last.version}`));
    }),
    { numRuns: 60 },
  );
});
