import type { UpdateStrategy } from '../jobs/nomad-jobs.ts';
import type { Allocation } from '../state/allocation.ts';

export interface GroupDeployment {
  readonly strategy: UpdateStrategy;
  desiredTotal: number;
  readonly desiredCanaries: number;
  promoted: boolean;
  /** Without a new healthy allocation by then it has failed; Infinity: nobody waits. */
  progressByUs: number;
}

/** How one version of a job is brought about, seen through allocations' health. */
export interface Deployment {
  readonly id: number;
  readonly jobId: string;
  readonly version: number;
  readonly createdUs: number;
  readonly groups: ReadonlyMap<string, GroupDeployment>;
  status: 'running' | 'failed' | 'successful' | 'cancelled';
  description: string;
}

export interface DeploymentCounts {
  placed: number;
  healthy: number;
  unhealthy: number;
  healthyCanaries: number;
  canaries: number;
}

/** Counts of one group's allocations in a deployment. */
export function deploymentCounts(
  deployment: Deployment,
  group: string,
  allocs: readonly Allocation[],
): DeploymentCounts {
  const counts: DeploymentCounts = { placed: 0, healthy: 0, unhealthy: 0, healthyCanaries: 0, canaries: 0 };
  for (const alloc of allocs) {
    if (alloc.deployment !== deployment.id || alloc.group !== group) continue;
    counts.placed++;
    if (alloc.healthy === true) counts.healthy++;
    if (alloc.healthy === false) counts.unhealthy++;
    if (!alloc.isCanary || alloc.desired !== 'run') continue;
    counts.canaries++;
    if (alloc.healthy === true) counts.healthyCanaries++;
  }
  return counts;
}

export const needsPromotion = ({ desiredCanaries, promoted }: GroupDeployment): boolean =>
  desiredCanaries > 0 && !promoted;
