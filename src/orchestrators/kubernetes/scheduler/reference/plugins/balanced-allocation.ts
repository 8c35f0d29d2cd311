import type { PodResources } from '../../../objects/pod-resources.ts';
import { MAX_NODE_SCORE } from '../normalise.ts';
import type { ScorePlugin } from '../plugin.ts';
import { podAmount, type ResourceShare, resourceShares } from '../resource-shares.ts';

/**
 * Prefers nodes whose resources would be used in equal shares, so that no CPU is left without memory (upstream
 * plugins/noderesources/balanced_allocation.go). Since 1.36 it is what the pod changes about the balance that counts:
 * 75 when it changes nothing. Pods that ask for none of the resources are not scored.
 */
export const balancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  prepare({ info }, _feasible, { profile }) {
    const names = profile.balancedResources;
    if (names.every((name) => podAmount(name, info.resources, 'as asked for') === 0)) return undefined;
    return {
      score(node) {
        const after = balance(resourceShares(names, info.resources, node, 'as asked for'));
        if (profile.version !== '1.36') return after;
        // Resources that the pod asks for nothing of are left out before it as well as after it.
        const before = balance(resourceShares(names, info.resources, node, 'as asked for', NOTHING));
        return 50 + Math.trunc((50 + after - before) / 2);
      },
    };
  },
};

const NOTHING: PodResources = {
  cpuMilli: 0,
  memBytes: 0,
  ephemeralBytes: 0,
  scalars: [],
  nonZeroCpuMilli: 0,
  nonZeroMemBytes: 0,
};

/** 100 when all shares are equal, less the more they differ: by their standard deviation. */
function balance(shares: readonly ResourceShare[]): number {
  const fractions = shares.map(({ requested, allocatable }) => Math.min(1, requested / allocatable));
  return Math.trunc((1 - deviation(fractions)) * MAX_NODE_SCORE);
}

function deviation(fractions: readonly number[]): number {
  // Half the distance is the deviation of two numbers; written so, it is rounded as upstream rounds it.
  if (fractions.length === 2) return Math.abs((fractions[0] - fractions[1]) / 2);
  if (fractions.length < 2) return 0;
  let sum = 0;
  for (const fraction of fractions) sum += fraction;
  const mean = sum / fractions.length;
  let squares = 0;
  for (const fraction of fractions) squares += (fraction - mean) * (fraction - mean);
  return Math.sqrt(squares / fractions.length);
}
