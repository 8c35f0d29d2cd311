import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { ApiServer, isRefusal } from '../../api/api-server.ts';
import { container, create, pod, podSpec } from '../../cluster-fixture.ts';
import type { LimitRange, ResourceQuota } from '../../objects/policy.ts';
import type { Pod, PodSpec } from '../../objects/pod.ts';
import type { NewObject } from '../../api/api-server.ts';
import { quantityMilli } from '../../objects/quantity.ts';
import { registerAdmissions } from './admissions.ts';

function server(): ApiServer {
  const api = new ApiServer();
  registerAdmissions(api);
  return api;
}

const refused = (api: ApiServer, object: NewObject<Pod>): string => {
  const answer = api.create('Pod', object);
  return isRefusal(answer) ? answer.refused : 'let in';
};

function limitRange(limits: Partial<LimitRange['spec']['limits'][number]>): NewObject<LimitRange> {
  const none = { min: {}, max: {}, default: {}, defaultRequest: {}, maxLimitRequestRatio: {} };
  const metadata = { name: 'limits', namespace: 'default' };
  return { kind: 'LimitRange', metadata, spec: { limits: [{ type: 'Container', ...none, ...limits }] } };
}

function quota(hard: Record<string, string>, fields: Partial<ResourceQuota['spec']> = {}): NewObject<ResourceQuota> {
  return {
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'default' },
    spec: { hard, scopes: [], ...fields },
  };
}

describe('LimitRanger', () => {
  test('defaults apply only where neither request nor limit is given', () => {
    const api = server();
    create(api, 'LimitRange', limitRange({ defaultRequest: { cpu: '100m' }, default: { cpu: '500m' } }));
    expect(create(api, 'Pod', pod('a')).spec.containers[0].resources).toEqual({
      requests: { cpu: '100m' },
      limits: { cpu: '500m' },
    });
    expect(create(api, 'Pod', pod('b', { cpu: '250m' })).spec.containers[0].resources.requests).toEqual({
      cpu: '250m',
    });
  });

  test('bounds and ratios refuse in the words of the API server', () => {
    const api = server();
    create(
      api,
      'LimitRange',
      limitRange({ min: { cpu: '100m' }, max: { cpu: '0.5' }, maxLimitRequestRatio: { cpu: '2' } }),
    );
    const asking = (requests: Record<string, string>, limits: Record<string, string>): NewObject<Pod> =>
      pod('web', {}, { containers: [container('main', requests, { resources: { requests, limits } })] });
    expect(refused(api, asking({ cpu: '200m' }, { cpu: '400m' }))).toBe('let in');
    expect(
      refused(api, { ...asking({ cpu: '50m' }, { cpu: '100m' }), metadata: { name: 'b', namespace: 'default' } }),
    ).toBe('pods "b" is forbidden: minimum cpu usage per Container is 100m, but request is 50m');
    expect(
      refused(api, { ...asking({ cpu: '200m' }, { cpu: '1' }), metadata: { name: 'c', namespace: 'default' } }),
    ).toBe(
      'pods "c" is forbidden: [maximum cpu usage per Container is 500m, but limit is 1, cpu max limit to request ratio per Container is 2, but provided ratio is 5.000000]',
    );
    expect(refused(api, { ...asking({}, {}), metadata: { name: 'd', namespace: 'default' } })).toContain(
      'minimum cpu usage per Container is 100m.  No request is specified',
    );
  });

  test('a default limit below what a container requests refuses the pod, as validation does behind the defaults', () => {
    const api = server();
    create(api, 'LimitRange', limitRange({ default: { cpu: '50m' }, defaultRequest: { cpu: '50m' } }));
    expect(refused(api, pod('web', { cpu: '0.1' }))).toBe(
      'Pod "web" is invalid: spec.containers[0].resources.requests: Invalid value: "100m": must be less than or equal to cpu limit of 50m',
    );
    expect(refused(api, pod('other', { memory: '1Gi' }))).toBe('let in');
  });

  test('limits of pods are sums', () => {
    const api = server();
    create(api, 'LimitRange', limitRange({ type: 'Pod', max: { memory: '1Gi' } }));
    const half = { requests: {}, limits: { memory: '600Mi' } };
    const two = [container('a', {}, { resources: half }), container('b', {}, { resources: half })];
    expect(refused(api, pod('two', {}, { containers: two }))).toBe(
      'pods "two" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 1200Mi',
    );
  });
});

