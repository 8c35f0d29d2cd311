import { durationSampler, type DurationSampler } from '../duration-spec.ts';
import { Violation } from '../ledger.ts';
import type { RandomStream } from '../random.ts';
import { type Attempts, CALLS, LOST, QUEUED, RETURNS, SERVED, TRAVELS } from './attempts.ts';
import type { Arrivals } from './arrivals.ts';
import type { BalancedService, LoadSource } from './balanced-service.ts';
import { REFUSED } from './circuit-breaker.ts';
import { Client } from './client.ts';
import type { Counters } from './counters.ts';
import { type Endpoints, stirred } from './endpoints.ts';
import type { Departures } from './departures.ts';
import { EventHeap } from './event-heap.ts';
import type { Network } from './network.ts';
import type { RequestModelOptions, ServiceCounters } from './request-model.ts';
import type { CallSpec } from './request-service.ts';
import { NOBODY, Requests } from './requests.ts';
import type { Servers } from './servers.ts';
import { Slots } from './slots.ts';
import type { TimerLine } from './timer-line.ts';
import type { LevelCurve } from './traffic.ts';

/** What an attempt comes to. */
const GOOD = 0;
const QUEUE_FULL = 1;
const NO_ENDPOINT = 2;
const ENDPOINT_LOST = 3;
const BREAKER_OPEN = 4;
const CALL_FAILED = 5;
const ERROR_ANSWER = 6;
const TIMED_OUT = 7;

/** Kinds of events; the number is the rank as well: what happens first at the same instant. */
const DEPARTS = 0;
const ANSWERED = 1;
const ARRIVES = 2;
const TABLES = 3;
const USERS_CHANGE = 4;
const TIMEOUTS = 5;
const HEDGES = 6;
const RETRIES = 7;
const USER_ASKS = 8;

/** A user whose request failed at once does not ask again before this, so that time always goes on. */
const SHORTEST_PAUSE_US = 1000;
/** 2^32 divided by the golden ratio: its multiples spread evenly. */
const GOLDEN = 0x9e3779b9;

interface CallEdge {
  readonly call: CallSpec;
  /** Index into `clients`. */
  readonly client: number;
}

/** What the event tier shares with the other. */
export interface TierContext {
  readonly options: RequestModelOptions;
  readonly endpoints: Endpoints;
  readonly network: Network;
  readonly counters: Counters;
  readonly balanced: readonly BalancedService[];
  /** Draws of the own work of requests from outside, by service. */
  readonly work: readonly DurationSampler[];
  readonly servers: Servers;
  readonly attempts: Attempts;
  readonly departures: Departures;
}

/**
 * The tier in which every request is a chain of events: it is sent, travels, queues, is served, calls others, is
 * answered; its caller gives up, tries again, sends a second copy. Requests and attempts are columns; an event is a kind
 * and a slot.
 *
 * A server does not learn that its caller has given up: what it works on it finishes, for nothing. What still queues is
 * dropped. A stage of calls ends when each has its last answer, good or bad; then the caller fails if a required one
 * did. When an endpoint is lost, so are its callers' attempts, and whatever it had called is answered to nobody: those
 * calls count as given up (`timedOut`). Of a hedged request both copies run to their end and count for themselves.
 */
export class EventTier implements LoadSource {
  readonly heap = new EventHeap();
  private readonly context: TierContext;
  private readonly counters: Counters;
  private readonly requests = new Requests();
  private readonly attempts: Attempts;
  private readonly servers: Servers;
  /** First one for each traffic, then one for each call of the graph. */
  private readonly clients: Client[] = [];
  private readonly edges: readonly (readonly (readonly CallEdge[])[])[];
  /** Own work of calls, retries and hedges, apart from that of requests from outside, which every policy meets alike. */
  private readonly innerWork: readonly DurationSampler[];
  private readonly chance: readonly (RandomStream | undefined)[];
  private readonly errors: readonly RandomStream[];
  private readonly innerKeys: readonly (RandomStream | undefined)[];
  private readonly arrivals: (Arrivals | undefined)[];
  /** Traffic by the time of its next arrival. */
  private readonly coming = new EventHeap();
  private readonly keyCount: Int32Array;
  private readonly keySalt: readonly number[];
  private readonly users = new Slots();
  private readonly userTraffic: number[] = [];
  private readonly userCount: number[];
  private readonly userTarget: number[];
  private readonly think: readonly (DurationSampler | undefined)[];
  private readonly tableTimerUs: number[];
  private readonly concurrency: readonly number[];
  private readonly queueLimit: readonly number[];
  private readonly holdsPlace: readonly boolean[];
  private nowUs: number;

