import type { DurationSampler } from '../duration-spec.ts';
import { Violation } from '../ledger.ts';
import type { Arrivals } from './arrivals.ts';
import type { BalancedService, LoadSource } from './balanced-service.ts';
import { isPatient } from './client.ts';
import { type Departures, ROW } from './departures.ts';
import type { ServiceTally, TrafficTally } from './counters.ts';
import { stirred } from './endpoints.ts';
import { keyOf, type EventTier, type TierContext } from './event-tier.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import type { RequestModelOptions } from './request-model.ts';

/** What is kept of a request, as places in a row of the endpoint's ring. */
const DEPARTS = 0;
const ISSUED = 1;
const ENTERS = 2;
const STARTS = 3;
/** Work left, as it was at its start or at the endpoint's last change of speed. */
const LEFT = 4;
const TRAFFIC = 5;
/** Number of the request at its endpoint: who came first. */
const TURN = 6;

/** One traffic of the service. */
interface Source {
  readonly traffic: number;
  readonly arrivals: Arrivals;
  readonly salt: number;
  readonly fromZone: number;
  keys: number;
  readonly tally: TrafficTally;
  readonly latency: LatencyHistogram;
}

/**
 * Why the service cannot have its departures computed at arrival; undefined when it can: its requests all come from
 * outside and from one place, in order, wait for ever and ask once, and it calls nobody.
 */
export function needsEvents({ services, traffic }: RequestModelOptions, service: number): string | undefined {
  if (services[service].calls.length > 0) return 'it calls other services';
  if (services.some(({ calls }) => calls.some((stage) => stage.some((call) => call.service === service))))
    return 'other services call it';
  const own = traffic.filter((one) => one.service === service);
  if (own.some(({ source }) => source.kind === 'closed')) return 'its users wait for their answers';
  if (own.some(({ client }) => !isPatient(client))) return 'its clients give up, try again or hedge';
  if (own.some(({ fromZone }) => fromZone !== own[0].fromZone)) return 'its clients are in several zones';
  return undefined;
}

/**
 * One service of which nothing can change a request's fate after it has come but what happens to its endpoint. So the
 * departure is known at the arrival, max(arrival, earliest free place) + work, and no event is needed: the endpoint
 * keeps those that are still there in a ring in the order of their departure, and whoever asks for its load, or for
 * the counters, has those taken out whose time has come.
 *
 * A change of speed computes the departures of that endpoint anew. What cannot be told so (answers that get lost, delays
 * that change under way) makes the service move to the event tier with all its requests: `moveTo`.
 */
export class ArrivalTier implements LoadSource {
  private readonly context: TierContext;
  private readonly service: number;
  private readonly concurrency: number;
  private readonly queueLimit: number;
  private readonly readsAll: boolean;
  private readonly balanced: BalancedService;
  private readonly departures: Departures;
  private readonly tally: ServiceTally;
  private readonly work: DurationSampler;
  private readonly sources: Source[] = [];
  /** Where its clients are. */
  readonly fromZone: number;
  /** Numbers of all its endpoints, those removed as long as answers of theirs are on their way. */
  private members: number[] = [];
  private nowUs: number;
  private latency: LatencyHistogram;

  constructor(context: TierContext, service: number, arrivals: readonly (Arrivals | undefined)[]) {
    const { options, counters } = context;
    const { concurrency, queueLimit, balancing, staleUs } = options.services[service];
    this.context = context;
    this.service = service;
    this.concurrency = concurrency;
    this.queueLimit = queueLimit;
    this.readsAll = balancing.reads === 'load' && staleUs === 0;
    this.balanced = context.balanced[service];
    this.departures = context.departures;
    this.balanced.learnFrom(this);
    this.tally = counters.services[service];
    this.latency = counters.serviceLatency[service];
    this.work = context.work[service];
    this.nowUs = options.startUs;
    options.traffic.forEach(({ service: asked, fromZone }, traffic) => {
      if (asked !== service) return;
      this.sources.push({
        traffic,
        arrivals: arrivals[traffic]!,
        salt: stirred(traffic + 1),
        fromZone,
        keys: 0,
        tally: counters.traffic[traffic],
        latency: counters.trafficLatency[traffic],
      });
    });
    this.fromZone = this.sources.length > 0 ? this.sources[0].fromZone : -1;
  }

