import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { create, deployment, pod as newPod, podSpec, type TestControlPlane } from '../../cluster-fixture.ts';
import type { Deployment } from '../../objects/workloads.ts';
import { POD_TEMPLATE_HASH } from '../shared/template-revision.ts';
import {
  applyDeployment,
  changeSpec,
  eventsOf,
  podsOfApp,
  runTo,
  version,
  workloadCluster,
} from '../workload-fixture.ts';
import { REVISION } from './revisions.ts';

const web = (plane: TestControlPlane): Deployment => plane.api.store('Deployment').named('default', 'web')!;
const sets = (plane: TestControlPlane) => [...plane.api.store('ReplicaSet').all()];
/** Sizes that a ReplicaSet went through, by the events of scaling. */
function sizes(plane: TestControlPlane, name: string): number[] {
  return eventsOf(plane, 'ScalingReplicaSet')
    .filter(({ message }) => message.includes(` ${name} `))
    .map(({ message }) => Number(message.split(' ').at(-1)));
}
const images = (plane: TestControlPlane) => podsOfApp(plane, 'web').map(({ spec }) => spec.containers[0].image);

test('a Deployment makes a ReplicaSet whose pods carry the hash of its template', () => {
  const plane = workloadCluster();
  applyDeployment(plane, 'web', 3);
  runTo(plane, 10);
  const [set] = sets(plane);
  const hash = set.metadata.labels[POD_TEMPLATE_HASH];
  expect(set.metadata.name).toBe(`web-${hash}`);
  expect(podsOfApp(plane, 'web').map(({ metadata }) => metadata.labels[POD_TEMPLATE_HASH])).toEqual([hash, hash, hash]);
  expect(podsOfApp(plane, 'web')[0].metadata.name).toMatch(
    new RegExp(`^web-${hash}-[bcdfghjklmnpqrstvwxz2456789]{5}$`),
  );
  expect(eventsOf(plane, 'ScalingReplicaSet')[0].message).toBe(`Scaled up replica set web-${hash} from 0 to 3`);
  expect(web(plane).status).toMatchObject({
    replicas: 3,
    updatedReplicas: 3,
    availableReplicas: 3,
    progressing: 'Complete',
  });
});

describe('the rolling update of section 1, step by step', () => {
  test.each<[number, number[], number[]]>([
    // New: 3, then room for 2 more as the old one went to 8. When the five are ready (at once, 1 s after their creation),
    // availability lets old ones go, and each makes room.
    [10, [3, 5, 8, 10], [8, 5, 3, 0]],
    [4, [1, 2, 3, 4], [3, 2, 1, 0]],
    [3, [1, 2, 3], [2, 1, 0]],
    [1, [1], [0]],
  ])('%i replicas', (replicas, up, down) => {
    const plane = workloadCluster();
    applyDeployment(plane, 'web', replicas);
    runTo(plane, 100);
    const [old] = sets(plane);
    changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:2') });
    runTo(plane, 200);
    const [, fresh] = sets(plane);
    const [first, last] = [sizes(plane, fresh.metadata.name), sizes(plane, old.metadata.name)];
    expect(first.slice(0, 2)).toEqual(up.slice(0, 2));
    expect(last.slice(1, 2)).toEqual(down.slice(0, 1));
    expect(first.at(-1)).toBe(replicas);
    expect(last.at(-1)).toBe(0);
    expect(images(plane)).toEqual(Array.from({ length: replicas }, () => 'app:2'));
  });

  test('10 replicas, one new pod ready after the other', () => {
    const plane = workloadCluster(undefined, {
      // New pods become ready 10 s apart.
      startUs: (pod) => (pod.spec.containers[0].image === 'app:2' ? 10e6 * ++started : 1e6),
    });
    let started = 0;
    applyDeployment(plane, 'web', 10);
    runTo(plane, 100);
    const [old] = sets(plane);
    changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:2') });
    // startUs is asked twice a pod: 20, 40, 60 s for the first three, 80 and 100 s for the next two.
    runTo(plane, 110);
    const [, fresh] = sets(plane);
    const sizeNow = () => [old, fresh].map(({ id }) => plane.api.store('ReplicaSet').get(id)!.spec.replicas);
    expect(sizeNow()).toEqual([8, 5]);
    // One is available: 8 + 1 - 8 = 1 old one may go, and a new one comes in its place.
    runTo(plane, 130);
    expect(sizeNow()).toEqual([7, 6]);
    runTo(plane, 150);
    expect(sizeNow()).toEqual([6, 7]);
    const why = plane.chronicle.decisions
      .filter(({ component }) => component === 'deployment-controller')
      .map((one) => one.why);
    expect(why).toContain('replicas 10 + surge 3 - 12 in all = room for 1 more');
    expect(why.at(-2)).toMatch(
      /^13 in all - at least 8 available - [0-9] new ones not available yet = up to [0-9] fewer/,
    );
  });
});

