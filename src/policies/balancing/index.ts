import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { leastConnections } from './least-connections.ts';
import { powerOfChoices } from './power-of-choices.ts';
import { randomBalancing } from './random.ts';
import { roundRobin } from './round-robin.ts';

/** Every balancing policy that ships with Baton, in the order of `baton policies`. */
export const balancingPolicies: readonly PolicyFamily<BalancingPolicy>[] = [
  randomBalancing,
  roundRobin,
  leastConnections,
  powerOfChoices,
];
