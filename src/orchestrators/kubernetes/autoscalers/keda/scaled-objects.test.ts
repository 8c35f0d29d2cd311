import { describe, expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../../../sim/time.ts';
import { controlPlane, create, deployment, podSpec } from '../../cluster-fixture.ts';
import type { ScaledObject } from '../../objects/autoscaling.ts';
import { deploymentScales, runningPod, WrittenMetrics } from '../autoscaler-fixture.ts';
import { HorizontalPodAutoscalers } from '../horizontal/horizontal-pod-autoscalers.ts';
import { ScaledObjects } from './scaled-objects.ts';

function world(
  replicas: number,
  triggers: ScaledObject['spec']['triggers'],
  fields: Partial<ScaledObject['spec']> = {},
) {
  const plane = controlPlane();
  const { api, clock, chronicle } = plane;
  create(api, 'Deployment', deployment('worker', replicas, podSpec({ cpu: '1' })));
  const object = create(api, 'ScaledObject', {
    kind: 'ScaledObject',
    metadata: { name: 'worker', namespace: 'default' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'worker' },
      pollingInterval: 30,
      cooldownPeriod: 300,
      minReplicaCount: 0,
      maxReplicaCount: 100,
      triggers,
      ...fields,
    },
  });
  const metrics = new WrittenMetrics();
  const keda = new ScaledObjects(plane, metrics, deploymentScales(api));
  keda.begin();
  new HorizontalPodAutoscalers(plane, keda, deploymentScales(api)).begin();
  return {
    api,
    chronicle,
    metrics,
    object,
    queue: (length: number) => metrics.others.set('default/jobs', length * 1000),
    run: (untilUs: number): number => {
      while (clock.step(untilUs));
      return api.store('Deployment').named('default', 'worker')!.spec.replicas;
    },
  };
}

const rabbit = { type: 'rabbitmq', metadata: { queueName: 'jobs', value: '20' } };

describe('a queue', () => {
  test('wakes the target at the next poll; the HPA then asks for ceil(total / target), at most 4 at first', () => {
    const cluster = world(0, [rabbit]);
    cluster.queue(0);
    expect(cluster.run(seconds(70))).toBe(0);
    cluster.queue(190);
    // Polls at 0, 30, 60, 90 s (and the millisecond of the queue).
    expect(cluster.run(seconds(89))).toBe(0);
    // The HPA looks at the same millisecond, after it.
    expect(cluster.run(seconds(90) + 2000)).toBe(4);
    expect(cluster.chronicle.decisions.slice(-2)).toMatchObject([
      { component: 'keda-operator', what: '0 -> 1 replicas', why: 'rabbitmq jobs at 190, awake above 0' },
      { component: 'horizontal-pod-autoscaler', what: '1 -> 4 replicas' },
    ]);
    // ceil(190 / 20) = 10: 4, 8, 10.
    expect(cluster.run(minutes(2) + seconds(30))).toBe(10);
  });

  test('puts it to sleep 300 s after it was last seen active', () => {
    const cluster = world(3, [rabbit]);
    cluster.queue(60);
    expect(cluster.run(seconds(65))).toBe(3);
    cluster.queue(0);
    // Active last at the poll of 60 s; the first poll later than 360 s after the start is that of 390 s.
    expect(cluster.run(seconds(361))).toBeGreaterThan(0);
    expect(cluster.run(seconds(391))).toBe(0);
    expect(cluster.chronicle.events.at(-1)).toMatchObject({ reason: 'KEDAScaleTargetDeactivated' });
    expect(cluster.chronicle.timers.some(({ timer }) => timer === 'cooldownPeriod')).toBe(true);
  });

  test('at once when it was never active; not below minReplicaCount; to idleReplicaCount', () => {
    const never = world(3, [rabbit]);
    never.queue(0);
    expect(never.run(seconds(1))).toBe(0);
    const least = world(1, [rabbit], { minReplicaCount: 2 });
    least.queue(0);
    expect(least.run(seconds(1))).toBe(2);
    const idle = world(5, [rabbit], { minReplicaCount: 3, idleReplicaCount: 0 });
    idle.queue(0);
    expect(idle.run(seconds(1))).toBe(0);
    idle.queue(1);
    expect(idle.run(seconds(31))).toBe(3);
  });

  test('an activation threshold is not the target', () => {
    const cluster = world(0, [
      { type: 'rabbitmq', metadata: { queueName: 'jobs', value: '20', activationValue: '50' } },
    ]);
    cluster.queue(50);
    expect(cluster.run(minutes(5))).toBe(0);
    cluster.queue(51);
    expect(cluster.run(minutes(6))).toBeGreaterThan(0);
  });

  test('a queue that is not known changes nothing, and is told once', () => {
    const cluster = world(2, [rabbit]);
    expect(cluster.run(minutes(20))).toBe(2);
    expect(cluster.chronicle.events.filter(({ reason }) => reason === 'KEDAScalerFailed')).toHaveLength(1);
  });
});

test('cron keeps so many replicas between its hours', () => {
  // The run begins at 2026-01-01T00:00Z.
  const cron = {
    type: 'cron',
    metadata: { timezone: 'UTC', start: '0 8 * * *', end: '0 18 * * *', desiredReplicas: '6' },
  };
  const cluster = world(0, [cron]);
  expect(cluster.run(hours(8) - seconds(1))).toBe(0);
  for (let k = 0; k < 6; k++) runningPod(cluster.api, `worker-${k}`, { cpu: '1' }, { labels: { app: 'worker' } });
  expect(cluster.run(hours(8) + minutes(2))).toBe(6);
  expect(cluster.run(hours(18))).toBe(6);
  expect(cluster.run(hours(18) + minutes(7))).toBe(0);
});

test('cpu becomes a resource metric of the HPA and wakes nothing', () => {
  const cluster = world(0, [{ type: 'cpu', metadata: { type: 'Utilization', value: '60' } }, rabbit], {
    maxReplicaCount: 7,
  });
  cluster.queue(0);
  expect(cluster.run(minutes(3))).toBe(0);
  const made = cluster.api.store('HorizontalPodAutoscaler').named('default', 'keda-hpa-worker')!;
  expect(made.spec).toMatchObject({
    minReplicas: 1,
    maxReplicas: 7,
    metrics: [
      { type: 'Resource', name: 'cpu', target: { type: 'Utilization', amount: 60 } },
      { type: 'External', name: 'worker/s1-rabbitmq-jobs', target: { type: 'AverageValue', amount: 20_000 } },
    ],
  });
  cluster.api.remove('ScaledObject', cluster.object.id);
  expect(cluster.api.store('HorizontalPodAutoscaler').named('default', 'keda-hpa-worker')).toBeUndefined();
});

test('a trigger without its target is refused before anything runs', () => {
  const prometheus = { type: 'prometheus', metadata: { query: 'sum(rate(requests[1m]))' } };
  expect(() => world(1, [prometheus])).toThrow(
    'trigger "prometheus" has no threshold above 0; write one into its metadata',
  );
});
