import type { ServiceObservation } from '../../sim/scaling/horizontal-policy.ts';
import { US_PER_SECOND } from '../../sim/time.ts';

/** Requests per second that keep all places of one replica busy: concurrency over the mean work; 0 when the work is unknown. */
export function replicaRate(seen: ServiceObservation): number {
  return seen.workMeanUs > 0 ? (Math.max(1, seen.concurrency) * US_PER_SECOND) / seen.workMeanUs : 0;
}
