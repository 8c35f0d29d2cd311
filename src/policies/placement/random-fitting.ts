import type { Candidates } from '../../sim/policy.ts';
import type { RandomStream } from '../../sim/random.ts';

/** Draws before giving up on luck: enough unless fewer than one node in ten has room. */
const DRAWS = 32;

/**
 * A node drawn uniformly from those that fit, or -1 when none does. Draws nodes until one fits, which is uniform over
 * the fitting ones and, while many fit, needs no scan; then counts them all.
 */
export function randomFitting(candidates: Candidates, random: RandomStream): number {
  const { nodeCount } = candidates;
  if (nodeCount === 0) return -1;
  for (let draw = 0; draw < DRAWS; draw++) {
    const node = candidates.nodeAt(random.below(nodeCount));
    if (candidates.fits(node)) return node;
  }
  const fitting = candidates.countFitting();
  return fitting === 0 ? -1 : candidates.nthFitting(random.below(fitting));
}
