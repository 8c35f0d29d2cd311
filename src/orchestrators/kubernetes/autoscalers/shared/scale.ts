import type { ScaleTargetRef } from '../../objects/autoscaling.ts';
import type { LabelSelector } from '../../objects/meta.ts';

/** The scale subresource of a Deployment, ReplicaSet or StatefulSet, as it is now. */
export interface Scale {
  /** What its spec says. */
  readonly replicas: number;
  /** How many its controller has reported; absent: counted among the pods. */
  readonly statusReplicas?: number;
  readonly selector: LabelSelector | undefined;
  setReplicas(replicas: number): void;
}

/** Finds what an autoscaler is to scale; undefined: there is no such object. */
export type FindScale = (namespace: string, target: ScaleTargetRef) => Scale | undefined;
