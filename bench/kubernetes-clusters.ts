import type { NewObject } from '../src/orchestrators/kubernetes/api/api-server.ts';
import { container, deployment, node, podSpec, template } from '../src/orchestrators/kubernetes/cluster-fixture.ts';
import type { KubernetesSpec, ServiceTraffic, TimedChange } from '../src/orchestrators/kubernetes/kubernetes-spec.ts';
import type { HorizontalPodAutoscaler } from '../src/orchestrators/kubernetes/objects/autoscaling.ts';
import type { AnyObject } from '../src/orchestrators/kubernetes/objects/kinds.ts';
import type { Labels } from '../src/orchestrators/kubernetes/objects/meta.ts';
import type { Service } from '../src/orchestrators/kubernetes/objects/network.ts';
import type { PodSpec, Probe } from '../src/orchestrators/kubernetes/objects/pod.ts';
import type { PodDisruptionBudget } from '../src/orchestrators/kubernetes/objects/policy.ts';
import type { DaemonSet, Deployment } from '../src/orchestrators/kubernetes/objects/workloads.ts';
import { defaultConfiguration } from '../src/orchestrators/kubernetes/scheduler/default-profile.ts';
import { randomBalancing } from '../src/policies/balancing/random.ts';
import { withDefaults } from '../src/policies/policy-family.ts';
import { cos } from '../src/sim/exact-math.ts';
import { PATIENT, type LevelCurve, type Traffic } from '../src/sim/requests/traffic.ts';
import { hours, minutes, seconds } from '../src/sim/time.ts';
import type { WeatherEvent, WeatherSource } from '../src/sim/weather/weather-event.ts';

const ZONES = ['a', 'b', 'c'];
/** Replicas of the Deployments, in turn: 42.6 on average. */
const REPLICAS = [5, 12, 26, 50, 120];
/** Daemons that run on every node; the others have a pool of nodes each. */
const EVERYWHERE = 2;
const IMAGES = 40;
const RANDOM = randomBalancing.make(withDefaults(randomBalancing), 'random');

/** How large, how long, and what happens in it. */
export interface ClusterSize {
  readonly nodes: number;
  readonly deployments: number;
  readonly daemonSets: number;
  /** So many of the Deployments have a Service with traffic as rates, each of which calls the next two. */
  readonly services: number;
  /** So many of those have an HPA over CPU. */
  readonly autoscaled: number;
  readonly hours: number;
  /** Whether the cluster starts from nothing, and the run ends when all is there; else it lives with changes and failures. */
  readonly cold: boolean;
}

/** A cluster of mixed forms: spread over zones or nodes, kept apart, bound to zones, with budgets and probes. */
export function clusterOf(size: ClusterSize): KubernetesSpec {
  const deployments = Array.from({ length: size.deployments }, (_, k) => deploymentOf(k));
  const served = deployments.slice(0, size.services);
  const objects: NewObject<AnyObject>[] = [
    ...Array.from({ length: size.nodes }, (_, k) => nodeOf(k, size)),
    ...Array.from({ length: size.daemonSets }, (_, k) => daemonSetOf(k)),
    ...deployments.flatMap((one, k) => (k % 4 === 0 ? [budgetOf(one)] : [])),
    ...served.map(serviceOf),
    ...served.slice(0, size.autoscaled).map(scalerOf),
    ...deployments,
  ];
  const durationUs = hours(size.hours);
  return {
    durationUs,
    untilQuiet: size.cold,
    coldStart: size.cold,
    epochMs: 1_767_225_600_000,
    objects,
    changes: size.cold ? [] : rollouts(deployments, durationUs),
    scheduler: defaultConfiguration(),
    core: 'indexed',
    // A client that is never the limit: it is the run that is measured, not the wait for tokens.
    schedulingTimes: { cycleUs: 200, perNodeUs: 0, bindUs: 5_000, clientQps: 5_000, clientBurst: 10_000 },
    services: served.map((one, k) => trafficOf(one, k, served.length)),
    traffic: () => served.map((one, k) => users(one, k, durationUs)),
    objectives: [],
    requestModel: 'fluid',
    weather: () => (size.cold ? NO_WEATHER : zoneFails(size)),
    zones: ZONES,
    delaysUs: { within: 250, between: 1_000, outside: 0 },
    nodeGroups: [],
    instanceBootUs: seconds(60),
    usdPerHour: () => 0.4,
    scrapeUs: seconds(15),
    timelinePoints: 500,
    defaults: {
      imageBytes: 200e6,
      pullBytesPerSecond: 125e6,
      bootUs: seconds(2),
      stopUs: seconds(1),
      cpuUsageShare: 0.3,
      memUsageShare: 0.6,
    },
  };
}

