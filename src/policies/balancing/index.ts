import type { BalancingPolicy } from '../../sim/requests/balancing-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { consistentHashing } from './consistent-hashing.ts';
import { joinIdleQueue } from './join-idle-queue.ts';
import { leastConnections } from './least-connections.ts';
import { powerOfChoices } from './power-of-choices.ts';
import { randomBalancing } from './random.ts';
import { roundRobin } from './round-robin.ts';
import { weightedRoundRobin } from './weighted-round-robin.ts';
import { zoneAware } from './zone-aware.ts';

/** Every balancing policy that ships with Baton, in the order of `baton policies`. */
export const balancingPolicies: readonly PolicyFamily<BalancingPolicy>[] = [
  randomBalancing,
  roundRobin,
  weightedRoundRobin,
  leastConnections,
  powerOfChoices,
  joinIdleQueue,
  consistentHashing,
  zoneAware,
];
