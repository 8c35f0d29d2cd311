import { stringify } from 'yaml';
import type { KubernetesRun } from '../../src/orchestrators/kubernetes/kubernetes-run.ts';
import type { KubernetesObject, LabelSelector } from '../../src/orchestrators/kubernetes/objects/meta.ts';
import type { AnyObject, Kind, Kinds } from '../../src/orchestrators/kubernetes/objects/kinds.ts';
import type { MetricSpec } from '../../src/orchestrators/kubernetes/objects/autoscaling.ts';
import type { Node } from '../../src/orchestrators/kubernetes/objects/node.ts';
import type {
  Container,
  ContainerStatus,
  Pod,
  PodAffinity,
  PodSpec,
  PodTemplate,
} from '../../src/orchestrators/kubernetes/objects/pod.ts';

type Json = Record<string, unknown>;

/** What `kubectl get nodes,pods,deploy,rs,sts,ds,hpa,svc,pdb -A -o yaml` names. */
export const USUAL_KINDS = [
  'Node',
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'HorizontalPodAutoscaler',
  'Service',
  'PodDisruptionBudget',
] as const;
export type DumpedKind = (typeof USUAL_KINDS)[number];

/**
 * The state of a run as `kubectl get KINDS -A -o yaml` prints that of a cluster: one List, with the defaults, statuses
 * and bookkeeping that an API server adds.
 */
