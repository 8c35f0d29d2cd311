import type { NativeWorkloads } from '../../native-file.ts';
import type { Query } from '../query-language/query.ts';

/** Files of Amazon ECS and its neighbours, read, with all defaults. `where` is `file:line`. */
export interface EcsFiles extends NativeWorkloads {
  readonly taskDefinitions: readonly TaskDefinition[];
  readonly services: readonly ServiceDefinition[];
  readonly runTasks: readonly RunTask[];
  readonly clusters: readonly ClusterSettings[];
  readonly capacityProviders: readonly CapacityProvider[];
  readonly autoScalingGroups: readonly AutoScalingGroup[];
  readonly launchTemplates: readonly LaunchTemplate[];
  readonly targetGroups: readonly TargetGroup[];
  readonly scalableTargets: readonly ScalableTarget[];
  readonly scalingPolicies: readonly ScalingPolicy[];
}

export type LaunchType = 'EC2' | 'FARGATE' | 'EXTERNAL';

export interface TaskDefinition {
  readonly family: string;
  /** From 1; 0: not numbered yet. */
  readonly revision: number;
  readonly networkMode: 'bridge' | 'host' | 'awsvpc' | 'none';
  readonly requiresFargate: boolean;
  /** What a task reserves: CPU units (1,024 a vCPU), MiB, GPUs. */
  readonly cpuUnits: number;
  readonly memMib: number;
  readonly gpuCount: number;
  /** Limits of the task as a whole; 0: none written. */
  readonly limits: { readonly cpuUnits: number; readonly memMib: number };
  readonly constraints: readonly PlacementConstraint[];
  readonly architecture: 'amd64' | 'arm64' | undefined;
  readonly ephemeralGib: number;
  readonly containers: readonly ContainerDefinition[];
  readonly labels: Readonly<Record<string, string>>;
  readonly where: string;
}

export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly cpuUnits: number;
  /** Hard limit and reservation in MiB; 0: not written. */
  readonly memMib: number;
  readonly memReservationMib: number;
  readonly gpuCount: number;
  readonly essential: boolean;
  readonly ports: readonly PortMapping[];
  readonly healthCheck: HealthCheck | undefined;
  readonly dependsOn: readonly Dependency[];
  readonly startTimeoutUs: number;
  readonly stopTimeoutUs: number;
  readonly labels: Readonly<Record<string, string>>;
}

export interface PortMapping {
  readonly containerPort: number;
  /** 0: any free port from 32768 on. */
  readonly hostPort: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface HealthCheck {
  readonly intervalUs: number;
  readonly timeoutUs: number;
  readonly retries: number;
  readonly startPeriodUs: number;
}

export interface Dependency {
  readonly container: string;
  readonly condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY';
}

export type PlacementConstraint =
  | { readonly type: 'distinctInstance' }
  | { readonly type: 'memberOf'; readonly expression: string; readonly query: Query };

export type PlacementStrategy =
  | { readonly type: 'random' }
  | { readonly type: 'spread'; readonly field: string }
  | { readonly type: 'binpack'; readonly field: 'cpu' | 'memory' };

export interface ProviderShare {
  readonly provider: string;
  readonly base: number;
  readonly weight: number;
}

/** What tasks are placed by, of a service or of a run-task. */
export interface Placing {
  readonly launchType: LaunchType;
  /** Empty: by launch type. */
  readonly providers: readonly ProviderShare[];
  readonly constraints: readonly PlacementConstraint[];
  /** undefined: none written, which is not the same as an empty list of rules to services. */
  readonly strategies: readonly PlacementStrategy[] | undefined;
}

export interface CircuitBreaker {
  readonly rollback: boolean;
  readonly threshold: { readonly type: 'COUNT' | 'BOUNDED_PERCENT' | 'UNBOUNDED_PERCENT'; readonly value: number };
  readonly resetOnHealthyTask: boolean;
}

export interface ServiceDefinition {
  /** As reports know it; the cluster stands before it where two clusters have one of the name. */
  readonly name: string;
  readonly cluster: string;
  readonly family: string;
  /** 0: the latest. */
  readonly revision: number;
  readonly desiredCount: number;
  readonly daemon: boolean;
  readonly placing: Placing;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly breaker: CircuitBreaker | undefined;
  readonly loadBalancers: readonly {
    readonly targetGroup: string;
    readonly container: string;
    readonly port: number;
  }[];
  readonly healthGraceUs: number;
  readonly rebalancing: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly where: string;
}

export interface RunTask {
  readonly name: string;
  readonly cluster: string;
  readonly family: string;
  readonly revision: number;
  readonly count: number;
  readonly group: string;
  readonly placing: Placing;
  readonly labels: Readonly<Record<string, string>>;
  readonly where: string;
}

export interface ClusterSettings {
  readonly name: string;
  readonly providers: readonly string[];
  readonly defaultStrategy: readonly ProviderShare[];
  readonly where: string;
}

export interface CapacityProvider {
  readonly name: string;
  readonly group: string;
  readonly managedScaling:
    | {
        readonly targetCapacity: number;
        readonly leastStep: number;
        readonly mostStep: number;
        readonly warmupUs: number;
      }
    | undefined;
  readonly terminationProtection: boolean;
  readonly draining: boolean;
  readonly where: string;
}

export interface AutoScalingGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  /** '' where neither the group nor its launch template says it. */
  readonly instanceType: string;
  readonly launchTemplate: string;
  readonly zones: readonly string[];
  readonly spot: boolean;
  readonly where: string;
}

export interface LaunchTemplate {
  readonly name: string;
  readonly instanceType: string;
  readonly spot: boolean;
}

export interface TargetGroup {
  readonly name: string;
  readonly intervalUs: number;
  readonly timeoutUs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly deregistrationDelayUs: number;
  readonly slowStartUs: number;
}

export interface ScalableTarget {
  readonly service: string;
  readonly min: number;
  readonly max: number;
  readonly scaleInSuspended: boolean;
  readonly scaleOutSuspended: boolean;
  readonly where: string;
}

export type ScalingMetric = 'cpu' | 'memory' | 'requests';

export type ScalingPolicy = TargetTrackingPolicy | StepScalingPolicy;

export interface TargetTrackingPolicy {
  readonly kind: 'target-tracking';
  readonly name: string;
  readonly service: string;
  readonly metric: ScalingMetric;
  readonly target: number;
  readonly outCooldownUs: number;
  readonly inCooldownUs: number;
  readonly scaleInDisabled: boolean;
  readonly where: string;
}

export interface StepScalingPolicy {
  readonly kind: 'step';
  readonly name: string;
  readonly service: string;
  readonly adjustment: 'ChangeInCapacity' | 'PercentChangeInCapacity' | 'ExactCapacity';
  readonly steps: readonly ScalingStep[];
  readonly cooldownUs: number;
  /** 0: none written. */
  readonly minMagnitude: number;
  /** The alarm that calls it; undefined: no alarm of the files does. */
  readonly alarm: MetricAlarm | undefined;
  readonly where: string;
}

/** Bounds are relative to the alarm's threshold; -Infinity and Infinity where none are written. */
export interface ScalingStep {
  readonly lower: number;
  readonly upper: number;
  readonly adjustment: number;
}

export interface MetricAlarm {
  readonly name: string;
  readonly metric: ScalingMetric;
  readonly above: boolean;
  readonly inclusive: boolean;
  readonly threshold: number;
  readonly points: number;
}
