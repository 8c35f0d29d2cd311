import type { ReschedulePolicy } from '../jobs/nomad-jobs.ts';
import type { RescheduleEvent } from '../state/allocation.ts';

/**
 * How long a failed allocation waits for its replacement (structs.go, `NextDelay`): constant, doubled each time, or as
 * Fibonacci's numbers go; capped; from the beginning again when the last one ran longer than the capped delay.
 * `ranUs`: how long after the last rescheduling it failed.
 */
export function nextDelayUs(policy: ReschedulePolicy, events: readonly RescheduleEvent[], ranUs: number): number {
  const { delayUs, delayFunction, maxDelayUs } = policy;
  const count = events.length;
  if (delayFunction === 'constant' || count === 0) return delayUs;
  const capUs = maxDelayUs > 0 ? maxDelayUs : Infinity;
  const last = events[count - 1].delayUs;
  const before = events[count - 2]?.delayUs;
  let grownUs = last * 2;
  // Fibonacci begins with the delay twice, also after it has been set back.
  if (delayFunction === 'fibonacci')
    grownUs = before === undefined || (before === capUs && last === delayUs) ? last : last + before;
  if (grownUs <= capUs) return grownUs;
  return ranUs > capUs ? delayUs : capUs;
}

/** Whether the policy allows another replacement for one that failed at this time. */
export function mayBeRescheduled(
  policy: ReschedulePolicy,
  events: readonly RescheduleEvent[],
  failedUs: number,
): boolean {
  if (policy.unlimited) return true;
  if (policy.attempts === 0) return false;
  const recent = events.filter(({ timeUs }) => failedUs - timeUs < policy.intervalUs);
  return recent.length < policy.attempts;
}
