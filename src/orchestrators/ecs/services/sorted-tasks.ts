import type { EcsTask } from '../tasks/ecs-task.ts';
import type { EcsWorld } from '../world.ts';
import { isHealthy, isUnhealthy, primaryOf, type Service } from './service.ts';

/** Tasks of a service by what is to become of them. */
export interface SortedTasks {
  /** All of them. One that waits for room is on its way: were it not counted, more than the limit could be placed later. */
  readonly there: number;
  readonly healthy: number;
  readonly stopping: number;
  /** Of the PRIMARY deployment, as they should be or on their way to it. */
  readonly current: readonly EcsTask[];
  readonly unhealthy: readonly EcsTask[];
  /** Of older deployments, or on instances that are DRAINING. */
  readonly outdatedUnready: readonly EcsTask[];
  readonly outdatedHealthy: readonly EcsTask[];
}

export function sortedTasks({ plane, values, instances }: EcsWorld, service: Service): SortedTasks {
  const { nowUs } = plane.clock;
  const primary = primaryOf(service);
  let healthy = 0;
  let stopping = 0;
  const current: EcsTask[] = [];
  const unhealthy: EcsTask[] = [];
  const outdatedUnready: EcsTask[] = [];
  const outdatedHealthy: EcsTask[] = [];
  for (const task of service.tasks) {
    if (task.desiredStatus === 'STOPPED') {
      stopping++;
      continue;
    }
    const isWell = isHealthy(task, nowUs, values);
    if (isWell) healthy++;
    const isDraining = instances.get(task.machine)?.status === 'DRAINING';
    if (task.deployment !== primary.id || isDraining) {
      // One that runs there and is not healthy yet goes like a healthy one: it may be serving.
      const mayServe = isWell || (task.lastStatus === 'RUNNING' && isDraining);
      (mayServe ? outdatedHealthy : outdatedUnready).push(task);
    } else if (isUnhealthy(task, nowUs, service.file.healthGraceUs)) unhealthy.push(task);
    else current.push(task);
  }
  return { there: service.tasks.size, healthy, stopping, current, unhealthy, outdatedUnready, outdatedHealthy };
}