describe('Priority', () => {
  test('comes from the class, the global default, or is 0', () => {
    const api = server();
    expect(create(api, 'Pod', pod('none')).spec.priority).toBe(0);
    const base = { kind: 'PriorityClass', globalDefault: false, preemptionPolicy: 'PreemptLowerPriority' } as const;
    create(api, 'PriorityClass', {
      ...base,
      metadata: { name: 'high', namespace: '' },
      value: 1000,
      preemptionPolicy: 'Never',
    });
    create(api, 'PriorityClass', {
      ...base,
      metadata: { name: 'usual', namespace: '' },
      value: 7,
      globalDefault: true,
    });
    const high = create(api, 'Pod', pod('high', {}, { priorityClassName: 'high' })).spec;
    expect([high.priority, high.preemptionPolicy]).toEqual([1000, 'Never']);
    const usual = create(api, 'Pod', pod('usual')).spec;
    expect([usual.priority, usual.priorityClassName]).toEqual([7, 'usual']);
    expect(create(api, 'Pod', pod('dns', {}, { priorityClassName: 'system-node-critical' })).spec.priority).toBe(
      2000001000,
    );
    expect(refused(api, pod('lost', {}, { priorityClassName: 'gone' }))).toBe(
      'pods "lost" is forbidden: no PriorityClass with name gone was found',
    );
    expect(refused(api, pod('own', {}, { priority: 5 }))).toContain(
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 7',
    );
  });

  test('pods of a dump that have a node keep theirs', () => {
    const api = server();
    const old = pod('old', {}, { nodeName: 'n1', priority: 9, priorityClassName: 'gone' });
    expect(refused(api, old)).toContain('no PriorityClass with name gone');
    expect(create(api, 'Pod', { ...old, status: { ...old.status, scheduledUs: -5 } }).spec.priority).toBe(9);
  });
});

