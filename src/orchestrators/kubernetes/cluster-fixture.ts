import { stream } from '../../sim/random.ts';
import { ApiServer, isRefusal, type NewObject } from './api/api-server.ts';
import type { Chronicle, ClusterEvent, Decision, TimerSpan } from '../chronicle.ts';
import type { ControlPlane } from './api/control-plane.ts';
import type { Kind, Kinds } from './objects/kinds.ts';
import type { Labels, ResourceList } from './objects/meta.ts';
import type { Service } from './objects/network.ts';
import { newDeploymentStatus, newPodStatus } from './objects/new-statuses.ts';
import { HOSTNAME_LABEL } from './objects/node-labels.ts';
import type { Node } from './objects/node.ts';
import type { Container, Pod, PodSpec, PodTemplate } from './objects/pod.ts';
import type { Deployment } from './objects/workloads.ts';

/** Objects and a control plane for tests, with the API server's defaults filled in. */

/** A chronicle that keeps everything. */
export class KeptChronicle implements Chronicle {
  readonly events: ClusterEvent[] = [];
  readonly decisions: (Decision & { timeUs: number })[] = [];
  readonly timers: TimerSpan[] = [];
  private readonly nowUs: () => number;

  constructor(nowUs: () => number) {
    this.nowUs = nowUs;
  }

  event(component: string, type: 'Normal' | 'Warning', reason: string, about: string, message: string): void {
    this.events.push({ timeUs: this.nowUs(), component, type, reason, about, message });
  }

  decision(decision: Decision): void {
    this.decisions.push({ ...decision, timeUs: this.nowUs() });
  }

  timer(span: TimerSpan): void {
    this.timers.push(span);
  }
}

export interface TestControlPlane extends ControlPlane {
  readonly chronicle: KeptChronicle;
}

/** An empty cluster whose clock stands at 0; 2026-01-01T00:00Z on the wall. */
export function controlPlane(seed = 1): TestControlPlane {
  const api = new ApiServer();
  return {
    clock: api.clock,
    api,
    chronicle: new KeptChronicle(() => api.nowUs),
    streams: (name) => stream(seed, name),
    epochMs: 1_767_225_600_000,
  };
}

/** Creates an object that must be let in. */
export function create<K extends Kind>(api: ApiServer, kind: K, object: NewObject<Kinds[K]>): Kinds[K] {
  const made = api.create(kind, object);
  if (isRefusal(made)) throw new Error(made.refused);
  return made;
}

export function container(name: string, requests: ResourceList = {}, fields: Partial<Container> = {}): Container {
  return {
    name,
    image: 'registry.example/app:1',
    imagePullPolicy: 'IfNotPresent',
    resources: { requests, limits: {} },
    ports: [],
    ...fields,
  };
}

/** A pod's spec with one container that requests these. */
export function podSpec(requests: ResourceList = {}, fields: Partial<PodSpec> = {}): PodSpec {
  return {
    schedulerName: 'default-scheduler',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    nodeSelector: {},
    tolerations: [],
    topologySpreadConstraints: [],
    schedulingGates: [],
    overhead: {},
    containers: [container('main', requests)],
    initContainers: [],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    volumes: [],
    hostNetwork: false,
    ...fields,
  };
}

export function pod(
  name: string,
  requests: ResourceList = {},
  fields: Partial<PodSpec> & { labels?: Labels; namespace?: string } = {},
): NewObject<Pod> {
  const { labels = {}, namespace = 'default', ...spec } = fields;
  return { kind: 'Pod', metadata: { name, namespace, labels }, spec: podSpec(requests, spec), status: newPodStatus(0) };
}

/** A node that is ready: `{ cpu: '4', memory: '16Gi' }` and 110 pods unless said otherwise. */
export function node(
  name: string,
  allocatable: ResourceList = { cpu: '4', memory: '16Gi' },
  labels: Labels = {},
  spec: Partial<Node['spec']> = {},
): NewObject<Node> {
  const capacity = { pods: '110', ...allocatable };
  return {
    kind: 'Node',
    metadata: { name, namespace: '', labels: { [HOSTNAME_LABEL]: name, ...labels } },
    spec: { unschedulable: false, taints: [], ...spec },
    status: {
      capacity,
      allocatable: capacity,
      conditions: [{ type: 'Ready', status: 'True', changedUs: 0, reason: 'KubeletReady' }],
      images: [],
    },
  };
}

export function template(labels: Labels, spec: PodSpec): PodTemplate {
  return { metadata: { labels, annotations: {} }, spec };
}

export function deployment(
  name: string,
  replicas: number,
  spec: PodSpec = podSpec({ cpu: '100m' }),
  fields: Partial<Deployment['spec']> = {},
): NewObject<Deployment> {
  return {
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: template({ app: name }, spec),
      minReadySeconds: 0,
      paused: false,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: 'RollingUpdate', maxSurge: '25%', maxUnavailable: '25%' },
      ...fields,
    },
    status: newDeploymentStatus(0),
  };
}

/** A service of type ClusterIP. */
export function service(name: string, selector: Labels, fields: Partial<Service['spec']> = {}): NewObject<Service> {
  return {
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: {
      selector,
      type: 'ClusterIP',
      headless: false,
      ports: [],
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
      publishNotReadyAddresses: false,
      ...fields,
    },
  };
}
