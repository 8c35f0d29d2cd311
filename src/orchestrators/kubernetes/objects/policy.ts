import type { IntOrPercent, KubernetesObject, LabelSelector, ResourceList } from './meta.ts';

export interface PodDisruptionBudget extends KubernetesObject {
  readonly kind: 'PodDisruptionBudget';
  readonly spec: {
    /** Empty selects every pod of the namespace for the controller, none for the scheduler. */
    readonly selector?: LabelSelector;
    readonly minAvailable?: IntOrPercent;
    readonly maxUnavailable?: IntOrPercent;
    readonly unhealthyPodEvictionPolicy: 'IfHealthyBudget' | 'AlwaysAllow';
  };
  readonly status: {
    readonly expectedPods: number;
    readonly currentHealthy: number;
    readonly desiredHealthy: number;
    readonly disruptionsAllowed: number;
    /** When each pod's eviction was let through, by pod name; an entry counts for two minutes. */
    readonly disruptedPods: Readonly<Record<string, number>>;
  };
}

export interface PriorityClass extends KubernetesObject {
  readonly kind: 'PriorityClass';
  readonly value: number;
  readonly globalDefault: boolean;
  readonly preemptionPolicy: 'PreemptLowerPriority' | 'Never';
}

export interface Namespace extends KubernetesObject {
  readonly kind: 'Namespace';
}

export interface ResourceQuota extends KubernetesObject {
  readonly kind: 'ResourceQuota';
  readonly spec: {
    readonly hard: ResourceList;
    readonly scopes: readonly string[];
    readonly priorityClasses?: readonly string[];
  };
}

export interface LimitRange extends KubernetesObject {
  readonly kind: 'LimitRange';
  readonly spec: {
    readonly limits: readonly {
      readonly type: string;
      readonly min: ResourceList;
      readonly max: ResourceList;
      readonly default: ResourceList;
      readonly defaultRequest: ResourceList;
      readonly maxLimitRequestRatio: ResourceList;
    }[];
  };
}

/** Gang scheduling (scheduling.k8s.io/v1alpha2). */
export interface PodGroup extends KubernetesObject {
  readonly kind: 'PodGroup';
  /** 0: no gang (policy Basic). */
  readonly minCount: number;
}
