import type { Labels, LabelSelector, ResourceList } from '../objects/meta.ts';
import { newPodStatus } from '../objects/new-statuses.ts';
import type { Node } from '../objects/node.ts';
import type { Pod, PodAffinityTerm, PodSpec, Toleration } from '../objects/pod.ts';

/**
 * Nodes and pods of the scheduler's benchmarks, as the API server would hold them. Pods of one template share its spec
 * and labels, as those of a controller do.
 */

const NO_LABELS: Labels = {};

/** What the pods of one createPods operation have in common. */
export interface PodTemplate {
  readonly labels: Labels;
  readonly spec: PodSpec;
}

/** A pod template with one pause container; scheduler_perf's pods request 100m and 500Mi unless said otherwise. */
export function podTemplate(
  requests: ResourceList = { cpu: '100m', memory: '500Mi' },
  labels: Labels = NO_LABELS,
  fields: Partial<PodSpec> = {},
): PodTemplate {
  return {
    labels,
    spec: {
      schedulerName: 'default-scheduler',
      priority: 0,
      preemptionPolicy: 'PreemptLowerPriority',
      nodeSelector: {},
      tolerations: NODE_TOLERATIONS,
      topologySpreadConstraints: [],
      schedulingGates: [],
      overhead: {},
      containers: [
        {
          name: 'pause',
          image: 'registry.k8s.io/pause:3.10.1',
          imagePullPolicy: 'IfNotPresent',
          resources: { requests, limits: requests },
          ports: [{ containerPort: 80, protocol: 'TCP' }],
        },
      ],
      initContainers: [],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      volumes: [],
      hostNetwork: false,
      ...fields,
    },
  };
}

/** What the API server's admission (DefaultTolerationSeconds) gives every pod. */
const NODE_TOLERATIONS: readonly Toleration[] = ['not-ready', 'unreachable'].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: 'Exists',
  value: '',
  effect: 'NoExecute',
  tolerationSeconds: 300,
}));

/** The `id`-th object of the run: a pod of that template that has no node yet. */
export function podOf(template: PodTemplate, id: number, namespace: string): Pod {
  return {
    kind: 'Pod',
    id,
    metadata: {
      name: `pod-${id}`,
      namespace,
      uid: `uid-${id}`,
      labels: template.labels,
      annotations: NO_LABELS,
      ownerReferences: [],
      creationUs: 0,
      generation: 1,
    },
    spec: template.spec,
    status: PENDING,
  };
}

const PENDING = newPodStatus(0);

/** A ready node with its hostname label; capacity and allocatable are equal. */
export function perfNode(
  id: number,
  name: string,
  amounts: ResourceList,
  labels: Labels = NO_LABELS,
  taints: Node['spec']['taints'] = [],
): Node {
  return {
    kind: 'Node',
    id,
    metadata: {
      name,
      namespace: '',
      uid: `uid-${id}`,
      labels: { 'kubernetes.io/hostname': name, ...labels },
      annotations: NO_LABELS,
      ownerReferences: [],
      creationUs: 0,
      generation: 1,
    },
    spec: { unschedulable: false, taints },
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: [{ type: 'Ready', status: 'True', changedUs: 0, reason: 'KubeletReady' }],
      images: [],
    },
  };
}

/** A term over pods with these labels. */
export function affinityTerm(
  matchLabels: Labels,
  topologyKey: string,
  where: { namespaces?: readonly string[]; namespaceSelector?: LabelSelector } = {},
): PodAffinityTerm {
  return { labelSelector: { matchLabels }, topologyKey, namespaces: [], ...where };
}
