import { SERVED } from '../../sim/requests/attempts.ts';
import { Asking } from '../../sim/requests/events/asking.ts';
import { EventWorld } from '../../sim/requests/events/event-world.ts';
import { ENDPOINT_LOST, ERROR_ANSWER, QUEUE_FULL } from '../../sim/requests/events/outcomes.ts';
import { Patience } from '../../sim/requests/events/patience.ts';
import { Serving } from '../../sim/requests/events/serving.ts';
import { Users } from '../../sim/requests/events/users.ts';
import { NOBODY } from '../../sim/requests/requests.ts';
import type { TierContext } from '../../sim/requests/tier-context.ts';

/** How an endpoint answered. */
export interface Answer {
  /** `full`: its queue is (503); `error`: any other answer but a good one; `lost`: none. */
  readonly said: 'good' | 'full' | 'error' | 'lost';
  /** How long it worked, by its own account, in real milliseconds. */
  readonly workedMs?: number;
  /** Real milliseconds from sending to answer that it neither worked nor had the request queue. */
  readonly overheadMs?: number;
}

/** The way to real endpoints. */
export interface Exchanges {
  /** Has the endpoint work so long (simulated microseconds); `done` is called once and not before this returns. Returns what ends it without an answer. */
  send(endpoint: number, workUs: number, done: (answer: Answer) => void): () => void;
}

/** Whoever measures. Times are simulated microseconds; outcomes are those of `outcomes.ts`. */
export interface TrafficEars {
  /** A request from outside is made, that was due then. */
  begun(traffic: number, dueUs: number): void;
  /** It has its last answer. */
  ended(traffic: number, dueUs: number, outcome: number): void;
  /** A call to a service has an answer, or its caller has given up. */
  settled(service: number, issuedUs: number, outcome: number): void;
  /** An endpoint has answered. */
  answered(endpoint: number, answer: Answer): void;
}

/**
 * The event tier's world with real servers in it: callers, balancers, retries, breakers and calls between services are the
 * simulator's own, only that an endpoint is asked where it was simulated.
 */
export class LiveWorld extends EventWorld {
  override readonly serving: LiveServing;
  override readonly patience: LivePatience;
  override readonly asking: LiveAsking;
  override readonly users: LiveUsers;

  constructor(context: TierContext, exchanges: Exchanges, ears: TrafficEars) {
    super(context);
    this.serving = new LiveServing(this, exchanges, ears);
    this.patience = new LivePatience(this);
    this.asking = new LiveAsking(this, ears);
    this.users = new LiveUsers(this);
  }

  /** Nobody asks any more; those who have asked may be answered. */
  stopAsking(): void {
    while (this.sources.coming.size > 0) this.sources.coming.pop();
    this.users.haveGone = true;
  }
}

/** Endpoints that work elsewhere: an attempt is served from when it is sent until it is answered. */
class LiveServing extends Serving {
  private readonly live: LiveWorld;
  private readonly exchanges: Exchanges;
  private readonly ears: TrafficEars;
  /** By attempt under way: what ends it. */
  private readonly underWay = new Map<number, () => void>();

  constructor(live: LiveWorld, exchanges: Exchanges, ears: TrafficEars) {
    super(live);
    this.live = live;
    this.exchanges = exchanges;
    this.ears = ears;
  }

  override enter(attempt: number, endpoint: number): void {
    const { attempts, servers, nowUs } = this.live;
    attempts.state[attempt] = SERVED;
    servers.taken[endpoint]++;
    servers.started[endpoint]++;
    servers.work(endpoint, 1, nowUs);
    const stop = this.exchanges.send(endpoint, attempts.workUs[attempt], (answer) => {
      // Who gave up may have made room for another attempt in the same slot.
      if (this.underWay.get(attempt) !== stop) return;
      this.underWay.delete(attempt);
      this.answeredWith(attempt, endpoint, answer);
    });
    this.underWay.set(attempt, stop);
  }

  isUnderWay(attempt: number): boolean {
    return this.underWay.has(attempt);
  }

  /** The caller has hung up: the endpoint is rid of the attempt. */
  hangUp(attempt: number): void {
    const { attempts, servers, nowUs } = this.live;
    const stop = this.underWay.get(attempt)!;
    this.underWay.delete(attempt);
    stop();
    const endpoint = attempts.endpoint[attempt];
    servers.work(endpoint, -1, nowUs);
    servers.taken[endpoint]--;
    this.leave(attempt, endpoint);
    attempts.release(attempt);
  }

  private answeredWith(attempt: number, endpoint: number, answer: Answer): void {
    const { servers, nowUs } = this.live;
    this.ears.answered(endpoint, answer);
    if (answer.said === 'good') {
      this.workDone(attempt);
      return;
    }
    servers.work(endpoint, -1, nowUs);
    servers.taken[endpoint]--;
    const result = answer.said === 'full' ? QUEUE_FULL : answer.said === 'error' ? ERROR_ANSWER : ENDPOINT_LOST;
    this.callsDone(attempt, result);
  }
}

/** Who gives up hangs up. */
class LivePatience extends Patience {
  private readonly live: LiveWorld;

  constructor(live: LiveWorld) {
    super(live);
    this.live = live;
  }

  override giveUp(attempt: number): void {
    const { serving } = this.live;
    const isUnderWay = serving.isUnderWay(attempt);
    super.giveUp(attempt);
    if (isUnderWay) serving.hangUp(attempt);
  }
}

/** Tells how requests begin and end. */
class LiveAsking extends Asking {
  private readonly live: LiveWorld;
  private readonly ears: TrafficEars;

  constructor(live: LiveWorld, ears: TrafficEars) {
    super(live);
    this.live = live;
    this.ears = ears;
  }

  override begin(request: number, fromOutside: boolean): void {
    const { requests, nowUs } = this.live;
    if (fromOutside) this.ears.begun(requests.client[request], nowUs);
    super.begin(request, fromOutside);
  }

  override settle(
    request: number,
    service: number,
    endpoint: number,
    issuedUs: number,
    admitted: number,
    outcome: number,
  ): void {
    const { requests } = this.live;
    const isNews = requests.parent[request] === NOBODY && requests.done[request] === 0;
    const traffic = requests.client[request];
    const dueUs = requests.issuedUs[request];
    this.ears.settled(service, issuedUs, outcome);
    super.settle(request, service, endpoint, issuedUs, admitted, outcome);
    // It may be out of the books already, but nobody has taken its place.
    if (isNews && requests.done[request] === 1) this.ears.ended(traffic, dueUs, outcome);
  }
}

/** Users who may leave all at once. */
class LiveUsers extends Users {
  haveGone = false;

  override asks(user: number): void {
    if (!this.haveGone) super.asks(user);
  }
}