export function kubectlDump(run: KubernetesRun, kinds: readonly DumpedKind[] = USUAL_KINDS): string {
  const writer = new Writer(run);
  const items = kinds.flatMap((kind) =>
    Array.from(run.api.store(kind).all() as Iterable<AnyObject>, (object) => writer.item(object)),
  );
  return stringify(
    { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

const API_VERSIONS: Readonly<Record<DumpedKind, string>> = {
  Node: 'v1',
  Pod: 'v1',
  Service: 'v1',
  Deployment: 'apps/v1',
  ReplicaSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  PodDisruptionBudget: 'policy/v1',
};

class Writer {
  private readonly run: KubernetesRun;
  private version = 1000;

  constructor(run: KubernetesRun) {
    this.run = run;
  }

  item(object: AnyObject): Json {
    const kind = object.kind as DumpedKind;
    return { apiVersion: API_VERSIONS[kind], kind, metadata: this.meta(object), ...this.body(object) };
  }

  private body(object: AnyObject): Json {
    switch (object.kind) {
      case 'Node':
        return this.node(object);
      case 'Pod':
        return { spec: podSpec(object.spec, object.metadata.name), status: this.podStatus(object) };
      case 'Deployment': {
        const { strategy, selector, template, ...rest } = object.spec;
        const { type, ...rollingUpdate } = strategy;
        const { progressing, progressedUs, ...counts } = object.status;
        return {
          spec: {
            ...rest,
            selector: selectorJson(selector),
            strategy: type === 'Recreate' ? { type } : { type, rollingUpdate },
            template: templateJson(template),
          },
          status: {
            ...counts,
            observedGeneration: object.metadata.generation,
            conditions: [
              this.condition('Available', 'True', progressedUs, 'MinimumReplicasAvailable'),
              this.condition(
                'Progressing',
                progressing === 'ProgressDeadlineExceeded' ? 'False' : 'True',
                progressedUs,
                progressing === 'Complete' ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
              ),
            ],
          },
        };
      }
      case 'ReplicaSet': {
        const { selector, template, ...rest } = object.spec;
        return {
          spec: { ...rest, selector: selectorJson(selector), template: templateJson(template) },
          status: { ...object.status, observedGeneration: object.metadata.generation },
        };
      }
      case 'StatefulSet': {
        const { selector, template, updateStrategy, ordinalsStart, volumeClaimTemplates, ...rest } = object.spec;
        const { type, partition, maxUnavailable } = updateStrategy;
        return {
          spec: {
            ...rest,
            revisionHistoryLimit: 10,
            ...(ordinalsStart > 0 && { ordinals: { start: ordinalsStart } }),
            selector: selectorJson(selector),
            template: templateJson(template),
            updateStrategy: { type, ...(type === 'RollingUpdate' && { rollingUpdate: { partition, maxUnavailable } }) },
            volumeClaimTemplates: volumeClaimTemplates.map((name) => ({
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              metadata: { creationTimestamp: null, name },
              spec: {
                accessModes: ['ReadWriteOnce'],
                resources: { requests: { storage: '1Gi' } },
                volumeMode: 'Filesystem',
              },
              status: { phase: 'Pending' },
            })),
          },
          status: { ...object.status, collisionCount: 0, observedGeneration: object.metadata.generation },
        };
      }
      case 'DaemonSet': {
        const { selector, template, updateStrategy, ...rest } = object.spec;
        const { type, ...rollingUpdate } = updateStrategy;
        return {
          spec: {
            ...rest,
            revisionHistoryLimit: 10,
            selector: selectorJson(selector),
            template: templateJson(template),
            updateStrategy: { type, ...(type === 'RollingUpdate' && { rollingUpdate }) },
          },
          status: { ...object.status, numberMisscheduled: 0, observedGeneration: object.metadata.generation },
        };
      }
      case 'HorizontalPodAutoscaler': {
        const { scaleTargetRef, metrics, ...rest } = object.spec;
        const { currentReplicas, desiredReplicas, lastScaleUs } = object.status;
        return {
          spec: {
            ...rest,
            metrics: metrics.map(metricJson),
            scaleTargetRef: { apiVersion: 'apps/v1', ...scaleTargetRef },
          },
          status: {
            conditions: [this.condition('AbleToScale', 'True', lastScaleUs ?? 0, 'ReadyForNewScale')],
            currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 30 } } }],
            currentReplicas,
            desiredReplicas,
            ...(lastScaleUs !== undefined && { lastScaleTime: this.time(lastScaleUs) }),
          },
        };
      }
      case 'Service': {
        const { headless, ports, externalTrafficPolicy, type, ...rest } = object.spec;
        const clusterIP = headless ? 'None' : '10.96.0.10';
        return {
          spec: {
            ...rest,
            type,
            clusterIP,
            clusterIPs: [clusterIP],
            ipFamilies: ['IPv4'],
            ipFamilyPolicy: 'SingleStack',
            ...(type !== 'ClusterIP' && { externalTrafficPolicy }),
            ports: ports.map(({ name, ...port }) => ({ ...(name !== '' && { name }), ...port, targetPort: port.port })),
          },
          status: { loadBalancer: {} },
        };
      }
      case 'PodDisruptionBudget': {
        const { selector, ...rest } = object.spec;
        const { disruptedPods: _, ...status } = object.status;
        return {
          spec: { ...rest, ...(selector && { selector: selectorJson(selector) }) },
          status: { ...status, observedGeneration: 1, conditions: [] },
        };
      }
      default:
        throw new Error(`${object.kind} is not dumped`);
    }
  }

  private meta({ kind, metadata }: KubernetesObject): Json {
    const { name, namespace, uid, labels, annotations, ownerReferences, generation } = metadata;
    return {
      ...(Object.keys(annotations).length > 0 && { annotations }),
      creationTimestamp: this.time(metadata.creationUs),
      ...(metadata.deletionUs !== undefined && {
        deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds ?? 0,
        deletionTimestamp: this.time(metadata.deletionUs + (metadata.deletionGracePeriodSeconds ?? 0) * 1e6),
      }),
      ...(kind !== 'Pod' && kind !== 'Node' && { generation }),
      ...(Object.keys(labels).length > 0 && { labels }),
      managedFields: [
        {
          apiVersion: API_VERSIONS[kind as DumpedKind],
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:metadata': { 'f:labels': { '.': {} } }, 'f:spec': { 'k:{"name":"main"}': { '.': {} } } },
          manager: 'kube-controller-manager',
          operation: 'Update',
          time: this.time(metadata.creationUs),
        },
      ],
      name,
      ...(namespace !== '' && { namespace }),
      ...(ownerReferences.length > 0 && {
        ownerReferences: ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: true })),
      }),
      resourceVersion: `${this.version++}`,
      uid,
    };
  }

  private node({ metadata, spec, status }: Node): Json {
    return {
      spec: {
        podCIDR: '10.244.1.0/24',
        podCIDRs: ['10.244.1.0/24'],
        ...(spec.providerID !== undefined && { providerID: spec.providerID }),
        ...(spec.unschedulable && { unschedulable: true }),
        ...(spec.taints.length > 0 && {
          taints: spec.taints.map(({ key, value, effect, addedUs }) => ({
            key,
            ...(value !== '' && { value }),
            effect,
            ...(addedUs !== undefined && { timeAdded: this.time(addedUs) }),
          })),
        }),
      },
      status: {
        addresses: [
          { address: '172.18.0.3', type: 'InternalIP' },
          { address: metadata.name, type: 'Hostname' },
        ],
        allocatable: status.allocatable,
        capacity: status.capacity,
        conditions: status.conditions.map(({ type, status: is, changedUs, reason }) => ({
          ...this.condition(type, is, changedUs, reason),
          lastHeartbeatTime: this.time(this.run.api.nowUs),
        })),
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
        images: status.images,
        nodeInfo: { architecture: 'amd64', kubeletVersion: 'v1.36.2', operatingSystem: 'linux' },
      },
    };
  }

  private podStatus({ spec, status, metadata }: Pod): Json {
    const { scheduledUs, startUs, unschedulable } = status;
    const statuses = new Map(status.containers.map((one) => [one.name, one]));
    const write = (containers: readonly Container[]): Json[] =>
      containers.flatMap(({ name, image }) => {
        const found = statuses.get(name);
        return found === undefined ? [] : [this.containerStatus(found, image)];
      });
    const inits = write(spec.initContainers);
    const ready = status.ready ? 'True' : 'False';
    return {
      conditions: [
        this.condition('Initialized', 'True', startUs ?? metadata.creationUs, ''),
        this.condition('Ready', ready, status.readyChangedUs, status.ready ? '' : 'ContainersNotReady'),
        this.condition('ContainersReady', ready, status.readyChangedUs, ''),
        unschedulable === undefined
          ? this.condition('PodScheduled', 'True', scheduledUs ?? metadata.creationUs, '')
          : {
              ...this.condition('PodScheduled', 'False', unschedulable.sinceUs, 'Unschedulable'),
              message: unschedulable.message,
            },
      ],
      containerStatuses: write(spec.containers),
      ...(inits.length > 0 && { initContainerStatuses: inits }),
      hostIP: '172.18.0.3',
      phase: status.phase,
      podIP: '10.244.1.7',
      podIPs: [{ ip: '10.244.1.7' }],
      qosClass: 'Burstable',
      ...(status.reason !== '' && { reason: status.reason }),
      ...(startUs !== undefined && { startTime: this.time(startUs) }),
    };
  }

  private containerStatus(
    { name, ready, started, restartCount, state, reason, exitCode, sinceUs }: ContainerStatus,
    image: string,
  ): Json {
    const at = this.time(sinceUs);
    const states = {
      running: { startedAt: at },
      terminated: { exitCode: exitCode ?? 0, finishedAt: at, reason, startedAt: at },
      waiting: { reason },
    };
    return {
      containerID: 'containerd://4f5c2d1e',
      image,
      imageID: `${image}@sha256:9f86d081`,
      lastState: {},
      name,
      ready,
      restartCount,
      started,
      state: { [state]: states[state] },
    };
  }

  private condition(type: string, status: string, changedUs: number, reason: string): Json {
    return { lastTransitionTime: this.time(changedUs), ...(reason !== '' && { reason }), status, type };
  }

  /** Whole seconds, as the API writes them. */
  private time(us: number): string {
    const ms = this.run.plane.epochMs + Math.floor(us / 1e6) * 1000;
    return new Date(ms).toISOString().replace('.000Z', 'Z');
  }
}

