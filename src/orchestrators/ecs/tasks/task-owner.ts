import type { TargetGroup } from '../files/ecs-files.ts';
import type { EcsTask } from './ecs-task.ts';

/** What a task is part of, as far as its life needs it. */
export interface TaskOwner {
  /** Target groups that it is registered with. */
  readonly balanced: readonly TargetGroup[];
  /** Which container the load balancer asks. */
  readonly container: string;
  /** Index of the modelled service; -1: none. */
  readonly service: number;
}

export interface TaskOwners {
  of(task: EcsTask): TaskOwner;
}
