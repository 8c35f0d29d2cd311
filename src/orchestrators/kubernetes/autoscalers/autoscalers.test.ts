import { expect, test } from 'vitest';
import { minutes, seconds } from '../../../sim/time.ts';
import { controlPlane, create, deployment, node, podSpec } from '../cluster-fixture.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import {
  deploymentScales,
  filterCore,
  matchReplicas,
  readyCloud,
  runPods,
  WrittenMetrics,
  autoscalerOf,
} from './autoscaler-fixture.ts';
import { autoscalers, type AutoscalerParts } from './index.ts';

/** A web shop: a deployment under an HPA at 60 % of 500m each, whose pods share the load; and what its pods cost. */
function shop(parts: (plane: ControlPlane) => Partial<AutoscalerParts>) {
  const plane = controlPlane();
  const { api, clock, chronicle } = plane;
  const requests = { cpu: '500m', memory: '256Mi' };
  create(api, 'Deployment', deployment('shop', 4, podSpec(requests)));
  create(api, 'HorizontalPodAutoscaler', autoscalerOf('shop', 4));
  create(api, 'Node', node('pool-0', { cpu: '4', memory: '16Gi' }));
  const metrics = new WrittenMetrics();
  let loadMilli = 1200;
  // The load falls on the pods that are ready; a sample a quarter of a minute.
  metrics.fallback = (id) => {
    const one = api.pods.get(id);
    if (one === undefined || !one.status.ready) return undefined;
    const ready = [...api.pods.all()].filter(({ status }) => status.ready).length;
    const timeUs = Math.floor(clock.nowUs / seconds(15)) * seconds(15);
    return { timeUs, windowUs: 0, containers: [{ name: 'main', cpuMilli: loadMilli / ready, memBytes: 0 }] };
  };
  const components = autoscalers(plane, {
    findScale: deploymentScales(api),
    metrics,
    makeCore: () => filterCore(),
    evict: (one) => {
      api.deletePod(one.id);
      return true;
    },
    birth: readyCloud(api),
    nodeGroups: [],
    instanceBootUs: seconds(60),
    ...parts(plane),
  });
  const replicate = clock.kind(() => {
    matchReplicas(api, () => ({}), requests);
    clock.after(seconds(1), replicate, 0);
  });
  clock.after(0, replicate, 0);
  runPods(plane);
  for (const component of components) component.begin();
  return {
    api,
    chronicle,
    run: (untilUs: number): void => {
      while (clock.step(untilUs));
    },
    load: (milli: number) => (loadMilli = milli),
    running: () => [...api.pods.all()].filter(({ status }) => status.ready).length,
    nodes: () => api.nodes.size,
    replicas: () => api.store('Deployment').named('default', 'shop')!.spec.replicas,
    /** When the first decision of a component after some time was made, and what it was. */
    decided: (component: string, afterUs: number) =>
      chronicle.decisions.find(
        (one) => one.component === component && one.timeUs > afterUs && !one.what.startsWith('keep'),
      ),
  };
}

test('a spike: the HPA wants more, pods wait, the Cluster Autoscaler orders, nodes come, and go again ten minutes after', () => {
  const world = shop(() => ({
    clusterAutoscaler: {},
    nodeGroups: [
      {
        name: 'pool',
        min: 1,
        max: 10,
        initial: 1,
        template: node('pool', { cpu: '4', memory: '16Gi' }),
        usdPerHour: 0.2,
        spot: false,
        bootUs: seconds(60),
      },
    ],
  }));
  // 1200m over 4 pods of 500m are 60 %: nothing to do.
  world.run(minutes(10));
  expect([world.replicas(), world.nodes()]).toEqual([4, 1]);

  world.load(6000);
  world.run(minutes(10) + seconds(16));
  // 6000 over 4 are 300 %: ceil(4 x 300 / 60) = 20, but at most twice 4 without behaviour: 8.
  expect(world.decided('horizontal-pod-autoscaler', minutes(10))).toMatchObject({
    what: '4 -> 8 replicas',
    limitedBy: 'ScaleUpLimit at 8',
  });
  // 8 of 500m fill one node of 4 CPU; the next step needs nodes.
  world.run(minutes(11));
  const ordered = world.decided('cluster-autoscaler', minutes(10))!;
  expect(ordered.what).toBe('1 -> 2 nodes');
  expect(ordered.timeUs).toBeLessThan(minutes(10) + seconds(35));
  world.run(minutes(16));
  // 20 pods at 60 % carry 6000m; they need 10 CPU on nodes of 4: 3 nodes.
  expect([world.replicas(), world.running(), world.nodes()]).toEqual([20, 20, 3]);

  world.load(1200);
  world.run(minutes(20));
  // Down only after 300 s of lower recommendations.
  expect(world.replicas()).toBe(20);
  world.run(minutes(22));
  expect(world.replicas()).toBe(4);
  world.run(minutes(31));
  expect(world.nodes()).toBe(3);
  world.run(minutes(34));
  expect(world.nodes()).toBe(1);
  const timers = new Set(world.chronicle.timers.map(({ timer }) => timer));
  for (const timer of ['stabilizationWindow', 'node boot', 'scale-down-delay-after-add', 'scale-down-unneeded-time'])
    expect(timers).toContain(timer);
});

test('the same with Karpenter: one machine of the right size, and no ten minutes of waiting', () => {
  const world = shop((plane) => {
    create(plane.api, 'NodePool', {
      kind: 'NodePool',
      metadata: { name: 'default', namespace: '' },
      spec: {
        weight: 0,
        limits: {},
        template: { labels: {}, requirements: [], taints: [], expireAfterUs: Infinity },
        disruption: {
          consolidationPolicy: 'WhenEmptyOrUnderutilized',
          consolidateAfterUs: seconds(30),
          budgets: [{ nodes: '100%', reasons: [] }],
        },
      },
    });
    const GIB = 1024 ** 3;
    const offer = (cores: number, usd: number) => ({
      name: `m.${cores}`,
      cpuMilli: cores * 1000,
      memBytes: cores * 4 * GIB,
      gpuCount: 0,
      architecture: 'amd64' as const,
      family: 'm',
      zones: ['a'],
      onDemandUsdPerHour: usd,
    });
    return { instances: [offer(2, 0.1), offer(4, 0.2), offer(8, 0.4)] };
  });
  world.run(minutes(10));
  expect(world.nodes()).toBe(1);
  world.load(6000);
  world.run(minutes(16));
  expect([world.replicas(), world.running()]).toEqual([20, 20]);
  expect(world.decided('karpenter', minutes(10))?.what).toContain('launches default-1');
  world.load(1200);
  world.run(minutes(25));
  expect([world.replicas(), world.running(), world.nodes()]).toEqual([4, 4, 1]);
});

test('two runs decide the same at the same moments', () => {
  const run = (): unknown => {
    const world = shop(() => ({
      clusterAutoscaler: { expander: 'random' },
      nodeGroups: ['pool', 'more'].map((name) => ({
        name,
        min: 0,
        max: 10,
        initial: 0,
        template: node(name, { cpu: '4', memory: '16Gi' }),
        usdPerHour: 0.2,
        spot: false,
        bootUs: seconds(60),
      })),
    }));
    world.run(minutes(5));
    world.load(6000);
    world.run(minutes(30));
    return world.chronicle;
  };
  expect(JSON.stringify(run())).toBe(JSON.stringify(run()));
});
