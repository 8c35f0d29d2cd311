import type { DurationSampler } from '../duration-spec.ts';
import { Violation } from '../ledger.ts';
import type { Arrivals } from './arrivals.ts';
import type { BalancedService, LoadSource } from './balanced-service.ts';
import {
  ANSWERED,
  BUSY_US,
  DELAY_US,
  type Departures,
  END,
  GONE,
  LATENCY_SUM_US,
  LOST_STARTED,
  MASK,
  NEXT,
  ROW,
  SERVED,
  SPEED,
} from './departures.ts';
import type { ServiceTally, TrafficTally } from './counters.ts';
import {
  DEPARTS,
  ENTERS,
  headInt,
  insertRow,
  isEmpty,
  ISSUED,
  LEFT,
  presentRows,
  rowAt,
  SOURCE,
  STARTS,
  takeOutRows,
  TURN,
} from './departure-rows.ts';
import type { EventTier } from './event-tier.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { keyOf, keySalt } from './request-key.ts';
import type { TierContext } from './tier-context.ts';

/** One traffic of the service. */
interface Source {
  readonly traffic: number;
  readonly arrivals: Arrivals;
  readonly salt: number;
  readonly fromZone: number;
  keys: number;
  readonly tally: TrafficTally;
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
  /** Since the counters were last brought up to date, by source. */
  private readonly good: number[] = [];
  /** Since latencies were last taken, by source. */
  private readonly latency: LatencyHistogram[] = [];

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
    this.work = context.work[service];
    this.nowUs = options.startUs;
    options.traffic.forEach(({ service: asked, fromZone }, traffic) => {
      if (asked !== service) return;
      this.sources.push({
        traffic,
        arrivals: arrivals[traffic]!,
        salt: keySalt(traffic),
        fromZone,
        keys: 0,
        tally: counters.traffic[traffic],
      });
      this.good.push(0);
      this.latency.push(new LatencyHistogram());
    });
    this.fromZone = this.sources.length > 0 ? this.sources[0].fromZone : -1;
  }

  addEndpoint(endpoint: number): void {
    const { zone, speed } = this.context.endpoints;
    this.members.push(endpoint);
    this.departures.add(endpoint, this.context.network.delayUs(this.fromZone, zone[endpoint]), speed[endpoint]);
    this.context.endpoints.changedUs[endpoint] = this.nowUs;
  }

  /** Lets arrivals come up to and including this time. Counters are brought up to it by `settle` only. */
  advance(toUs: number): void {
    const { sources, balanced } = this;
    for (;;) {
      let next = 0;
      let arrivalUs = Infinity;
      let belowUs = Infinity;
      for (let at = 0; at < sources.length; at++) {
        const otherUs = sources[at].arrivals.nextUs;
        if (otherUs < arrivalUs) {
          belowUs = arrivalUs;
          arrivalUs = otherUs;
          next = at;
        } else if (otherUs < belowUs) belowUs = otherUs;
      }
      const timerUs = balanced.nextTimerUs;
      if (timerUs <= arrivalUs) {
        if (timerUs > toUs) break;
        this.nowUs = timerUs;
        balanced.onTimer();
      } else if (arrivalUs > toUs) break;
      else this.run(next, toUs, Math.min(belowUs, timerUs));
    }
    this.nowUs = toUs;
  }

  /** The next arrival of this source, and those after it that come before `belowUs` and not after `toUs`. */
  private run(at: number, toUs: number, belowUs: number): void {
    const { balanced, tally, work } = this;
    const { zone } = this.context.endpoints;
    const source = this.sources[at];
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
        } else {
          if (fromZone >= 0 && zone[endpoint] !== fromZone) tally.crossZone++;
          this.send(endpoint, at, nowUs, workUs);
        }
      }
      arrivals.step();
    } while (arrivals.nextUs <= toUs && arrivals.nextUs < belowUs);
    tally.arrived += count;
    trafficTally.offered += count;
    this.context.counters.work.requests += count;
  }

  private send(endpoint: number, source: number, nowUs: number, workUs: number): void {
    const { departures, concurrency } = this;
    let head = departures.head[endpoint];
    let { floats, ints } = departures;
    this.release(endpoint, nowUs);
    let gone = ints[2 * head + GONE];
    let end = ints[2 * head + END];
    const count = (end - gone) | 0;
    // fast: the first rows stay in the cache.
    if (count === 0 && ints[2 * head + ANSWERED] === gone)
      gone = end = ints[2 * head + GONE] = ints[2 * head + END] = ints[2 * head + ANSWERED] = 0;
    let mask = ints[2 * head + MASK];
    const entersUs = nowUs + floats[head + DELAY_US];
    let startsUs = entersUs;
    if (count >= concurrency) {
      const room = concurrency + this.queueLimit;
      if (count >= room && floats[head + ROW * (1 + ((end - room) & mask))] > entersUs) {
        this.refuse(endpoint, source);
        return;
      }
      // All of them but the last so many have departed when the first place gets free.
      const freeUs = floats[head + ROW * (1 + ((end - concurrency) & mask))];
      if (freeUs > entersUs) startsUs = freeUs;
    }
    if (((end - ints[2 * head + ANSWERED]) | 0) > mask) {
      departures.widen(endpoint);
      head = departures.head[endpoint];
      ({ floats, ints } = departures);
      mask = ints[2 * head + MASK];
    }
    // At speed 0 it never ends, nor does what waits for it.
    const speed = floats[head + SPEED];
    const departsUs = speed > 0 ? startsUs + workUs / speed : Infinity;
    let at = end;
    while (at !== gone) {
      const from = head + ROW * (1 + ((at - 1) & mask));
      if (floats[from] <= departsUs) break;
      floats.copyWithin(head + ROW * (1 + (at & mask)), from, from + ROW);
      at = (at - 1) | 0;
    }
    if (at === gone) floats[head + NEXT] = departsUs;
    const row = head + ROW * (1 + (at & mask));
    floats[row + DEPARTS] = departsUs;
    floats[row + ISSUED] = nowUs;
    floats[row + ENTERS] = entersUs;
    floats[row + STARTS] = startsUs;
    floats[row + LEFT] = workUs;
    floats[row + SOURCE] = source;
    floats[row + TURN] = end;
    ints[2 * head + END] = (end + 1) | 0;
    if (this.readsAll) this.balanced.table.inFlight[this.context.endpoints.position[endpoint]] = count + 1;
  }

  private refuse(endpoint: number, source: number): void {
    this.tally.failed++;
    this.tally.failedBy.queueFull++;
    this.context.endpoints.bad[endpoint]++;
    this.sources[source].tally.bad++;
  }

  loadAt(endpoint: number, nowUs: number): number {
    const { departures } = this;
    const head = departures.head[endpoint];
    if (departures.floats[head + NEXT] <= nowUs) this.release(endpoint, nowUs);
    const { ints } = departures;
    return (ints[2 * head + END] - ints[2 * head + GONE]) | 0;
  }

  /** Takes out who has departed by now, and counts who has been answered. */
  private release(endpoint: number, nowUs: number): void {
    const { floats, ints, head: heads } = this.departures;
    const head = heads[endpoint];
    let gone = ints[2 * head + GONE];
    const mask = ints[2 * head + MASK];
    if (floats[head + NEXT] <= nowUs) {
      const end = ints[2 * head + END];
      let nextUs = floats[head + NEXT];
      while (nextUs <= nowUs) {
        floats[head + BUSY_US] += nextUs - floats[head + ROW * (1 + (gone & mask)) + STARTS];
        gone = (gone + 1) | 0;
        nextUs = gone === end ? Infinity : floats[head + ROW * (1 + (gone & mask))];
      }
      floats[head + NEXT] = nextUs;
      ints[2 * head + GONE] = gone;
      if (this.readsAll) this.tell(endpoint, (end - gone) | 0);
    }
    let answered = ints[2 * head + ANSWERED];
    if (answered === gone) return;
    const delayUs = floats[head + DELAY_US];
    do {
      const row = head + ROW * (1 + (answered & mask));
      const answeredUs = floats[row] + delayUs;
      if (answeredUs > nowUs) break;
      const tookUs = Math.floor(answeredUs - floats[row + ISSUED] + 0.5);
      const source = floats[row + SOURCE];
      floats[head + LATENCY_SUM_US] += tookUs;
      this.good[source]++;
      this.latency[source].addOne(tookUs);
      ints[2 * head + SERVED]++;
      answered = (answered + 1) | 0;
    } while (answered !== gone);
    ints[2 * head + ANSWERED] = answered;
  }

  private tell(endpoint: number, load: number): void {
    const at = this.context.endpoints.position[endpoint];
    if (at >= 0) this.balanced.table.inFlight[at] = load;
  }

  /** Brings the loads of all endpoints in the table up to date. */
  private freshen(nowUs: number): void {
    const { table } = this.balanced;
    const { floats, head } = this.departures;
    for (let at = 0; at < table.count; at++) {
      const endpoint = table.id[at];
      if (floats[head[endpoint] + NEXT] <= nowUs) this.release(endpoint, nowUs);
    }
  }

  /** Brings the counters up to the time advanced to. */
  settle(): void {
    const { removed } = this.context.endpoints;
    let gone = false;
    for (const endpoint of this.members) {
      this.release(endpoint, this.nowUs);
      if (removed[endpoint] && isEmpty(this.departures, endpoint)) gone = true;
    }
    if (gone)
      this.members = this.members.filter((endpoint) => !removed[endpoint] || !isEmpty(this.departures, endpoint));
    const { tally, good } = this;
    this.sources.forEach(({ tally: traffic }, at) => {
      traffic.good += good[at];
      tally.served += good[at];
      good[at] = 0;
      traffic.inFlight = traffic.offered - traffic.good - traffic.bad;
    });
    tally.inFlight = tally.arrived - tally.served - tally.failed;
  }

  /** Adds the latencies since the last time to those that are told. */
  settleLatency(): void {
    const { serviceLatency, trafficLatency } = this.context.counters;
    this.sources.forEach(({ traffic }, at) => {
      const latency = this.latency[at];
      if (latency.count === 0) return;
      serviceLatency[this.service].merge(latency);
      trafficLatency[traffic].merge(latency);
      latency.clear();
    });
  }

  /** Computes the departures of who is there anew. */
  setSpeed(endpoint: number, speed: number): void {
    const { endpoints } = this.context;
    const old = endpoints.speed[endpoint];
    endpoints.speed[endpoint] = speed;
    if (old === speed) return;
    const { nowUs, concurrency } = this;
    const rows = this.takeOut(endpoint);
    this.departures.floats[this.departures.head[endpoint] + SPEED] = speed;
    const changedUs = endpoints.changedUs[endpoint];
    endpoints.changedUs[endpoint] = nowUs;
    for (const row of rows) {
      if (row[STARTS] <= nowUs) {
        row[LEFT] -= (nowUs - Math.max(row[STARTS], changedUs)) * old;
        row[DEPARTS] = speed > 0 ? nowUs + row[LEFT] / speed : Infinity;
      } else {
        const end = headInt(this.departures, endpoint, END);
        const count = (end - headInt(this.departures, endpoint, GONE)) | 0;
        const freeUs = count < concurrency ? -Infinity : rowAt(this.departures, endpoint, end - concurrency)[DEPARTS];
        row[STARTS] = Math.max(row[ENTERS], freeUs);
        row[DEPARTS] = speed > 0 ? row[STARTS] + row[LEFT] / speed : Infinity;
      }
      insertRow(this.departures, endpoint, row);
    }
  }

  /** Gone at once; what has not departed fails. */
  remove(endpoint: number): void {
    const { departures, tally, nowUs } = this;
    const { endpoints } = this.context;
    departures.floats[departures.head[endpoint] + BUSY_US] = this.busyUs(endpoint);
    for (const row of this.takeOut(endpoint)) {
      tally.failed++;
      tally.failedBy.endpointLost++;
      endpoints.bad[endpoint]++;
      this.sources[row[SOURCE]].tally.bad++;
      if (row[STARTS] <= nowUs) departures.ints[2 * departures.head[endpoint] + LOST_STARTED]++;
    }
    endpoints.removed[endpoint] = true;
  }

  inFlight(endpoint: number): number {
    return this.present(endpoint).filter((row) => row[ENTERS] <= this.nowUs).length;
  }

  busyUs(endpoint: number): number {
    const rows = this.present(endpoint);
    const { floats, head } = this.departures;
    return rows.reduce((sum, row) => sum + Math.max(0, this.nowUs - row[STARTS]), floats[head[endpoint] + BUSY_US]);
  }

  started(endpoint: number): number {
    const begun = this.present(endpoint).filter((row) => row[STARTS] <= this.nowUs).length;
    const departed =
      headInt(this.departures, endpoint, SERVED) +
      ((headInt(this.departures, endpoint, GONE) - headInt(this.departures, endpoint, ANSWERED)) | 0);
    return departed + headInt(this.departures, endpoint, LOST_STARTED) + begun;
  }

  servedBy(endpoint: number): number {
    this.release(endpoint, this.nowUs);
    return headInt(this.departures, endpoint, SERVED);
  }

  latencySumUs(endpoint: number): number {
    this.release(endpoint, this.nowUs);
    const { floats, head } = this.departures;
    return floats[head[endpoint] + LATENCY_SUM_US];
  }

  /** Whether nothing of it is anywhere, so that delays may change. */
  get idle(): boolean {
    this.settle();
    return this.members.every((endpoint) => isEmpty(this.departures, endpoint));
  }

  /** The delays have changed, while nothing was on its way. */
  delaysChanged(): void {
    const { floats, head } = this.departures;
    for (const endpoint of this.members)
      floats[head[endpoint] + DELAY_US] = this.context.network.delayUs(
        this.fromZone,
        this.context.endpoints.zone[endpoint],
      );
  }

  /** Hands the service with everything it has over to the event tier. */
  moveTo(events: EventTier): void {
    this.settle();
    this.settleLatency();
    const { endpoints } = this.context;
    for (let endpoint = 0; endpoint < endpoints.count; endpoint++)
      if (endpoints.service[endpoint] === this.service) this.moveEndpoint(endpoint, events);
    for (const { traffic, arrivals, keys } of this.sources) events.takeTraffic(traffic, arrivals, keys);
    events.takeService(this.service);
  }

  private moveEndpoint(endpoint: number, events: EventTier): void {
    const { nowUs } = this;
    const { endpoints } = this.context;
    events.takeEndpoint(endpoint, this.started(endpoint), this.busyUs(endpoint));
    endpoints.served[endpoint] = this.servedBy(endpoint);
    endpoints.latencySumUs[endpoint] = this.latencySumUs(endpoint);
    const delayUs = this.departures.floats[this.departures.head[endpoint] + DELAY_US];
    const gone = headInt(this.departures, endpoint, GONE);
    for (let at = headInt(this.departures, endpoint, ANSWERED); at !== gone; at = (at + 1) | 0) {
      const row = rowAt(this.departures, endpoint, at);
      const atUs = row[DEPARTS] + delayUs;
      events.takeRequest(this.trafficOf(row), endpoint, row[ISSUED], { state: 'returns', atUs, workUs: 0 });
    }
    for (const row of this.takeOut(endpoint)) {
      const sinceUs = Math.max(row[STARTS], endpoints.changedUs[endpoint]);
      const state = row[ENTERS] > nowUs ? 'travels' : row[STARTS] > nowUs ? 'queued' : 'served';
      const atUs = state === 'travels' ? row[ENTERS] : sinceUs;
      events.takeRequest(this.trafficOf(row), endpoint, row[ISSUED], { state, atUs, workUs: row[LEFT] });
    }
    this.tell(endpoint, events.loadAt(endpoint));
    if (endpoints.removed[endpoint]) events.remove(endpoint);
  }

  /** Throws where what its endpoints hold is not what is counted as in flight. */
  check(): void {
    this.settle();
    let held = 0;
    for (const endpoint of this.members)
      held += (headInt(this.departures, endpoint, END) - headInt(this.departures, endpoint, ANSWERED)) | 0;
    if (held !== this.tally.inFlight)
      throw new Violation(
        `service ${this.service} counts ${this.tally.inFlight} requests in flight, but its endpoints hold ${held}`,
      );
  }

  private trafficOf(row: Float64Array): number {
    return this.sources[row[SOURCE]].traffic;
  }

  /** The rows of those who have not departed by now. */
  private present(endpoint: number): Float64Array[] {
    this.release(endpoint, this.nowUs);
    return presentRows(this.departures, endpoint);
  }

  /** Copies of them in the order of their coming; they are taken out. */
  private takeOut(endpoint: number): Float64Array[] {
    this.release(endpoint, this.nowUs);
    return takeOutRows(this.departures, endpoint);
  }
}
