import type { Clock } from '../../clock.ts';
import type { Evaluation } from './evaluation.ts';

export interface BrokerTimes {
  readonly deliveryLimit: number;
  readonly nackDelayUs: number;
  readonly laterNackDelayUs: number;
}

/**
 * Evaluations that wait for a worker (nomad/eval_broker.go): by priority, then by age; of one job one at a time, others
 * of it wait, and of those only the last one counts.
 */
export class EvalBroker {
  /** Told when there is something to do. */
  onReady: () => void = () => {};
  /** Told of one that has been handed out too often. */
  onFailed: (evaluation: Evaluation) => void = () => {};
  private readonly ready: Evaluation[] = [];
  /** By job: the one that is ready or with a worker. */
  private readonly current = new Map<string, Evaluation>();
  private readonly pending = new Map<string, Evaluation[]>();
  private readonly waiting = new Map<number, Evaluation>();
  private readonly dueKind: number;
  private readonly clock: Clock;
  private readonly times: BrokerTimes;

  constructor(clock: Clock, times: BrokerTimes) {
    this.clock = clock;
    this.times = times;
    this.dueKind = clock.apiKind((id) => {
      const evaluation = this.waiting.get(id);
      if (evaluation === undefined) return;
      this.waiting.delete(id);
      this.admit(evaluation);
    });
  }

  enqueue(evaluation: Evaluation): void {
    if (evaluation.waitUntilUs > this.clock.nowUs) this.later(evaluation, evaluation.waitUntilUs);
    else this.admit(evaluation);
  }

  /** The next one, for a worker; undefined: none is ready. */
  dequeue(): Evaluation | undefined {
    let best = -1;
    for (let place = 0; place < this.ready.length; place++)
      if (best < 0 || comesBefore(this.ready[place], this.ready[best])) best = place;
    if (best < 0) return undefined;
    const [evaluation] = this.ready.splice(best, 1);
    evaluation.deliveries++;
    return evaluation;
  }

  /** A worker is done with it: the next of its job comes, the newest; the others say nothing new. */
  ack(evaluation: Evaluation): void {
    if (this.current.get(evaluation.jobId) !== evaluation) return;
    this.current.delete(evaluation.jobId);
    const others = this.pending.get(evaluation.jobId);
    if (others === undefined) return;
    this.pending.delete(evaluation.jobId);
    let next = others[0];
    for (const other of others) if (comesAfter(other, next)) next = other;
    for (const other of others) if (other !== next) other.status = 'cancelled';
    this.admit(next);
  }

  /** A worker did not get on: it comes again, after a while the second time, and fails after the last. */
  nack(evaluation: Evaluation): void {
    if (this.current.get(evaluation.jobId) !== evaluation) return;
    if (evaluation.deliveries >= this.times.deliveryLimit) {
      evaluation.status = 'failed';
      this.ack(evaluation);
      this.onFailed(evaluation);
      return;
    }
    const delayUs =
      evaluation.deliveries <= 1 ? this.times.nackDelayUs : this.times.laterNackDelayUs * (evaluation.deliveries - 1);
    this.current.delete(evaluation.jobId);
    this.later(evaluation, this.clock.nowUs + delayUs);
  }

  /** Nothing is ready, with a worker, or waits for another. Those for a later time do not count. */
  get isEmpty(): boolean {
    return this.current.size === 0 && this.ready.length === 0;
  }

  /** Those that wait for a time, the earliest of them; Infinity: none. */
  get nextUs(): number {
    let next = Infinity;
    for (const { waitUntilUs } of this.waiting.values()) next = Math.min(next, waitUntilUs);
    return next;
  }

  /** All that will still be handed out, for checks. */
  all(): Evaluation[] {
    return [...this.current.values(), ...[...this.pending.values()].flat(), ...this.waiting.values()];
  }

  private later(evaluation: Evaluation, atUs: number): void {
    this.waiting.set(evaluation.id, evaluation);
    this.clock.at(atUs, this.dueKind, evaluation.id);
  }

  private admit(evaluation: Evaluation): void {
    const { jobId } = evaluation;
    if (this.current.has(jobId)) {
      const others = this.pending.get(jobId);
      if (others === undefined) this.pending.set(jobId, [evaluation]);
      else others.push(evaluation);
      return;
    }
    this.current.set(jobId, evaluation);
    this.ready.push(evaluation);
    this.onReady();
  }
}

const comesBefore = (a: Evaluation, b: Evaluation): boolean =>
  a.priority > b.priority || (a.priority === b.priority && a.id < b.id);

const comesAfter = (a: Evaluation, b: Evaluation): boolean =>
  a.priority > b.priority || (a.priority === b.priority && a.id > b.id);
