import { days, minutes } from '../../sim/time.ts';
import { pow } from '../../sim/exact-math.ts';

/**
 * How much history there is, in days: the time between the first and the last sample, but no more than a sample a minute
 * would make of their number.
 *
 * Source: kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender/logic/estimator.go (getConfidence).
 */
export function confidence(firstUs: number, lastUs: number, samples: number): number {
  return Math.min((lastUs - firstUs) / days(1), samples / (days(1) / minutes(1)));
}

/** What the upper bound is multiplied by: 1 + 1 / confidence. After a day 2, after a week 1.14; Infinity without history. */
export function upperFactor(confidenceDays: number): number {
  return 1 + 1 / confidenceDays;
}

/** What the lower bound is multiplied by: (1 + 0.001 / confidence)^-2. After a minute 0.17, after a day 0.998. */
export function lowerFactor(confidenceDays: number): number {
  return pow(1 + 0.001 / confidenceDays, -2);
}
