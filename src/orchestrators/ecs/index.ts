import type { LoopOptions, Orchestrator } from '../orchestrator.ts';
import { ecsConstants } from './constants.ts';
import { EcsLoop } from './ecs-loop.ts';
import { ecsFeatures } from './features.ts';
import type { EcsFiles } from './files/ecs-files.ts';
import { readEcsFiles } from './files/read-files.ts';

export type { EcsFiles } from './files/ecs-files.ts';

/** Amazon ECS on EC2 and Fargate, with ALB, capacity providers and Application Auto Scaling. */
export const ecs: Orchestrator<EcsFiles> = {
  name: 'ecs',
  title: 'Amazon ECS',
  constants: ecsConstants,
  features: ecsFeatures,
  read: (files) => readEcsFiles(files),
  loop: (native: EcsFiles, options: LoopOptions) => (plane) => new EcsLoop(plane, native, options),
};
