import { describe, expect, test } from 'vitest';
import { days, hours, minutes, seconds } from '../../../../sim/time.ts';
import { container, controlPlane, create, deployment, node, pod, podSpec } from '../../cluster-fixture.ts';
import type { VerticalPodAutoscaler } from '../../objects/autoscaling.ts';
import type { Container, Pod } from '../../objects/pod.ts';
import { WrittenMetrics } from '../autoscaler-fixture.ts';
import { ContainerHistory } from './container-history.ts';
import { resized, withinPolicy } from './container-policy.ts';
import { VerticalPodAutoscalers } from './vertical-pod-autoscalers.ts';

const MIB = 1024 * 1024;
const LEAST = { cpuMilli: 25, memBytes: 250 * MIB };
type Policy = VerticalPodAutoscaler['spec']['containerPolicies'][number];
const policy = (fields: Partial<Policy>): Policy => ({
  containerName: '*',
  mode: 'Auto',
  minAllowed: {},
  maxAllowed: {},
  controlledResources: [],
  controlledValues: 'RequestsAndLimits',
  ...fields,
});

describe('the history of a container', () => {
  /** A sample a minute of 500 millicores and 300 MiB, for so long. */
  const steady = (untilUs: number): ContainerHistory => {
    const history = new ContainerHistory();
    for (let us = 0; us <= untilUs; us += minutes(1)) history.observe(1, 500, 300 * MIB, us);
    return history;
  };

  test('the target is the end of the bucket that the percentile lies in, plus 15 %', () => {
    // Buckets begin at 0.01 (1.05^k - 1) / 0.05 cores. 0.5 cores lie from 1.05^25 on (0.4773), the next begins at
    // 0.2 (1.05^26 - 1) = 0.51113: 511m; trunc(511 x 1.15) = 587m.
    // Memory: 314,572,800 lies from 2e8 (1.05^19 - 1) = 305,390,039 on; the next begins at 2e8 (1.05^20 - 1) =
    // 330,659,541; trunc(330,659,541 x 1.15) = 380,258,472.
    const { target } = steady(days(1)).recommend(LEAST)!;
    expect(target.cpuMilli).toBe(587);
    expect(target.memBytes).toBe(380_258_472);
  });

  test('after a day the upper bound is twice the 95th percentile, after a week 1.14 times', () => {
    // 1440 minutes and one sample more: confidence min(1, 1441/1440) = 1; 1 + 1/1 = 2: 587 x 2 = 1174.
    expect(steady(days(1)).recommend(LEAST)!.upper.cpuMilli).toBe(1174);
    // Confidence 7: 587 x (1 + 1/7) = 670.857.
    expect(steady(days(7)).recommend(LEAST)!.upper.cpuMilli).toBe(670);
  });

  test('after a minute the lower bound is a sixth of the median', () => {
    // Confidence 1/1440: (1 + 0.001 x 1440)^-2 = 2.44^-2 = 0.16796; 587 x 0.16796 = 98.59.
    expect(steady(minutes(1)).recommend(LEAST)!.lower.cpuMilli).toBe(98);
  });

  test('no container gets less than its part of 25m and 250 MiB', () => {
    const history = new ContainerHistory();
    history.observe(1, 1, 10 * MIB, 0);
    history.observe(1, 1, 10 * MIB, minutes(1));
    expect(history.recommend(LEAST)!.target).toEqual({ cpuMilli: 25, memBytes: 250 * MIB });
  });

  test('out of memory: the larger of 100 MiB and 20 % more than request or peak', () => {
    // Request 1000 MiB: max(1100, 1200) MiB = 1,258,291,200 bytes, in the bucket that ends at the first
    // 2e8 (1.05^k - 1) beyond it: k = 41, some 1.278e9; 15 % more of that.
    const history = new ContainerHistory();
    history.observe(1, 100, 400 * MIB, 0);
    history.outOfMemory(1, 1000 * MIB, minutes(1));
    const { target } = history.recommend(LEAST)!;
    let end = 0;
    for (let k = 1; end <= 1200 * MIB; k++) end = 2e8 * (1.05 ** k - 1);
    expect(Math.abs(target.memBytes - Math.trunc(Math.trunc(end) * 1.15))).toBeLessThanOrEqual(2);
    expect(target.memBytes).toBeGreaterThan(1200 * MIB);
  });
});

