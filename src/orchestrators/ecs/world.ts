import type { DataPlane } from '../data-plane/data-plane.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { ContainerInstance } from './agent/container-instance.ts';
import type { EcsValues } from './constants.ts';
import type { EcsFiles } from './files/ecs-files.ts';
import type { TaskTable } from './tasks/ecs-task.ts';

/** What all parts of the control plane share in one run. */
export interface EcsWorld {
  readonly plane: DataPlane;
  readonly values: EcsValues;
  readonly tasks: TaskTable;
  /** By machine; those of Fargate among them. */
  readonly instances: Map<number, ContainerInstance>;
  /** Chance where ECS draws, one stream for each purpose. */
  readonly random: Readonly<Record<'placement' | 'scaleIn' | 'agent' | 'failure' | 'targets', RandomStream>>;
  /** What files have said so far; grows when more are applied. */
  files: EcsFiles;
}