test('Recreate waits until the last old pod is gone', () => {
  const plane = workloadCluster(undefined, { stopUs: () => 20e6 });
  applyDeployment(plane, 'web', 3, { strategy: { type: 'Recreate' } });
  runTo(plane, 100);
  changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:2') });
  runTo(plane, 119);
  expect(images(plane).includes('app:2')).toBe(false);
  runTo(plane, 130);
  expect(images(plane)).toEqual(['app:2', 'app:2', 'app:2']);
  const [created] = podsOfApp(plane, 'web');
  expect(created.metadata.creationUs).toBeGreaterThan(120e6);
  expect(created.metadata.creationUs).toBeLessThan(120.1e6);
});

test('without progress for 600 s the rollout is given up as such, and goes on by itself when it can', () => {
  let blocked = true;
  const plane = workloadCluster(undefined, {
    startUs: (pod) => (pod.spec.containers[0].image === 'app:2' && blocked ? Infinity : 1e6),
  });
  applyDeployment(plane, 'web', 4);
  runTo(plane, 100);
  changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:2') });
  runTo(plane, 699);
  expect(web(plane).status.progressing).toBe('Progressing');
  runTo(plane, 702);
  expect(web(plane).status.progressing).toBe('ProgressDeadlineExceeded');
  expect(web(plane).status.availableReplicas).toBe(3);
  const [deadline] = plane.chronicle.timers;
  expect(deadline).toMatchObject({ timer: 'progressDeadlineSeconds', about: 'Deployment default/web' });
  expect(deadline.toUs - deadline.fromUs).toBe(600e6);
  // No rollback: the way out is another template.
  blocked = false;
  changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:3') });
  runTo(plane, 800);
  expect(web(plane).status.progressing).toBe('Complete');
  expect(new Set(images(plane))).toEqual(new Set(['app:3']));
});

test('an old template taken up again takes its old ReplicaSet, as the newest revision', () => {
  const plane = workloadCluster();
  applyDeployment(plane, 'web', 2, { template: version('web', 'app:1') });
  runTo(plane, 50);
  changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:2') });
  runTo(plane, 100);
  changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:1') });
  runTo(plane, 150);
  expect(sets(plane).map(({ spec, metadata }) => [spec.replicas, metadata.annotations[REVISION]])).toEqual([
    [2, '3'],
    [0, '2'],
  ]);
});

test('the history keeps as many old ReplicaSets as its limit says', () => {
  const plane = workloadCluster();
  applyDeployment(plane, 'web', 1, { revisionHistoryLimit: 2 });
  for (let k = 1; k <= 5; k++) {
    runTo(plane, k * 50);
    changeSpec(plane, 'Deployment', 'web', { template: version('web', `app:v${k}`) });
  }
  runTo(plane, 400);
  expect(sets(plane).map(({ metadata }) => metadata.annotations[REVISION])).toEqual(['4', '5', '6']);
});

test('a paused Deployment is scaled but not rolled out', () => {
  const plane = workloadCluster();
  applyDeployment(plane, 'web', 2);
  runTo(plane, 50);
  changeSpec(plane, 'Deployment', 'web', { paused: true, replicas: 4, template: version('web', 'app:2') });
  runTo(plane, 100);
  expect(podsOfApp(plane, 'web')).toHaveLength(4);
  expect(images(plane).includes('app:2')).toBe(false);
  changeSpec(plane, 'Deployment', 'web', { paused: false });
  runTo(plane, 200);
  expect(new Set(images(plane))).toEqual(new Set(['app:2']));
});

test('minReadySeconds slows a rollout down', () => {
  const plane = workloadCluster();
  applyDeployment(plane, 'web', 3, { minReadySeconds: 20 });
  runTo(plane, 100);
  changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:2') });
  runTo(plane, 300);
  const [, fresh] = sets(plane);
  const times = eventsOf(plane, 'ScalingReplicaSet')
    .filter(({ message }) => message.includes(fresh.metadata.name))
    .map(({ seconds }) => seconds - 100);
  // 1 s to be ready, 20 s to be available: the second new pod after 21 s, the third after 42.
  expect(times.map(Math.round)).toEqual([0, 21, 42]);
});