  constructor(context: TierContext) {
    const { options } = context;
    const { services, traffic, streams, startUs } = options;
    this.context = context;
    this.counters = context.counters;
    this.attempts = context.attempts;
    this.servers = context.servers;
    this.nowUs = startUs;
    for (const { name, client, service } of traffic)
      this.clients.push(new Client(client, service, true, streams(`traffic/${name}/jitter`)));
    this.edges = services.map(({ name, calls }) =>
      calls.map((stage, at) =>
        stage.map((call, k) => {
          const jitter = streams(`requests/${name}/jitter/${at}.${k}`);
          return { call, client: this.clients.push(new Client(call.client, call.service, call.required, jitter)) - 1 };
        }),
      ),
    );
    this.innerWork = services.map(({ name, work }) => durationSampler(work, streams(`requests/${name}/inner`)));
    this.chance = services.map(({ name, calls }) => (calls.length > 0 ? streams(`requests/${name}/calls`) : undefined));
    this.errors = services.map(({ name }) => streams(`requests/${name}/errors`));
    this.innerKeys = services.map(({ name, calls }) =>
      calls.length > 0 ? streams(`requests/${name}/keys`) : undefined,
    );
    this.arrivals = traffic.map(() => undefined);
    this.keyCount = new Int32Array(traffic.length);
    this.keySalt = traffic.map((_, k) => stirred(k + 1));
    this.userCount = traffic.map(() => 0);
    this.userTarget = traffic.map(() => 0);
    this.think = traffic.map(({ name, source }) =>
      source.kind === 'closed' ? durationSampler(source.think, streams(`traffic/${name}/think`)) : undefined,
    );
    this.concurrency = services.map(({ concurrency }) => concurrency);
    this.queueLimit = services.map(({ queueLimit }) => queueLimit);
    this.holdsPlace = services.map(({ holdsPlace }) => holdsPlace);
    this.tableTimerUs = services.map(() => Infinity);
    traffic.forEach(({ source }, k) => {
      if (source.kind === 'closed') this.usersChange(k, source.users);
    });
  }

  /** From now on the arrivals of this traffic are this tier's. `keys` requests have come from it before. */
  takeTraffic(traffic: number, arrivals: Arrivals, keys: number): void {
    this.arrivals[traffic] = arrivals;
    this.keyCount[traffic] = keys;
    if (arrivals.nextUs < Infinity) this.coming.push(arrivals.nextUs, traffic, 0, traffic);
  }

  /** From now on this service is this tier's. */
  takeService(service: number): void {
    this.context.balanced[service].learnFrom(this);
    this.setTableTimer(service);
  }

  loadAt(endpoint: number): number {
    return this.servers.load[endpoint];
  }

  /** Lets everything happen up to and including this time. */
  advance(toUs: number): void {
    const { heap, coming } = this;
    for (;;) {
      const eventUs = heap.nextUs;
      const arrivalUs = coming.nextUs;
      if (eventUs <= arrivalUs) {
        if (eventUs > toUs) break;
        heap.pop();
        this.nowUs = eventUs;
        this.counters.work.events++;
        this.handle(heap.kind, heap.subject, heap.entry);
      } else {
        if (arrivalUs > toUs) break;
        coming.pop();
        this.nowUs = arrivalUs;
        this.arrive(coming.subject);
      }
    }
    this.nowUs = toUs;
  }

  addEndpoint(endpoint: number): void {
    this.setTableTimer(this.context.endpoints.service[endpoint]);
  }

  /** What the endpoint was serving goes on at the new speed. */
  setSpeed(endpoint: number, speed: number): void {
    const { attempts, nowUs } = this;
    const { endpoints } = this.context;
    const old = endpoints.speed[endpoint];
    endpoints.speed[endpoint] = speed;
    if (old === speed) return;
    for (let at = this.servers.first[endpoint]; at !== NOBODY; at = attempts.next[at])
      if (attempts.state[at] === SERVED) {
        attempts.workUs[at] -= (nowUs - attempts.sinceUs[at]) * old;
        this.work(at, endpoint);
      }
  }

