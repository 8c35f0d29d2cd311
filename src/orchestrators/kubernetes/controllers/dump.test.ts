import { describe, expect, test } from 'vitest';
import { create, deployment, node, podSpec, type TestControlPlane } from '../cluster-fixture.ts';
import { KINDS, type AnyObject, type Kind } from '../objects/kinds.ts';
import type { Pod } from '../objects/pod.ts';
import {
  budget,
  changeSpec,
  cronJob,
  daemonSet,
  job,
  jobSpec,
  runTo,
  statefulSet,
  UNLIMITED,
  version,
  workloadCluster,
} from './workload-fixture.ts';

/** Everything that workload controllers make, after an hour, with a rollout behind it. */
function lived(): TestControlPlane {
  const plane = workloadCluster(
    (api) => {
      for (const name of ['n2', 'n3']) create(api, 'Node', node(name));
      create(api, 'Deployment', deployment('web', 6));
      create(api, 'Deployment', deployment('api', 3, podSpec({ cpu: '200m' }), { strategy: { type: 'Recreate' } }));
      create(api, 'StatefulSet', statefulSet('db', 3, { volumeClaimTemplates: ['data'] }));
      create(api, 'DaemonSet', daemonSet('agent'));
      create(api, 'Job', job('sum', { completions: 4, parallelism: 2 }));
      create(api, 'CronJob', cronJob('report', '15,35,55 * * * *', { jobTemplate: SHORT }));
      create(api, 'PodDisruptionBudget', budget('web', 'web', { minAvailable: 4 }));
    },
    { end: (pod) => ({ afterUs: pod.spec.restartPolicy === 'Never' ? 30e6 : Infinity, exitCode: 0 }) },
  );
  runTo(plane, 600);
  changeSpec(plane, 'Deployment', 'web', { template: version('web', 'app:2') });
  changeSpec(plane, 'StatefulSet', 'db', { template: version('db', 'app:2') });
  changeSpec(plane, 'DaemonSet', 'agent', { template: version('agent', 'app:2') });
  runTo(plane, LIVED_S);
  return plane;
}

const LIVED_S = 3700;
const SHORT = { metadata: { labels: {}, annotations: {} }, spec: jobSpec() };

/** The objects as `kubectl get -o yaml` and a reader give them: no identities shared, statuses of controllers not read, times before the run. */
function dumped(plane: TestControlPlane, kinds: readonly Kind[]): AnyObject[] {
  const beforeUs = plane.clock.nowUs;
  return kinds.flatMap((kind) =>
    Array.from(plane.api.store(kind).all() as Iterable<AnyObject>, (object) => {
      const copy = JSON.parse(JSON.stringify(object)) as AnyObject & { metadata: { creationUs: number } };
      const metadata = { ...copy.metadata, creationUs: copy.metadata.creationUs - beforeUs };
      if (copy.kind === 'Pod') return { ...copy, metadata, status: earlier(copy.status, beforeUs) };
      if (copy.kind === 'CronJob')
        return {
          ...copy,
          metadata,
          status: { ...copy.status, lastScheduleUs: copy.status.lastScheduleUs! - beforeUs },
        };
      if (copy.kind === 'Job') return { ...copy, metadata };
      const counts = 'status' in copy && copy.kind !== 'Node' ? { status: zeros(copy.status) } : {};
      return { ...copy, metadata, ...counts } as AnyObject;
    }),
  );
}

function earlier(status: Pod['status'], beforeUs: number): Pod['status'] {
  return { ...status, readyChangedUs: status.readyChangedUs - beforeUs };
}

function zeros(status: object): object {
  return Object.fromEntries(
    Object.entries(status).map(([name, value]) => [
      name,
      typeof value === 'number' ? 0 : typeof value === 'string' && name !== 'progressing' ? '' : (value as unknown),
    ]),
  );
}

function restored(objects: readonly AnyObject[]): TestControlPlane {
  const put = (api: TestControlPlane['api']): void => {
    for (const object of objects) {
      const { id: _, ...rest } = object;
      const there = api.store(object.kind).named(object.metadata.namespace, object.metadata.name);
      if (there === undefined) create(api, object.kind as 'Pod', rest as Omit<Pod, 'id'>);
    }
  };
  return workloadCluster(put, {}, UNLIMITED, LIVED_S * 1000);
}

const names = (plane: TestControlPlane) => [...plane.api.pods.all()].map(({ metadata }) => metadata.name).sort();

describe('a healthy cluster that is dumped and goes on for ten minutes', () => {
  const before = lived();

  test('is healthy to begin with', () => {
    // 6 web, 3 api, 3 db, 3 agents, 4 of the job, and one for each of the three jobs of the history.
    expect(before.api.pods.size).toBe(6 + 3 + 3 + 3 + 4 + 3);
  });

  test.each<[string, readonly Kind[]]>([
    ['with all its objects', KINDS],
    ['without ReplicaSets', KINDS.filter((kind) => kind !== 'ReplicaSet')],
    ['as nodes, pods and deployments only', ['Node', 'Deployment', 'Pod']],
  ])('%s: no pod is created or deleted', (_name, kinds) => {
    const plane = restored(dumped(before, kinds));
    const was = names(plane);
    expect(was).toHaveLength(before.api.pods.size);
    // The last job of the schedule was due at minute 55, the next is at minute 75, 800 s after the beginning.
    runTo(plane, 600);
    expect(names(plane)).toEqual(was);
    expect(plane.chronicle.events.filter(({ reason }) => /Created?|Deleted?|Scal/.test(reason))).toEqual([]);
  });

  test('all its objects for an hour: only the schedule starts pods', () => {
    const plane = restored(dumped(before, KINDS));
    runTo(plane, 3600);
    const made = plane.chronicle.events.filter(({ reason }) => reason === 'SuccessfulCreate');
    expect(new Set(made.map(({ about }) => about.replace(/-[0-9]+$/, '')))).toEqual(
      new Set(['CronJob default/report', 'Job default/report']),
    );
  });
});
