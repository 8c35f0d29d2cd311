import { TRAVELS, WAITS } from '../attempts.ts';
import { NOBODY } from '../requests.ts';
import { TimerLine } from '../timer-line.ts';
import { HOLDS } from './event-kinds.ts';
import type { EventWorld } from './event-world.ts';
import { NO_ENDPOINT } from './outcomes.ts';

/**
 * Calls to services without an endpoint that wait for one, as an activator lets them (Knative; KEDA's HTTP add-on): in
 * the order in which they came, each for so long at most. When an endpoint comes, all are sent through the balancer.
 */
export class Holding {
  private readonly world: EventWorld;
  /** By service: when each has waited long enough; undefined: it holds nothing. */
  private readonly timers: readonly (TimerLine | undefined)[];
  /** By service: the line, linked by the attempts' `behind` and `ahead`. */
  private readonly first: number[];
  private readonly last: number[];

  constructor(world: EventWorld) {
    const { services } = world.options;
    this.world = world;
    this.timers = services.map(({ holdUs }) =>
      holdUs !== undefined && holdUs > 0 ? new TimerLine(holdUs) : undefined,
    );
    this.first = services.map(() => NOBODY);
    this.last = services.map(() => NOBODY);
  }

  /** Whether calls to the service wait when it has no endpoint. */
  holds(service: number): boolean {
    return this.timers[service] !== undefined;
  }

  /** The attempt waits from now on. */
  add(attempt: number, service: number): void {
    const { attempts, heap, nowUs } = this.world;
    attempts.state[attempt] = WAITS;
    const last = this.last[service];
    attempts.ahead[attempt] = last;
    attempts.behind[attempt] = NOBODY;
    if (last === NOBODY) this.first[service] = attempt;
    else attempts.behind[last] = attempt;
    this.last[service] = attempt;
    const timer = this.timers[service]!;
    const endUs = nowUs + timer.lengthUs;
    if (timer.empty) heap.push(endUs, HOLDS, HOLDS, service);
    timer.push(endUs, attempt, attempts.stamp[attempt]);
  }

  /** It waits no longer. */
  drop(attempt: number): void {
    const { attempts } = this.world;
    const service = attempts.service[attempt];
    const ahead = attempts.ahead[attempt];
    const behind = attempts.behind[attempt];
    if (ahead === NOBODY) this.first[service] = behind;
    else attempts.behind[ahead] = behind;
    if (behind === NOBODY) this.last[service] = ahead;
    else attempts.ahead[behind] = ahead;
    attempts.state[attempt] = TRAVELS;
  }

  /** The service may have an endpoint now: those who wait are sent, as far as there is one. */
  endpointCame(service: number): void {
    const { requests, attempts, callers, sending } = this.world;
    while (this.first[service] !== NOBODY) {
      const attempt = this.first[service];
      const request = attempts.request[attempt];
      if (!sending.send(attempt, request, callers.clients[requests.client[request]], true)) return;
    }
  }

  /** The first of the service's line may have waited long enough. */
  timeIsUp(service: number): void {
    const { attempts, asking, heap, nowUs } = this.world;
    const timer = this.timers[service]!;
    // The line is not empty while its head is handled, so nobody else puts it into the heap.
    for (;;) {
      const attempt = timer.headSubject;
      if (timer.headStamp === attempts.stamp[attempt] && attempts.state[attempt] === WAITS) {
        if (timer.headUs > nowUs) {
          heap.push(timer.headUs, HOLDS, HOLDS, service);
          return;
        }
        this.drop(attempt);
        asking.end(attempt, NO_ENDPOINT);
      }
      timer.drop();
      if (timer.empty) return;
    }
  }
}