describe('container policies', () => {
  const found = {
    target: { cpuMilli: 500, memBytes: 300 * MIB },
    lower: { cpuMilli: 100, memBytes: 250 * MIB },
    upper: { cpuMilli: 5000, memBytes: 900 * MIB },
    why: '',
  };

  test('bounds hold for the target and its bounds, and are named when the target met them', () => {
    const bounded = withinPolicy(
      found,
      policy({ minAllowed: { cpu: '200m' }, maxAllowed: { cpu: '2', memory: '256Mi' } }),
    );
    expect(bounded.target).toEqual({ cpuMilli: 500, memBytes: 256 * MIB });
    expect(bounded.lower.cpuMilli).toBe(200);
    expect(bounded.upper.cpuMilli).toBe(2000);
    expect(bounded.limitedBy).toBe('maxAllowed memory 256Mi');
  });

  test('limits keep their proportion to the requests', () => {
    // 200m with a limit of 500m becomes 500m with 500 * 500 / 200 = 1250m; memory without a limit gets none.
    const one = container('main', { cpu: '200m', memory: '100Mi' }, {});
    const limited: Container = { ...one, resources: { ...one.resources, limits: { cpu: '500m' } } };
    const recommendation = { containerName: 'main', ...found };
    expect(resized(limited, recommendation, undefined).resources).toEqual({
      requests: { cpu: '500m', memory: `${300 * MIB}` },
      limits: { cpu: '1250m' },
    });
    expect(resized(limited, recommendation, policy({ controlledValues: 'RequestsOnly' })).resources.limits).toEqual({
      cpu: '500m',
    });
    expect(resized(limited, recommendation, policy({ controlledResources: ['memory'] })).resources).toEqual({
      requests: { cpu: '200m', memory: `${300 * MIB}` },
      limits: { cpu: '500m' },
    });
  });
});

