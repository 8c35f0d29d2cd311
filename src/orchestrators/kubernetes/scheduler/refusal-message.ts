import type { SchedulerProfile } from './scheduler-profile.ts';

/** Nodes by the reason for which they were rejected, and how many of all nodes preemption might help at. */
export interface RefusalCounts {
  readonly nodeCount: number;
  /** A reason that holds for all nodes at once (from PreFilter): then there are no others. */
  readonly preFilterReason?: string;
  /** Nodes that gave each reason; one node may give several. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Nodes whose rejection removing pods might help. */
  readonly resolvableCount: number;
}

/**
 * A refusal's first sentence: `0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu.` Reasons are sorted as
 * texts, their counts included (upstream pkg/scheduler/framework/types.go, FitError).
 */
export function filterMessage({ nodeCount, preFilterReason, reasons }: RefusalCounts): string {
  const list = preFilterReason ?? countedReasons(reasons);
  return `0/${nodeCount} nodes are available:${list === '' ? '' : ` ${list}.`}`;
}

/**
 * A refusal as kube-scheduler writes it into the pod's condition and event, when no preemption helps: the first
 * sentence, then what the PostFilter plugins DynamicResources and DefaultPreemption say (scheduler.md, end).
 * `neverPreempts`: the pod's preemptionPolicy is Never.
 */
export function refusalMessage(counts: RefusalCounts, profile: SchedulerProfile, neverPreempts: boolean): string {
  const first = filterMessage(counts);
  if (profile.dynamicResources && counts.preFilterReason !== undefined) {
    // DynamicResources misses what its PreFilter, which did not run any more, would have left for it. [as upstream]
    return `${first} not found`;
  }
  const parts: string[] = [];
  if (profile.dynamicResources) parts.push('no new claims to deallocate');
  if (profile.preemption) parts.push(`preemption: ${neverPreempts ? NEVER : preemptionMessage(counts)}`);
  return parts.length === 0 ? first : `${first} ${parts.join(', ')}`;
}

/** What is said when the cluster has no node at all. */
export const NO_NODES_MESSAGE = 'no nodes available to schedule pods';

const NEVER = 'not eligible due to preemptionPolicy=Never.';

function preemptionMessage({ nodeCount, resolvableCount }: RefusalCounts): string {
  const reasons = new Map([
    ['Preemption is not helpful for scheduling', nodeCount - resolvableCount],
    ['No preemption victims found for incoming pod', resolvableCount],
  ]);
  return filterMessage({ nodeCount, reasons, resolvableCount });
}

function countedReasons(reasons: ReadonlyMap<string, number>): string {
  return [...reasons]
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
