import type { Pod } from '../../objects/pod.ts';
import type { Job } from '../../objects/workloads.ts';
import type { CountedPods } from './job-ledger.ts';

/** Why a job is over, and how. */
export interface JobVerdict {
  readonly outcome: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/** Whether the job is over, and why. */
export function jobVerdict(
  job: Job,
  status: Job['status'],
  counted: CountedPods,
  pods: readonly Pod[],
  nowUs: number,
): JobVerdict | undefined {
  const { spec } = job;
  const failed = (reason: string, message: string): JobVerdict => ({ outcome: 'Failed', reason, message });
  if (counted.failJob !== undefined) return failed('PodFailurePolicy', counted.failJob);
  if (status.failed > spec.backoffLimit || restartsExceed(job, pods))
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const deadline = spec.activeDeadlineSeconds;
  if (
    deadline !== undefined &&
    !spec.suspend &&
    status.startUs !== undefined &&
    nowUs - status.startUs >= deadline * 1e6
  )
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
  const { completions } = spec;
  if (status.failedIndexes.length > 0) {
    if (spec.maxFailedIndexes !== undefined && status.failedIndexes.length > spec.maxFailedIndexes)
      return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
    if (status.failedIndexes.length + status.completedIndexes.length >= (completions ?? 0))
      return failed('FailedIndexes', 'Job has failed indexes');
  }
  const done =
    completions === undefined ? status.succeeded > 0 && status.active === 0 : status.succeeded >= completions;
  return done ? { outcome: 'Complete', reason: 'CompletionsReached', message: 'Job completed' } : undefined;
}

/** With restartPolicy OnFailure restarts count too (`pastBackoffLimitOnFailure`). */
function restartsExceed({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods)
    if (status.phase === 'Running' || status.phase === 'Pending') restarts += status.restarts;
  return spec.backoffLimit === 0 ? restarts > 0 : restarts >= spec.backoffLimit;
}
