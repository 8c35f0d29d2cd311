import type { NativeWorkload, NativeWorkloads } from '../../native-file.ts';

export type JobType = 'service' | 'batch' | 'system' | 'sysbatch';

export interface NomadConstraint {
  /** `${attr.cpu.arch}`, or the text itself. */
  readonly attribute: string;
  readonly operator: string;
  readonly value: string;
}

export interface NomadAffinity extends NomadConstraint {
  /** -100 to 100, not 0. */
  readonly weight: number;
}

export interface NomadSpread {
  readonly attribute: string;
  readonly weight: number;
  readonly targets: readonly { readonly value: string; readonly percent: number }[];
}

export interface RestartPolicy {
  readonly attempts: number;
  readonly intervalUs: number;
  readonly delayUs: number;
  /** When attempts are used up: the task has failed, or waits for the interval's end. */
  readonly mode: 'fail' | 'delay';
}

export interface ReschedulePolicy {
  readonly unlimited: boolean;
  readonly attempts: number;
  readonly intervalUs: number;
  readonly delayUs: number;
  readonly delayFunction: 'constant' | 'exponential' | 'fibonacci';
  readonly maxDelayUs: number;
}

export interface UpdateStrategy {
  readonly maxParallel: number;
  readonly healthCheck: 'checks' | 'task_states' | 'manual';
  readonly minHealthyUs: number;
  readonly healthyDeadlineUs: number;
  /** 0: the first unhealthy allocation fails the deployment. */
  readonly progressDeadlineUs: number;
  readonly autoRevert: boolean;
  readonly autoPromote: boolean;
  readonly canary: number;
  readonly staggerUs: number;
}

export interface MigrateStrategy {
  readonly maxParallel: number;
  readonly healthCheck: 'checks' | 'task_states';
  readonly minHealthyUs: number;
  readonly healthyDeadlineUs: number;
}

export interface DisconnectStrategy {
  /** 0: a silent node is lost at once. */
  readonly lostAfterUs: number;
  /** 0: clients never stop on their own. */
  readonly stopOnClientAfterUs: number;
  readonly replace: boolean;
  readonly reconcile: 'best_score' | 'keep_original' | 'keep_replacement' | 'longest_running';
}

export interface NomadCheck {
  readonly name: string;
  readonly intervalUs: number;
  readonly timeoutUs: number;
  readonly initiallyPassing: boolean;
  readonly successBeforePassing: number;
  readonly failuresBeforeCritical: number;
  /** Restarts its task after so many failures in a row; 0: never. */
  readonly restartLimit: number;
  readonly restartGraceUs: number;
}

export interface NomadService {
  readonly name: string;
  readonly provider: 'consul' | 'nomad';
  readonly port: string;
  readonly tags: readonly string[];
  readonly checks: readonly NomadCheck[];
  /** '' where the group has it. */
  readonly task: string;
}

export interface NomadPort {
  readonly label: string;
  /** The port of the host that it must have; 0: any. */
  readonly static: number;
  readonly to: number;
}

export interface NomadTask {
  readonly name: string;
  readonly driver: string;
  readonly image: string;
  readonly forcePull: boolean;
  readonly cpuMhz: number;
  /** Whole cores kept for it alone; 0: none. */
  readonly cores: number;
  readonly memoryMb: number;
  /** 0: no more than `memoryMb`. -1: without limit. */
  readonly memoryMaxMb: number;
  readonly devices: readonly { readonly name: string; readonly count: number }[];
  readonly env: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  /** What decides whether a task can stay as it is when its job changes. */
  readonly fingerprint: string;
  readonly hook: 'main' | 'prestart' | 'poststart' | 'poststop';
  readonly sidecar: boolean;
  readonly leader: boolean;
  readonly killTimeoutUs: number;
  readonly shutdownDelayUs: number;
  readonly restart: RestartPolicy;
  readonly constraints: readonly NomadConstraint[];
  readonly affinities: readonly NomadAffinity[];
  readonly services: readonly NomadService[];
}

export interface ScalingPolicy {
  readonly enabled: boolean;
  readonly min: number;
  readonly max: number;
  readonly cooldownUs: number;
  readonly evaluationUs: number;
  readonly checks: readonly {
    readonly name: string;
    readonly query: string;
    readonly target: number;
    readonly threshold: number;
  }[];
}

export interface NomadGroup {
  readonly name: string;
  readonly count: number;
  readonly constraints: readonly NomadConstraint[];
  readonly affinities: readonly NomadAffinity[];
  readonly spreads: readonly NomadSpread[];
  readonly networkMode: string;
  readonly ports: readonly NomadPort[];
  readonly diskMb: number;
  readonly sticky: boolean;
  readonly restart: RestartPolicy;
  readonly reschedule: ReschedulePolicy;
  /** Service jobs only; `maxParallel` 0: no deployments. */
  readonly update?: UpdateStrategy;
  readonly migrate: MigrateStrategy;
  readonly disconnect: DisconnectStrategy;
  readonly scaling?: ScalingPolicy;
  readonly services: readonly NomadService[];
  readonly tasks: readonly NomadTask[];
  readonly meta: Readonly<Record<string, string>>;
  readonly shutdownDelayUs: number;
}

export interface NomadJob {
  readonly id: string;
  readonly type: JobType;
  readonly priority: number;
  readonly region: string;
  readonly namespace: string;
  /** Globs: `dc*`. */
  readonly datacenters: readonly string[];
  readonly nodePool: string;
  readonly allAtOnce: boolean;
  readonly constraints: readonly NomadConstraint[];
  readonly affinities: readonly NomadAffinity[];
  readonly spreads: readonly NomadSpread[];
  readonly meta: Readonly<Record<string, string>>;
  readonly groups: readonly NomadGroup[];
  readonly periodic?: {
    readonly enabled: boolean;
    readonly crons: readonly string[];
    readonly prohibitOverlap: boolean;
    readonly timeZone: string;
  };
  /** Runs only when somebody dispatches it. */
  readonly parameterized: boolean;
  readonly file: string;
  readonly line: number;
}

export interface NomadJobs extends NativeWorkloads {
  readonly jobs: readonly NomadJob[];
  readonly workloads: readonly NativeWorkload[];
}

/** A group's workload: the job's name where it has one group only, else `job/group`. */
export function workloadName(job: Pick<NomadJob, 'id' | 'groups'>, group: string): string {
  return job.groups.length === 1 ? job.id : `${job.id}/${group}`;
}