function nodeOf(index: number, { daemonSets }: ClusterSize): NewObject<AnyObject> {
  const labels = {
    'topology.kubernetes.io/zone': ZONES[index % ZONES.length],
    pool: `pool-${index % Math.max(1, daemonSets - EVERYWHERE)}`,
  };
  return node(`node-${index + 1}`, { cpu: '8', memory: '32Gi' }, labels);
}

function deploymentOf(index: number): NewObject<Deployment> {
  const name = `web-${index}`;
  const requests = { cpu: `${100 + 50 * (index % 5)}m`, memory: `${256 + 128 * (index % 3)}Mi` };
  const image = `registry.example/app-${index % IMAGES}:1`;
  const main = container('main', requests, { image, ...(index % 2 === 0 && { readinessProbe: PROBE }) });
  const spec = podSpec({}, { containers: [main], ...formOf(index, { app: name }) });
  return deployment(name, REPLICAS[index % REPLICAS.length], spec);
}

const PROBE: Probe = {
  initialDelaySeconds: 1,
  timeoutSeconds: 1,
  periodSeconds: 5,
  successThreshold: 1,
  failureThreshold: 3,
};

/** Half of all are plain. */
function formOf(index: number, labels: Labels): Partial<PodSpec> {
  const labelSelector = { matchLabels: labels };
  const spread = {
    maxSkew: 1,
    labelSelector,
    nodeAffinityPolicy: 'Honor',
    nodeTaintsPolicy: 'Ignore',
    matchLabelKeys: [],
  } as const;
  const apart = { labelSelector, topologyKey: 'kubernetes.io/hostname', namespaces: [] };
  switch (index % 10) {
    case 5:
      return {
        topologySpreadConstraints: [
          { ...spread, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule' },
        ],
      };
    case 6:
      return {
        topologySpreadConstraints: [
          { ...spread, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
        ],
      };
    case 7:
      return { podAntiAffinity: { required: [], preferred: [{ weight: 100, term: apart }] } };
    case 8:
      return { podAntiAffinity: { required: [apart], preferred: [] } };
    case 9:
      return {
        nodeAffinity: {
          required: [
            {
              matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: ['a', 'b'] }],
              matchFields: [],
            },
          ],
          preferred: [],
        },
      };
    default:
      return {};
  }
}

function daemonSetOf(index: number): NewObject<DaemonSet> {
  const name = `daemon-${index}`;
  const spec = podSpec(
    { cpu: '20m', memory: '32Mi' },
    index < EVERYWHERE ? {} : { nodeSelector: { pool: `pool-${index - EVERYWHERE}` } },
  );
  return {
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      selector: { matchLabels: { app: name } },
      template: template({ app: name }, spec),
      minReadySeconds: 0,
      updateStrategy: { type: 'RollingUpdate', maxUnavailable: 1, maxSurge: 0 },
    },
    status: {
      desiredNumberScheduled: 0,
      currentNumberScheduled: 0,
      numberReady: 0,
      numberAvailable: 0,
      updatedNumberScheduled: 0,
    },
  };
}

function budgetOf({ metadata, spec }: NewObject<Deployment>): NewObject<PodDisruptionBudget> {
  return {
    kind: 'PodDisruptionBudget',
    metadata: { name: metadata.name, namespace: 'default' },
    spec: { selector: spec.selector, maxUnavailable: '20%', unhealthyPodEvictionPolicy: 'IfHealthyBudget' },
    status: { expectedPods: 0, currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, disruptedPods: {} },
  };
}