  addEndpoint(endpoint: number): void {
    const { zone } = this.context.endpoints;
    this.members.push(endpoint);
    this.departures.delayUs[endpoint] = this.context.network.delayUs(this.fromZone, zone[endpoint]);
    this.departures.changedUs[endpoint] = this.nowUs;
  }

  /** Lets arrivals come up to and including this time. Counters are brought up to it by `settle` only. */
  advance(toUs: number): void {
    const { sources, balanced } = this;
    this.latency = this.context.counters.serviceLatency[this.service];
    for (;;) {
      let next: Source | undefined;
      let belowUs = Infinity;
      for (const source of sources) {
        const otherUs = source.arrivals.nextUs;
        if (next === undefined || otherUs < next.arrivals.nextUs) {
          if (next !== undefined) belowUs = next.arrivals.nextUs;
          next = source;
        } else if (otherUs < belowUs) belowUs = otherUs;
      }
      const arrivalUs = next === undefined ? Infinity : next.arrivals.nextUs;
      const timerUs = balanced.nextTimerUs;
      if (timerUs <= arrivalUs) {
        if (timerUs > toUs) break;
        this.nowUs = timerUs;
        balanced.onTimer();
      } else if (next === undefined || arrivalUs > toUs) break;
      else this.run(next, toUs, Math.min(belowUs, timerUs));
    }
    this.nowUs = toUs;
  }

  /** The next arrival of this source, and those after it that come before `belowUs` and not after `toUs`. */
  private run(source: Source, toUs: number, belowUs: number): void {
    const { balanced, tally, work } = this;
    const { arrivals, salt, fromZone, tally: trafficTally } = source;
    let count = 0;
    do {
      const nowUs = arrivals.nextUs;
      for (let k = arrivals.batch; k > 0; k--) {
        count++;
        const workUs = work();
        if (this.readsAll) this.freshen(nowUs);
        const endpoint = balanced.pick(keyOf(salt, source.keys++), fromZone, nowUs);
        if (endpoint < 0) {
          tally.failed++;
          tally.failedBy.noEndpoint++;
          trafficTally.bad++;
        } else this.send(endpoint, source, nowUs, workUs);
      }
      arrivals.step();
    } while (arrivals.nextUs <= toUs && arrivals.nextUs < belowUs);
    tally.arrived += count;
    trafficTally.offered += count;
    this.context.counters.work.requests += count;
  }

  private send(endpoint: number, source: Source, nowUs: number, workUs: number): void {
    this.release(endpoint, nowUs);
    const entersUs = nowUs + this.departures.delayUs[endpoint];
    const gone = this.departures.gone[endpoint];
    const count = (this.departures.end[endpoint] - gone) | 0;
    let ring = this.departures.rings[endpoint];
    let mask = (ring.length / ROW - 1) | 0;
    let startsUs = entersUs;
    if (count >= this.concurrency) {
      const { concurrency, queueLimit } = this;
      const room = concurrency + queueLimit;
      if (count >= room && ring[((gone + count - room) & mask) * ROW] > entersUs) {
        this.tally.failed++;
        this.tally.failedBy.queueFull++;
        this.context.endpoints.bad[endpoint]++;
        source.tally.bad++;
        return;
      }
      // All of them but the last so many have departed when the first place gets free.
      const freeUs = ring[((gone + count - concurrency) & mask) * ROW];
      if (freeUs > entersUs) startsUs = freeUs;
    }
    const speed = this.context.endpoints.speed[endpoint];
    const departsUs = startsUs === Infinity || speed === 0 ? Infinity : startsUs + workUs / speed;
    const end = this.departures.end[endpoint];
    if (((end - this.departures.answered[endpoint]) | 0) > mask) {
      ring = this.widen(endpoint);
      mask = (ring.length / ROW - 1) | 0;
    }
    let at = end;
    while (at !== gone && ring[((at - 1) & mask) * ROW] > departsUs) {
      const to = (at & mask) * ROW;
      const from = ((at - 1) & mask) * ROW;
      for (let k = 0; k < ROW; k++) ring[to + k] = ring[from + k];
      at = (at - 1) | 0;
    }
    const row = (at & mask) * ROW;
    ring[row + DEPARTS] = departsUs;
    ring[row + ISSUED] = nowUs;
    ring[row + ENTERS] = entersUs;
    ring[row + STARTS] = startsUs;
    ring[row + LEFT] = workUs;
    ring[row + TRAFFIC] = source.traffic;
    ring[row + TURN] = this.departures.turns[endpoint]++;
    this.departures.end[endpoint] = (end + 1) | 0;
    if (this.readsAll) this.balanced.table.inFlight[this.context.endpoints.position[endpoint]] = count + 1;
  }

