import type { Allocation } from '../state/allocation.ts';

/** Why somebody looks at a job again (structs.go, `EvalTrigger…`). */
export type Trigger =
  | 'job-register'
  | 'job-deregister'
  | 'periodic-job'
  | 'node-update'
  | 'node-drain'
  | 'alloc-failure'
  | 'alloc-stop'
  | 'deployment-watcher'
  | 'queued-allocs'
  | 'max-plan-attempts'
  | 'failed-follow-up'
  | 'preemption'
  | 'rolling-update'
  | 'reconnect'
  | 'max-disconnect-timeout'
  | 'job-scaling';

export interface Evaluation {
  readonly id: number;
  readonly jobId: string;
  readonly priority: number;
  readonly trigger: Trigger;
  readonly createdUs: number;
  /** Not before this time. */
  readonly waitUntilUs: number;
  status: 'pending' | 'blocked' | 'complete' | 'failed' | 'cancelled';
  /** How often a worker has been given it. */
  deliveries: number;
  /** Of blocked ones: classes of nodes that were looked at, and whether they would do. */
  classes?: ReadonlyMap<string, boolean>;
  escaped?: boolean;
  /** State that its refusals were made of. */
  snapshot?: number;
}

/** An evaluation that follows up failed allocations. */
export function follows(evaluation: Evaluation, allocs: readonly Allocation[]): void {
  for (const alloc of allocs) alloc.followUp = evaluation.id;
}
