import type { Pod } from '../../objects/pod.ts';

/** A node that a pod would fit on, once these pods are gone, and what it is compared by. */
export interface PreemptionCandidate {
  readonly nodeName: string;
  /** The most important first; at least one. */
  readonly victims: readonly Pod[];
  /** How many of them a disruption budget would not let go. */
  readonly violations: number;
  /** Of its most important victim. */
  readonly highestPriority: number;
  /** Of all victims, 2^31 added to each, so that of negative ones fewer are better, too. */
  readonly prioritySum: number;
  /** When the first of those with the highest priority started; Infinity: none has. */
  readonly earliestStartUs: number;
}

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

/** A node with its victims, the most important first. */
export function candidate(nodeName: string, victims: readonly Pod[], violations: number): PreemptionCandidate {
  const highestPriority = victims.length === 0 ? 0 : victims[0].spec.priority;
  let prioritySum = 0;
  let earliestStartUs = Infinity;
  for (const victim of victims) {
    const { priority } = victim.spec;
    prioritySum += priority + PRIORITY_OFFSET;
    if (priority === highestPriority) earliestStartUs = Math.min(earliestStartUs, startUs(victim));
  }
  return { nodeName, victims, violations, highestPriority, prioritySum, earliestStartUs };
}

/** Whether one pod matters more than another: higher priority, then the one that started earlier. */
export function compareImportance(one: Pod, other: Pod): number {
  if (one.spec.priority !== other.spec.priority) return other.spec.priority - one.spec.priority;
  const [left, right] = [startUs(one), startUs(other)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function isBetter(one: PreemptionCandidate, other: PreemptionCandidate): boolean {
  if (one.violations !== other.violations) return one.violations < other.violations;
  if (one.highestPriority !== other.highestPriority) return one.highestPriority < other.highestPriority;
  if (one.prioritySum !== other.prioritySum) return one.prioritySum < other.prioritySum;
  if (one.victims.length !== other.victims.length) return one.victims.length < other.victims.length;
  return one.earliestStartUs > other.earliestStartUs;
}

/** One that has not started counts as starting now: later than all others. */
function startUs(pod: Pod): number {
  return pod.status.startUs ?? Infinity;
}
