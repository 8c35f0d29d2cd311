import type { Clock } from '../../clock.ts';
import type { Plan, PlanResult } from './plan.ts';

/** Does what of a plan can be done as things are now, and says what that was. */
export type ApplyPlan = (plan: Plan) => PlanResult;

interface QueuedPlan {
  readonly plan: Plan;
  readonly worker: number;
  readonly epoch: number;
}

/** Plans wait for the leader, by priority, then in turn; one is applied after the other (nomad/plan_queue.go, plan_apply.go). */
export class PlanQueue {
  private readonly waiting: QueuedPlan[] = [];
  private current: (QueuedPlan & { result: PlanResult }) | undefined;
  private readonly doneKind: number;
  private readonly clock: Clock;
  private readonly commitUs: number;
  private readonly apply: ApplyPlan;
  private readonly answer: (worker: number, epoch: number, result: PlanResult) => void;

  constructor(
    clock: Clock,
    commitUs: number,
    apply: ApplyPlan,
    answer: (worker: number, epoch: number, result: PlanResult) => void,
  ) {
    this.clock = clock;
    this.commitUs = commitUs;
    this.apply = apply;
    this.answer = answer;
    this.doneKind = clock.apiKind(() => this.committed());
  }

  submit(plan: Plan, worker: number, epoch: number): void {
    this.waiting.push({ plan, worker, epoch });
    this.next();
  }

  get isEmpty(): boolean {
    return this.current === undefined && this.waiting.length === 0;
  }

  private next(): void {
    if (this.current !== undefined || this.waiting.length === 0) return;
    let best = 0;
    for (let place = 1; place < this.waiting.length; place++)
      if (this.waiting[place].plan.evaluation.priority > this.waiting[best].plan.evaluation.priority) best = place;
    const [queued] = this.waiting.splice(best, 1);
    // What the plan finds decides, not what its worker saw.
    this.current = { ...queued, result: this.apply(queued.plan) };
    this.clock.after(this.commitUs, this.doneKind, 0);
  }

  private committed(): void {
    const { current } = this;
    if (current === undefined) return;
    this.current = undefined;
    this.answer(current.worker, current.epoch, current.result);
    this.next();
  }
}