  setReachable(endpoint: number, reachable: boolean): void {
    this.context.endpoints.reachable[endpoint] = reachable;
    // Whoever has waited for a lost answer learns at last that it was lost.
    if (reachable) this.lose(endpoint, LOST);
  }

  remove(endpoint: number): void {
    this.context.endpoints.removed[endpoint] = true;
    const { servers, nowUs } = this;
    for (let k = servers.working[endpoint]; k > 0; k--) servers.work(endpoint, -1, nowUs);
    this.lose(endpoint, 0);
    servers.taken[endpoint] = 0;
    servers.queueLength[endpoint] = 0;
    servers.queueHead[endpoint] = servers.queueTail[endpoint] = NOBODY;
  }

  inFlight(endpoint: number): number {
    return this.servers.load[endpoint] - this.servers.coming[endpoint];
  }

  busyUs(endpoint: number): number {
    return this.servers.busyUntil(endpoint, this.nowUs);
  }

  started(endpoint: number): number {
    return this.servers.started[endpoint];
  }

  servedBy(endpoint: number): number {
    return this.context.endpoints.served[endpoint];
  }

  latencySumUs(endpoint: number): number {
    return this.context.endpoints.latencySumUs[endpoint];
  }

  /** Takes over an endpoint's past from the other tier. */
  takeEndpoint(endpoint: number, started: number, busyUs: number): void {
    this.servers.takeOver(endpoint, started, busyUs, this.nowUs);
  }

  /**
   * Takes over a patient request of a traffic that the other tier has begun, in the order of its endpoint: on its way
   * there until `arrivesUs`, queued, served since `sinceUs` with so much work left, or on its way back until `answerUs`.
   */
  takeRequest(
    traffic: number,
    endpoint: number,
    issuedUs: number,
    at: { state: 'travels' | 'queued' | 'served' | 'returns'; atUs: number; workUs: number },
  ): void {
    const { requests, attempts, servers } = this;
    const { service, fromZone } = this.context.options.traffic[traffic];
    const request = requests.take(traffic, NOBODY, NOBODY, 0, fromZone, issuedUs);
    requests.live[request] = 1;
    const attempt = attempts.take(request, service, at.workUs, issuedUs);
    attempts.endpoint[attempt] = endpoint;
    if (at.state === 'returns') {
      attempts.state[attempt] = RETURNS;
      attempts.outcome[attempt] = GOOD;
      attempts.event[attempt] = this.heap.push(at.atUs, ANSWERED, ANSWERED, attempt);
      return;
    }
    servers.link(attempt, endpoint);
    if (at.state === 'travels') {
      servers.coming[endpoint]++;
      attempts.event[attempt] = this.heap.push(at.atUs, ARRIVES, ARRIVES, attempt);
    } else if (at.state === 'queued') {
      attempts.state[attempt] = QUEUED;
      servers.enqueue(attempt, endpoint);
    } else {
      attempts.state[attempt] = SERVED;
      servers.taken[endpoint]++;
      servers.work(endpoint, 1, this.nowUs);
      attempts.sinceUs[attempt] = at.atUs;
      const speed = this.context.endpoints.speed[endpoint];
      if (speed > 0) attempts.event[attempt] = this.heap.push(at.atUs + at.workUs / speed, DEPARTS, DEPARTS, attempt);
    }
  }

  /** A table may change by itself earlier than was known. */
  setTableTimer(service: number): void {
    const nextUs = this.context.balanced[service].nextTimerUs;
    if (nextUs >= this.tableTimerUs[service]) return;
    this.tableTimerUs[service] = nextUs;
    this.heap.push(nextUs, TABLES, TABLES, service);
  }

