import type { HorizontalPolicy } from '../../sim/scaling/horizontal-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { fixed } from './fixed.ts';
import { predictive } from './predictive.ts';
import { queueOrRate } from './queue-or-rate.ts';
import { ratePlan } from './rate-plan.ts';
import { scheduled } from './scheduled.ts';
import { stepScaling } from './step-scaling.ts';
import { targetTracking } from './target-tracking.ts';
import { targetUtilisation } from './target-utilisation.ts';

/** Every horizontal policy that ships with Baton, in the order of `baton policies`. */
export const horizontalPolicies: readonly PolicyFamily<HorizontalPolicy>[] = [
  fixed,
  targetUtilisation,
  targetTracking,
  stepScaling,
  queueOrRate,
  predictive,
  scheduled,
  ratePlan,
];
