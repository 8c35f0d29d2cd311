import type { KubernetesObject, LabelSelector, ResourceList } from './meta.ts';

export interface MetricTarget {
  readonly type: 'Utilization' | 'AverageValue' | 'Value';
  /** Whole percent for Utilization; else the quantity's value in thousandths. */
  readonly amount: number;
}

/** What an HPA looks at. `name`: the resource (cpu, memory) or the metric. */
export type MetricSpec =
  | { readonly type: 'Resource'; readonly name: string; readonly target: MetricTarget }
  | {
      readonly type: 'ContainerResource';
      readonly name: string;
      readonly container: string;
      readonly target: MetricTarget;
    }
  | { readonly type: 'Pods'; readonly name: string; readonly target: MetricTarget }
  | {
      readonly type: 'Object';
      readonly name: string;
      readonly describedObject: { readonly kind: string; readonly name: string };
      readonly target: MetricTarget;
    }
  | {
      readonly type: 'External';
      readonly name: string;
      readonly selector?: LabelSelector;
      readonly target: MetricTarget;
    };

export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly {
    readonly type: 'Pods' | 'Percent';
    readonly value: number;
    readonly periodSeconds: number;
  }[];
  /** Absent: the controller's, 0.1. */
  readonly tolerance?: number;
}

export interface ScaleTargetRef {
  readonly kind: string;
  readonly name: string;
}

/** What `kubectl describe hpa` shows of its last look. */
export interface HorizontalPodAutoscalerCondition {
  readonly type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited';
  readonly status: 'True' | 'False';
  /** `ScalingDisabled`, `ValidMetricFound`, `ScaleDownStabilized`, `TooManyReplicas`, ... */
  readonly reason: string;
  readonly message: string;
}

export interface HorizontalPodAutoscaler extends KubernetesObject {
  readonly kind: 'HorizontalPodAutoscaler';
  readonly spec: {
    readonly scaleTargetRef: ScaleTargetRef;
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly metrics: readonly MetricSpec[];
    /** Absent when the manifest has none: then other rules hold. Filled in with defaults when it has. */
    readonly behavior?: { readonly scaleUp: ScalingRules; readonly scaleDown: ScalingRules };
  };
  readonly status: {
    readonly currentReplicas: number;
    readonly desiredReplicas: number;
    readonly lastScaleUs?: number;
    readonly conditions?: readonly HorizontalPodAutoscalerCondition[];
  };
}

export interface VerticalPodAutoscaler extends KubernetesObject {
  readonly kind: 'VerticalPodAutoscaler';
  readonly spec: {
    readonly targetRef: ScaleTargetRef;
    readonly updateMode: 'Off' | 'Initial' | 'Recreate' | 'InPlaceOrRecreate' | 'Auto';
    readonly minReplicas: number;
    readonly containerPolicies: readonly {
      /** `*`: every other container. */
      readonly containerName: string;
      readonly mode: 'Auto' | 'Off';
      readonly minAllowed: ResourceList;
      readonly maxAllowed: ResourceList;
      readonly controlledResources: readonly string[];
      readonly controlledValues: 'RequestsAndLimits' | 'RequestsOnly';
    }[];
  };
  readonly status: {
    readonly recommendations: readonly {
      readonly containerName: string;
      readonly target: { readonly cpuMilli: number; readonly memBytes: number };
      readonly lower: { readonly cpuMilli: number; readonly memBytes: number };
      readonly upper: { readonly cpuMilli: number; readonly memBytes: number };
    }[];
  };
}

/** KEDA. Triggers keep their metadata as text. */
export interface ScaledObject extends KubernetesObject {
  readonly kind: 'ScaledObject';
  readonly spec: {
    readonly scaleTargetRef: ScaleTargetRef;
    readonly pollingInterval: number;
    readonly cooldownPeriod: number;
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly idleReplicaCount?: number;
    readonly triggers: readonly { readonly type: string; readonly metadata: Readonly<Record<string, string>> }[];
  };
}

/** Karpenter, in outline. */
export interface NodePool extends KubernetesObject {
  readonly kind: 'NodePool';
  readonly spec: {
    readonly weight: number;
    readonly limits: ResourceList;
    readonly template: {
      readonly labels: Readonly<Record<string, string>>;
      readonly requirements: readonly {
        readonly key: string;
        readonly operator: string;
        readonly values: readonly string[];
      }[];
      readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
      /** Infinity: never. */
      readonly expireAfterUs: number;
    };
    readonly disruption: {
      readonly consolidationPolicy: 'WhenEmpty' | 'WhenEmptyOrUnderutilized' | 'Balanced';
      /** Infinity: never. */
      readonly consolidateAfterUs: number;
      readonly budgets: readonly {
        readonly nodes: string;
        /** Empty: every reason. */
        readonly reasons: readonly string[];
        readonly schedule?: string;
        readonly durationUs?: number;
      }[];
    };
  };
}