test('a deleted Deployment takes its ReplicaSets and pods with it', () => {
  const plane = workloadCluster();
  applyDeployment(plane, 'web', 3);
  runTo(plane, 50);
  plane.api.remove('Deployment', web(plane).id);
  runTo(plane, 60);
  expect(sets(plane)).toEqual([]);
  expect(plane.api.pods.size).toBe(0);
});

describe('a dump of a healthy cluster stays as it is', () => {
  const running = (name: string, owner: string, uid: string, hash: string, image = 'registry.example/app:1') => {
    const made = newPod(name, { cpu: '100m' }, { labels: { app: 'web', [POD_TEMPLATE_HASH]: hash }, nodeName: 'n1' });
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid, controller: true }];
    const containers = made.spec.containers.map((one) => ({ ...one, image }));
    return {
      ...made,
      metadata: { ...made.metadata, uid: `uid-${name}`, ownerReferences, creationUs: -1e9 },
      spec: { ...made.spec, containers },
      status: { ...made.status, phase: 'Running' as const, ready: true, readyChangedUs: -0.9e9 },
    };
  };

  test('with its ReplicaSets, also when templates differ in fields that are not read', () => {
    const plane = workloadCluster((api) => {
      const made = create(api, 'Deployment', {
        ...deployment('web', 3),
        metadata: { name: 'web', namespace: 'default', uid: 'uid-web', creationUs: -1e10 },
      });
      // Three revisions that look alike: only the environment differed.
      for (const [k, replicas] of [
        [1, 0],
        [2, 3],
        [3, 0],
      ]) {
        create(api, 'ReplicaSet', {
          kind: 'ReplicaSet',
          metadata: {
            name: `web-hash${k}`,
            namespace: 'default',
            uid: `uid-set${k}`,
            labels: { app: 'web', [POD_TEMPLATE_HASH]: `hash${k}` },
            annotations: { [REVISION]: String(k === 2 ? 4 : k), 'deployment.kubernetes.io/desired-replicas': '3' },
            ownerReferences: [
              { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'uid-web', controller: true },
            ],
            creationUs: -1e10 + k,
          },
          spec: {
            replicas,
            selector: { matchLabels: { app: 'web', [POD_TEMPLATE_HASH]: `hash${k}` } },
            template: {
              ...made.spec.template,
              metadata: { labels: { app: 'web', [POD_TEMPLATE_HASH]: `hash${k}` }, annotations: {} },
            },
            minReadySeconds: 0,
          },
          status: { replicas: 0, readyReplicas: 0, availableReplicas: 0 },
        });
      }
      for (const name of ['a', 'b', 'c']) create(api, 'Pod', running(name, 'web-hash2', 'uid-set2', 'hash2'));
    });
    runTo(plane, 3600);
    expect(podsOfApp(plane, 'web').map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(plane.chronicle.events.filter(({ reason }) => /Create|Delete|Scaling/.test(reason))).toEqual([]);
    expect(sets(plane)).toHaveLength(3);
    expect(web(plane).status).toMatchObject({ availableReplicas: 3, updatedReplicas: 3 });
  });

  test('without its ReplicaSets, which are put back', () => {
    const plane = workloadCluster((api) => {
      create(api, 'Deployment', deployment('web', 3));
      for (const name of ['a', 'b', 'c']) create(api, 'Pod', running(name, 'web-x7', 'uid-x7', 'x7'));
    });
    runTo(plane, 3600);
    expect(podsOfApp(plane, 'web').map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(sets(plane).map(({ metadata }) => [metadata.name, metadata.uid])).toEqual([['web-x7', 'uid-x7']]);
    changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:2') });
    runTo(plane, 3700);
    expect(images(plane)).toEqual(['app:2', 'app:2', 'app:2']);
  });

  test('without its ReplicaSets in the middle of a rollout, which goes on', () => {
    const plane = workloadCluster((api) => {
      create(api, 'Deployment', deployment('web', 4, podSpec({ cpu: '100m' }), { template: version('web', 'app:2') }));
      for (const name of ['a', 'b', 'c']) create(api, 'Pod', running(name, 'web-x7', 'uid-x7', 'x7', 'app:1'));
      for (const name of ['d', 'e']) create(api, 'Pod', running(name, 'web-y8', 'uid-y8', 'y8', 'app:2'));
    });
    runTo(plane, 100);
    expect(images(plane)).toEqual(['app:2', 'app:2', 'app:2', 'app:2']);
    expect(
      podsOfApp(plane, 'web')
        .slice(0, 2)
        .map(({ metadata }) => metadata.name),
    ).toEqual(['d', 'e']);
  });

  test('pods of controllers that are not in the dump are left alone', () => {
    const plane = workloadCluster((api) => {
      create(api, 'Pod', running('a', 'someone', 'uid-someone', 'x'));
    });
    runTo(plane, 3600);
    expect(podsOfApp(plane, 'web')).toHaveLength(1);
    expect(sets(plane)).toEqual([]);
  });
});

