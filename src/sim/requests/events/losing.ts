import { CALLS, LOST, RETURNS, TRAVELS } from '../attempts.ts';
import { NOBODY } from '../requests.ts';
import type { EventWorld } from './event-world.ts';
import { ENDPOINT_LOST } from './outcomes.ts';

/**
 * Endpoints that are lost: what they have fails, and whatever that had called is answered to nobody: those calls count as
 * given up (`timedOut`).
 */
export class Losing {
  private readonly world: EventWorld;

  constructor(world: EventWorld) {
    this.world = world;
  }

  /** Gone at once, with everything it has. */
  remove(endpoint: number): void {
    const { endpoints, servers, nowUs } = this.world;
    endpoints.removed[endpoint] = true;
    for (let k = servers.working[endpoint]; k > 0; k--) servers.work(endpoint, -1, nowUs);
    this.lose(endpoint, 0);
    servers.taken[endpoint] = 0;
    servers.queueLength[endpoint] = 0;
    servers.queueHead[endpoint] = servers.queueTail[endpoint] = NOBODY;
  }

  setReachable(endpoint: number, reachable: boolean): void {
    this.world.endpoints.reachable[endpoint] = reachable;
    // Whoever has waited for a lost answer learns at last that it was lost.
    if (reachable) this.lose(endpoint, LOST);
  }

  /** Everything the endpoint has (state 0), or what is in this state, fails. */
  private lose(endpoint: number, only: number): void {
    const { attempts, servers, serving, asking } = this.world;
    const lost: number[] = [];
    const callers = new Set<number>();
    for (let at = servers.first[endpoint]; at !== NOBODY; at = attempts.next[at])
      if (only === 0 || attempts.state[at] === only) {
        lost.push(at);
        if (attempts.state[at] === CALLS) callers.add(at);
      }
    for (const at of lost) {
      if (attempts.state[at] === TRAVELS) servers.coming[endpoint]--;
      serving.leave(at, endpoint);
      // Nowhere any more: who gives it up has nothing to tidy.
      attempts.state[at] = RETURNS;
    }
    if (callers.size > 0) this.orphan(callers);
    for (const at of lost)
      if (attempts.request[at] === NOBODY) attempts.release(at);
      else asking.end(at, ENDPOINT_LOST);
  }

  /** Those who called are gone: nobody waits for what they called. */
  private orphan(callers: ReadonlySet<number>): void {
    const { requests, attempts, patience } = this.world;
    const orphans = new Set<number>();
    for (let request = 0; request < requests.slots.end; request++) {
      if (requests.client[request] === NOBODY || requests.done[request] === 1) continue;
      if (!callers.has(requests.parent[request])) continue;
      requests.done[request] = 1;
      orphans.add(request);
    }
    for (let at = 0; at < attempts.slots.end; at++)
      if (attempts.state[at] !== 0 && orphans.has(attempts.request[at])) patience.giveUp(at);
  }
}