  /** What is in flight by service, as the attempts say, into the array; throws where lists and counts disagree. */
  check(inFlight: number[]): void {
    const { attempts, servers } = this;
    const load: number[] = [];
    const coming: number[] = [];
    const queued: number[] = [];
    const working: number[] = [];
    for (let at = 0; at < attempts.slots.end; at++) {
      const state = attempts.state[at];
      if (state === 0) continue;
      const endpoint = attempts.endpoint[at];
      if (attempts.request[at] !== NOBODY) inFlight[attempts.service[at]]++;
      if (state === RETURNS || state === LOST) continue;
      load[endpoint] = (load[endpoint] ?? 0) + 1;
      if (state === TRAVELS) coming[endpoint] = (coming[endpoint] ?? 0) + 1;
      if (state === QUEUED) queued[endpoint] = (queued[endpoint] ?? 0) + 1;
      if (state === SERVED) working[endpoint] = (working[endpoint] ?? 0) + 1;
    }
    for (let endpoint = 0; endpoint < servers.load.length; endpoint++) {
      this.agree(endpoint, 'requests', servers.load[endpoint], load[endpoint]);
      this.agree(endpoint, 'requests on their way', servers.coming[endpoint], coming[endpoint]);
      this.agree(endpoint, 'requests in its queue', servers.queueLength[endpoint], queued[endpoint]);
      this.agree(endpoint, 'places at work', servers.working[endpoint], working[endpoint]);
    }
  }

  private agree(endpoint: number, what: string, told: number, counted: number | undefined): void {
    if (told !== (counted ?? 0))
      throw new Violation(`endpoint ${endpoint} tells of ${told} ${what}, but ${counted ?? 0} are there`);
  }

  private handle(kind: number, subject: number, entry: number): void {
    const { attempts } = this;
    switch (kind) {
      case DEPARTS:
        if (attempts.event[subject] === entry) this.workDone(subject);
        return;
      case ANSWERED:
        if (attempts.event[subject] === entry) this.answered(subject);
        return;
      case ARRIVES:
        if (attempts.event[subject] === entry) this.reached(subject);
        return;
      case TABLES:
        this.tableChanges(subject);
        return;
      case USERS_CHANGE: {
        const { source } = this.context.options.traffic[subject];
        if (source.kind === 'closed') this.usersChange(subject, source.users);
        return;
      }
      case TIMEOUTS:
        this.timersEnd(this.clients[subject].timeouts!, TIMEOUTS, subject);
        return;
      case HEDGES:
        this.timersEnd(this.clients[subject].hedges!, HEDGES, subject);
        return;
      case RETRIES:
        this.tryAgain(subject);
        return;
      default:
        this.userAsks(subject);
    }
  }

  private arrive(traffic: number): void {
    const arrivals = this.arrivals[traffic]!;
    for (let k = arrivals.batch; k > 0; k--) this.offer(traffic, NOBODY, this.nextKey(traffic));
    arrivals.step();
    if (arrivals.nextUs < Infinity) this.coming.push(arrivals.nextUs, traffic, 0, traffic);
  }

  private nextKey(traffic: number): number {
    return keyOf(this.keySalt[traffic], this.keyCount[traffic]++);
  }

  private offer(traffic: number, user: number, key: number): void {
    const { requests } = this;
    const tally = this.counters.traffic[traffic];
    tally.offered++;
    tally.inFlight++;
    const { fromZone } = this.context.options.traffic[traffic];
    this.begin(requests.take(traffic, NOBODY, user, key, fromZone, this.nowUs), true);
  }

  /** Makes the first attempt. */
  private begin(request: number, fromOutside: boolean): void {
    const client = this.clients[this.requests.client[request]];
    client.budget?.request();
    if (client.hedges !== undefined) this.setTimer(client.hedges, HEDGES, this.requests.client[request], request);
    const { work } = this.context;
    const { service } = client;
    this.attempt(request, client, fromOutside ? work[service]() : this.innerWork[service]());
  }

