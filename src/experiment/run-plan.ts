import type { OrchestratorName } from '../orchestrators/orchestrator.ts';
import type { KubernetesPlan } from './kubernetes/kubernetes-plan.ts';
import type { NativePlan } from './orchestrated/native-plan.ts';
import type { ScenarioPlan } from './scenario/scenario-plan.ts';

/** One run, as plain data that can be written down, hashed, sent to a worker and repeated. */
export interface RunPlan {
  /** Hash of everything that decides the result (see run-id.ts); two plans with one id are one run. */
  readonly id: string;
  readonly cluster: ClusterPlan;
  readonly workload: WorkloadPlan;
  readonly policy: PolicyPlan;
  readonly seed: number;
  readonly whenFull: 'wait' | 'refuse';
  /** Simulated microseconds after which the run is stopped; absent: it ends by itself. */
  readonly stopAfterUs?: number;
  /** A living cluster; then cluster and workload are but names, and of the policy placement, queue and backfilling are taken. */
  readonly scenario?: ScenarioPlan;
  /** A Kubernetes cluster; then cluster, workload and policy are but names. */
  readonly kubernetes?: KubernetesPlan;
  /** A cluster of another orchestrator, by its own files. */
  readonly native?: NativePlan;
}

/** Where the nodes come from: a file, groups in the text grammar of `workloads/readers/cluster-text.ts`, or a preset. */
export interface ClusterPlan {
  /** For reports; no part of the run's id. */
  readonly name: string;
  readonly nodes?: string;
  readonly file?: string;
  readonly format?: string;
  /** The cluster that belongs to this preset of a generator, with these options. */
  readonly generate?: string;
  readonly options?: Readonly<Record<string, OptionValue>>;
}

export type OptionValue = string | number | boolean;

/** Where the pods come from: a file in some format, or a generator's preset; then what is done to them. */
export interface WorkloadPlan {
  /** For reports; no part of the run's id. */
  readonly name: string;
  readonly file?: string;
  readonly format?: string;
  readonly generate?: string;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Texts such as `scale-arrivals=2`, applied in this order. */
  readonly transforms: readonly string[];
}

/** Who decides: names of built-in policies, or a user's file in place of the placement. */
export interface PolicyPlan {
  /** For reports; no part of the run's id. */
  readonly name: string;
  /** A built-in placement; absent when `file` is given. */
  readonly placement?: string;
  /** The user's own placement policy. */
  readonly file?: string;
  readonly queue: string;
  readonly backfill: string;
  /** The other policies of a scenario, as one text: what runs with other ones is another policy. */
  readonly living?: string;
  /** Whose own scheduler decides; placement, queue and backfilling then mean nothing, unless it was told to use the placement. */
  readonly orchestrator?: OrchestratorName;
}
