import { describe, expect, test } from 'vitest';
import { fc } from '../../../../../test/fuzz.ts';
import { stream } from '../../../../sim/random.ts';
import { seconds } from '../../../../sim/time.ts';
import { controlPlane, create, deployment, podSpec } from '../../cluster-fixture.ts';
import type { HorizontalPodAutoscaler, MetricSpec, ScalingRules } from '../../objects/autoscaling.ts';
import { deploymentScales, runningPod, WrittenMetrics } from '../autoscaler-fixture.ts';
import { HorizontalPodAutoscalers } from './horizontal-pod-autoscalers.ts';

// The cases are those of kubernetes v1.36.2, pkg/controller/podautoscaler/{replica_calculator,horizontal}_test.go, as
// listed in the specification; every look goes through pods, metrics server and scale.

type Spec = HorizontalPodAutoscaler['spec'];
const cpu = (percent: number): MetricSpec => ({
  type: 'Resource',
  name: 'cpu',
  target: { type: 'Utilization', amount: percent },
});
const UP: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const DOWN: ScalingRules = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

function world(replicas: number, spec: Partial<Spec> & Pick<Spec, 'metrics'>) {
  const plane = controlPlane();
  const { api, clock, chronicle } = plane;
  create(api, 'Deployment', deployment('web', replicas, podSpec({ cpu: '1' })));
  const autoscaler = create(api, 'HorizontalPodAutoscaler', {
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 1, maxReplicas: 100, ...spec },
    status: { currentReplicas: 0, desiredReplicas: 0 },
  });
  const metrics = new WrittenMetrics();
  new HorizontalPodAutoscalers(plane, metrics, deploymentScales(api)).begin();
  const labels = { app: 'web' };
  let made = 0;
  return {
    api,
    metrics,
    chronicle,
    /** A pod that requests one core and uses so much; undefined: no sample. */
    uses(cpuMilli: number | undefined, status: object = {}, requests = { cpu: '1' } as object) {
      const one = runningPod(api, `web-${made++}`, requests as { cpu: string }, { labels }, status);
      if (cpuMilli !== undefined) metrics.use(one.id, cpuMilli);
      return one;
    },
    /** Until after the look that is due so many periods of 15 s from now. */
    looks(count = 1) {
      const untilUs = (Math.floor(clock.nowUs / seconds(15)) + count) * seconds(15);
      while (clock.step(untilUs));
      return this.replicas();
    },
    replicas: () => api.store('Deployment').named('default', 'web')!.spec.replicas,
    setReplicas: (count: number) => {
      const found = api.store('Deployment').named('default', 'web')!;
      api.update('Deployment', found.id, { spec: { ...found.spec, replicas: count } });
    },
    status: () => api.store('HorizontalPodAutoscaler').get(autoscaler.id)!.status,
  };
}