  private attempt(request: number, client: Client, workUs: number): void {
    const { requests, attempts, nowUs } = this;
    const { service } = client;
    const tally = this.counters.services[service];
    tally.arrived++;
    tally.inFlight++;
    this.counters.work.requests++;
    requests.live[request]++;
    const attempt = attempts.take(request, service, workUs, nowUs);
    const { breaker } = client;
    if (breaker !== undefined) {
      const admitted = breaker.admit(nowUs);
      attempts.admitted[attempt] = admitted;
      if (admitted === REFUSED) {
        this.end(attempt, BREAKER_OPEN);
        return;
      }
    }
    const fromZone = requests.fromZone[request];
    const endpoint = this.context.balanced[service].pick(requests.key[request], fromZone, nowUs);
    if (endpoint < 0) {
      this.end(attempt, NO_ENDPOINT);
      return;
    }
    const toZone = this.context.endpoints.zone[endpoint];
    const { network } = this.context;
    if (client.timeouts === undefined) {
      if (network.isCut(fromZone, toZone)) {
        this.end(attempt, ENDPOINT_LOST);
        return;
      }
    } else this.setTimer(client.timeouts, TIMEOUTS, requests.client[request], attempt);
    attempts.endpoint[attempt] = endpoint;
    this.servers.link(attempt, endpoint);
    this.seen(endpoint, 1);
    if (network.isCut(fromZone, toZone)) {
      this.loseAnswer(attempt, endpoint);
      return;
    }
    const delayUs = network.delayUs(fromZone, toZone);
    if (delayUs > 0) {
      this.servers.coming[endpoint]++;
      attempts.event[attempt] = this.heap.push(nowUs + delayUs, ARRIVES, ARRIVES, attempt);
    } else this.enter(attempt, endpoint);
  }

  /** The balancers' table of now follows. */
  private seen(endpoint: number, change: 1 | -1): void {
    const { position, service } = this.context.endpoints;
    const at = position[endpoint];
    if (at >= 0) this.context.balanced[service[endpoint]].table.inFlight[at] += change;
  }

  private reached(attempt: number): void {
    const endpoint = this.attempts.endpoint[attempt];
    this.servers.coming[endpoint]--;
    if (this.attempts.request[attempt] === NOBODY) {
      this.leave(attempt, endpoint);
      this.attempts.release(attempt);
    } else this.enter(attempt, endpoint);
  }

  private enter(attempt: number, endpoint: number): void {
    const { servers, attempts } = this;
    const service = attempts.service[attempt];
    if (!this.context.endpoints.reachable[endpoint]) this.loseAnswer(attempt, endpoint);
    else if (servers.taken[endpoint] < this.concurrency[service]) {
      servers.taken[endpoint]++;
      this.start(attempt, endpoint);
    } else if (servers.queueLength[endpoint] < this.queueLimit[service]) {
      attempts.state[attempt] = QUEUED;
      servers.enqueue(attempt, endpoint);
    } else this.respond(attempt, QUEUE_FULL);
  }

  private start(attempt: number, endpoint: number): void {
    this.attempts.state[attempt] = SERVED;
    this.servers.started[endpoint]++;
    this.servers.work(endpoint, 1, this.nowUs);
    this.work(attempt, endpoint);
  }

  /** Sets the end of its own work, as far as the endpoint's speed tells. */
  private work(attempt: number, endpoint: number): void {
    const { attempts, nowUs } = this;
    attempts.sinceUs[attempt] = nowUs;
    const speed = this.context.endpoints.speed[endpoint];
    attempts.event[attempt] =
      speed > 0 ? this.heap.push(nowUs + attempts.workUs[attempt] / speed, DEPARTS, DEPARTS, attempt) : 0;
  }

  private workDone(attempt: number): void {
    const { attempts } = this;
    const endpoint = attempts.endpoint[attempt];
    const service = attempts.service[attempt];
    this.servers.work(endpoint, -1, this.nowUs);
    if (this.edges[service].length === 0) {
      this.freePlace(endpoint);
      this.respond(attempt, GOOD);
      return;
    }
    attempts.state[attempt] = CALLS;
    if (!this.holdsPlace[service]) this.freePlace(endpoint);
    this.nextStage(attempt);
  }

  private freePlace(endpoint: number): void {
    const { servers } = this;
    const head = servers.queueHead[endpoint];
    if (head === NOBODY) {
      servers.taken[endpoint]--;
      return;
    }
    servers.dequeue(head, endpoint);
    this.start(head, endpoint);
  }

  /** Makes the calls of the next stage that has any, or answers. */
  private nextStage(attempt: number): void {
    const { attempts } = this;
    const service = attempts.service[attempt];
    const stages = this.edges[service];
    for (;;) {
      const stage = ++attempts.stage[attempt];
      const failed = attempts.callFailed[attempt] === 1;
      if (failed || stage === stages.length) {
        if (this.holdsPlace[service]) this.freePlace(attempts.endpoint[attempt]);
        this.respond(attempt, failed ? CALL_FAILED : GOOD);
        return;
      }
      // The stage itself counts as one until all its calls are made: they may fail at once.
      attempts.pending[attempt] = 1;
      for (const edge of stages[stage]) this.makeCall(attempt, service, edge);
      if (--attempts.pending[attempt] > 0) return;
    }
  }

