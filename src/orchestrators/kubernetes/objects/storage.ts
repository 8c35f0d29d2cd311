import type { KubernetesObject, ResourceList } from './meta.ts';
import type { NodeSelectorTerm } from './pod.ts';

export interface PersistentVolumeClaim extends KubernetesObject {
  readonly kind: 'PersistentVolumeClaim';
  readonly spec: {
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly accessModes: readonly string[];
    readonly requests: ResourceList;
  };
}

export interface PersistentVolume extends KubernetesObject {
  readonly kind: 'PersistentVolume';
  readonly spec: {
    readonly storageClassName?: string;
    readonly claim?: { readonly namespace: string; readonly name: string };
    readonly nodeAffinity?: readonly NodeSelectorTerm[];
    readonly capacity: ResourceList;
  };
}

export interface StorageClass extends KubernetesObject {
  readonly kind: 'StorageClass';
  readonly volumeBindingMode: 'Immediate' | 'WaitForFirstConsumer';
}