  loadAt(endpoint: number, nowUs: number): number {
    this.release(endpoint, nowUs);
    return (this.departures.end[endpoint] - this.departures.gone[endpoint]) | 0;
  }

  /** Takes out who has departed by now, and counts who has been answered. */
  private release(endpoint: number, nowUs: number): void {
    const ring = this.departures.rings[endpoint];
    const end = this.departures.end[endpoint];
    const mask = (ring.length / ROW - 1) | 0;
    let gone = this.departures.gone[endpoint];
    while (gone !== end && ring[(gone & mask) * ROW] <= nowUs) {
      const row = (gone & mask) * ROW;
      this.departures.startedBefore[endpoint]++;
      this.departures.busyBefore[endpoint] += ring[row] - ring[row + STARTS];
      gone = (gone + 1) | 0;
    }
    if (this.readsAll && gone !== this.departures.gone[endpoint]) {
      const at = this.context.endpoints.position[endpoint];
      if (at >= 0) this.balanced.table.inFlight[at] = (end - gone) | 0;
    }
    this.departures.gone[endpoint] = gone;
    const delayUs = this.departures.delayUs[endpoint];
    let answered = this.departures.answered[endpoint];
    while (answered !== gone) {
      const row = (answered & mask) * ROW;
      const answeredUs = ring[row] + delayUs;
      if (answeredUs > nowUs) break;
      this.answer(endpoint, ring[row + TRAFFIC], answeredUs - ring[row + ISSUED]);
      answered = (answered + 1) | 0;
    }
    this.departures.answered[endpoint] = answered;
  }

  private answer(endpoint: number, traffic: number, tookUs: number): void {
    const us = Math.floor(tookUs + 0.5);
    this.tally.served++;
    this.context.endpoints.served[endpoint]++;
    this.context.endpoints.latencySumUs[endpoint] += us;
    this.latency.add(us);
    this.context.counters.traffic[traffic].good++;
    this.context.counters.trafficLatency[traffic].add(us);
  }

  /** Brings the loads of all endpoints in the table up to date. */
  private freshen(nowUs: number): void {
    const { table } = this.balanced;
    for (let at = 0; at < table.count; at++) {
      const endpoint = table.id[at];
      const gone = this.departures.gone[endpoint];
      const ring = this.departures.rings[endpoint];
      if (gone !== this.departures.end[endpoint] && ring[(gone & (ring.length / ROW - 1)) * ROW] <= nowUs)
        this.release(endpoint, nowUs);
    }
  }

  /** Brings the counters up to the time advanced to. */
  settle(): void {
    this.latency = this.context.counters.serviceLatency[this.service];
    const members: number[] = [];
    for (const endpoint of this.members) {
      this.release(endpoint, this.nowUs);
      if (
        !this.context.endpoints.removed[endpoint] ||
        this.departures.answered[endpoint] !== this.departures.end[endpoint]
      )
        members.push(endpoint);
    }
    this.members = members;
    const { tally } = this;
    tally.inFlight = tally.arrived - tally.served - tally.failed - tally.timedOut;
    for (const { tally: traffic } of this.sources) traffic.inFlight = traffic.offered - traffic.good - traffic.bad;
  }

