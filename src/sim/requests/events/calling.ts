import type { CallEdge } from './callers.ts';
import { NOBODY } from '../requests.ts';
import type { EventWorld } from './event-world.ts';
import { CALL_FAILED, GOOD } from './outcomes.ts';

/**
 * Services that call others: stages one after the other, the calls of a stage together. A stage ends when each of its
 * calls has its last answer, good or bad; then the caller fails if a required one did.
 */
export class Calling {
  private readonly world: EventWorld;

  constructor(world: EventWorld) {
    this.world = world;
  }

  /** Makes the calls of the next stage that has any, or answers. */
  nextStage(attempt: number): void {
    const { attempts, callers, serving } = this.world;
    const service = attempts.service[attempt];
    const stages = callers.edges[service];
    for (;;) {
      const stage = ++attempts.stage[attempt];
      const failed = attempts.callFailed[attempt] === 1;
      if (failed || stage === stages.length) {
        serving.callsDone(attempt, failed ? CALL_FAILED : GOOD);
        return;
      }
      // The stage itself counts as one until all its calls are made: they may fail at once.
      attempts.pending[attempt] = 1;
      for (const edge of stages[stage]) this.makeCall(attempt, service, edge);
      if (--attempts.pending[attempt] > 0) return;
    }
  }

  private makeCall(attempt: number, service: number, { call, client }: CallEdge): void {
    const { attempts, requests, endpoints, callers, asking, nowUs } = this.world;
    if (call.chance < 1 && callers.chance[service]!.next() >= call.chance) return;
    const zone = endpoints.zone[attempts.endpoint[attempt]];
    for (let copy = 0; copy < call.fanOut; copy++) {
      attempts.pending[attempt]++;
      const key = callers.innerKeys[service]!.below(2 ** 32) | 0;
      asking.begin(requests.take(client, attempt, NOBODY, key, zone, nowUs), false);
    }
  }

  /** A call that the attempt's server made has its last answer. */
  answered(attempt: number, good: boolean): void {
    const { attempts } = this.world;
    if (!good) attempts.callFailed[attempt] = 1;
    if (--attempts.pending[attempt] === 0) this.nextStage(attempt);
  }
}
