import type { Arrivals } from './arrivals.ts';
import type { LoadSource } from './balanced-service.ts';
import { checkBooks } from './events/event-books.ts';
import {
  ANSWERED,
  ARRIVES,
  DEPARTS,
  HEDGES,
  HOLDS,
  RETRIES,
  TABLES,
  TIMEOUTS,
  USER_ASKS,
  USERS_CHANGE,
} from './events/event-kinds.ts';
import { EventWorld } from './events/event-world.ts';
import { type BegunRequest, takeRequest } from './events/take-request.ts';
import type { TierContext } from './tier-context.ts';

/**
 * The tier in which every request is a chain of events: it is sent, travels, queues, is served, calls others, is
 * answered; its caller gives up, tries again, sends a second copy. Requests and attempts are columns; an event is a kind
 * and a slot. What happens is told in `events/`, a subject a file; here is the order in which it does.
 *
 * A server does not learn that its caller has given up: what it works on it finishes, for nothing. What still queues is
 * dropped. Of a hedged request both copies run to their end and count for themselves.
 */
export class EventTier implements LoadSource {
  private readonly world: EventWorld;
  private readonly tableTimerUs: number[];

  /** `world`: one whose parts do something else than simulate, such as asking real servers. */
  constructor(context: TierContext, world = new EventWorld(context)) {
    this.world = world;
    this.tableTimerUs = context.options.services.map(() => Infinity);
    context.options.traffic.forEach((_, traffic) => this.world.users.change(traffic));
  }

  /** From now on the arrivals of this traffic are this tier's. `keys` requests have come from it before. */
  takeTraffic(traffic: number, arrivals: Arrivals, keys: number): void {
    this.world.sources.take(traffic, arrivals, keys);
  }

  /** From now on this service is this tier's. */
  takeService(service: number): void {
    this.world.balanced[service].learnFrom(this);
    this.setTableTimer(service);
  }

  loadAt(endpoint: number): number {
    return this.world.servers.load[endpoint];
  }

  /** Lets everything happen up to and including this time. */
  advance(toUs: number): void {
    const { world } = this;
    const { heap, sources, counters } = world;
    const { coming } = sources;
    for (;;) {
      const eventUs = heap.nextUs;
      const arrivalUs = coming.nextUs;
      if (eventUs <= arrivalUs) {
        if (eventUs > toUs) break;
        heap.pop();
        world.nowUs = eventUs;
        counters.work.events++;
        this.handle(heap.kind, heap.subject, heap.entry);
      } else {
        if (arrivalUs > toUs) break;
        coming.pop();
        world.nowUs = arrivalUs;
        sources.arrive(coming.subject);
      }
    }
    world.nowUs = toUs;
  }

  private handle(kind: number, subject: number, entry: number): void {
    const { world } = this;
    const { attempts, patience, callers } = world;
    switch (kind) {
      case DEPARTS:
        if (attempts.event[subject] === entry) world.serving.workDone(subject);
        return;
      case ANSWERED:
        if (attempts.event[subject] === entry) world.serving.answered(subject);
        return;
      case ARRIVES:
        if (attempts.event[subject] === entry) world.sending.arrived(subject);
        return;
      case TABLES:
        this.tableChanges(subject);
        return;
      case USERS_CHANGE:
        world.users.change(subject);
        return;
      case TIMEOUTS:
        patience.end(callers.clients[subject].timeouts!, TIMEOUTS, subject);
        return;
      case HEDGES:
        patience.end(callers.clients[subject].hedges!, HEDGES, subject);
        return;
      case RETRIES:
        world.asking.retry(subject);
        return;
      case USER_ASKS:
        world.users.asks(subject);
        return;
      case HOLDS:
        world.holding.timeIsUp(subject);
    }
  }

  addEndpoint(endpoint: number): void {
    const service = this.world.endpoints.service[endpoint];
    this.setTableTimer(service);
    this.world.holding.endpointCame(service);
  }

  /** The endpoint's weight has changed. */
  reweighed(endpoint: number): void {
    this.world.holding.endpointCame(this.world.endpoints.service[endpoint]);
  }

  setSpeed(endpoint: number, speed: number): void {
    this.world.serving.setSpeed(endpoint, speed);
  }

  setReachable(endpoint: number, reachable: boolean): void {
    this.world.losing.setReachable(endpoint, reachable);
  }

  remove(endpoint: number): void {
    this.world.losing.remove(endpoint);
  }

  inFlight(endpoint: number): number {
    const { servers } = this.world;
    return servers.load[endpoint] - servers.coming[endpoint];
  }

  busyUs(endpoint: number): number {
    return this.world.servers.busyUntil(endpoint, this.world.nowUs);
  }

  started(endpoint: number): number {
    return this.world.servers.started[endpoint];
  }

  servedBy(endpoint: number): number {
    return this.world.endpoints.served[endpoint];
  }

  latencySumUs(endpoint: number): number {
    return this.world.endpoints.latencySumUs[endpoint];
  }

  /** Takes over an endpoint's past from the other tier. */
  takeEndpoint(endpoint: number, started: number, busyUs: number): void {
    this.world.servers.takeOver(endpoint, started, busyUs, this.world.nowUs);
  }

  /** Takes over a patient request of a traffic that the other tier has begun, in the order of its endpoint. */
  takeRequest(traffic: number, endpoint: number, issuedUs: number, begun: BegunRequest): void {
    takeRequest(this.world, traffic, endpoint, issuedUs, begun);
  }

  /** A table may change by itself earlier than was known. */
  setTableTimer(service: number): void {
    const { balanced, heap } = this.world;
    const nextUs = balanced[service].nextTimerUs;
    if (nextUs >= this.tableTimerUs[service]) return;
    this.tableTimerUs[service] = nextUs;
    heap.push(nextUs, TABLES, TABLES, service);
  }

  private tableChanges(service: number): void {
    const { balanced, nowUs } = this.world;
    // An earlier timer has taken this one's place.
    if (nowUs < this.tableTimerUs[service]) return;
    this.tableTimerUs[service] = Infinity;
    if (balanced[service].nextTimerUs <= nowUs) balanced[service].onTimer();
    this.setTableTimer(service);
  }

  /** What is in flight by service, as the attempts say, into the array; throws where lists and counts disagree. */
  check(inFlight: number[]): void {
    checkBooks(this.world.attempts, this.world.servers, inFlight);
  }
}