  private makeCall(attempt: number, service: number, { call, client }: CallEdge): void {
    if (call.chance < 1 && this.chance[service]!.next() >= call.chance) return;
    const zone = this.context.endpoints.zone[this.attempts.endpoint[attempt]];
    for (let copy = 0; copy < call.fanOut; copy++) {
      this.attempts.pending[attempt]++;
      const key = this.innerKeys[service]!.below(2 ** 32) | 0;
      this.begin(this.requests.take(client, attempt, NOBODY, key, zone, this.nowUs), false);
    }
  }

  /** The endpoint is done with the attempt and sends its answer. */
  private respond(attempt: number, result: number): void {
    const { attempts, requests } = this;
    const endpoint = attempts.endpoint[attempt];
    const outcome = result === GOOD && this.errs(endpoint) ? ERROR_ANSWER : result;
    const request = attempts.request[attempt];
    if (request === NOBODY) {
      this.leave(attempt, endpoint);
      attempts.release(attempt);
      return;
    }
    const { network, endpoints } = this.context;
    const toZone = requests.fromZone[request];
    const cut = network.isCut(endpoints.zone[endpoint], toZone);
    if (cut || !endpoints.reachable[endpoint]) {
      if (cut && this.clients[requests.client[request]].timeouts === undefined) {
        this.leave(attempt, endpoint);
        this.end(attempt, ENDPOINT_LOST);
      } else this.loseAnswer(attempt, endpoint);
      return;
    }
    this.leave(attempt, endpoint);
    const delayUs = network.delayUs(endpoints.zone[endpoint], toZone);
    if (delayUs > 0) {
      attempts.state[attempt] = RETURNS;
      attempts.outcome[attempt] = outcome;
      attempts.event[attempt] = this.heap.push(this.nowUs + delayUs, ANSWERED, ANSWERED, attempt);
    } else this.end(attempt, outcome);
  }

  private errs(endpoint: number): boolean {
    const { errorShare, service } = this.context.endpoints;
    const share = errorShare[endpoint];
    return share > 0 && this.errors[service[endpoint]].next() < share;
  }

  private leave(attempt: number, endpoint: number): void {
    this.servers.unlink(attempt, endpoint);
    if (this.attempts.state[attempt] !== LOST) this.seen(endpoint, -1);
  }

  /** No answer will come. It stays in the endpoint's list, so that those who wait for ever learn when that is removed. */
  private loseAnswer(attempt: number, endpoint: number): void {
    this.servers.load[endpoint]--;
    this.seen(endpoint, -1);
    this.attempts.state[attempt] = LOST;
    this.attempts.event[attempt] = 0;
  }

  private answered(attempt: number): void {
    if (this.attempts.request[attempt] === NOBODY) this.attempts.release(attempt);
    else this.end(attempt, this.attempts.outcome[attempt]);
  }

  /** The caller hears how the attempt ended, and its slot is free. */
  private end(attempt: number, outcome: number): void {
    const request = this.attempts.request[attempt];
    this.attempts.request[attempt] = NOBODY;
    const issuedUs = this.attempts.issuedUs[attempt];
    const admitted = this.attempts.admitted[attempt];
    const service = this.attempts.service[attempt];
    const endpoint = this.attempts.endpoint[attempt];
    this.attempts.release(attempt);
    this.settle(request, service, endpoint, issuedUs, admitted, outcome);
  }