describe('one look', () => {
  test('3 pods of 1000m use 300, 500 and 700m, target 30 %: 5, and it says why', () => {
    // U = trunc(1500 * 100 / 3000) = 50; ratio 50/30 = 1.667; ceil(1.667 * 3) = 5.
    const cluster = world(3, { metrics: [cpu(30)] });
    for (const used of [300, 500, 700]) cluster.uses(used);
    expect(cluster.replicas()).toBe(3);
    expect(cluster.looks()).toBe(5);
    expect(cluster.chronicle.decisions).toEqual([
      {
        timeUs: seconds(15),
        component: 'horizontal-pod-autoscaler',
        about: 'HorizontalPodAutoscaler default/web',
        what: '3 -> 5 replicas',
        why: 'cpu resource utilization (percentage of request) above target: cpu 50 % of 30 %: ceil(3 x 50/30) = 5',
      },
    ]);
    expect(cluster.chronicle.events[0]).toMatchObject({
      reason: 'SuccessfulRescale',
      message: 'New size: 5; reason: cpu resource utilization (percentage of request) above target',
    });
    expect(cluster.status()).toMatchObject({ desiredReplicas: 5, lastScaleUs: seconds(15) });
  });

  test('4 pods at 88 % of 80 % stay, at 89 % they become ceil(4 x 89/80) = 5', () => {
    for (const [used, replicas] of [
      [880, 4],
      [890, 5],
    ]) {
      const cluster = world(4, { metrics: [cpu(80)] });
      for (let k = 0; k < 4; k++) cluster.uses(used);
      expect(cluster.looks()).toBe(replicas);
    }
  });

  test('a sample that lacks is assumed idle when scaling up: 800, 800 and none of 50 % stay 3', () => {
    const cluster = world(3, { metrics: [cpu(50)] });
    for (const used of [800, 800, undefined]) cluster.uses(used);
    expect(cluster.looks()).toBe(3);
    expect(cluster.chronicle.decisions[0].why).toContain('53 % with 1 assumed idle');
  });

  test('and busy when scaling down: 100, 100 and none of 50 % ask for ceil(3 x 40/50) = 3', () => {
    const cluster = world(3, { metrics: [cpu(50)] });
    for (const used of [100, 100, undefined]) cluster.uses(used);
    expect(cluster.looks()).toBe(3);
    expect(cluster.chronicle.decisions[0].why).toContain('40 % with 1 assumed busy: ceil(3 x 40/50) = 3');
  });

  test('pods that go or have failed do not count, those that wait for a node are idle', () => {
    // 500 of 1000 at 20 %: ratio 2.5 with 2 ready. The pending one counts idle: trunc(100000/3000) = 33; ceil(1.65 * 3) = 5.
    const cluster = world(3, { metrics: [cpu(20)] });
    cluster.uses(500);
    cluster.uses(500);
    cluster.uses(undefined, { phase: 'Pending', ready: false });
    cluster.uses(1000, { phase: 'Failed' });
    const going = cluster.uses(1000);
    cluster.api.bind(going.id, 'n1');
    cluster.api.deletePod(going.id);
    expect(cluster.looks()).toBe(5);
  });

  test('CPU of a pod in its first five minutes counts once it has been ready for a whole window', () => {
    // Both at 100 % of 50 %. Ready since 10 s, sample at 12 s over 30 s: unready, assumed idle: 50 %: no change.
    const cluster = world(2, { metrics: [cpu(50)] });
    cluster.uses(1000);
    const young = cluster.uses(undefined, { startUs: 0, ready: true, readyChangedUs: seconds(10) });
    cluster.metrics.use(young.id, 1000, 0, seconds(12));
    expect(cluster.looks()).toBe(2);
    cluster.metrics.use(young.id, 1000, 0, seconds(40));
    // 100 / 50 = 2: ceil(2 * 2) = 4.
    expect(cluster.looks()).toBe(4);
  });

  test('memory has no such rule', () => {
    const memory: MetricSpec = { type: 'Resource', name: 'memory', target: { type: 'Utilization', amount: 50 } };
    const cluster = world(2, { metrics: [memory] });
    for (let k = 0; k < 2; k++) {
      const one = cluster.uses(0, { startUs: 0, readyChangedUs: seconds(10) }, { cpu: '1', memory: '100Mi' });
      cluster.metrics.use(one.id, 0, 104_857_600);
    }
    expect(cluster.looks()).toBe(4);
  });

  test('a container without a request makes a utilisation impossible, and that is said', () => {
    const cluster = world(1, { metrics: [cpu(50)] });
    cluster.uses(1000, {}, {});
    expect(cluster.looks()).toBe(1);
    expect(cluster.status().conditions?.[1]).toMatchObject({
      type: 'ScalingActive',
      status: 'False',
      reason: 'FailedGetResourceMetric',
      message:
        'the HPA was unable to compute the replica count: failed to get cpu: missing request for cpu in container main of Pod web-0',
    });
    expect(cluster.chronicle.events.map(({ reason }) => reason)).toEqual(['FailedGetResourceMetric']);
  });

  test('average values: memory of 1 and 2 GiB against 1 GiB each ask for ceil(1.5 x 2) = 3', () => {
    const gib = 1024 ** 3;
    const memory: MetricSpec = {
      type: 'Resource',
      name: 'memory',
      target: { type: 'AverageValue', amount: gib * 1000 },
    };
    const cluster = world(2, { metrics: [memory] });
    for (const bytes of [gib, 2 * gib]) cluster.metrics.use(cluster.uses(undefined).id, 0, bytes);
    expect(cluster.looks()).toBe(3);
  });

  test('one container of several', () => {
    const sidecar: MetricSpec = {
      type: 'ContainerResource',
      name: 'cpu',
      container: 'main',
      target: { type: 'Utilization', amount: 50 },
    };
    const cluster = world(1, { metrics: [sidecar] });
    const one = cluster.uses(undefined);
    const containers = [
      { name: 'main', cpuMilli: 1000, memBytes: 0 },
      { name: 'proxy', cpuMilli: 5000, memBytes: 0 },
    ];
    cluster.metrics.samples.set(one.id, { timeUs: 0, windowUs: 1, containers });
    expect(cluster.looks()).toBe(2);
  });

  test('a metric of pods: 10, 20 and 30 requests a second against 15: ceil(20/15 x 3) = 4', () => {
    const cluster = world(3, {
      metrics: [{ type: 'Pods', name: 'requests', target: { type: 'AverageValue', amount: 15_000 } }],
    });
    for (const rate of [10, 20, 30])
      cluster.metrics.podMetrics.set(`${cluster.uses(undefined).id}/requests`, rate * 1000);
    expect(cluster.looks()).toBe(4);
  });

  test('an external total against an average is divided by it; against a value it scales the ready pods', () => {
    const external = (type: 'Value' | 'AverageValue', amount: number): MetricSpec => ({
      type: 'External',
      name: 'queue',
      target: { type, amount },
    });
    // 95 messages, 10 for each: ceil(95/10) = 10. Against 50 in all: ceil(95/50 * 2) = 4.
    for (const [metric, replicas] of [
      [external('AverageValue', 10_000), 10],
      [external('Value', 50_000), 4],
    ] as const) {
      const cluster = world(2, {
        metrics: [metric],
        behavior: { scaleUp: { ...UP, policies: [{ type: 'Pods', value: 50, periodSeconds: 15 }] }, scaleDown: DOWN },
      });
      cluster.uses(0);
      cluster.uses(0);
      cluster.metrics.others.set('default/queue', 95_000);
      expect(cluster.looks()).toBe(replicas);
    }
  });

  test('an object metric by name', () => {
    const cluster = world(2, {
      metrics: [
        {
          type: 'Object',
          name: 'requests-per-second',
          describedObject: { kind: 'Service', name: 'web' },
          target: { type: 'AverageValue', amount: 100_000 },
        },
      ],
    });
    cluster.uses(0);
    cluster.uses(0);
    cluster.metrics.others.set('default/Service/web/requests-per-second', 350_000);
    expect(cluster.looks()).toBe(4);
  });
});

