import { describe, expect, test } from 'vitest';
import { hours, minutes, seconds } from '../../../sim/time.ts';
import { controlPlane, create, deployment, node, podSpec } from '../cluster-fixture.ts';
import { evict } from '../controllers/eviction.ts';
import { workloadControllers } from '../controllers/index.ts';
import { scaleOf } from '../controllers/scale.ts';
import { budget } from '../controllers/workload-fixture.ts';
import { nodeComponents } from '../nodes/index.ts';
import { STEADY } from '../nodes/node-fixture.ts';
import type { NodeGroupSpec } from '../kubernetes-spec.ts';
import type { PodSpec } from '../objects/pod.ts';
import { defaultConfiguration } from '../scheduler/default-profile.ts';
import { IndexedCore } from '../scheduler/indexed/indexed-core.ts';
import { KubeScheduler } from '../scheduler/kube-scheduler.ts';
import { filterCore, WrittenMetrics, autoscalerOf } from './autoscaler-fixture.ts';
import { autoscalers, type AutoscalerParts } from './index.ts';

/** Autoscalers among the real controllers, scheduler and kubelets. */
function cluster(parts: Partial<AutoscalerParts>, spec: PodSpec, replicas: number) {
  const plane = controlPlane();
  const { api, clock, chronicle } = plane;
  create(api, 'Node', node('pool-1', { cpu: '4', memory: '16Gi' }));
  create(api, 'Deployment', deployment('shop', replicas, spec));
  const metrics = new WrittenMetrics();
  let loadMilli = 0;
  metrics.fallback = (id) => {
    const one = api.pods.get(id);
    if (one === undefined || !one.status.ready) return undefined;
    let ready = 0;
    for (const { status } of api.pods.all()) if (status.ready) ready++;
    const timeUs = Math.floor(clock.nowUs / seconds(15)) * seconds(15);
    const containers = [{ name: 'main', cpuMilli: loadMilli / ready, memBytes: 100e6 }];
    return { timeUs, windowUs: seconds(15), containers };
  };
  const components = [
    ...nodeComponents(plane, { behaviour: STEADY }).components,
    ...workloadControllers(plane),
    new KubeScheduler(plane, {
      configuration: defaultConfiguration(),
      times: { cycleUs: 1000, perNodeUs: 0, bindUs: 1000, clientQps: 100, clientBurst: 100 },
      coreOf: (profile) => new IndexedCore(profile),
    }),
    ...autoscalers(plane, {
      findScale: (namespace, target) => scaleOf(api, namespace, target),
      metrics,
      makeCore: filterCore,
      evict: (one) => evict(api, one).allowed,
      nodeGroups: [],
      instanceBootUs: seconds(60),
      ...parts,
    }),
  ];
  return {
    api,
    chronicle,
    begin: (): void => components.forEach((one) => one.begin()),
    run: (untilUs: number): void => {
      while (clock.step(untilUs));
    },
    load: (milli: number) => (loadMilli = milli),
    ready: () => [...api.pods.all()].filter(({ status }) => status.ready).length,
    nodes: () => [...api.nodes.all()].map(({ metadata }) => metadata.name),
    replicas: () => api.store('Deployment').named('default', 'shop')!.spec.replicas,
  };
}

const POOL: NodeGroupSpec = {
  name: 'pool',
  min: 1,
  max: 10,
  initial: 1,
  template: node('pool', { cpu: '4', memory: '16Gi' }),
  usdPerHour: 0.2,
  spot: false,
  bootUs: seconds(60),
};