test('DefaultTolerationSeconds adds 300 s where nothing is tolerated yet, and pods go on sharing their spec', () => {
  const api = server();
  const shared: PodSpec = podSpec({ cpu: '1' });
  const [a, b] = ['a', 'b'].map((name) => create(api, 'Pod', { ...pod(name), spec: shared }));
  expect(a.spec.tolerations.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual([
    ['node.kubernetes.io/not-ready', 300],
    ['node.kubernetes.io/unreachable', 300],
  ]);
  expect(b.spec).toBe(a.spec);
  const all = [{ key: '', operator: 'Exists', value: '', effect: '' } as const];
  expect(create(api, 'Pod', pod('c', {}, { tolerations: all })).spec.tolerations).toEqual(all);
});

test('label keys of affinity terms are completed with the pod its own labels', () => {
  const api = server();
  const term = {
    labelSelector: { matchLabels: { app: 'web' } },
    topologyKey: 'zone',
    namespaces: [],
    matchLabelKeys: ['hash', 'absent'],
    mismatchLabelKeys: ['tenant'],
  };
  const podAntiAffinity = { required: [term], preferred: [] };
  const made = create(api, 'Pod', pod('a', {}, { labels: { hash: 'x1', tenant: 't' }, podAntiAffinity }));
  expect(made.spec.podAntiAffinity?.required).toEqual([
    {
      labelSelector: {
        matchLabels: { app: 'web' },
        matchExpressions: [
          { key: 'hash', operator: 'In', values: ['x1'] },
          { key: 'tenant', operator: 'NotIn', values: ['t'] },
        ],
      },
      topologyKey: 'zone',
      namespaces: [],
    },
  ]);
});

describe('ResourceQuota', () => {
  test('counts what is there, and refuses what is too much', () => {
    const api = server();
    const first = create(api, 'Pod', pod('a', { cpu: '1', memory: '1Gi' }));
    create(api, 'ResourceQuota', quota({ 'requests.cpu': '2', memory: '3Gi', pods: '3' }));
    create(api, 'Pod', pod('b', { cpu: '500m', memory: '1Gi' }));
    expect(refused(api, pod('c', { cpu: '600m', memory: '2Gi' }))).toBe(
      'pods "c" is forbidden: exceeded quota: team, requested: memory=2Gi,requests.cpu=600m, used: memory=2Gi,requests.cpu=1500m, limited: memory=3Gi,requests.cpu=2',
    );
    expect(refused(api, pod('elsewhere', { cpu: '9', memory: '9Gi' }, { namespace: 'other' }))).toBe('let in');
    // Pods that end no longer count.
    api.setPodStatus(first.id, { phase: 'Succeeded' });
    expect(refused(api, pod('c', { cpu: '600m', memory: '2Gi' }))).toBe('let in');
    expect(refused(api, pod('d'))).toBe(
      'pods "d" is forbidden: failed quota: team: must specify memory for: main; requests.cpu for: main',
    );
  });

  test('is asked after webhooks that were added later', () => {
    const api = server();
    create(api, 'ResourceQuota', quota({ cpu: '1' }));
    api.admissions.push((one) => ({ ...one, spec: podSpec({ cpu: '2' }) }));
    expect(refused(api, pod('a', { cpu: '500m' }))).toContain('requested: cpu=2, used: cpu=0, limited: cpu=1');
  });

  test('what is used is the sum over pods that live, whatever happened before', () => {
    const step = fc.tuple(
      fc.constantFrom('create', 'create', 'remove', 'end', 'bind'),
      fc.nat(20),
      fc.integer({ min: 1, max: 900 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const api = server();
        create(api, 'ResourceQuota', quota({ 'requests.cpu': '3' }));
        for (const [index, [what, which, cpuMilli]] of steps.entries()) {
          const pods = [...api.pods.all()];
          const live = pods.filter(({ status }) => status.phase === 'Pending');
          const used = live.reduce(
            (sum, { spec }) => sum + quantityMilli(spec.containers[0].resources.requests.cpu),
            0,
          );
          if (what === 'create')
            expect(refused(api, pod(`p${index}`, { cpu: `${cpuMilli}m` })) === 'let in').toBe(used + cpuMilli <= 3000);
          const one = pods[which % Math.max(1, pods.length)] as Pod | undefined;
          if (one === undefined) continue;
          if (what === 'remove') api.remove('Pod', one.id);
          if (what === 'end') api.setPodStatus(one.id, { phase: 'Failed' });
          if (what === 'bind') api.bind(one.id, 'n1');
        }
      }),
    );
  });

  test('scopes choose pods', () => {
    const api = server();
    create(api, 'ResourceQuota', quota({ pods: '0' }, { priorityClasses: ['system-node-critical'] }));
    expect(refused(api, pod('plain'))).toBe('let in');
    expect(refused(api, pod('critical', {}, { priorityClassName: 'system-node-critical' }))).toBe(
      'pods "critical" is forbidden: exceeded quota: team, requested: pods=1, used: pods=0, limited: pods=0',
    );
    const other = server();
    create(other, 'ResourceQuota', quota({ pods: '0' }, { scopes: ['BestEffort'] }));
    expect(refused(other, pod('asks', { cpu: '1' }))).toBe('let in');
    expect(refused(other, pod('asks-not'))).toContain('exceeded quota');
  });
});