  /** Counts how an attempt ended for its caller, and sees what the request does next. */
  private settle(
    request: number,
    service: number,
    endpoint: number,
    issuedUs: number,
    admitted: number,
    outcome: number,
  ): void {
    const { requests, nowUs } = this;
    const { endpoints } = this.context;
    const tally = this.counters.services[service];
    tally.inFlight--;
    if (outcome === GOOD) {
      const tookUs = Math.floor(nowUs - issuedUs + 0.5);
      tally.served++;
      this.counters.serviceLatency[service].add(tookUs);
      endpoints.served[endpoint]++;
      endpoints.latencySumUs[endpoint] += tookUs;
    } else {
      if (outcome === TIMED_OUT) tally.timedOut++;
      else countFailure(tally, outcome);
      if (endpoint !== NOBODY) endpoints.bad[endpoint]++;
    }
    const client = this.clients[requests.client[request]];
    if (outcome !== BREAKER_OPEN) client.breaker?.record(nowUs, admitted, outcome === GOOD);
    requests.live[request]--;
    if (requests.done[request] === 0) {
      if (outcome === GOOD) this.complete(request, client, true);
      else if (requests.live[request] === 0) this.failedTry(request, client);
    }
    if (requests.done[request] === 1 && requests.live[request] === 0 && requests.backingOff[request] === 0)
      requests.release(request);
  }

  /** No attempt is left: the next one after a pause, or none. */
  private failedTry(request: number, client: Client): void {
    const { requests } = this;
    const retry = requests.tries[request]++;
    if (!client.mayRetry(retry + 1)) {
      this.complete(request, client, false);
      return;
    }
    const waitUs = client.backoffUs(retry, requests.previousBackoffUs[request]);
    requests.previousBackoffUs[request] = waitUs;
    requests.backingOff[request] = 1;
    this.heap.push(this.nowUs + waitUs, RETRIES, RETRIES, request);
  }

  private tryAgain(request: number): void {
    const { requests } = this;
    requests.backingOff[request] = 0;
    if (requests.done[request] === 1) {
      requests.release(request);
      return;
    }
    const client = this.clients[requests.client[request]];
    this.counters.services[client.service].retries++;
    this.attempt(request, client, this.innerWork[client.service]());
  }

  /** The request has its answer. */
  private complete(request: number, client: Client, good: boolean): void {
    const { requests, attempts, nowUs } = this;
    requests.done[request] = 1;
    const parent = requests.parent[request];
    if (parent !== NOBODY) {
      if (!good && client.required) attempts.callFailed[parent] = 1;
      if (--attempts.pending[parent] === 0) this.nextStage(parent);
      return;
    }
    const traffic = requests.client[request];
    const tally = this.counters.traffic[traffic];
    tally.inFlight--;
    const tookUs = nowUs - requests.issuedUs[request];
    if (good) {
      tally.good++;
      this.counters.trafficLatency[traffic].add(Math.floor(tookUs + 0.5));
    } else tally.bad++;
    const user = requests.user[request];
    if (user !== NOBODY) this.userThinks(user, tookUs > 0 ? 0 : SHORTEST_PAUSE_US);
  }

  private setTimer(line: TimerLine, kind: number, client: number, subject: number): void {
    const endUs = this.nowUs + line.lengthUs;
    if (line.empty) this.heap.push(endUs, kind, kind, client);
    line.push(endUs, subject, this.stampOf(kind, subject));
  }

  /** The first of the line has ended, maybe long out of date. */
  private timersEnd(line: TimerLine, kind: number, client: number): void {
    const { nowUs } = this;
    // The line is not empty while its head is handled, so nobody else puts it into the heap.
    for (;;) {
      const subject = line.headSubject;
      if (line.headStamp === this.stampOf(kind, subject)) {
        if (line.headUs > nowUs) {
          this.heap.push(line.headUs, kind, kind, client);
          return;
        }
        if (kind === HEDGES) this.hedge(subject);
        else this.giveUp(subject);
      }
      line.drop();
      if (line.empty) return;
    }
  }

  private stampOf(kind: number, subject: number): number {
    return kind === HEDGES ? this.requests.stamp[subject] : this.attempts.stamp[subject];
  }

  private hedge(request: number): void {
    const { requests } = this;
    if (requests.done[request] === 1 || requests.live[request] === 0) return;
    const client = this.clients[requests.client[request]];
    this.counters.services[client.service].hedges++;
    this.attempt(request, client, this.innerWork[client.service]());
  }

  /** The caller waits no longer. What still queues is dropped; what is served is finished for nothing. */
  private giveUp(attempt: number): void {
    const { attempts } = this;
    const request = attempts.request[attempt];
    if (request === NOBODY) return;
    const issuedUs = attempts.issuedUs[attempt];
    const admitted = attempts.admitted[attempt];
    const service = attempts.service[attempt];
    attempts.request[attempt] = NOBODY;
    const state = attempts.state[attempt];
    const endpoint = attempts.endpoint[attempt];
    if (state === QUEUED || state === LOST) {
      if (state === QUEUED) this.servers.dequeue(attempt, endpoint);
      this.leave(attempt, endpoint);
      attempts.release(attempt);
    }
    this.settle(request, service, endpoint, issuedUs, admitted, TIMED_OUT);
  }

