import type { RandomStream } from '../random.ts';
import { backoffUs } from './backoff.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { RetryBudget } from './retry-budget.ts';
import { TimerLine } from './timer-line.ts';
import type { ClientSpec } from './traffic.ts';

/** A caller as it is while the run goes on: a traffic's clients together, or all replicas that make one call of a graph. */
export class Client {
  readonly spec: ClientSpec;
  /** The service asked. */
  readonly service: number;
  /** Whether its caller fails when it does; for traffic without meaning. */
  readonly required: boolean;
  readonly breaker: CircuitBreaker | undefined;
  readonly budget: RetryBudget | undefined;
  /** Absent: it waits for ever. */
  readonly timeouts: TimerLine | undefined;
  readonly hedges: TimerLine | undefined;
  private readonly jitter: RandomStream;

  constructor(spec: ClientSpec, service: number, required: boolean, jitter: RandomStream) {
    this.spec = spec;
    this.service = service;
    this.required = required;
    this.breaker = spec.breaker === undefined ? undefined : new CircuitBreaker(spec.breaker);
    this.budget = spec.retryBudget === undefined ? undefined : new RetryBudget(spec.retryBudget);
    this.timeouts = spec.timeoutUs === Infinity ? undefined : new TimerLine(spec.timeoutUs);
    this.hedges = spec.hedgeAfterUs === undefined ? undefined : new TimerLine(spec.hedgeAfterUs);
    this.jitter = jitter;
  }

  /** Whether a request that has failed `tries` times is tried again; a budget pays for it. */
  mayRetry(tries: number): boolean {
    return tries < this.spec.attempts && (this.budget === undefined || this.budget.retry());
  }

  backoffUs(retry: number, previousUs: number): number {
    return backoffUs(this.spec.backoff, retry, previousUs, this.jitter);
  }
}

/** Whether nothing can become of its requests but an answer: whoever asks once and waits for ever. */
export function isPatient(client: ClientSpec): boolean {
  return (
    client.timeoutUs === Infinity &&
    client.attempts <= 1 &&
    client.breaker === undefined &&
    client.hedgeAfterUs === undefined
  );
}
