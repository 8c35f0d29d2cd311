import type { Evaluation } from './evaluation.ts';

/**
 * Evaluations whose placements found no node (nomad/blocked_evals.go): one a job, woken when a node of a class that will
 * do, or of one that nobody has looked at, gains room. Nobody asks again and again, but for those whose plans were
 * refused too often.
 */
export class BlockedEvals {
  private readonly byJob = new Map<string, Evaluation>();
  /** By class: the state at which it last gained room. */
  private readonly unblockedAt = new Map<string, number>();
  private readonly wake: (evaluation: Evaluation) => void;

  constructor(wake: (evaluation: Evaluation) => void) {
    this.wake = wake;
  }

  /** One that was there for the job before is told for superfluous. */
  block(evaluation: Evaluation): void {
    const before = this.byJob.get(evaluation.jobId);
    if (before !== undefined) before.status = 'cancelled';
    this.byJob.delete(evaluation.jobId);
    // Room that came while it was being worked on counts as well.
    for (const [nodeClass, index] of this.unblockedAt)
      if (index > (evaluation.snapshot ?? 0) && mayHelp(evaluation, nodeClass)) {
        this.wake(evaluation);
        return;
      }
    this.byJob.set(evaluation.jobId, evaluation);
  }

  /** Nodes of a class have gained room, at this state. */
  unblock(nodeClass: string, index: number): void {
    this.unblockedAt.set(nodeClass, index);
    for (const evaluation of this.byJob.values())
      if (mayHelp(evaluation, nodeClass)) {
        this.byJob.delete(evaluation.jobId);
        this.wake(evaluation);
      }
  }

  /** Those that ran out of attempts are tried again, whether or not anything has changed. */
  unblockFailed(): void {
    for (const evaluation of this.byJob.values())
      if (evaluation.trigger === 'max-plan-attempts') {
        this.byJob.delete(evaluation.jobId);
        this.wake(evaluation);
      }
  }

  /** The job is done, gone, or placed. */
  untrack(jobId: string): void {
    const before = this.byJob.get(jobId);
    if (before !== undefined) before.status = 'cancelled';
    this.byJob.delete(jobId);
  }

  of(jobId: string): Evaluation | undefined {
    return this.byJob.get(jobId);
  }

  get size(): number {
    return this.byJob.size;
  }

  all(): Evaluation[] {
    return [...this.byJob.values()];
  }
}

function mayHelp({ escaped, classes }: Evaluation, nodeClass: string): boolean {
  return escaped === true || classes?.get(nodeClass) !== false;
}
