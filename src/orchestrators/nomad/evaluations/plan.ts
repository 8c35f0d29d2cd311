import type { Deployment } from '../deployments/deployment.ts';
import type { NewAllocation } from '../placement/plan-draft.ts';
import type { StopRequest } from '../reconciler/group-changes.ts';
import type { Allocation, JobVersion } from '../state/allocation.ts';
import type { Evaluation } from './evaluation.ts';

/** What a worker would change, made of the state as it was when it looked. */
export interface Plan {
  readonly evaluation: Evaluation;
  readonly version: JobVersion | undefined;
  readonly allAtOnce: boolean;
  readonly stops: StopRequest[];
  readonly placements: (NewAllocation & { readonly inDeployment: boolean })[];
  /** Allocations of other jobs that go for a placement. */
  readonly preempted: { readonly alloc: Allocation; readonly by: NewAllocation }[];
  readonly inPlace: Allocation[];
  readonly unknown: Allocation[];
  readonly reconnected: Allocation[];
  /** A deployment that begins. */
  readonly begins: Deployment | undefined;
  /** What becomes of the job's deployment. */
  readonly deploymentEnds: {
    readonly deployment: Deployment;
    readonly as: Deployment['status'];
    readonly why: string;
  }[];
}

export interface PlanResult {
  /** All that was asked has been done. */
  readonly isFull: boolean;
  readonly made: readonly Allocation[];
  readonly rejectedNodes: readonly number[];
}

export function isEmptyPlan(plan: Plan): boolean {
  return (
    plan.stops.length +
      plan.placements.length +
      plan.preempted.length +
      plan.inPlace.length +
      plan.unknown.length +
      plan.reconnected.length +
      plan.deploymentEnds.length ===
      0 && plan.begins === undefined
  );
}