  /** Computes the departures of who is there anew. */
  setSpeed(endpoint: number, speed: number): void {
    const { endpoints } = this.context;
    const old = endpoints.speed[endpoint];
    endpoints.speed[endpoint] = speed;
    if (old === speed) return;
    const { nowUs, concurrency } = this;
    const rows = this.takeOut(endpoint);
    const changedUs = this.departures.changedUs[endpoint];
    this.departures.changedUs[endpoint] = nowUs;
    for (const row of rows) {
      if (row[STARTS] <= nowUs) {
        row[LEFT] -= (nowUs - Math.max(row[STARTS], changedUs)) * old;
        row[DEPARTS] = speed > 0 ? nowUs + row[LEFT] / speed : Infinity;
      } else {
        const count = (this.departures.end[endpoint] - this.departures.gone[endpoint]) | 0;
        const freeUs =
          count < concurrency ? -Infinity : this.row(endpoint, this.departures.end[endpoint] - concurrency)[DEPARTS];
        row[STARTS] = Math.max(row[ENTERS], freeUs);
        row[DEPARTS] = speed > 0 && row[STARTS] < Infinity ? row[STARTS] + row[LEFT] / speed : Infinity;
      }
      this.insert(endpoint, row);
    }
  }

  /** Gone at once; what has not departed fails. */
  remove(endpoint: number): void {
    this.departures.busyBefore[endpoint] = this.busyUs(endpoint);
    this.departures.startedBefore[endpoint] = this.started(endpoint);
    this.release(endpoint, this.nowUs);
    const { tally } = this;
    const { traffic } = this.context.counters;
    for (const row of this.takeOut(endpoint)) {
      tally.failed++;
      tally.failedBy.endpointLost++;
      this.context.endpoints.bad[endpoint]++;
      traffic[row[TRAFFIC]].bad++;
    }
    this.context.endpoints.removed[endpoint] = true;
  }

  inFlight(endpoint: number): number {
    this.release(endpoint, this.nowUs);
    let count = 0;
    for (let at = this.departures.gone[endpoint]; at !== this.departures.end[endpoint]; at = (at + 1) | 0)
      if (this.row(endpoint, at)[ENTERS] <= this.nowUs) count++;
    return count;
  }

  busyUs(endpoint: number): number {
    this.release(endpoint, this.nowUs);
    let busyUs = this.departures.busyBefore[endpoint];
    for (let at = this.departures.gone[endpoint]; at !== this.departures.end[endpoint]; at = (at + 1) | 0)
      busyUs += Math.max(0, this.nowUs - this.row(endpoint, at)[STARTS]);
    return busyUs;
  }

  started(endpoint: number): number {
    this.release(endpoint, this.nowUs);
    let started = this.departures.startedBefore[endpoint];
    for (let at = this.departures.gone[endpoint]; at !== this.departures.end[endpoint]; at = (at + 1) | 0)
      if (this.row(endpoint, at)[STARTS] <= this.nowUs) started++;
    return started;
  }

  /** Whether nothing of it is anywhere, so that delays may change. */
  get idle(): boolean {
    this.settle();
    return this.members.every((endpoint) => this.departures.answered[endpoint] === this.departures.end[endpoint]);
  }

  /** The delays have changed, while nothing was on its way. */
  delaysChanged(): void {
    for (const endpoint of this.members)
      this.departures.delayUs[endpoint] = this.context.network.delayUs(
        this.fromZone,
        this.context.endpoints.zone[endpoint],
      );
  }

