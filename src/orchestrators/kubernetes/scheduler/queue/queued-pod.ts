import type { Pod } from '../../objects/pod.ts';

/** Where a pod that waits for a node is. `in-flight`: an attempt is going on, or its outcome is held back. */
export type QueuePlace = 'active' | 'backoff' | 'error-backoff' | 'unschedulable' | 'in-flight';

/** A pod in the queue, with what happened to it so far. */
export interface QueuedPod {
  pod: Pod;
  place: QueuePlace;
  /** When it came into the queue, or came back from its last attempt. */
  timestampUs: number;
  /** When it first became ready for an attempt. */
  initialAttemptUs: number | undefined;
  attempts: number;
  unschedulableCount: number;
  consecutiveErrors: number;
  /** Plugins that refused it at its last attempt, or hold it back: only their hints can wake it. */
  plugins: readonly string[];
  /** Plugins that made it wait; their hints skip the backoff. */
  pending: readonly string[];
  /** The plugin that keeps it out of the queue. */
  gate: string | undefined;
  /** What brought it to where it is: the label of an event, `ScheduleAttemptFailure`, `BackoffComplete`, `PopFromBackoffQ`. */
  broughtBy: string;
  /** -1: to be worked out. */
  backoffUntilUs: number;
  heapIndex: number;
  /** The pod's, which never change: kept here because they are compared most. */
  readonly priority: number;
  readonly id: number;
}

/** A pod that comes into the queue; its attempt is still to be asked for. */
export function newQueuedPod(pod: Pod, nowUs: number): QueuedPod {
  return {
    pod,
    place: 'in-flight',
    timestampUs: nowUs,
    initialAttemptUs: undefined,
    attempts: 0,
    unschedulableCount: 0,
    consecutiveErrors: 0,
    plugins: NO_PLUGINS,
    pending: NO_PLUGINS,
    gate: undefined,
    broughtBy: '',
    backoffUntilUs: -1,
    heapIndex: -1,
    priority: pod.spec.priority,
    id: pod.id,
  };
}

/** Shared by all pods that no plugin refused. */
export const NO_PLUGINS: readonly string[] = [];

/** PrioritySort: higher priority, then longer in the queue; then the pod that was created first. */
export function comesFirst(left: QueuedPod, right: QueuedPod): boolean {
  if (left.priority !== right.priority) return left.priority > right.priority;
  if (left.timestampUs !== right.timestampUs) return left.timestampUs < right.timestampUs;
  return left.id < right.id;
}
