import type { PodStatus } from './pod.ts';
import type { DaemonSet, Deployment, Job, ReplicaSet, StatefulSet } from './workloads.ts';

/** The status of a pod that was just created. */
export function newPodStatus(createdUs: number): PodStatus {
  return {
    phase: 'Pending',
    reason: '',
    message: '',
    ready: false,
    readyChangedUs: createdUs,
    containers: [],
    restarts: 0,
  };
}

export function newDeploymentStatus(createdUs: number): Deployment['status'] {
  return {
    replicas: 0,
    updatedReplicas: 0,
    readyReplicas: 0,
    availableReplicas: 0,
    progressing: 'Progressing',
    progressedUs: createdUs,
  };
}

export const NEW_REPLICA_SET_STATUS: ReplicaSet['status'] = { replicas: 0, readyReplicas: 0, availableReplicas: 0 };

export const NEW_STATEFUL_SET_STATUS: StatefulSet['status'] = {
  replicas: 0,
  readyReplicas: 0,
  availableReplicas: 0,
  currentRevision: '',
  updateRevision: '',
  updatedReplicas: 0,
};

export const NEW_DAEMON_SET_STATUS: DaemonSet['status'] = {
  desiredNumberScheduled: 0,
  currentNumberScheduled: 0,
  numberReady: 0,
  numberAvailable: 0,
  updatedNumberScheduled: 0,
};

export const NEW_JOB_STATUS: Job['status'] = {
  active: 0,
  ready: 0,
  succeeded: 0,
  failed: 0,
  completedIndexes: [],
  failedIndexes: [],
  reason: '',
};
