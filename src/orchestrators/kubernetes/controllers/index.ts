import type { Component, ControlPlane } from '../api/control-plane.ts';
import { CronJobController } from './cronjob/cronjob-controller.ts';
import { DaemonSetController } from './daemonset/daemonset-controller.ts';
import { DeploymentController } from './deployment/deployment-controller.ts';
import { RestoredReplicaSets } from './deployment/restored-replica-sets.ts';
import { DisruptionController } from './disruption/disruption-controller.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { JobController } from './job/job-controller.ts';
import { PodGarbageCollector } from './pod-garbage-collector.ts';
import { ReplicaSetController } from './replicaset/replicaset-controller.ts';
import { DEFAULT_CLIENT_LIMITS, type ClientLimits } from './shared/client-rate.ts';
import { StatefulSetController } from './statefulset/statefulset-controller.ts';

/** What kube-controller-manager may be told. */
export interface WorkloadControllerOptions {
  /** Creations and deletions of pods of each controller (`--kube-api-qps`, `--kube-api-burst`); 20 a second and 30 at once. */
  readonly client?: ClientLimits;
  /** `--terminated-pod-gc-threshold`, 12,500. */
  readonly terminatedPodThreshold?: number;
}

/** The controllers that make workloads' pods, in the order in which they begin. */
export function workloadControllers(plane: ControlPlane, options: WorkloadControllerOptions = {}): Component[] {
  const limits = options.client ?? DEFAULT_CLIENT_LIMITS;
  return [
    new RestoredReplicaSets(plane.api),
    new ReplicaSetController(plane, limits),
    new DeploymentController(plane),
    new StatefulSetController(plane, limits),
    new DaemonSetController(plane, limits),
    new JobController(plane, limits),
    new CronJobController(plane),
    new DisruptionController(plane),
    new GarbageCollector(plane),
    new PodGarbageCollector(plane, options.terminatedPodThreshold),
  ];
}
