import type { Clock } from '../../clock.ts';
import type { EvalBroker } from './broker.ts';
import type { Evaluation } from './evaluation.ts';
import type { Plan, PlanResult } from './plan.ts';
import { isEmptyPlan } from './plan.ts';
import type { Proposal } from './scheduler.ts';

export interface WorkerParts {
  readonly clock: Clock;
  readonly broker: EvalBroker;
  readonly count: number;
  /** How long one look takes now. */
  readonly lookUs: () => number;
  readonly propose: (evaluation: Evaluation) => Proposal;
  readonly submit: (plan: Plan, worker: number, epoch: number) => void;
  /** Plans in a row without progress after which an evaluation gives up. */
  readonly attempts: (evaluation: Evaluation) => number;
  readonly done: (evaluation: Evaluation, proposal: Proposal, gaveUp: boolean) => void;
}

interface Worker {
  evaluation: Evaluation | undefined;
  proposal: Proposal | undefined;
  attempts: number;
  /** Answers to what it asked before say nothing to it. */
  epoch: number;
}

/**
 * Workers take evaluations, look at the state as it is then and propose plans without any lock (nomad/worker.go). While
 * one thinks others' plans are applied, so its own may be refused in part; then it looks again.
 */
export class Workers {
  private readonly workers: Worker[];
  private readonly wakeKind: number;
  private readonly thoughtKind: number;
  private readonly parts: WorkerParts;
  private isWaking = false;

  constructor(parts: WorkerParts) {
    this.parts = parts;
    this.workers = Array.from({ length: parts.count }, () => ({
      evaluation: undefined,
      proposal: undefined,
      attempts: 0,
      epoch: 0,
    }));
    this.wakeKind = parts.clock.apiKind(() => this.wake());
    this.thoughtKind = parts.clock.apiKind((worker) => this.thought(worker));
    parts.broker.onReady = () => this.ring();
  }

  get areIdle(): boolean {
    return this.workers.every(({ evaluation }) => evaluation === undefined);
  }

  /** A new leader knows nothing of evaluations that were handed out: they come again. */
  forgetAll(): void {
    for (const worker of this.workers) {
      const { evaluation } = worker;
      if (evaluation === undefined) continue;
      worker.evaluation = undefined;
      worker.epoch++;
      this.parts.broker.nack(evaluation);
    }
  }

  answered(number: number, epoch: number, result: PlanResult): void {
    const worker = this.workers[number];
    const { evaluation, proposal } = worker;
    if (worker.epoch !== epoch || evaluation === undefined || proposal === undefined) return;
    if (result.isFull) {
      this.finish(worker, proposal, false);
      return;
    }
    const made = result.made.length > 0;
    worker.attempts = made ? 0 : worker.attempts + 1;
    if (worker.attempts >= this.parts.attempts(evaluation)) this.finish(worker, proposal, true);
    else this.look(number);
  }

  private ring(): void {
    if (this.isWaking) return;
    this.isWaking = true;
    this.parts.clock.after(0, this.wakeKind, 0);
  }

  private wake(): void {
    this.isWaking = false;
    this.workers.forEach((worker, number) => {
      if (worker.evaluation !== undefined) return;
      const evaluation = this.parts.broker.dequeue();
      if (evaluation === undefined) return;
      worker.evaluation = evaluation;
      worker.attempts = 0;
      this.look(number);
    });
  }

  /** The state as it is now is its snapshot; the plan is ready after a while. */
  private look(number: number): void {
    const worker = this.workers[number];
    worker.epoch++;
    worker.proposal = this.parts.propose(worker.evaluation!);
    this.parts.clock.after(this.parts.lookUs(), this.thoughtKind, number + worker.epoch * this.workers.length);
  }

  private thought(subject: number): void {
    const number = subject % this.workers.length;
    const worker = this.workers[number];
    if (worker.evaluation === undefined || worker.epoch !== Math.floor(subject / this.workers.length)) return;
    const proposal = worker.proposal!;
    if (isEmptyPlan(proposal.plan)) this.finish(worker, proposal, false);
    else this.parts.submit(proposal.plan, number, worker.epoch);
  }

  private finish(worker: Worker, proposal: Proposal, gaveUp: boolean): void {
    const evaluation = worker.evaluation!;
    worker.evaluation = undefined;
    worker.epoch++;
    evaluation.status = gaveUp ? 'failed' : 'complete';
    this.parts.done(evaluation, proposal, gaveUp);
    this.parts.broker.ack(evaluation);
    this.ring();
  }
}
