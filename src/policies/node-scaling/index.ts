import type { NodePolicy } from '../../sim/scaling/node-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { capacityProvider } from './capacity-provider.ts';
import { clusterAutoscaler } from './cluster-autoscaler.ts';
import { fixed } from './fixed.ts';
import { justInTime } from './just-in-time.ts';
import { scheduled } from './scheduled.ts';
import { warmPool } from './warm-pool.ts';

/** Every node policy that ships with Baton, in the order of `baton policies`. */
export const nodePolicies: readonly PolicyFamily<NodePolicy>[] = [
  fixed,
  clusterAutoscaler,
  justInTime,
  warmPool,
  scheduled,
  capacityProvider,
];
