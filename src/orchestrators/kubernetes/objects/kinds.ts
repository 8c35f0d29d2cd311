import type { HorizontalPodAutoscaler, NodePool, ScaledObject, VerticalPodAutoscaler } from './autoscaling.ts';
import type { EndpointSlice, Service } from './network.ts';
import type { Node } from './node.ts';
import type { Pod } from './pod.ts';
import type { LimitRange, Namespace, PodDisruptionBudget, PodGroup, PriorityClass, ResourceQuota } from './policy.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from './storage.ts';
import type { CronJob, DaemonSet, Deployment, Job, ReplicaSet, StatefulSet } from './workloads.ts';

/** Every kind of object that a cluster holds, by its name. */
export interface Kinds {
  Node: Node;
  Pod: Pod;
  Deployment: Deployment;
  ReplicaSet: ReplicaSet;
  StatefulSet: StatefulSet;
  DaemonSet: DaemonSet;
  Job: Job;
  CronJob: CronJob;
  Service: Service;
  EndpointSlice: EndpointSlice;
  HorizontalPodAutoscaler: HorizontalPodAutoscaler;
  VerticalPodAutoscaler: VerticalPodAutoscaler;
  ScaledObject: ScaledObject;
  NodePool: NodePool;
  PodDisruptionBudget: PodDisruptionBudget;
  PriorityClass: PriorityClass;
  Namespace: Namespace;
  ResourceQuota: ResourceQuota;
  LimitRange: LimitRange;
  PodGroup: PodGroup;
  PersistentVolumeClaim: PersistentVolumeClaim;
  PersistentVolume: PersistentVolume;
  StorageClass: StorageClass;
}

export type Kind = keyof Kinds;
export type AnyObject = Kinds[Kind];

/** In the order in which objects of a folder are created, so that what others need is there. */
export const KINDS = [
  'Namespace',
  'PriorityClass',
  'LimitRange',
  'ResourceQuota',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Node',
  'NodePool',
  'PodDisruptionBudget',
  'PodGroup',
  'Service',
  'EndpointSlice',
  'DaemonSet',
  'StatefulSet',
  'Deployment',
  'ReplicaSet',
  'Job',
  'CronJob',
  'Pod',
  'HorizontalPodAutoscaler',
  'VerticalPodAutoscaler',
  'ScaledObject',
] as const satisfies readonly Kind[];
