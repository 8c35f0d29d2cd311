import { expect, test } from 'vitest';
import { deployment, node, pod } from './cluster-fixture.ts';
import type { KubernetesSpec } from './kubernetes-spec.ts';
import { settlingPace } from './settling-pace.ts';

const spec = (replicas: number): KubernetesSpec =>
  ({
    objects: [node('n1'), pod('single'), deployment('web', replicas)],
    nodeGroups: [],
    schedulingTimes: { cycleUs: 200, perNodeUs: 0, bindUs: 5000, clientQps: 50, clientBurst: 100 },
  }) as unknown as KubernetesSpec;

test('small clusters come to rest as fast as always, large ones within ten minutes', () => {
  expect(settlingPace(spec(1000))).toMatchObject({
    controllers: { qps: 20, burst: 30 },
    schedulingTimes: { bindUs: 5000, clientQps: 50, clientBurst: 100 },
  });
  // 119,999 and the single pod in 600 s.
  expect(settlingPace(spec(119_999))).toMatchObject({
    controllers: { qps: 200, burst: 200 },
    schedulingTimes: { clientQps: 200, clientBurst: 200 },
  });
});
