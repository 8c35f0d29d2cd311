import type { DeploymentPolicy } from '../../sim/services/deployment-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { blueGreen } from './blue-green.ts';
import { canary } from './canary.ts';
import { ecsRolling } from './ecs-rolling.ts';
import { recreate } from './recreate.ts';
import { rolling } from './rolling.ts';

/** Every deployment policy that ships with Baton, in the order of `baton policies`. */
export const deploymentPolicies: readonly PolicyFamily<DeploymentPolicy>[] = [
  rolling,
  recreate,
  blueGreen,
  canary,
  ecsRolling,
];