function metricJson(metric: MetricSpec): Json {
  const { type, name, target } = metric;
  const amount =
    target.type === 'Utilization'
      ? { averageUtilization: target.amount }
      : { [target.type === 'Value' ? 'value' : 'averageValue']: `${target.amount}m` };
  const aim = { target: { type: target.type, ...amount } };
  switch (type) {
    case 'Resource':
      return { type, resource: { name, ...aim } };
    case 'ContainerResource':
      return { type, containerResource: { name, container: metric.container, ...aim } };
    case 'Pods':
      return { type, pods: { metric: { name }, ...aim } };
    case 'Object':
      return { type, object: { metric: { name }, describedObject: metric.describedObject, ...aim } };
    default:
      return { type, external: { metric: { name, ...(metric.selector && { selector: metric.selector }) }, ...aim } };
  }
}

function templateJson({ metadata, spec }: PodTemplate): Json {
  return { metadata: { creationTimestamp: null, ...metadata }, spec: podSpec(spec) };
}

function selectorJson({ matchLabels, matchExpressions }: LabelSelector): Json {
  return { ...(matchLabels && { matchLabels }), ...(matchExpressions && { matchExpressions }) };
}

function podSpec(spec: PodSpec, podName?: string): Json {
  const { nodeAffinity, podAffinity, podAntiAffinity, schedulingGates, volumes, priority, ...rest } = spec;
  const { containers, initContainers, topologySpreadConstraints, tolerations, overhead, resources, ...plain } = rest;
  const affinity: Json = {};
  if (nodeAffinity !== undefined)
    affinity['nodeAffinity'] = {
      ...(nodeAffinity.required && {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: nodeAffinity.required },
      }),
      ...(nodeAffinity.preferred.length > 0 && {
        preferredDuringSchedulingIgnoredDuringExecution: nodeAffinity.preferred,
      }),
    };
  if (podAffinity !== undefined) affinity['podAffinity'] = podAffinityJson(podAffinity);
  if (podAntiAffinity !== undefined) affinity['podAntiAffinity'] = podAffinityJson(podAntiAffinity);
  return {
    ...plain,
    ...(Object.keys(affinity).length > 0 && { affinity }),
    containers: containers.map(containerJson),
    ...(initContainers.length > 0 && { initContainers: initContainers.map(containerJson) }),
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    ...(Object.keys(overhead).length > 0 && { overhead }),
    // Templates have the class only; admission works the number out.
    ...(podName !== undefined && { priority }),
    ...(resources && { resources }),
    ...(schedulingGates.length > 0 && { schedulingGates: schedulingGates.map((name) => ({ name })) }),
    securityContext: {},
    serviceAccount: 'default',
    serviceAccountName: 'default',
    tolerations: tolerations.map((one) => Object.fromEntries(Object.entries(one).filter(([, value]) => value !== ''))),
    topologySpreadConstraints,
    volumes: [
      ...volumes.map(({ name, persistentVolumeClaim, emptyDir, hostPath }) => ({
        name,
        ...(persistentVolumeClaim !== undefined && { persistentVolumeClaim: { claimName: persistentVolumeClaim } }),
        ...(emptyDir === true && { emptyDir: {} }),
        ...(hostPath === true && { hostPath: { path: '/var', type: '' } }),
      })),
      ...(podName === undefined
        ? []
        : [
            {
              name: 'kube-api-access-x7k2p',
              projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 'token' } }] },
            },
          ]),
    ],
  };
}

function podAffinityJson({ required, preferred }: PodAffinity): Json {
  return {
    ...(required.length > 0 && { requiredDuringSchedulingIgnoredDuringExecution: required }),
    ...(preferred.length > 0 && {
      preferredDuringSchedulingIgnoredDuringExecution: preferred.map(({ weight, term }) => ({
        weight,
        podAffinityTerm: term,
      })),
    }),
  };
}

function containerJson({ preStopSeconds, readinessProbe, livenessProbe, startupProbe, ...rest }: Container): Json {
  const probe = (name: string, value: Container['readinessProbe']): Json =>
    value === undefined ? {} : { [name]: { httpGet: { path: '/', port: 80, scheme: 'HTTP' }, ...value } };
  return {
    ...rest,
    ...probe('readinessProbe', readinessProbe),
    ...probe('livenessProbe', livenessProbe),
    ...probe('startupProbe', startupProbe),
    ...(preStopSeconds !== undefined && { lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } } }),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
}

/** Objects of a kind, in order of creation. */
export function allOf<K extends Kind>(run: KubernetesRun, kind: K): Kinds[K][] {
  return [...run.api.store(kind).all()] as Kinds[K][];
}
