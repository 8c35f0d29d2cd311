import type { NodeUsage } from '../../sim/scaling/overcommit-policy.ts';
import { mean, percentileOf, sampleDeviation } from './sample-statistics.ts';

/**
 * Predictions of the peak of a node's usage, in millicores, from the pods that are on it now. Pods younger than `warm`
 * samples count with all they request, since nothing is known of them; where nothing at all is known, so do all.
 *
 * Source: Bashir et al., Take it to the limit: peak prediction-driven resource overcommitment in datacenters, EuroSys
 * 2021, and googleinterns/cluster-resource-forecast, simulator/*_predictor.py. Baton's pods have requests where the paper
 * speaks of limits.
 */

/** How much of the past counts, in samples. */
export interface PredictorMemory {
  /** At most so many of the newest samples. */
  readonly history: number;
  /** A pod with fewer counts with its request. */
  readonly warm: number;
}

/** mean + n deviations of the share of their requests that the warm pods used together, at most all of it. */
export function nSigmaPeakMilli({ pods }: NodeUsage, n: number, memory: PredictorMemory): number {
  const warm = pods.filter(({ usedMilli }) => usedMilli.length >= memory.warm && usedMilli.length > 0);
  const requested = (some: NodeUsage['pods']) => some.reduce((sum, { requestMilli }) => sum + requestMilli, 0);
  const all = requested(pods);
  const warmRequest = requested(warm);
  if (warmRequest === 0) return all;
  const shares: number[] = [];
  const longest = Math.min(memory.history, Math.max(...warm.map(({ usedMilli }) => usedMilli.length)));
  for (let back = longest; back >= 1; back--) {
    // Histories end together but do not begin together: a sample holds those pods that were there.
    let used = 0;
    let of = 0;
    for (const { requestMilli, usedMilli } of warm) {
      if (usedMilli.length < back) continue;
      used += usedMilli[usedMilli.length - back];
      of += requestMilli;
    }
    if (of > 0) shares.push(used / of);
  }
  const peak = Math.min(1, mean(shares) + n * sampleDeviation(shares));
  return peak * warmRequest + (all - warmRequest);
}

/** The sum over pods of a percentile of the share of its request that each has used ("Resource-Central-like"). */
export function percentilePeakMilli({ pods }: NodeUsage, share: number, memory: PredictorMemory): number {
  let peak = 0;
  for (const { requestMilli, usedMilli } of pods) {
    const known = usedMilli.length >= memory.warm && usedMilli.length > 0;
    peak += known ? percentileOf(usedMilli.slice(-memory.history), share) : requestMilli;
  }
  return peak;
}
