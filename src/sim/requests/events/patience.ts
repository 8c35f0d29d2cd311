import { LOST, QUEUED, WAITS } from '../attempts.ts';
import { NOBODY } from '../requests.ts';
import type { TimerLine } from '../timer-line.ts';
import { HEDGES } from './event-kinds.ts';
import type { EventWorld } from './event-world.ts';
import { TIMED_OUT } from './outcomes.ts';

/** Timeouts and hedges: what callers do when they have waited long enough. */
export class Patience {
  private readonly world: EventWorld;

  constructor(world: EventWorld) {
    this.world = world;
  }

  /** Sets a timer for the attempt (timeouts) or the request (hedges) in the client's line. */
  set(line: TimerLine, kind: number, client: number, subject: number): void {
    const endUs = this.world.nowUs + line.lengthUs;
    if (line.empty) this.world.heap.push(endUs, kind, kind, client);
    line.push(endUs, subject, this.stampOf(kind, subject));
  }

  /** The first of the line has ended, maybe long out of date. */
  end(line: TimerLine, kind: number, client: number): void {
    const { nowUs, heap, asking } = this.world;
    // The line is not empty while its head is handled, so nobody else puts it into the heap.
    for (;;) {
      const subject = line.headSubject;
      if (line.headStamp === this.stampOf(kind, subject)) {
        if (line.headUs > nowUs) {
          heap.push(line.headUs, kind, kind, client);
          return;
        }
        if (kind === HEDGES) asking.hedge(subject);
        else this.giveUp(subject);
      }
      line.drop();
      if (line.empty) return;
    }
  }

  private stampOf(kind: number, subject: number): number {
    return kind === HEDGES ? this.world.requests.stamp[subject] : this.world.attempts.stamp[subject];
  }

  /** The caller waits no longer. What still queues, or waits for an endpoint, is dropped; what is served is finished for nothing. */
  giveUp(attempt: number): void {
    const { attempts, servers, serving, holding, asking } = this.world;
    const request = attempts.request[attempt];
    if (request === NOBODY) return;
    const issuedUs = attempts.issuedUs[attempt];
    const admitted = attempts.admitted[attempt];
    const service = attempts.service[attempt];
    attempts.request[attempt] = NOBODY;
    const state = attempts.state[attempt];
    const endpoint = attempts.endpoint[attempt];
    if (state === WAITS) {
      holding.drop(attempt);
      attempts.release(attempt);
    } else if (state === QUEUED || state === LOST) {
      if (state === QUEUED) servers.dequeue(attempt, endpoint);
      serving.leave(attempt, endpoint);
      attempts.release(attempt);
    }
    asking.settle(request, service, endpoint, issuedUs, admitted, TIMED_OUT);
  }
}