// Start times are no whole seconds, changes are: a pod that became ready within the milliseconds between a decision and
// its execution may be among those that go, here as in a real cluster, and would break the bound.
test('over random rollouts availability and size stay within their bounds, and the end is as wished', () => {
  const bound = fc.oneof(
    fc.nat({ max: 4 }),
    fc.nat({ max: 100 }).map((percent) => `${percent}%`),
  );
  const change = fc.record({ version: fc.nat({ max: 3 }), waitS: fc.integer({ min: 1, max: 30 }) });
  const history = fc.record({
    replicas: fc.integer({ min: 1, max: 12 }),
    maxSurge: bound,
    maxUnavailable: bound,
    startS: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
    changes: fc.array(change, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(history, ({ replicas, maxSurge, maxUnavailable, startS, changes }) => {
      const resolve = (value: string | number, round: (x: number) => number): number =>
        typeof value === 'number' ? value : round((Number(value.slice(0, -1)) * replicas) / 100);
      const surge = resolve(maxSurge, Math.ceil);
      const down = resolve(maxUnavailable, Math.floor);
      const unavailable = Math.min(replicas, surge === 0 && down === 0 ? 1 : down);
      const plane = workloadCluster(undefined, { startUs: (pod) => 1e6 * startS[pod.id % startS.length] + 237e3 });
      applyDeployment(plane, 'web', replicas, { strategy: { type: 'RollingUpdate', maxSurge, maxUnavailable } });
      let checks = false;
      const check = (): void => {
        if (!checks) return;
        const alive = podsOfApp(plane, 'web').filter(({ metadata }) => metadata.deletionUs === undefined);
        expect(alive.length).toBeLessThanOrEqual(replicas + surge);
        expect(alive.filter(({ status }) => status.ready).length).toBeGreaterThanOrEqual(replicas - unavailable);
      };
      runTo(plane, 100);
      checks = true;
      plane.api.pods.watch(check);
      let nowS = 100;
      for (const { version: number, waitS } of changes) {
        changeSpec(plane, 'Deployment', 'web', { template: version('web', `app:${number}`) });
        runTo(plane, (nowS += waitS));
      }
      runTo(plane, nowS + 1000);
      check();
      const last = changes.at(-1);
      const image = last === undefined ? 'registry.example/app:1' : `app:${last.version}`;
      expect(images(plane)).toEqual(Array.from({ length: replicas }, () => image));
    }),
    { numRuns: 60 },
  );
});

test('over random scalings the replicas always converge', () => {
  const steps = fc.array(
    fc.record({ replicas: fc.nat({ max: 30 }), rolls: fc.boolean(), waitMs: fc.nat({ max: 4000 }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const plane = workloadCluster();
      applyDeployment(plane, 'web', 5);
      let nowS = 0;
      for (const [k, { replicas, rolls, waitMs }] of list.entries()) {
        changeSpec(plane, 'Deployment', 'web', {
          replicas,
          ...(rolls && { template: version('web', `app:r${k}`) }),
        });
        runTo(plane, (nowS += waitMs / 1000));
      }
      runTo(plane, nowS + 300);
      expect(podsOfApp(plane, 'web')).toHaveLength(list.at(-1)!.replicas);
      expect(web(plane).status).toMatchObject({ replicas: list.at(-1)!.replicas, progressing: 'Complete' });
    }),
    { numRuns: 60 },
  );
});

test('starting and rolling 10 x 50 pods takes fewer than 20 events a pod', () => {
  const plane = workloadCluster(undefined, { startUs: (pod) => 1e6 + ((pod.id * 7919) % 5000) * 1000 });
  for (let k = 0; k < 10; k++) applyDeployment(plane, `d${k}`, 50);
  runTo(plane, 1000);
  for (let k = 0; k < 10; k++) changeSpec(plane, 'Deployment', `d${k}`, { template: version(`d${k}`, 'app:2') });
  runTo(plane, 3000);
  expect(plane.api.podsCreated).toBe(1000);
  // Of the fake machines are three events for a new pod and one for an old one; the rest is queues.
  expect(plane.clock.events).toBeLessThan(20 * 500);
});
