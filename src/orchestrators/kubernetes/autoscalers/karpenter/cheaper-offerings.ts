import type { Command, DisruptionGates } from './disruption.ts';
import { type Candidate, priceOf } from './disruption-candidate.ts';
import type { Offering } from './offerings.ts';

/** Cheaper instance types that a single spot node's replacement by a spot node needs. */
const SPOT_TO_SPOT_TYPES = 15;

/** Offerings that cost less than what they replace. */
export function cheaperOfferings(
  offerings: readonly Offering[],
  candidates: readonly Candidate[],
  method: Command['method'],
  gates: DisruptionGates,
): readonly Offering[] {
  const oldUsd = priceOf(candidates);
  let left = offerings.filter(({ usdPerHour }) => usdPerHour < oldUsd);
  const hasSpot = offerings.some(({ spot }) => spot);
  if (candidates.every(({ offering }) => offering.spot) && hasSpot) {
    if (!gates.spotToSpotConsolidation) return [];
    left = left.filter(({ spot }) => spot);
    const types = new Set(left.map(({ offer }) => offer.name));
    if (method === 'SingleNode' && types.size < SPOT_TO_SPOT_TYPES) return [];
  }
  // When spot is what makes it cheaper, on demand must not be bought instead.
  if (left.some(({ spot }) => spot)) left = left.filter(({ spot }) => spot);
  if (method !== 'MultiNode') return left;
  // A replacement by one of the types that go is the same as keeping that one: only what is cheaper counts.
  const offered = new Set(left.map(({ offer }) => offer.name));
  const same = candidates.filter(({ offering }) => offered.has(offering.offer.name));
  const most = Math.min(Infinity, ...same.map(({ offering }) => offering.usdPerHour));
  return left.filter(({ usdPerHour }) => usdPerHour < most);
}