describe('several metrics', () => {
  const queue: MetricSpec = { type: 'External', name: 'queue', target: { type: 'AverageValue', amount: 1000 } };

  test('the largest proposal counts', () => {
    const cluster = world(2, { metrics: [cpu(50), queue] });
    cluster.uses(500);
    cluster.uses(500);
    cluster.metrics.others.set('default/queue', 3000);
    expect(cluster.looks()).toBe(3);
  });

  test('while one fails there is no scaling down, but up there is', () => {
    const cluster = world(2, { metrics: [cpu(50), queue] });
    const one = cluster.uses(10);
    const two = cluster.uses(10);
    expect(cluster.looks()).toBe(2);
    expect(cluster.status().conditions?.[1].reason).toBe('FailedGetExternalMetric');
    cluster.metrics.use(one.id, 1000);
    cluster.metrics.use(two.id, 1000);
    expect(cluster.looks()).toBe(4);
  });
});

describe('bounds', () => {
  test('outside of them the count is set at once, without metrics', () => {
    const above = world(12, { metrics: [cpu(50)], maxReplicas: 10 });
    expect(above.looks()).toBe(10);
    const below = world(1, { metrics: [cpu(50)], minReplicas: 3 });
    expect(below.looks()).toBe(3);
    expect(below.chronicle.decisions[0].why).toBe(
      'Current number of replicas below Spec.MinReplicas: 1 replicas, at least 3',
    );
  });

  test('a target with 0 replicas is left alone', () => {
    const cluster = world(0, { metrics: [cpu(50)] });
    expect(cluster.looks(3)).toBe(0);
    expect(cluster.status().conditions?.[1]).toMatchObject({ status: 'False', reason: 'ScalingDisabled' });
  });

  test('two autoscalers of one target do nothing', () => {
    const cluster = world(1, { metrics: [cpu(50)] });
    cluster.uses(1000);
    const [first] = cluster.api.store('HorizontalPodAutoscaler').all();
    const { id: _, ...copy } = first;
    create(cluster.api, 'HorizontalPodAutoscaler', { ...copy, metadata: { name: 'web-2', namespace: 'default' } });
    expect(cluster.looks(2)).toBe(1);
    expect(cluster.status().conditions?.[1].reason).toBe('AmbiguousSelector');
  });

  test('a target that is not there', () => {
    const cluster = world(1, { metrics: [cpu(50)], scaleTargetRef: { kind: 'Deployment', name: 'nobody' } });
    cluster.looks(3);
    expect(cluster.status().conditions).toMatchObject([{ type: 'AbleToScale', reason: 'FailedGetScale' }]);
    expect(cluster.chronicle.events).toHaveLength(1);
  });
});

