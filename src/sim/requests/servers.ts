import { LOST, type Attempts } from './attempts.ts';
import { NOBODY } from './requests.ts';

/**
 * The endpoints of the event tier as servers: places, queues and what was sent to them. Only lists and counts; what
 * happens when is the tier's matter.
 */
export class Servers {
  /** Places taken, by what is served or by what waits for calls and holds its place. */
  readonly taken: number[] = [];
  /** Places at work. */
  readonly working: number[] = [];
  readonly queueLength: number[] = [];
  readonly queueHead: number[] = [];
  readonly queueTail: number[] = [];
  /** First of all attempts that were sent here and have not left. */
  readonly first: number[] = [];
  /** Sent here and not left, those that are lost not counted. */
  readonly load: number[] = [];
  /** Of those, the ones still on their way. */
  readonly coming: number[] = [];
  readonly started: number[] = [];
  private readonly busyUs: number[] = [];
  private readonly busySinceUs: number[] = [];
  private readonly attempts: Attempts;

  constructor(attempts: Attempts) {
    this.attempts = attempts;
  }

  /** Endpoints come in the order of their numbers. */
  add(nowUs: number): void {
    for (const column of [
      this.taken,
      this.working,
      this.queueLength,
      this.load,
      this.coming,
      this.started,
      this.busyUs,
    ])
      column.push(0);
    for (const column of [this.queueHead, this.queueTail, this.first]) column.push(NOBODY);
    this.busySinceUs.push(nowUs);
  }

  /** Busy time up to now. */
  busyUntil(endpoint: number, nowUs: number): number {
    return this.busyUs[endpoint] + this.working[endpoint] * (nowUs - this.busySinceUs[endpoint]);
  }

  /** Another place begins to work, or one ends. */
  work(endpoint: number, change: 1 | -1, nowUs: number): void {
    this.busyUs[endpoint] += this.working[endpoint] * (nowUs - this.busySinceUs[endpoint]);
    this.busySinceUs[endpoint] = nowUs;
    this.working[endpoint] += change;
  }

  /** What it has begun and worked before it came to this tier. */
  takeOver(endpoint: number, started: number, busyUs: number, nowUs: number): void {
    this.started[endpoint] = started;
    this.busyUs[endpoint] = busyUs;
    this.busySinceUs[endpoint] = nowUs;
  }

  link(attempt: number, endpoint: number): void {
    const { next, previous } = this.attempts;
    const first = this.first[endpoint];
    next[attempt] = first;
    previous[attempt] = NOBODY;
    if (first !== NOBODY) previous[first] = attempt;
    this.first[endpoint] = attempt;
    this.load[endpoint]++;
  }

  unlink(attempt: number, endpoint: number): void {
    const { next, previous, state } = this.attempts;
    const after = next[attempt];
    const before = previous[attempt];
    if (after !== NOBODY) previous[after] = before;
    if (before !== NOBODY) next[before] = after;
    else this.first[endpoint] = after;
    if (state[attempt] !== LOST) this.load[endpoint]--;
  }

  enqueue(attempt: number, endpoint: number): void {
    const { behind, ahead } = this.attempts;
    const tail = this.queueTail[endpoint];
    behind[attempt] = NOBODY;
    ahead[attempt] = tail;
    if (tail === NOBODY) this.queueHead[endpoint] = attempt;
    else behind[tail] = attempt;
    this.queueTail[endpoint] = attempt;
    this.queueLength[endpoint]++;
  }

  dequeue(attempt: number, endpoint: number): void {
    const { behind, ahead } = this.attempts;
    const after = behind[attempt];
    const before = ahead[attempt];
    if (before === NOBODY) this.queueHead[endpoint] = after;
    else behind[before] = after;
    if (after === NOBODY) this.queueTail[endpoint] = before;
    else ahead[after] = before;
    this.queueLength[endpoint]--;
  }
}