  /** Hands the service with everything it has over to the event tier. */
  moveTo(events: EventTier): void {
    this.settle();
    const { nowUs } = this;
    const { endpoints } = this.context;
    for (let endpoint = 0; endpoint < endpoints.count; endpoint++) {
      if (endpoints.service[endpoint] !== this.service) continue;
      const started = this.started(endpoint);
      const busyUs = this.busyUs(endpoint);
      events.takeEndpoint(endpoint, started, busyUs);
      const delayUs = this.departures.delayUs[endpoint];
      for (let at = this.departures.answered[endpoint]; at !== this.departures.gone[endpoint]; at = (at + 1) | 0) {
        const row = this.row(endpoint, at);
        const atUs = row[DEPARTS] + delayUs;
        events.takeRequest(row[TRAFFIC], endpoint, row[ISSUED], { state: 'returns', atUs, workUs: 0 });
      }
      for (const row of this.takeOut(endpoint)) {
        const sinceUs = Math.max(row[STARTS], this.departures.changedUs[endpoint]);
        const state = row[ENTERS] > nowUs ? 'travels' : row[STARTS] > nowUs ? 'queued' : 'served';
        const atUs = state === 'travels' ? row[ENTERS] : sinceUs;
        events.takeRequest(row[TRAFFIC], endpoint, row[ISSUED], { state, atUs, workUs: row[LEFT] });
      }
      const at = this.context.endpoints.position[endpoint];
      if (at >= 0) this.balanced.table.inFlight[at] = events.loadAt(endpoint);
      if (endpoints.removed[endpoint]) events.remove(endpoint);
    }
    for (const { traffic, arrivals, keys } of this.sources) events.takeTraffic(traffic, arrivals, keys);
    events.takeService(this.service);
  }

  /** Throws where what its endpoints hold is not what is counted as in flight. */
  check(): void {
    this.settle();
    let held = 0;
    for (const endpoint of this.members)
      held += (this.departures.end[endpoint] - this.departures.answered[endpoint]) | 0;
    if (held !== this.tally.inFlight)
      throw new Violation(
        `service ${this.service} counts ${this.tally.inFlight} requests in flight, but its endpoints hold ${held}`,
      );
  }

  private row(endpoint: number, position: number): Float64Array {
    const ring = this.departures.rings[endpoint];
    const at = (position & (ring.length / ROW - 1)) * ROW;
    return ring.subarray(at, at + ROW);
  }

  /** Copies of the rows that have not departed, those in service first, then in the order of their coming; they are taken out. */
  private takeOut(endpoint: number): Float64Array[] {
    this.release(endpoint, this.nowUs);
    const rows: Float64Array[] = [];
    for (let at = this.departures.gone[endpoint]; at !== this.departures.end[endpoint]; at = (at + 1) | 0)
      rows.push(this.row(endpoint, at).slice());
    this.departures.end[endpoint] = this.departures.gone[endpoint];
    // First come, first served: who is in service has come before those who are not.
    return rows.sort((one, other) => one[TURN] - other[TURN]);
  }

  private insert(endpoint: number, row: Float64Array): void {
    const gone = this.departures.gone[endpoint];
    let at = this.departures.end[endpoint];
    this.departures.end[endpoint] = (at + 1) | 0;
    for (; at !== gone; at = (at - 1) | 0) {
      const before = this.row(endpoint, at - 1);
      if (before[DEPARTS] <= row[DEPARTS]) break;
      this.row(endpoint, at).set(before);
    }
    this.row(endpoint, at).set(row);
  }

  private widen(endpoint: number): Float64Array {
    const ring = this.departures.rings[endpoint];
    const wider = new Float64Array(ring.length * 2);
    const mask = ring.length / ROW - 1;
    const widerMask = wider.length / ROW - 1;
    for (let at = this.departures.answered[endpoint]; at !== this.departures.end[endpoint]; at = (at + 1) | 0) {
      const from = (at & mask) * ROW;
      wider.set(ring.subarray(from, from + ROW), (at & widerMask) * ROW);
    }
    this.departures.rings[endpoint] = wider;
    return wider;
  }
}