  /** Everything the endpoint has (state 0), or what is in this state, fails. */
  private lose(endpoint: number, only: number): void {
    const { attempts, servers } = this;
    const lost: number[] = [];
    const callers = new Set<number>();
    for (let at = servers.first[endpoint]; at !== NOBODY; at = attempts.next[at])
      if (only === 0 || attempts.state[at] === only) {
        lost.push(at);
        if (attempts.state[at] === CALLS) callers.add(at);
      }
    for (const at of lost) {
      if (attempts.state[at] === TRAVELS) servers.coming[endpoint]--;
      this.leave(at, endpoint);
      // Nowhere any more: who gives it up has nothing to tidy.
      attempts.state[at] = RETURNS;
    }
    if (callers.size > 0) this.orphan(callers);
    for (const at of lost)
      if (attempts.request[at] === NOBODY) attempts.release(at);
      else this.end(at, ENDPOINT_LOST);
  }

  /** Those who called are gone: nobody waits for what they called. */
  private orphan(callers: ReadonlySet<number>): void {
    const { requests, attempts } = this;
    const orphans = new Set<number>();
    for (let request = 0; request < requests.slots.end; request++) {
      if (requests.client[request] === NOBODY || requests.done[request] === 1) continue;
      if (!callers.has(requests.parent[request])) continue;
      requests.done[request] = 1;
      orphans.add(request);
    }
    for (let at = 0; at < attempts.slots.end; at++)
      if (attempts.state[at] !== 0 && orphans.has(attempts.request[at])) this.giveUp(at);
  }

  private tableChanges(service: number): void {
    // An earlier timer has taken this one's place.
    if (this.nowUs < this.tableTimerUs[service]) return;
    const balanced = this.context.balanced[service];
    this.tableTimerUs[service] = Infinity;
    if (balanced.nextTimerUs <= this.nowUs) balanced.onTimer();
    this.setTableTimer(service);
  }

  /** So many users from now on: new ones begin by thinking, and who is too many leaves when it would ask again. */
  private usersChange(traffic: number, curve: LevelCurve): void {
    const { nowUs } = this;
    const target = Math.max(0, Math.round(curve.at(nowUs)));
    this.userTarget[traffic] = target;
    while (this.userCount[traffic] < target) {
      const user = this.users.take();
      this.userTraffic[user] = traffic;
      this.userCount[traffic]++;
      this.userThinks(user, 0);
    }
    const untilUs = curve.untilUs(nowUs);
    if (untilUs < Infinity) this.heap.push(untilUs, USERS_CHANGE, USERS_CHANGE, traffic);
  }

  private userThinks(user: number, leastUs: number): void {
    const thinkUs = Math.max(leastUs, this.think[this.userTraffic[user]]!());
    this.heap.push(this.nowUs + thinkUs, USER_ASKS, USER_ASKS, user);
  }

  private userAsks(user: number): void {
    const traffic = this.userTraffic[user];
    if (this.userCount[traffic] > this.userTarget[traffic]) {
      this.userCount[traffic]--;
      this.users.release(user);
    } else this.offer(traffic, user, keyOf(this.keySalt[traffic], user));
  }
}

function countFailure(tally: ServiceCounters, outcome: number): void {
  tally.failed++;
  if (outcome === QUEUE_FULL) tally.failedBy.queueFull++;
  else if (outcome === NO_ENDPOINT) tally.failedBy.noEndpoint++;
  else if (outcome === ENDPOINT_LOST) tally.failedBy.endpointLost++;
  else if (outcome === BREAKER_OPEN) tally.failedBy.breakerOpen++;
  else if (outcome === ERROR_ANSWER) tally.failedBy.errorAnswer++;
  else tally.failedBy.callFailed++;
}

/** The key of the request of this number. */
export function keyOf(salt: number, number: number): number {
  return stirred(salt ^ Math.imul(number + 1, GOLDEN));
}
