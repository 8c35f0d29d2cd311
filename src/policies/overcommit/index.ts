import type { OvercommitPolicy } from '../../sim/scaling/overcommit-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { borgDefault, maxPredictor, nSigma, percentilePods, requests } from './overcommit-families.ts';

/** Every overcommit policy that ships with Baton, in the order of `baton policies`. */
export const overcommitPolicies: readonly PolicyFamily<OvercommitPolicy>[] = [
  requests,
  borgDefault,
  nSigma,
  percentilePods,
  maxPredictor,
];
