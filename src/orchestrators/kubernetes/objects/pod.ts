import type { KubernetesObject, LabelSelector, ObjectMeta, ResourceList } from './meta.ts';

export interface ResourceRequirements {
  readonly requests: ResourceList;
  readonly limits: ResourceList;
}

export interface ContainerPort {
  readonly containerPort: number;
  readonly hostPort?: number;
  readonly hostIP?: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly name?: string;
}

/** Times in seconds. What the probe asks (HTTP, command, ...) does not matter to a simulation. */
export interface Probe {
  readonly initialDelaySeconds: number;
  readonly timeoutSeconds: number;
  readonly periodSeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
  readonly terminationGracePeriodSeconds?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly resources: ResourceRequirements;
  readonly ports: readonly ContainerPort[];
  /** Of an init container: `Always` makes it a sidecar. */
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never';
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
  /** Seconds that its preStop hook sleeps; absent: none. */
  readonly preStopSeconds?: number;
  readonly args?: readonly string[];
}

export interface Toleration {
  /** Empty: any key (with Exists). */
  readonly key: string;
  readonly operator: 'Equal' | 'Exists' | 'Lt' | 'Gt';
  readonly value: string;
  /** Empty: every effect. */
  readonly effect: '' | 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** Only with NoExecute; absent: for ever. */
  readonly tolerationSeconds?: number;
}

export interface NodeSelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

/** Expressions and fields are ANDed; a term without either matches nothing. */
export interface NodeSelectorTerm {
  readonly matchExpressions: readonly NodeSelectorRequirement[];
  /** Only `metadata.name` with In and NotIn. */
  readonly matchFields: readonly NodeSelectorRequirement[];
}

export interface NodeAffinity {
  /** Terms are ORed; absent: no requirement; empty: matches nothing. */
  readonly required?: readonly NodeSelectorTerm[];
  readonly preferred: readonly { readonly weight: number; readonly preference: NodeSelectorTerm }[];
}

/** Of a pod: `matchLabelKeys` and `mismatchLabelKeys` are merged into the selector by admission. Of a template: not yet. */
export interface PodAffinityTerm {
  /** Absent: matches no pod. */
  readonly labelSelector?: LabelSelector;
  readonly topologyKey: string;
  readonly namespaces: readonly string[];
  /** Absent: none; empty: all namespaces. With neither this nor `namespaces` the pod's own namespace is meant. */
  readonly namespaceSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}

export interface PodAffinity {
  readonly required: readonly PodAffinityTerm[];
  readonly preferred: readonly { readonly weight: number; readonly term: PodAffinityTerm }[];
}

export interface TopologySpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  readonly labelSelector?: LabelSelector;
  readonly minDomains?: number;
  readonly nodeAffinityPolicy: 'Honor' | 'Ignore';
  readonly nodeTaintsPolicy: 'Honor' | 'Ignore';
  readonly matchLabelKeys: readonly string[];
}

export interface Volume {
  readonly name: string;
  /** Name of the claim, when it is one. */
  readonly persistentVolumeClaim?: string;
  readonly emptyDir?: boolean;
  readonly hostPath?: boolean;
  /** Reference of an image that is mounted (image volume). */
  readonly image?: string;
}

export interface PodSpec {
  readonly nodeName?: string;
  readonly schedulerName: string;
  /** Resolved from the class at admission. */
  readonly priority: number;
  readonly priorityClassName?: string;
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly nodeAffinity?: NodeAffinity;
  readonly podAffinity?: PodAffinity;
  readonly podAntiAffinity?: PodAffinity;
  readonly tolerations: readonly Toleration[];
  readonly topologySpreadConstraints: readonly TopologySpreadConstraint[];
  readonly schedulingGates: readonly string[];
  /** Name of the PodGroup whose member it is (gang scheduling). */
  readonly podGroupName?: string;
  /** Resources of the pod as a whole; absent: those of its containers. */
  readonly resources?: ResourceRequirements;
  readonly overhead: ResourceList;
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  readonly terminationGracePeriodSeconds: number;
  readonly activeDeadlineSeconds?: number;
  readonly volumes: readonly Volume[];
  readonly hostNetwork: boolean;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly state: 'waiting' | 'running' | 'terminated';
  /** `ContainerCreating`, `ImagePullBackOff`, `CrashLoopBackOff`, `OOMKilled`, `Completed`, `Error`, ...; empty while it runs. */
  readonly reason: string;
  readonly exitCode?: number;
  /** When it came into this state. */
  readonly sinceUs: number;
}

export interface PodStatus {
  readonly phase: PodPhase;
  /** `Evicted`, `OutOfcpu`, `NodeLost`, `DeadlineExceeded`, `Preempting`, ...; empty: none. */
  readonly reason: string;
  readonly message: string;
  /** Whether all containers are ready: the condition Ready. */
  readonly ready: boolean;
  /** When `ready` last changed; the creation before that. */
  readonly readyChangedUs: number;
  /** When the kubelet took it; absent: not yet. */
  readonly startUs?: number;
  /** When it was given its node; absent: not yet. */
  readonly scheduledUs?: number;
  /** The scheduler's refusal, while the condition PodScheduled is False with reason Unschedulable. */
  readonly unschedulable?: { readonly sinceUs: number; readonly message: string };
  readonly nominatedNodeName?: string;
  /** Why it is being disrupted (condition DisruptionTarget): `PreemptionByScheduler`, `EvictionByEvictionAPI`, `DeletionByTaintManager`, `TerminationByKubelet`. */
  readonly disruptionTarget?: string;
  readonly containers: readonly ContainerStatus[];
  /** Restarts of all its containers. */
  readonly restarts: number;
}

export interface Pod extends KubernetesObject {
  readonly kind: 'Pod';
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

/** What controllers make pods of. The same object serves all pods of one revision. */
export interface PodTemplate {
  readonly metadata: Pick<ObjectMeta, 'labels' | 'annotations'>;
  readonly spec: PodSpec;
}
