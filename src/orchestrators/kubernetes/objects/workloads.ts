import type { IntOrPercent, KubernetesObject, LabelSelector } from './meta.ts';
import type { PodTemplate } from './pod.ts';

export interface Deployment extends KubernetesObject {
  readonly kind: 'Deployment';
  readonly spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly minReadySeconds: number;
    readonly paused: boolean;
    readonly progressDeadlineSeconds: number;
    readonly revisionHistoryLimit: number;
    readonly strategy:
      | { readonly type: 'Recreate' }
      | { readonly type: 'RollingUpdate'; readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent };
  };
  readonly status: {
    readonly replicas: number;
    readonly updatedReplicas: number;
    readonly readyReplicas: number;
    readonly availableReplicas: number;
    readonly progressing: 'Progressing' | 'Complete' | 'ProgressDeadlineExceeded';
    /** When it last got on. */
    readonly progressedUs: number;
  };
}

export interface ReplicaSet extends KubernetesObject {
  readonly kind: 'ReplicaSet';
  readonly spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly minReadySeconds: number;
  };
  readonly status: {
    readonly replicas: number;
    readonly readyReplicas: number;
    readonly availableReplicas: number;
  };
}

export interface StatefulSet extends KubernetesObject {
  readonly kind: 'StatefulSet';
  readonly spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly serviceName: string;
    readonly podManagementPolicy: 'OrderedReady' | 'Parallel';
    readonly updateStrategy: {
      readonly type: 'RollingUpdate' | 'OnDelete';
      readonly partition: number;
      readonly maxUnavailable: IntOrPercent;
    };
    readonly minReadySeconds: number;
    readonly ordinalsStart: number;
    readonly volumeClaimTemplates: readonly string[];
  };
  readonly status: {
    readonly replicas: number;
    readonly readyReplicas: number;
    readonly availableReplicas: number;
    readonly currentRevision: string;
    readonly updateRevision: string;
    readonly updatedReplicas: number;
  };
}

export interface DaemonSet extends KubernetesObject {
  readonly kind: 'DaemonSet';
  readonly spec: {
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly minReadySeconds: number;
    readonly updateStrategy: {
      readonly type: 'RollingUpdate' | 'OnDelete';
      readonly maxUnavailable: IntOrPercent;
      readonly maxSurge: IntOrPercent;
    };
  };
  readonly status: {
    readonly desiredNumberScheduled: number;
    readonly currentNumberScheduled: number;
    readonly numberReady: number;
    readonly numberAvailable: number;
    readonly updatedNumberScheduled: number;
  };
}

export interface JobSpec {
  /** Absent: any success ends the job (a work queue). */
  readonly completions?: number;
  readonly parallelism: number;
  readonly completionMode: 'NonIndexed' | 'Indexed';
  readonly backoffLimit: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly suspend: boolean;
  readonly podReplacementPolicy: 'TerminatingOrFailed' | 'Failed';
  readonly podFailurePolicy?: readonly {
    readonly action: 'FailJob' | 'Ignore' | 'Count' | 'FailIndex';
    readonly exitCodes?: { readonly operator: 'In' | 'NotIn'; readonly values: readonly number[] };
    /** Types of conditions, such as DisruptionTarget. */
    readonly conditions?: readonly string[];
  }[];
  readonly template: PodTemplate;
}

export interface Job extends KubernetesObject {
  readonly kind: 'Job';
  readonly spec: JobSpec;
  readonly status: {
    readonly active: number;
    readonly ready: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly completedIndexes: readonly number[];
    readonly failedIndexes: readonly number[];
    readonly startUs?: number;
    readonly finishedUs?: number;
    readonly outcome?: 'Complete' | 'Failed';
    /** `BackoffLimitExceeded`, `DeadlineExceeded`, `PodFailurePolicy`, ... */
    readonly reason: string;
  };
}

export interface CronJob extends KubernetesObject {
  readonly kind: 'CronJob';
  readonly spec: {
    readonly schedule: string;
    /** Absent: UTC. */
    readonly timeZone?: string;
    readonly concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
    readonly startingDeadlineSeconds?: number;
    readonly suspend: boolean;
    readonly successfulJobsHistoryLimit: number;
    readonly failedJobsHistoryLimit: number;
    readonly jobTemplate: { readonly metadata: PodTemplate['metadata']; readonly spec: JobSpec };
  };
  readonly status: { readonly active: readonly string[]; readonly lastScheduleUs?: number };
}