describe('without behaviour', () => {
  const queue: MetricSpec = { type: 'External', name: 'queue', target: { type: 'AverageValue', amount: 1000 } };

  test('1 replica, proposal 20: 4, then 8, 16 and 20', () => {
    const cluster = world(1, { metrics: [queue], maxReplicas: 50 });
    cluster.metrics.others.set('default/queue', 20_000);
    expect([cluster.looks(), cluster.looks(), cluster.looks(), cluster.looks()]).toEqual([4, 8, 16, 20]);
    expect(cluster.chronicle.decisions[0]).toMatchObject({ what: '1 -> 4 replicas', limitedBy: 'ScaleUpLimit at 4' });
  });

  test('down only to the largest recommendation of five minutes', () => {
    const cluster = world(10, { metrics: [queue] });
    cluster.metrics.others.set('default/queue', 10_000);
    cluster.looks(2);
    cluster.metrics.others.set('default/queue', 2000);
    // The last recommendation of 10 is that at 30 s; at 330 s it is exactly as old as the window and still counts.
    expect(cluster.looks(20)).toBe(10);
    expect(cluster.looks()).toBe(2);
    expect(cluster.chronicle.timers[0]).toMatchObject({
      fromUs: seconds(45),
      toUs: seconds(345),
      timer: 'stabilizationWindow',
    });
  });
});

describe('with behaviour', () => {
  const queue: MetricSpec = { type: 'External', name: 'queue', target: { type: 'AverageValue', amount: 1000 } };

  test('the default rules: 10 for more than 15 s, proposal 40: max(14, 20) = 20', () => {
    const cluster = world(10, { metrics: [queue], behavior: { scaleUp: UP, scaleDown: DOWN } });
    cluster.metrics.others.set('default/queue', 10_000);
    cluster.looks();
    cluster.metrics.others.set('default/queue', 40_000);
    expect(cluster.looks()).toBe(20);
    // 15 s later the event is exactly as old as the period and counts no more: 40.
    expect(cluster.looks()).toBe(40);
  });

  test('down 10 % in 60 s from 80: trunc(72.0), then no more within the period', () => {
    const scaleDown: ScalingRules = {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
    };
    const cluster = world(80, { metrics: [queue], behavior: { scaleUp: UP, scaleDown } });
    cluster.metrics.others.set('default/queue', 1000);
    expect([1, 2, 3, 4, 5].map(() => cluster.looks())).toEqual([72, 72, 72, 72, 64]);
    expect(cluster.status().conditions?.[2]).toMatchObject({ type: 'ScalingLimited', reason: 'ScaleDownLimit' });
  });

  test('Disabled never scales down', () => {
    const scaleDown: ScalingRules = { ...DOWN, stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' };
    const cluster = world(5, { metrics: [queue], behavior: { scaleUp: UP, scaleDown } });
    cluster.metrics.others.set('default/queue', 1000);
    expect(cluster.looks(40)).toBe(5);
  });

  test('a tolerance of its own: 5 % up', () => {
    const scaleUp: ScalingRules = { ...UP, tolerance: 0.05 };
    const cluster = world(10, { metrics: [queue], behavior: { scaleUp, scaleDown: DOWN } });
    cluster.metrics.others.set('default/queue', 10_600);
    for (let k = 0; k < 10; k++) cluster.uses(0);
    expect(cluster.looks()).toBe(11);
  });
});

test('never outside of the bounds and never faster than the rules, whatever the metric does', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 15, max: 90 }),
      (seed, pods, period) => {
        const scaleUp: ScalingRules = {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [{ type: 'Pods', value: pods, periodSeconds: period }],
        };
        const scaleDown = { ...scaleUp, policies: [{ type: 'Pods' as const, value: pods, periodSeconds: period }] };
        const metric: MetricSpec = { type: 'External', name: 'queue', target: { type: 'AverageValue', amount: 1000 } };
        const cluster = world(5, {
          metrics: [metric],
          minReplicas: 2,
          maxReplicas: 60,
          behavior: { scaleUp, scaleDown },
        });
        const random = stream(seed, 'queue');
        const counts = [5];
        for (let look = 0; look < 60; look++) {
          cluster.metrics.others.set('default/queue', random.below(80_000));
          counts.push(cluster.looks());
        }
        const looksInPeriod = Math.ceil(period / 15);
        for (let k = 1; k < counts.length; k++) {
          expect(counts[k]).toBeGreaterThanOrEqual(2);
          expect(counts[k]).toBeLessThanOrEqual(60);
          // A step may go no further from the count at the period's beginning than the rule says (a step back in the
          // same period gives room again, so only steps are held to it, not the rests between them).
          const start = counts[Math.max(0, k - looksInPeriod)];
          if (counts[k] > counts[k - 1]) expect(counts[k] - start).toBeLessThanOrEqual(pods);
          if (counts[k] < counts[k - 1]) expect(start - counts[k]).toBeLessThanOrEqual(pods);
        }
      },
    ),
    { numRuns: 30 },
  );
});