function serviceOf({ metadata: { name } }: NewObject<Deployment>): NewObject<Service> {
  return {
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { app: name },
      type: 'ClusterIP',
      headless: false,
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
      publishNotReadyAddresses: false,
    },
  };
}

function scalerOf({ metadata: { name }, spec }: NewObject<Deployment>): NewObject<HorizontalPodAutoscaler> {
  return {
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name },
      minReplicas: spec.replicas,
      maxReplicas: 2 * spec.replicas,
      metrics: [{ type: 'Resource', name: 'cpu', target: { type: 'Utilization', amount: 60 } }],
    },
    status: { currentReplicas: 0, desiredReplicas: 0 },
  };
}

/** 20 ms of work for each request, four at once at a replica; one request in ten is passed on to each of the next two. */
function trafficOf({ metadata: { name } }: NewObject<Deployment>, index: number, services: number): ServiceTraffic {
  const call = (other: number) => ({ service: other, chance: 0.1, fanOut: 1, client: PATIENT, required: true });
  return {
    namespace: 'default',
    name,
    requests: {
      name,
      concurrency: 4,
      queueLimit: 100,
      work: { kind: 'exponential', meanUs: 20_000 },
      calls: [[index + 1, index + 2].filter((other) => other < services).map(call)],
      holdsPlace: false,
      balancing: RANDOM,
      staleUs: 0,
      balancers: 1,
      slowStartUs: 0,
    },
  };
}

/** Requests that keep a fifth to four fifths of the replicas' requested CPU busy, over a day and in steps of five minutes. */
function users({ spec }: NewObject<Deployment>, index: number, durationUs: number): Traffic {
  const stepUs = minutes(5);
  const steps = Math.ceil(durationUs / stepUs) + 1;
  const day = hours(24) / stepUs;
  // A replica serves 4 / 20 ms = 200 requests a second with its requested CPU.
  const full = 200 * spec.replicas;
  const levels = Array.from(
    { length: steps },
    (_, step) => full * (0.5 - 0.3 * cos((2 * Math.PI * (step + 17 * index)) / day)),
  );
  const curve: LevelCurve = {
    at: (us) => levels[Math.floor(us / stepUs)] ?? 0,
    untilUs: (us) => (Math.floor(us / stepUs) + 1) * stepUs,
  };
  const name = `users-${index}`;
  return { name, service: index, source: { kind: 'open', curve, spacing: 'poisson' }, fromZone: -1, client: PATIENT };
}

/** A new image for one Deployment in ten, one after the other over the whole time. */
function rollouts(deployments: readonly NewObject<Deployment>[], durationUs: number): TimedChange[] {
  const chosen = deployments.filter((_, k) => k % 10 === 3 || k % 100 === 8);
  return chosen.map(({ metadata: { name } }, k) => ({
    atUs: Math.floor((durationUs * (k + 1)) / (chosen.length + 2)),
    text: `kubectl set image deployment/${name} main=registry.example/new:2`,
    change: {
      verb: 'set-image',
      object: { kind: 'Deployment', namespace: 'default', name },
      container: 'main',
      image: 'registry.example/new:2',
    },
  }));
}

const NO_WEATHER: WeatherSource = {
  nextUs: Infinity,
  take: () => {
    throw new RangeError('there is no weather');
  },
};

/** A third of the way, every machine of the first zone stops for twenty minutes. */
function zoneFails({ nodes, hours: lasts }: ClusterSize): WeatherSource {
  const inZone = Array.from({ length: nodes }, (_, k) => k).filter((k) => k % ZONES.length === 0);
  const downUs = Math.floor(hours(lasts) / 3);
  const events = [
    ...inZone.map((k): [number, WeatherEvent] => [downUs, { kind: 'node-down', node: k, cause: 'power' }]),
    ...inZone.map((k): [number, WeatherEvent] => [downUs + minutes(20), { kind: 'node-up', node: k, cause: 'power' }]),
  ];
  let next = 0;
  return {
    get nextUs() {
      return events[next]?.[0] ?? Infinity;
    },
    take: () => events[next++][1],
  };
}
