import type { ContainerInstance } from '../agent/container-instance.ts';
import type { EcsTask } from '../tasks/ecs-task.ts';
import { deploymentLimits } from './deployment-limits.ts';

/** An instance that a DAEMON service is meant for, and its tasks there. */
export interface DaemonPlace {
  readonly instance: ContainerInstance;
  readonly isActive: boolean;
  /** DRAINING, and nothing but the daemon is left: daemons stop last. */
  readonly isLeaving: boolean;
  readonly ours: readonly EcsTask[];
}

/** One task for each ACTIVE instance; old ones stop before new ones start, as far as minimumHealthyPercent lets them. */
export function planDaemons(
  places: readonly DaemonPlace[],
  deployment: number,
  isHealthy: (task: EcsTask) => boolean,
  isUnhealthy: (task: EcsTask) => boolean,
  minimumHealthyPercent: number,
): { desired: number; start: ContainerInstance[]; stop: EcsTask[] } {
  const active = places.filter(({ isActive }) => isActive);
  const start = active.filter(({ ours }) => ours.length === 0).map(({ instance }) => instance);
  const stop: EcsTask[] = [];
  const outdated: EcsTask[] = [];
  let healthy = 0;
  for (const { ours, isLeaving } of places)
    for (const task of ours) {
      if (task.desiredStatus === 'STOPPED') continue;
      const isWell = isHealthy(task);
      if (isWell) healthy++;
      if (isLeaving || isUnhealthy(task)) stop.push(task);
      else if (task.deployment !== deployment) (isWell ? outdated : stop).push(task);
    }
  const { lower } = deploymentLimits(active.length, minimumHealthyPercent, 100);
  stop.push(...outdated.slice(0, Math.max(0, healthy - lower)));
  return { desired: active.length, start, stop };
}
