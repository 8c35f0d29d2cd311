import type { KubernetesObject, ResourceList } from './meta.ts';

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** When it was put on (for NoExecute). */
  readonly addedUs?: number;
}

export interface NodeCondition {
  readonly type: 'Ready' | 'MemoryPressure' | 'DiskPressure' | 'PIDPressure' | 'NetworkUnavailable';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly changedUs: number;
  readonly reason: string;
}

export interface ContainerImage {
  readonly names: readonly string[];
  readonly sizeBytes: number;
}

export interface Node extends KubernetesObject {
  readonly kind: 'Node';
  readonly spec: {
    readonly unschedulable: boolean;
    readonly taints: readonly Taint[];
    readonly providerID?: string;
  };
  readonly status: {
    readonly capacity: ResourceList;
    readonly allocatable: ResourceList;
    readonly conditions: readonly NodeCondition[];
    readonly images: readonly ContainerImage[];
  };
}
