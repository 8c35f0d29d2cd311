import type { RunResult } from '../../sim/result.ts';
import type { BoundRecord, ClusterFacts, PolicyFacts, RunTiming, WorkloadFacts } from '../comparison.ts';
import type { PodExplanation } from './explain-run.ts';
import type { ClusterPlan, PolicyPlan, RunPlan, WorkloadPlan } from '../run-plan.ts';

/** What a worker is born with: it serves one policy only, so that its call sites stay fast. */
export interface WorkerBirth {
  /** Absent in a worker that only surveys workloads. */
  readonly policy?: PolicyPlan;
  /** Whether to put a user's policy through the contract suite first. */
  readonly examine: boolean;
  /** Int32: [0] counts up as long as the worker gets on, [1] counts batches of 16,384 events since its birth. */
  readonly heartbeat: SharedArrayBuffer;
}

/** What a worker is asked to do, one at a time. */
export type WorkerRequest =
  | { readonly kind: 'run'; readonly plan: RunPlan; readonly journalFile?: string }
  | { readonly kind: 'survey'; readonly survey: SurveyPlan }
  | { readonly kind: 'explain'; readonly plan: RunPlan; readonly pod: string; readonly attempt?: number }
  /** Nothing but to load (and examine) the policy. */
  | { readonly kind: 'load' };

/** What a worker answers to each request. */
export type WorkerAnswer =
  | { readonly kind: 'run'; readonly result: RunResult; readonly timing: RunTiming }
  | { readonly kind: 'survey'; readonly survey: Survey }
  | { readonly kind: 'explain'; readonly explanation: PodExplanation }
  | { readonly kind: 'load'; readonly policy: PolicyFacts }
  /** `wholePolicy`: the policy itself is unfit, so no other run of it can succeed. */
  | {
      readonly kind: 'failed';
      readonly sentence: string;
      readonly fault: 'input' | 'baton';
      readonly wholePolicy: boolean;
    };

/** A look at one workload on one cluster before any policy has run. */
export interface SurveyPlan {
  readonly id: string;
  readonly cluster: ClusterPlan;
  readonly workload: WorkloadPlan;
  readonly seed: number;
}

export interface Survey {
  readonly cluster: ClusterFacts;
  readonly workload: WorkloadFacts;
  readonly bounds: BoundRecord;
}

/** Events between two beats of the engine. */
export const EVENTS_PER_BEAT = 16_384;