test('a spike through HPA, scheduler, Cluster Autoscaler and kubelets, and back, with a budget that is kept', () => {
  const world = cluster({ clusterAutoscaler: {}, nodeGroups: [POOL] }, podSpec({ cpu: '500m' }), 4);
  create(world.api, 'HorizontalPodAutoscaler', autoscalerOf('shop', 4));
  create(world.api, 'PodDisruptionBudget', budget('shop', 'shop', { maxUnavailable: 1 }));
  world.begin();
  world.load(1200);
  world.run(minutes(10));
  expect([world.replicas(), world.ready(), world.nodes().length]).toEqual([4, 4, 1]);
  world.load(6000);
  world.run(minutes(20));
  expect([world.replicas(), world.ready(), world.nodes().length]).toEqual([20, 20, 3]);
  world.load(1200);
  let least = Infinity;
  for (let minute = 21; minute <= 45; minute++) {
    world.run(minutes(minute));
    if (world.replicas() === 4) least = Math.min(least, world.ready());
  }
  expect([world.replicas(), world.ready(), world.nodes().length]).toEqual([4, 4, 1]);
  expect(world.chronicle.decisions.filter(({ what }) => what.endsWith('removed'))).toHaveLength(2);
  expect(least).toBeGreaterThanOrEqual(3);
});

test('a VPA that recreates: pods come back from their ReplicaSet with the recommended requests, half of them at a time', () => {
  const world = cluster({}, podSpec({ cpu: '100m', memory: '400Mi' }), 4);
  create(world.api, 'VerticalPodAutoscaler', {
    kind: 'VerticalPodAutoscaler',
    metadata: { name: 'shop', namespace: 'default' },
    spec: {
      targetRef: { kind: 'Deployment', name: 'shop' },
      updateMode: 'Recreate',
      minReplicas: 2,
      containerPolicies: [],
    },
    status: { recommendations: [] },
  });
  world.begin();
  world.load(2000);
  world.run(minutes(10));
  // 500m each: bucket end 511m + 15 % = 587m.
  const requests = [...world.api.pods.all()].map(({ spec }) => spec.containers[0].resources.requests['cpu']);
  expect(requests).toHaveLength(4);
  for (const cpu of requests) expect(Number(cpu.replace('m', ''))).toBeGreaterThan(500);
  // Within a minute of history the lower bound is still below 100m; from the third minute on the request is out of bounds.
  const evictions = world.chronicle.events.filter(({ reason }) => reason === 'EvictedByVPA');
  expect(evictions.map(({ timeUs }) => timeUs / 1e6)).toEqual([180, 180, 240, 240]);
});

describe('Karpenter', () => {
  const GIB = 1024 ** 3;
  const instances = [2, 4, 8].map((cores) => ({
    name: `m.${cores}`,
    cpuMilli: cores * 1000,
    memBytes: cores * 4 * GIB,
    gpuCount: 0,
    architecture: 'amd64' as const,
    family: 'm',
    zones: ['a', 'b', 'c'],
    onDemandUsdPerHour: cores * 0.05,
  }));

  test('pods that must be spread over zones get machines in three of them', () => {
    const spread = {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { app: 'shop' } },
      nodeAffinityPolicy: 'Honor',
      nodeTaintsPolicy: 'Honor',
      matchLabelKeys: [],
    } as const;
    const world = cluster(
      { instances },
      podSpec(
        { cpu: '500m' },
        { topologySpreadConstraints: [spread], nodeSelector: { 'karpenter.sh/nodepool': 'default' } },
      ),
      6,
    );
    create(world.api, 'NodePool', {
      kind: 'NodePool',
      metadata: { name: 'default', namespace: '' },
      spec: {
        weight: 0,
        limits: {},
        template: { labels: {}, requirements: [], taints: [], expireAfterUs: hours(720) },
        disruption: {
          consolidationPolicy: 'WhenEmptyOrUnderutilized',
          consolidateAfterUs: 0,
          budgets: [{ nodes: '10%', reasons: [] }],
        },
      },
    });
    world.begin();
    world.run(minutes(15));
    expect(world.ready()).toBe(6);
    const zones = [...world.api.pods.all()].map(
      ({ spec }) => world.api.nodes.named('', spec.nodeName!)!.metadata.labels['topology.kubernetes.io/zone'],
    );
    expect(zones.sort()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });
});
