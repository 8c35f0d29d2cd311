import type { TimerSpan } from '../../../chronicle.ts';
import { hasEnded } from '../../objects/pod-state.ts';
import type { Pod } from '../../objects/pod.ts';
import type { Job } from '../../objects/workloads.ts';
import { failureVerdict } from './failure-policy.ts';
import { endUsOf, NO_FAILURES, withEnded, type FailureRow } from './job-backoff.ts';
import { INDEX_FAILURES, indexOf } from './job-indexes.ts';
import { TRACKING } from './job-pods.ts';

/** What a job remembers of its pods beside its status. */
export interface JobLedger {
  row: FailureRow;
  /** Of each index, by backoffLimitPerIndex. */
  readonly rowOfIndex: Map<number, FailureRow>;
  /** Pods that were taken out of the store before their end was counted. */
  lost: Pod[];
  /** The backoff as it was told last. */
  told: TimerSpan | undefined;
}

/** The ends of pods that are counted for the first time. */
export interface CountedPods {
  readonly pods: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly succeededIndexes: readonly number[];
  readonly failedIndexes: readonly number[];
  /** Set when a rule of the failure policy ends the job. */
  readonly failJob: string | undefined;
}

/** A ledger of the pods that ended before anyone looked, in a dump. */
export function newLedger(pods: readonly Pod[]): JobLedger {
  const ended = pods.filter((pod) => hasEnded(pod) && !isTracked(pod));
  const ledger: JobLedger = { row: NO_FAILURES, rowOfIndex: new Map(), lost: [], told: undefined };
  ledger.row = withEnded(
    NO_FAILURES,
    ended.map((pod) => ({ pod, failed: pod.status.phase === 'Failed' })),
  );
  for (const pod of ended) if (pod.status.phase === 'Failed') noteIndexFailure(ledger, pod);
  return ledger;
}

/** Whether the pod's end is still to be counted. */
export function isTracked(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING) === true;
}

/**
 * Whether the pod counts as failed: it did, or it was told to go, unless the job replaces failed pods only
 * (`isPodFailed` in `pkg/controller/job/job_controller.go`).
 */
export function countsAsFailed(job: Job, pod: Pod): boolean {
  if (pod.status.phase === 'Failed') return true;
  return !replacesFailedOnly(job) && pod.metadata.deletionUs !== undefined && pod.status.phase !== 'Succeeded';
}

export function replacesFailedOnly({ spec }: Job): boolean {
  return spec.podReplacementPolicy === 'Failed' || (spec.podFailurePolicy?.length ?? 0) > 0;
}

/** Counts the ends of pods that were not counted yet, and notes failures for the backoff. */
export function countEnds(job: Job, ledger: JobLedger, pods: readonly Pod[]): CountedPods {
  const { spec, status } = job;
  const fresh = pods.filter((pod) => isTracked(pod) && (pod.status.phase === 'Succeeded' || countsAsFailed(job, pod)));
  const lost = ledger.lost.filter(isTracked);
  ledger.lost = [];
  const ended: { pod: Pod; failed: boolean }[] = [];
  const [succeededIndexes, failedIndexes] = [new Set(status.completedIndexes), new Set(status.failedIndexes)];
  let [succeeded, failed] = [0, 0];
  let failJob: string | undefined;
  for (const pod of [...fresh, ...lost]) {
    const success = pod.status.phase === 'Succeeded';
    const index = indexOf(pod);
    if (success) {
      ended.push({ pod, failed: false });
      if (spec.completionMode === 'NonIndexed') succeeded++;
      else if (index >= 0 && index < (spec.completions ?? 0) && !succeededIndexes.has(index)) {
        succeededIndexes.add(index);
        succeeded++;
      }
      continue;
    }
    const { action, why } = failureVerdict(spec.podFailurePolicy, pod);
    if (action === 'FailJob') failJob ??= why;
    if (action !== 'Ignore') {
      failed++;
      noteIndexFailure(ledger, pod);
      const failures = ledger.rowOfIndex.get(index)?.failures ?? 0;
      const perIndex = spec.backoffLimitPerIndex;
      if (index >= 0 && (action === 'FailIndex' || (perIndex !== undefined && failures > perIndex)))
        failedIndexes.add(index);
    }
    // Also a failure that does not count towards the limit holds the next pod up.
    ended.push({ pod, failed: true });
  }
  ledger.row = withEnded(ledger.row, ended);
  return {
    pods: fresh,
    succeeded,
    failed,
    succeededIndexes: sorted(succeededIndexes),
    failedIndexes: sorted(failedIndexes),
    failJob,
  };
}

function noteIndexFailure(ledger: JobLedger, pod: Pod): void {
  const index = indexOf(pod);
  if (index < 0) return;
  const before = Number(pod.metadata.annotations[INDEX_FAILURES] ?? ledger.rowOfIndex.get(index)?.failures ?? 0);
  ledger.rowOfIndex.set(index, { failures: before + 1, lastUs: endUsOf(pod) });
}

function sorted(indexes: ReadonlySet<number>): number[] {
  return [...indexes].sort((left, right) => left - right);
}