describe('a deployment under a VPA', () => {
  function world(
    mode: VerticalPodAutoscaler['spec']['updateMode'],
    replicas = 4,
    more: { policies?: Policy[]; capacity?: string } = {},
  ) {
    const plane = controlPlane();
    const { api, clock, chronicle } = plane;
    create(api, 'Node', node('n1', { cpu: more.capacity ?? '16', memory: '64Gi' }));
    const web = create(api, 'Deployment', deployment('web', replicas, podSpec({ cpu: '100m', memory: '400Mi' })));
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true };
    create(api, 'ReplicaSet', {
      kind: 'ReplicaSet',
      metadata: { name: 'web', namespace: 'default', uid: 'rs' },
      spec: { replicas, selector: web.spec.selector, template: web.spec.template, minReadySeconds: 0 },
      status: { replicas, readyReplicas: replicas, availableReplicas: replicas },
    });
    const made: Pod[] = [];
    const addPod = (): Pod => {
      const fields = { labels: { app: 'web' } };
      const one = pod(`web-${made.length}`, { cpu: '100m', memory: '400Mi' }, fields);
      const { id } = create(api, 'Pod', { ...one, metadata: { ...one.metadata, ownerReferences: [owner] } });
      api.bind(id, 'n1');
      api.setPodStatus(id, { phase: 'Running', ready: true, startUs: clock.nowUs });
      made.push(api.pods.get(id)!);
      return api.pods.get(id)!;
    };
    create(api, 'VerticalPodAutoscaler', {
      kind: 'VerticalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        targetRef: { kind: 'Deployment', name: 'web' },
        updateMode: mode,
        minReplicas: 2,
        containerPolicies: more.policies ?? [],
      },
      status: { recommendations: [] },
    });
    const metrics = new WrittenMetrics();
    metrics.fallback = () => ({
      timeUs: Math.floor(clock.nowUs / minutes(1)) * minutes(1),
      windowUs: seconds(30),
      containers: [{ name: 'main', cpuMilli: 500, memBytes: 300 * MIB }],
    });
    const evicted: string[] = [];
    let allowed = true;
    new VerticalPodAutoscalers(plane, metrics, (one) => {
      if (!allowed) return false;
      evicted.push(one.metadata.name);
      api.deletePod(one.id, { graceSeconds: 0 });
      return true;
    }).begin();
    for (let k = 0; k < replicas; k++) addPod();
    const run = (untilUs: number): void => {
      while (clock.step(untilUs));
    };
    return { api, chronicle, evicted, addPod, run, forbid: () => (allowed = false), pods: () => [...api.pods.all()] };
  }

  test('Off only recommends', () => {
    const { api, run, evicted, addPod, chronicle } = world('Off');
    run(hours(1));
    const [autoscaler] = api.store('VerticalPodAutoscaler').all();
    expect(autoscaler.status.recommendations[0].target.cpuMilli).toBe(587);
    expect(evicted).toEqual([]);
    expect(addPod().spec.containers[0].resources.requests['cpu']).toBe('100m');
    expect(chronicle.decisions[0]).toMatchObject({ component: 'vpa-recommender', what: 'main: 587m, 363 MiB' });
    expect(chronicle.decisions[0].why).toContain('p90 of 4 samples over 0 days + 15 %');
  });

  test('Initial gives new pods their size and leaves those that run', () => {
    const { run, evicted, addPod } = world('Initial');
    run(hours(1));
    const fresh = addPod();
    expect(fresh.spec.containers[0].resources.requests).toEqual({ cpu: '587m', memory: '380258472' });
    expect(fresh.metadata.annotations['vpaUpdates']).toContain('Pod resources updated by web: main 587m');
    expect(evicted).toEqual([]);
  });

  test('Recreate evicts half of the replicas at once while they are out of bounds', () => {
    // Lower bound: 587m x (1 + 0.001/c)^-2 is beyond 100m once c > 0.0007, which 4 pods' samples reach in 2 minutes
    // (confidence is the smaller of 1 minute of a day and 8 of 1440 samples: 0.0007: 98m; after 2 minutes 206m).
    const { run, evicted, chronicle, pods } = world('Recreate');
    run(minutes(2));
    expect(evicted).toEqual([]);
    run(minutes(3));
    expect(evicted).toEqual(['web-0', 'web-1']);
    run(minutes(10));
    // Two of four are gone, and nobody makes new ones: no more may go.
    expect(pods()).toHaveLength(2);
    expect(chronicle.decisions.find(({ component }) => component === 'vpa-updater')).toMatchObject({
      about: 'Pod default/web-0',
      what: 'evicted for VerticalPodAutoscaler default/web',
      why: 'request outside of the recommended bounds, 496.3 % off',
    });
  });

  test('a disruption budget that refuses is named', () => {
    const { run, forbid, chronicle, evicted } = world('Recreate');
    forbid();
    run(minutes(5));
    expect(evicted).toEqual([]);
    expect(chronicle.decisions.some(({ limitedBy }) => limitedBy === 'disruption budget')).toBe(true);
  });

  test('a single replica is not evicted: min-replicas is 2', () => {
    const { run, evicted } = world('Recreate', 1);
    run(hours(1));
    expect(evicted).toEqual([]);
  });

  test('InPlaceOrRecreate resizes where there is room', () => {
    const { run, evicted, pods } = world('InPlaceOrRecreate');
    run(minutes(10));
    expect(evicted).toEqual([]);
    expect(pods().map((one) => one.spec.containers[0].resources.requests['cpu'])).toEqual(Array(4).fill('587m'));
  });

  test('and evicts after five minutes without room', () => {
    const { run, evicted, chronicle } = world('InPlaceOrRecreate', 4, { capacity: '1' });
    run(minutes(7));
    // One of four (587m + 3 x 100m) fits; the others wait from minute 3 on.
    expect(evicted).toEqual([]);
    run(minutes(9));
    expect(evicted).toHaveLength(2);
    expect(chronicle.decisions.at(-1)?.why).toContain('in-place resize was deferred for 5 minutes');
  });

  test('a container with mode Off is left alone', () => {
    const { api, run, evicted } = world('Recreate', 4, { policies: [policy({ containerName: 'main', mode: 'Off' })] });
    run(hours(1));
    const [autoscaler] = api.store('VerticalPodAutoscaler').all();
    expect(autoscaler.status.recommendations).toEqual([]);
    expect(evicted).toEqual([]);
  });

  test('a kill for want of memory raises the recommendation at once', () => {
    const { api, run, pods } = world('Off');
    run(hours(1));
    const before = [...api.store('VerticalPodAutoscaler').all()][0].status.recommendations[0].target.memBytes;
    const state = { name: 'main', ready: true, started: true, restartCount: 0, sinceUs: 0 };
    for (const { id } of pods()) {
      api.setPodStatus(id, { containers: [{ ...state, state: 'running', reason: '' }] });
      api.setPodStatus(id, { containers: [{ ...state, state: 'terminated', reason: 'OOMKilled', sinceUs: hours(1) }] });
    }
    run(hours(1) + minutes(1));
    const after = [...api.store('VerticalPodAutoscaler').all()][0].status.recommendations[0].target.memBytes;
    // Request 400 MiB: max(500, 480) = 500 MiB assumed instead of 300.
    expect(after).toBeGreaterThan(500 * MIB * 1.15);
    expect(after).toBeGreaterThan(before * 1.5);
  });
});
