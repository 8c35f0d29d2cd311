import type { Pod } from '../../objects/pod.ts';

/** A node that a pod would fit on, once these pods are gone. */
export interface PreemptionCandidate {
  readonly nodeName: string;
  /** The most important first; at least one. */
  readonly victims: readonly Pod[];
  /** How many of them a disruption budget would not let go. */
  readonly violations: number;
}

/** Added to every priority before they are summed up, so that of negative ones fewer victims are better, too. */
const PRIORITY_OFFSET = 2_147_483_648;

/**
 * The candidate that harms least (`pickOneNodeForPreemption` of pkg/scheduler/framework/preemption): fewest violations of
 * budgets; lowest priority of its most important victim; smallest sum of priorities; fewest victims; those of the
 * highest priority started last. What is left upstream leaves to the order of a Go map; here the first one wins.
 */
export function pickCandidate(candidates: readonly PreemptionCandidate[]): PreemptionCandidate | undefined {
  let best = candidates[0] as PreemptionCandidate | undefined;
  for (let k = 1; k < candidates.length; k++) if (isBetter(candidates[k], best!)) best = candidates[k];
  return best;
}

/** Whether one pod matters more than another: higher priority, then the one that started earlier. */
export function compareImportance(one: Pod, other: Pod): number {
  if (one.spec.priority !== other.spec.priority) return other.spec.priority - one.spec.priority;
  const [left, right] = [startUs(one), startUs(other)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function isBetter(one: PreemptionCandidate, other: PreemptionCandidate): boolean {
  if (one.violations !== other.violations) return one.violations < other.violations;
  const [left, right] = [one.victims[0].spec.priority, other.victims[0].spec.priority];
  if (left !== right) return left < right;
  const [leftSum, rightSum] = [prioritySum(one.victims), prioritySum(other.victims)];
  if (leftSum !== rightSum) return leftSum < rightSum;
  if (one.victims.length !== other.victims.length) return one.victims.length < other.victims.length;
  return earliestStartUs(one.victims) > earliestStartUs(other.victims);
}

function prioritySum(victims: readonly Pod[]): number {
  let sum = 0;
  for (const victim of victims) sum += victim.spec.priority + PRIORITY_OFFSET;
  return sum;
}

/** Of the victims with the highest priority. */
function earliestStartUs(victims: readonly Pod[]): number {
  const highest = victims[0].spec.priority;
  let earliestUs = Infinity;
  for (const victim of victims)
    if (victim.spec.priority === highest) earliestUs = Math.min(earliestUs, startUs(victim));
  return earliestUs;
}

/** One that has not started counts as starting now: later than all others. */
function startUs(pod: Pod): number {
  return pod.status.startUs ?? Infinity;
}
