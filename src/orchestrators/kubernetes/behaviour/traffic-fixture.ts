import type { Streams } from '../../../sim/living-spec.ts';
import { PATIENT, type ClientSpec, type Traffic } from '../../../sim/requests/traffic.ts';
import { balancingPolicies } from '../../../policies/balancing/index.ts';
import { withDefaults } from '../../../policies/policy-family.ts';
import { create, node, pod, type TestControlPlane } from '../cluster-fixture.ts';
import type { KubernetesSpec, ServiceTraffic } from '../kubernetes-spec.ts';
import type { PodSpec, Pod } from '../objects/pod.ts';
import { constantLevel } from './level-curves.ts';

/** Parts of a run for tests of what happens to requests. */

const US = 1_000_000;

export interface ServiceWish {
  readonly name: string;
  readonly perSecond: number;
  readonly workMs: number;
  readonly concurrency: number;
  readonly client?: ClientSpec;
}

/** A service with Poisson traffic and exponential work behind uniformly random proxies. */
export function serviceTraffic({ name, workMs, concurrency }: ServiceWish): ServiceTraffic {
  const random = balancingPolicies.find((one) => one.name === 'random')!;
  return {
    namespace: 'default',
    name,
    requests: {
      name,
      concurrency,
      queueLimit: Infinity,
      work: { kind: 'exponential', meanUs: workMs * 1000 },
      calls: [],
      holdsPlace: true,
      balancing: random.make(withDefaults(random), 'random'),
      staleUs: 0,
      balancers: 1,
      slowStartUs: 0,
    },
  };
}

/** A run of so many seconds with these services and nothing else. */
export function trafficSpec(
  seconds: number,
  services: readonly ServiceWish[],
  also: Partial<KubernetesSpec> = {},
): KubernetesSpec {
  return {
    durationUs: seconds * US,
    untilQuiet: false,
    coldStart: true,
    epochMs: 0,
    objects: [],
    changes: [],
    scheduler: { profiles: [], parallelism: 16, podInitialBackoffSeconds: 1, podMaxBackoffSeconds: 10 },
    core: 'reference',
    schedulingTimes: { cycleUs: 0, perNodeUs: 0, bindUs: 0, clientQps: 0, clientBurst: 0 },
    services: services.map(serviceTraffic),
    traffic: (_: Streams): Traffic[] =>
      services.map(({ name, perSecond, client = PATIENT }, service) => ({
        name,
        service,
        source: { kind: 'open', curve: constantLevel(perSecond), spacing: 'poisson' },
        fromZone: -1,
        client,
      })),
    objectives: [],
    requestModel: 'discrete',
    weather: () => ({
      nextUs: Infinity,
      take: () => {
        throw new Error('there is no weather');
      },
    }),
    zones: [],
    delaysUs: { within: 0, between: 0, outside: 0 },
    nodeGroups: [],
    instanceBootUs: 0,
    usdPerHour: () => 0.1,
    scrapeUs: 15 * US,
    timelinePoints: 100,
    defaults: {
      imageBytes: 1e8,
      pullBytesPerSecond: 1e8,
      bootUs: 2 * US,
      stopUs: US,
      cpuUsageShare: 0.5,
      memUsageShare: 0.5,
    },
    ...also,
  };
}

/** A node, and so many pods that run on it since the run began. */
export function runningPods(
  plane: TestControlPlane,
  nodeName: string,
  names: readonly string[],
  spec: Partial<PodSpec> = {},
  cpu = '100m',
): Pod[] {
  if (plane.api.nodes.named('', nodeName) === undefined) create(plane.api, 'Node', node(nodeName));
  return names.map((name) => {
    const wish = pod(name, { cpu, memory: '100Mi' }, { nodeName, labels: { app: 'web' }, ...spec });
    const main = {
      name: 'main',
      ready: true,
      started: true,
      restartCount: 0,
      state: 'running' as const,
      reason: '',
      sinceUs: plane.clock.nowUs,
    };
    const status = { ...wish.status, phase: 'Running' as const, ready: true, containers: [main] };
    return create(plane.api, 'Pod', { ...wish, status });
  });
}
