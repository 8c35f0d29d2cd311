import type { VerticalPolicy } from '../../sim/scaling/vertical-policy.ts';
import type { PolicyFamily } from '../policy-family.ts';
import { fixedSize } from './fixed-size.ts';
import { off } from './off.ts';
import { percentileHistogram } from './percentile-histogram.ts';

/** Every vertical policy that ships with Baton, in the order of `baton policies`. */
export const verticalPolicies: readonly PolicyFamily<VerticalPolicy>[] = [off, fixedSize, percentileHistogram];
