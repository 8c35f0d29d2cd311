import { durationMeanUs, type DurationSpec, durationSquaredCv } from '../../duration-spec.ts';
import { Violation } from '../../ledger.ts';
import { US_PER_SECOND } from '../../time.ts';
import { refuseCallCircles } from '../call-circle.ts';
import { ServiceTally, TrafficTally } from '../counters.ts';
import type { LatencyHistogram } from '../latency-histogram.ts';
import type { EndpointSpec, RequestModel, RequestModelOptions } from '../request-model.ts';
import type { CallSpec, RequestService } from '../request-service.ts';
import type { LevelCurve, Traffic } from '../traffic.ts';
import { answerOf, type FluidAnswer } from './answer.ts';
import { type Cohort, Cohorts, newCohort } from './cohorts.ts';
import { FamilyCache } from './family-cache.ts';
import { fluidNotes } from './fluid-notes.ts';
import { DueLine, FluidStream } from './fluid-stream.ts';
import { GridSum } from './grid-sum.ts';
import { coarse, type LatencyShape, NO_TIME, scaled, shareAfter, sumOf, trimmed, within } from './latency-shape.ts';
import { NODE_US } from './log-grid.ts';
import { type GroupedEndpoint, ReplicaGroups } from './replica-groups.ts';
import { scaledDuration, serviceShape } from './service-shape.ts';
import { stagesOf } from './stages.ts';
import { evenUntil, meanLevelBetween, rateCurve } from './traffic-rate.ts';
import type { WorkBudget } from './work-budget.ts';
import { ZoneDelays } from './zone-delays.ts';
import { ZoneWeights } from './zone-weights.ts';

/** A level that changes by more than this share ends a span. */
const EVEN = 0.012;
/** Arrivals that change by more than this share from one span to the next make the spans short again. */
const UPSET = 0.05;
/** Quiet spans grow by this factor, up to the longest. */
const GROWTH = 1.6;
const LONGEST_US = 600 * US_PER_SECOND;
const SHORTEST_US = 200;
/** The shortest once the run has done its work. */
const COARSE_SPAN_US = 100_000;
/** Change of a distribution's mean, or of a chance, that is passed on to those who build on it. */
const TELLS = 0.025;
const TELLS_CHANCE = 2e-4;

interface Service {
  readonly spec: RequestService;
  readonly groups: ReplicaGroups;
  readonly meanUs: number;
  readonly squaredCv: number;
  readonly workShape: LatencyShape;
  readonly streams: FluidStream[];
  readonly calls: readonly (readonly { readonly call: CallSpec; readonly stream: FluidStream }[])[];
  readonly cohorts: Cohorts;
  /** The one that is being filled. */
  cohort: Cohort;
  /** None of those who ask gives up. */
  readonly patient: boolean;
  /** What leaves within a span, and what is answered: scratch. */
  readonly leaving: Float64Array;
  readonly due: Float64Array;
  /** All calls, whatever their stage. */
  readonly flatCalls: readonly { readonly call: CallSpec; readonly stream: FluidStream }[];
  /** Those whose own work is done, while their calls are not: by slot, good, failed and wrong answers one list after another. */
  readonly finishing: DueLine;
  slots: Float64Array;
  /** Sent where nobody answers and nobody gives up. */
  stuck: Float64Array;
  callsShape: LatencyShape;
  callsFail: number;
  callsTold: readonly FluidAnswer[];
  total: LatencyShape;
  totalOf: readonly [LatencyShape, LatencyShape];
  unreachable: number;
  lastRate: number;
  /** Nobody was refused, lost or late in the last span, and all who wait came lately. */
  calm: boolean;
  calmShape: LatencyShape;
  calmErrors: number;
}

/**
 * The fluid request model: rates and equations instead of requests. Each service is a queue of a typical replica, as
 * shares of replicas by the number of requests there, that follow the forward equations of its Markov chain while load
 * or capacity changes and rest in between. What is counted are fractions of requests.
 */
export class FluidRequests implements RequestModel {
  readonly services: readonly ServiceTally[];
  readonly traffic: readonly TrafficTally[];
  readonly work = { requests: 0, events: 0, steps: 0 };
  private readonly firstNotes: readonly string[];
  private nowUs: number;
  private readonly sources: readonly {
    readonly traffic: Traffic;
    readonly curve: LevelCurve;
    readonly stream: FluidStream;
    thinkUs: number;
  }[];
  private readonly inner: readonly Service[];
  private readonly order: readonly number[];
  private readonly endpoints: GroupedEndpoint[] = [];
  private readonly zones: ZoneDelays;
  private readonly zoneWeights: ZoneWeights;
  /** The service that sends the stream; absent: it comes from outside. */
  private readonly callerOf = new Map<FluidStream, number>();
  private readonly serviceLatency: GridSum[];
  private readonly trafficLatency: GridSum[];
  private spanUs: number;
  private readonly firstSpanUs: number;
  private readonly feedback: boolean;
  private readonly budget: WorkBudget;

  constructor(options: RequestModelOptions) {
    refuseCallCircles(options.services);
    const cache = new FamilyCache();
    this.budget = cache.budget;
    this.nowUs = options.startUs;
    this.zones = new ZoneDelays(options.zones.length);
    this.zoneWeights = new ZoneWeights(options.services.length, options.zones.length);
    this.services = options.services.map(() => new ServiceTally());
    this.traffic = options.traffic.map(() => new TrafficTally());
    this.serviceLatency = options.services.map(() => new GridSum());
    this.trafficLatency = options.traffic.map(() => new GridSum());
    const streams: FluidStream[][] = options.services.map(() => []);
    const slots = options.services.map(() => 0);
    const newStream = (service: number, client: Traffic['client'], traffic: number): FluidStream => {
      const stream = new FluidStream(service, client, traffic, slots[service]);
      slots[service] += client.attempts;
      streams[service].push(stream);
      return stream;
    };
    this.sources = options.traffic.map((traffic, index) => ({
      traffic,
      curve: rateCurve(traffic.source),
      stream: newStream(traffic.service, traffic.client, index),
      thinkUs: traffic.source.kind === 'closed' ? durationMeanUs(traffic.source.think) : 0,
    }));
    const calls = options.services.map((service) =>
      service.calls.map((stage) => stage.map((call) => ({ call, stream: newStream(call.service, call.client, -1) }))),
    );
    this.inner = options.services.map((spec, index) =>
      this.makeService(spec, streams[index], calls[index], slots[index], cache),
    );
    calls.forEach((stages, caller) => {
      for (const { stream } of stages.flat()) this.callerOf.set(stream, caller);
    });
    this.order = callersFirst(options.services);
    const means = this.inner.map((service) => service.meanUs);
    this.firstSpanUs = Math.max(SHORTEST_US, Math.min(US_PER_SECOND, ...means));
    this.spanUs = this.firstSpanUs;
    this.feedback = this.inner.some(
      (service) => service.spec.holdsPlace || service.streams.some((stream) => stream.attempts > 1),
    );
    this.firstNotes = fluidNotes(options);
  }

  get notes(): readonly string[] {
    if (!this.budget.everSpent) return this.firstNotes;
    return [
      ...this.firstNotes,
      'the fluid model came to the end of the work it allows itself, and from then on took queues for at rest under the load of the moment',
    ];
  }

  private makeService(
    spec: RequestService,
    streams: FluidStream[],
    calls: Service['calls'],
    slots: number,
    cache: FamilyCache,
  ): Service {
    const meanUs = durationMeanUs(spec.work);
    const squaredCv = durationSquaredCv(spec.work);
    const unit: DurationSpec = scaledDuration(spec.work, US_PER_SECOND / Math.max(meanUs, 1e-3));
    const unitShape = trimmed(serviceShape(unit), 5e-4, 1e-8);
    return {
      spec,
      meanUs,
      squaredCv,
      streams,
      calls,
      groups: new ReplicaGroups(spec, cache, meanUs, squaredCv, unitShape, JSON.stringify(unit)),
      workShape: scaled(unitShape, meanUs / US_PER_SECOND),
      cohorts: new Cohorts(),
      cohort: newCohort(slots, streams.length),
      patient: streams.every((stream) => stream.client.timeoutUs === Infinity),
      leaving: new Float64Array(3 * slots),
      due: new Float64Array(3 * slots),
      flatCalls: calls.flat(),
      finishing: new DueLine(),
      slots: new Float64Array(slots),
      stuck: new Float64Array(slots),
      callsShape: NO_TIME,
      callsFail: 0,
      callsTold: [],
      total: NO_TIME,
      totalOf: [NO_TIME, NO_TIME],
      unreachable: 0,
      lastRate: -1,
      calm: false,
      calmShape: NO_TIME,
      calmErrors: 0,
    };
  }

  advance(toUs: number): void {
    while (this.nowUs < toUs) {
      const spanUs = this.budget.spent ? Math.max(COARSE_SPAN_US, this.spanUs) : this.spanUs;
      let untilUs = Math.min(toUs, this.nowUs + spanUs);
      for (const { curve, thinkUs, traffic } of this.sources) {
        untilUs = evenUntil(curve, this.nowUs, untilUs, EVEN);
        if (traffic.source.kind === 'closed')
          untilUs = Math.min(
            untilUs,
            this.nowUs + Math.max(this.firstSpanUs, (thinkUs + this.inner[traffic.service].meanUs) / 3),
          );
      }
      this.span(this.nowUs, untilUs);
      this.nowUs = untilUs;
    }
  }

  /** One span of even traffic: callers first, so that what they send on reaches those they call within the same span. */
  private span(fromUs: number, toUs: number): void {
    const durationUs = toUs - fromUs;
    this.budget.grow(durationUs / US_PER_SECOND);
    for (const { traffic, curve, stream, thinkUs } of this.sources) {
      const level = meanLevelBetween(curve, fromUs, toUs);
      const tally = this.traffic[stream.traffic];
      let requests = (level * durationUs) / US_PER_SECOND;
      if (traffic.source.kind === 'closed') {
        const thinking = Math.max(0, level - tally.inFlight);
        requests = (thinking * durationUs) / (thinkUs + Math.min(durationUs, thinkUs > 0 ? thinkUs * 0.5 : durationUs));
      }
      stream.fresh += requests;
      tally.offered += requests;
      tally.inFlight += requests;
      this.work.requests += requests;
    }
    let upset = false;
    for (const index of this.order) upset = this.pass(index, fromUs, toUs) || upset;
    this.spanUs = upset
      ? Math.max(this.firstSpanUs, Math.min(durationUs / 2, this.firstSpanUs * (this.feedback ? 4 : 64)))
      : Math.min(LONGEST_US, Math.max(this.spanUs, durationUs * GROWTH));
  }

  /** Lets one service live through the span; returns whether its arrivals have changed much since the last one. */
  private pass(index: number, fromUs: number, toUs: number): boolean {
    const service = this.inner[index];
    const { slots, groups, streams, cohorts } = service;
    const durationUs = toUs - fromUs;
    const tally = this.services[index];
    slots.fill(0);
    for (const stream of streams) {
      const own = slots.subarray(stream.firstSlot, stream.firstSlot + stream.attempts);
      if (stream.attempts > 1) {
        stream.retries.take(toUs, own);
        let retries = 0;
        for (const amount of own) retries += amount;
        tally.retries += retries;
      }
      own[0] += stream.fresh;
      stream.asked += stream.fresh;
      if (stream.client.retryBudget !== undefined) stream.budget += stream.fresh * stream.client.retryBudget;
      stream.fresh = 0;
    }
    let arrivals = 0;
    for (const amount of slots) arrivals += amount;
    tally.arrived += arrivals;
    tally.inFlight += arrivals;
    for (const stream of streams)
      if (stream.cutShare > 0) arrivals -= this.cutOff(index, service, stream, fromUs, toUs);
    tally.crossZone += this.crossZone(service);
    const rate = arrivals / durationUs;
    const upset =
      Math.abs(rate - service.lastRate) > UPSET * Math.max(rate, service.lastRate) &&
      Math.abs(rate - service.lastRate) * service.meanUs > 0.002;
    service.lastRate = rate;

    const sameCalls = this.findCalls(service);
    const open = groups.openCount;
    const everyone = open + service.unreachable;
    const stuckShare = service.unreachable > 0 ? service.unreachable / everyone : 0;
    const passed = groups.pass(open > 0 ? arrivals * (1 - stuckShare) : 0, durationUs, true);
    this.work.steps += 1 + passed.steps;
    if (
      service.calm &&
      sameCalls &&
      passed.shape === service.calmShape &&
      passed.lost === 0 &&
      groups.errorShare === service.calmErrors
    ) {
      this.goOn(index, service, arrivals, fromUs, toUs);
      return upset;
    }
    const sent = arrivals * (1 - stuckShare);
    const lostShare = open === 0 ? 1 : sent > 0 ? passed.lost / sent : 0;
    const total = this.totalShape(service, passed.shape);
    const { cohort } = service;
    const before = cohorts.last();
    let same = service.patient;
    cohort.toUs = toUs;
    cohort.total = sent * (1 - lostShare);
    streams.forEach((stream, which) => {
      const { client, odds, delayUs } = stream;
      const timedOut = client.timeoutUs < Infinity ? shareAfter(total, client.timeoutUs - delayUs) : 0;
      const inTime = 1 - timedOut;
      if (odds.shape === NO_TIME || odds.of !== total || odds.delayUs !== delayUs) {
        odds.shape = client.timeoutUs < Infinity ? within(total, client.timeoutUs - delayUs) : total;
        odds.of = total;
        odds.delayUs = delayUs;
      }
      cohort.shapes[which] = odds.shape;
      cohort.callFailed[which] = inTime * service.callsFail;
      cohort.errors[which] = inTime * (1 - service.callsFail) * groups.errorShare;
      cohort.good[which] = inTime * (1 - service.callsFail) * (1 - groups.errorShare);
      odds.refused = lostShare * (1 - stuckShare);
      const bad = 1 - cohort.good[which];
      const reached = stuckShare + (1 - stuckShare) * (lostShare + (1 - lostShare) * bad);
      odds.fails = stream.cutShare + (1 - stream.cutShare) * reached;
      odds.failsAfterUs =
        reached > 0
          ? ((stuckShare + (1 - stuckShare) * (1 - lostShare) * timedOut) * Math.min(client.timeoutUs, 1e12) +
              (1 - stuckShare) * (1 - lostShare) * (bad - timedOut) * (odds.shape.meanUs + delayUs)) /
            reached
          : 0;
      if (stream.cutShare > 0)
        odds.failsAfterUs =
          (stream.cutShare * (client.timeoutUs < Infinity ? client.timeoutUs : 0) +
            (1 - stream.cutShare) * reached * odds.failsAfterUs) /
          odds.fails;
      same &&=
        before !== undefined &&
        before.shapes[which] === odds.shape &&
        before.good[which] === cohort.good[which] &&
        before.callFailed[which] === cohort.callFailed[which];
      this.enter(index, service, stream, cohort, timedOut, stuckShare, lostShare, fromUs, toUs);
    });
    if (same) cohorts.join(cohort);
    else {
      cohorts.push(cohort);
      service.cohort = newCohort(slots.length, streams.length);
    }
    this.giveUp(index, service, fromUs, toUs);
    this.depart(index, service, fromUs, toUs);
    service.calm = service.patient && passed.lost === 0 && service.unreachable === 0 && cohorts.size === 1;
    service.calmShape = passed.shape;
    service.calmErrors = groups.errorShare;
    return upset;
  }

  /** A span in which all fares as in the one before: only numbers differ. */
  private goOn(index: number, service: Service, arrivals: number, fromUs: number, toUs: number): void {
    const { cohorts, groups, slots, leaving, streams } = service;
    const cohort = cohorts.last();
    const pool = cohorts.total + arrivals;
    if (cohort === undefined || !(pool > 0)) return;
    const gone = Math.max(0, pool - groups.level);
    const share = gone / pool;
    const size = slots.length;
    for (let which = 0; which < streams.length; which++) {
      const stream = streams[which];
      for (let attempt = 0; attempt < stream.attempts; attempt++) {
        const slot = stream.firstSlot + attempt;
        const all = cohort.amounts[slot] * cohort.left + slots[slot];
        cohort.amounts[slot] = all * (1 - share);
        const amount = all * share;
        leaving[slot] = amount * cohort.good[which];
        leaving[size + slot] = amount * cohort.callFailed[which];
        leaving[2 * size + slot] = amount * cohort.errors[which];
        if (leaving[slot] > 0) this.record(index, stream, attempt, leaving[slot], cohort.shapes[which]);
      }
    }
    cohort.left = 1;
    cohort.toUs = toUs;
    cohort.total = pool - gone;
    cohorts.total = pool - gone;
    this.callAndFinish(index, service, gone, fromUs, toUs);
  }

  /** What is sent across a cut link waits for its timeout, or fails at once without one; returns how many. */
  private cutOff(index: number, service: Service, stream: FluidStream, fromUs: number, toUs: number): number {
    const { timeoutUs } = stream.client;
    const cut = new Float64Array(stream.attempts);
    let sum = 0;
    for (let attempt = 0; attempt < stream.attempts; attempt++) {
      const slot = stream.firstSlot + attempt;
      cut[attempt] = service.slots[slot] * stream.cutShare;
      service.slots[slot] -= cut[attempt];
      sum += cut[attempt];
    }
    if (timeoutUs < Infinity) stream.timeouts.push(fromUs + timeoutUs, toUs + timeoutUs, cut);
    else {
      const tally = this.services[index];
      tally.failed += sum;
      tally.failedBy.endpointLost += sum;
      tally.inFlight -= sum;
      this.fail(stream, cut, fromUs, toUs);
    }
    return sum;
  }

  /** Of those who arrive at the service, the ones that come from another zone than they go to. */
  private crossZone({ streams, slots }: Service): number {
    let crossing = 0;
    if (this.zones.zones === 1) return 0;
    for (const stream of streams) {
      const caller = this.callerOf.get(stream);
      const share =
        caller === undefined
          ? this.zoneWeights.crossShare(this.sources[stream.traffic].traffic.fromZone, stream.service)
          : this.zoneWeights.crossShareBetween(caller, stream.service);
      if (share === 0) continue;
      for (let attempt = 0; attempt < stream.attempts; attempt++) crossing += slots[stream.firstSlot + attempt] * share;
    }
    return crossing;
  }

  /** Those who arrived: refused at once, sent to where nobody answers, or in the queue, of whom some will give up. */
  private enter(
    index: number,
    service: Service,
    stream: FluidStream,
    cohort: Cohort,
    timedOut: number,
    stuckShare: number,
    lostShare: number,
    fromUs: number,
    toUs: number,
  ): void {
    const tally = this.services[index];
    const { timeoutUs } = stream.client;
    if (timedOut === 0 && stuckShare === 0 && lostShare === 0) {
      for (let slot = stream.firstSlot; slot < stream.firstSlot + stream.attempts; slot++)
        cohort.amounts[slot] = service.slots[slot];
      return;
    }
    const late = new Float64Array(stream.attempts);
    const refused = new Float64Array(stream.attempts);
    let refusals = 0;
    let lates = 0;
    for (let attempt = 0; attempt < stream.attempts; attempt++) {
      const slot = stream.firstSlot + attempt;
      const amount = service.slots[slot];
      const stuck = amount * stuckShare;
      const sent = amount - stuck;
      refused[attempt] = sent * lostShare;
      refusals += refused[attempt];
      cohort.amounts[slot] = sent - refused[attempt];
      late[attempt] = cohort.amounts[slot] * timedOut;
      if (timeoutUs < Infinity) late[attempt] += stuck;
      else service.stuck[slot] += stuck;
      lates += late[attempt];
    }
    if (lates > 0) stream.timeouts.push(fromUs + timeoutUs, toUs + timeoutUs, late);
    if (refusals > 0) {
      tally.failed += refusals;
      tally.inFlight -= refusals;
      if (service.groups.openCount === 0) tally.failedBy.noEndpoint += refusals;
      else tally.failedBy.queueFull += refusals;
      this.fail(stream, refused, fromUs, toUs);
    }
  }

  /** Callers whose patience ends in this span. */
  private giveUp(index: number, service: Service, fromUs: number, toUs: number): void {
    const tally = this.services[index];
    for (const stream of service.streams) {
      if (!(stream.client.timeoutUs < Infinity)) continue;
      const late = new Float64Array(stream.attempts);
      stream.timeouts.take(toUs, late);
      // Those who were to be answered in time but still wait, because the service has become slower.
      const which = service.streams.indexOf(stream);
      service.cohorts.each((cohort) => {
        if (cohort.toUs + stream.client.timeoutUs >= fromUs) return false;
        const hopeful = cohort.good[which] + cohort.callFailed[which] + cohort.errors[which];
        if (hopeful > 0) {
          for (let attempt = 0; attempt < stream.attempts; attempt++)
            late[attempt] += cohort.amounts[stream.firstSlot + attempt] * cohort.left * hopeful;
          cohort.good[which] = cohort.callFailed[which] = cohort.errors[which] = 0;
        }
        return true;
      });
      let sum = 0;
      for (const amount of late) sum += amount;
      if (sum === 0) continue;
      tally.timedOut += sum;
      tally.inFlight -= sum;
      service.groups.count(0, sum, 0);
      this.fail(stream, late, fromUs, toUs);
    }
  }

  /** The own work of those first in line is done: they call others, and are answered once those have answered. */
  private depart(index: number, service: Service, fromUs: number, toUs: number): void {
    const { cohorts, groups, slots } = service;
    const gone = Math.max(0, cohorts.total - groups.level);
    const size = slots.length;
    const { leaving } = service;
    leaving.fill(0);
    let any = false;
    cohorts.leave(gone, (cohort, share) => {
      service.streams.forEach((stream, which) => {
        for (let slot = stream.firstSlot; slot < stream.firstSlot + stream.attempts; slot++) {
          const amount = cohort.amounts[slot] * share;
          const good = amount * cohort.good[which];
          leaving[slot] += good;
          leaving[size + slot] += amount * cohort.callFailed[which];
          leaving[2 * size + slot] += amount * cohort.errors[which];
          if (good > 0) this.record(index, stream, slot - stream.firstSlot, good, cohort.shapes[which]);
        }
      });
      any = true;
    });
    if (any || service.calls.length > 0) this.callAndFinish(index, service, gone, fromUs, toUs);
  }

  /** Those who leave call others; what `leaving` holds is answered when the calls are. */
  private callAndFinish(index: number, service: Service, gone: number, fromUs: number, toUs: number): void {
    const { leaving, due, flatCalls } = service;
    for (const { call, stream } of flatCalls) stream.fresh += gone * call.chance * call.fanOut;
    const laterUs = service.spec.holdsPlace ? 0 : service.callsShape.meanUs;
    if (laterUs > 0) {
      service.finishing.push(fromUs + laterUs, toUs + laterUs, leaving);
      due.fill(0);
      service.finishing.take(toUs, due);
      this.finish(index, service, due, fromUs, toUs);
    } else this.finish(index, service, leaving, fromUs, toUs);
  }

  /** The time that good answers to attempts of one kind take. */
  private record(index: number, stream: FluidStream, attempt: number, amount: number, shape: LatencyShape): void {
    this.serviceLatency[index].add(shape, amount);
    if (stream.traffic < 0) return;
    const offsetUs = stream.delayUs + this.lostBefore(stream, attempt);
    this.trafficLatency[stream.traffic].add(offsetUs > 0 ? stream.later(shape, attempt, offsetUs) : shape, amount);
  }

  /** Time between the first attempt and this one. */
  private lostBefore(stream: FluidStream, attempt: number): number {
    let lostUs = 0;
    for (let k = 1; k <= attempt; k++) lostUs += stream.odds.failsAfterUs + stream.backoffUs(k);
    return lostUs;
  }

  private finish(index: number, service: Service, leaving: Float64Array, fromUs: number, toUs: number): void {
    const tally = this.services[index];
    const size = service.slots.length;
    let answered = 0;
    let missing = 0;
    for (const stream of service.streams) {
      let failed: Float64Array | undefined;
      let bad = 0;
      let good = 0;
      for (let attempt = 0; attempt < stream.attempts; attempt++) {
        const slot = stream.firstSlot + attempt;
        const byCall = leaving[size + slot];
        const byError = leaving[2 * size + slot];
        good += leaving[slot];
        if (byCall + byError > 0) {
          failed ??= new Float64Array(stream.attempts);
          failed[attempt] = byCall + byError;
        }
        bad += byCall + byError;
        missing += byCall;
        tally.failedBy.callFailed += byCall;
        tally.failedBy.errorAnswer += byError;
        answered += leaving[slot] + byError;
      }
      tally.served += good;
      tally.failed += bad;
      tally.inFlight -= good + bad;
      if (stream.traffic >= 0) {
        this.traffic[stream.traffic].good += good;
        this.traffic[stream.traffic].inFlight -= good;
      }
      if (failed !== undefined) this.fail(stream, failed, fromUs, toUs);
    }
    if (answered + missing > 0) service.groups.count(answered, missing, service.callsShape.meanUs);
  }

  /** Attempts that failed evenly within a span: made again after a while, or given up for good. */
  private fail(stream: FluidStream, amounts: Float64Array, fromUs: number, toUs: number): void {
    let bad = 0;
    for (let attempt = 0; attempt < stream.attempts; attempt++) {
      const amount = amounts[attempt];
      if (!(amount > 0)) continue;
      let again = attempt + 1 < stream.attempts ? amount : 0;
      if (again > 0 && stream.client.retryBudget !== undefined) {
        again = Math.min(again, stream.budget);
        stream.budget -= again;
      }
      if (again > 0) {
        const next = new Float64Array(stream.attempts);
        next[attempt + 1] = again;
        const waitUs = stream.backoffUs(attempt + 1);
        stream.retries.push(fromUs + waitUs, toUs + waitUs, next);
      }
      bad += amount - again;
    }
    stream.lost += bad;
    if (stream.traffic < 0 || bad === 0) return;
    this.traffic[stream.traffic].bad += bad;
    this.traffic[stream.traffic].inFlight -= bad;
  }

  /** What the calls of a service take and how often they fail, as those called are now; returns whether that is as before. */
  private findCalls(service: Service): boolean {
    if (service.calls.length === 0) return true;
    let same = service.callsTold.length > 0;
    const { flatCalls, callsTold } = service;
    for (let k = 0; k < flatCalls.length; k++)
      same = answerOf(flatCalls[k].stream, TELLS, TELLS_CHANCE) === callsTold[k] && same;
    if (same) return true;
    service.callsTold = service.flatCalls.map(({ stream }) => answerOf(stream, TELLS, TELLS_CHANCE));
    const { shape, fails } = stagesOf(service.calls);
    service.callsShape = shape;
    service.callsFail = fails;
    if (!service.spec.holdsPlace) return false;
    // A place is held for the own work and the calls: a service time of its own.
    const held = sumOf(service.workShape, shape);
    let square = 0;
    for (let k = 0; k < held.shares.length; k++)
      square += held.shares[k] * NODE_US[held.first + k] * NODE_US[held.first + k];
    const squaredCv = held.meanUs > 0 ? Math.max(0, square / (held.meanUs * held.meanUs) - 1) : 0;
    // In steps of a tenth, so that the chain is not made anew all the time.
    const rounded = service.calls.length === 0 ? service.squaredCv : Math.floor(squaredCv * 10 + 0.5) / 10;
    service.groups.setServiceTime(
      held.meanUs,
      rounded,
      scaled(held, US_PER_SECOND / held.meanUs),
      `held/${this.work.steps}`,
    );
    return false;
  }

  /** Own time and calls together. */
  private totalShape(service: Service, own: LatencyShape): LatencyShape {
    if (service.calls.length === 0 || service.spec.holdsPlace) return own;
    const [lastOwn, lastCalls] = service.totalOf;
    const near = Math.abs(own.meanUs - lastOwn.meanUs) <= TELLS * (own.meanUs + service.callsShape.meanUs);
    if (lastCalls === service.callsShape && near && lastOwn !== NO_TIME) return service.total;
    service.totalOf = [own, service.callsShape];
    service.total = sumOf(coarse(trimmed(own, 1e-3, 1e-6), 4), coarse(trimmed(service.callsShape, 1e-3, 1e-6), 4));
    return service.total;
  }

  addEndpoint(spec: EndpointSpec): number {
    const endpoint: GroupedEndpoint = {
      spec,
      speed: spec.speed,
      weight: spec.weight,
      errorShare: 0,
      reachable: true,
      draining: false,
      removed: false,
      group: undefined,
      busyUs: 0,
      started: 0,
      served: 0,
      bad: 0,
      latencySumUs: 0,
    };
    this.endpoints.push(endpoint);
    this.inner[spec.service].groups.add(endpoint);
    this.zones.place(spec.service, spec.zone, 1);
    this.zoneWeights.change(spec.service, spec.zone, spec.weight);
    this.disturb(spec.service);
    return this.endpoints.length - 1;
  }

  setSpeed(endpoint: number, speed: number): void {
    const one = this.endpoints[endpoint];
    if (one.speed === speed || one.removed) return;
    one.speed = speed;
    if (one.group !== undefined) this.inner[one.spec.service].groups.move(one);
    this.disturb(one.spec.service);
  }

  setWeight(endpoint: number, weight: number): void {
    const one = this.endpoints[endpoint];
    if (one.weight === weight || one.removed) return;
    if (!one.draining) this.zoneWeights.change(one.spec.service, one.spec.zone, weight - one.weight);
    const service = this.inner[one.spec.service];
    service.unreachable -= lostTargets(one);
    one.weight = weight;
    service.unreachable += lostTargets(one);
    if (one.group !== undefined && !one.draining) service.groups.move(one);
    this.disturb(one.spec.service);
  }

  setErrorShare(endpoint: number, share: number): void {
    const one = this.endpoints[endpoint];
    this.inner[one.spec.service].groups.setErrorShare(one, share);
  }

  setReachable(endpoint: number, reachable: boolean): void {
    const one = this.endpoints[endpoint];
    if (one.reachable === reachable || one.removed) return;
    const service = this.inner[one.spec.service];
    service.unreachable -= lostTargets(one);
    one.reachable = reachable;
    service.unreachable += lostTargets(one);
    if (reachable) service.groups.add(one);
    else {
      const held = service.groups.take(one);
      // Whoever waits there waits until he gives up, or until the endpoint is removed.
      this.lose(one.spec.service, held, (stream, late) => {
        if (stream.client.timeoutUs < Infinity)
          stream.timeouts.push(this.nowUs, this.nowUs + stream.client.timeoutUs, late);
        else for (let k = 0; k < late.length; k++) service.stuck[stream.firstSlot + k] += late[k];
      });
    }
    this.disturb(one.spec.service);
  }

  drain(endpoint: number): void {
    const one = this.endpoints[endpoint];
    if (one.draining || one.removed) return;
    const service = this.inner[one.spec.service];
    service.unreachable -= lostTargets(one);
    one.draining = true;
    if (one.reachable) service.groups.move(one);
    this.zones.place(one.spec.service, one.spec.zone, -1);
    this.zoneWeights.change(one.spec.service, one.spec.zone, -one.weight);
    this.disturb(one.spec.service);
  }

  remove(endpoint: number): void {
    const one = this.endpoints[endpoint];
    if (one.removed) return;
    one.removed = true;
    const index = one.spec.service;
    const service = this.inner[index];
    if (!one.draining) {
      this.zones.place(index, one.spec.zone, -1);
      this.zoneWeights.change(index, one.spec.zone, -one.weight);
    }
    if (one.reachable) {
      const held = service.groups.take(one);
      this.lose(index, held, (stream, late) => this.endpointLost(index, stream, late));
    } else {
      service.unreachable -= lostTargets(one);
      if (service.unreachable === 0)
        for (const stream of service.streams) {
          const amounts = service.stuck.slice(stream.firstSlot, stream.firstSlot + stream.attempts);
          service.stuck.fill(0, stream.firstSlot, stream.firstSlot + stream.attempts);
          this.endpointLost(index, stream, amounts);
        }
    }
    this.disturb(index);
  }

  private endpointLost(index: number, stream: FluidStream, amounts: Float64Array): void {
    let sum = 0;
    for (const amount of amounts) sum += amount;
    if (sum === 0) return;
    const tally = this.services[index];
    tally.failed += sum;
    tally.failedBy.endpointLost += sum;
    tally.inFlight -= sum;
    this.fail(stream, amounts, this.nowUs, this.nowUs);
  }

  /** So many requests, of all that wait alike, get no answer any more; the callback gets those who were to be answered. */
  private lose(index: number, requests: number, gone: (stream: FluidStream, amounts: Float64Array) => void): void {
    const service = this.inner[index];
    const { cohorts, streams } = service;
    if (!(cohorts.total > 0) || !(requests > 0)) return;
    const sums = streams.map((stream) => new Float64Array(stream.attempts));
    cohorts.thin(Math.min(1, requests / cohorts.total), (cohort, share) => {
      streams.forEach((stream, which) => {
        const hopeful = cohort.good[which] + cohort.callFailed[which] + cohort.errors[which];
        for (let attempt = 0; attempt < stream.attempts; attempt++)
          sums[which][attempt] += cohort.amounts[stream.firstSlot + attempt] * share * hopeful;
      });
    });
    streams.forEach((stream, which) => gone(stream, sums[which]));
  }

  private disturb(service: number): void {
    this.inner[service].calm = false;
    this.spanUs = this.firstSpanUs;
    for (const stream of this.inner[service].streams) this.setStreamDelay(stream);
    // Where callers are matters as much as where those they call are.
    for (const { stream } of this.inner[service].flatCalls) {
      this.setStreamDelay(stream);
      this.inner[stream.service].calm = false;
    }
  }

  private setStreamDelay(stream: FluidStream): void {
    const { service } = stream;
    const caller = this.callerOf.get(stream);
    if (caller === undefined) {
      const { fromZone } = this.sources[stream.traffic].traffic;
      stream.delayUs = this.zones.roundTripUs(fromZone, service);
      stream.cutShare = this.zones.lostShare(fromZone, -1, service);
    } else {
      stream.delayUs = this.zones.roundTripBetweenUs(caller, service);
      stream.cutShare = this.zones.lostShare(-1, caller, service);
    }
  }

  inFlight(endpoint: number): number {
    const one = this.endpoints[endpoint];
    return this.inner[one.spec.service].groups.levelOf(one);
  }

  busyUs(endpoint: number): number {
    const { busyUs, group } = this.endpoints[endpoint];
    return group === undefined ? busyUs : busyUs + group.busyUs;
  }

  started(endpoint: number): number {
    const { started, group, spec } = this.endpoints[endpoint];
    return (group === undefined ? started : started + group.started) / Math.max(1e-3, this.inner[spec.service].meanUs);
  }

  servedBy(endpoint: number): number {
    const { served, group, errorShare } = this.endpoints[endpoint];
    return group === undefined ? served : served + group.answered * (1 - errorShare);
  }

  badBy(endpoint: number): number {
    const { bad, group, errorShare } = this.endpoints[endpoint];
    return group === undefined ? bad : bad + group.late + group.answered * errorShare;
  }

  latencySumUs(endpoint: number): number {
    const { latencySumUs, group, errorShare } = this.endpoints[endpoint];
    return group === undefined ? latencySumUs : latencySumUs + group.latencySumUs * (1 - errorShare);
  }

  setDelay(fromZone: number, toZone: number, delayUs: number): void {
    this.zones.setDelay(fromZone, toZone, delayUs);
    this.zonesChanged();
  }

  setLink(fromZone: number, toZone: number, up: boolean): void {
    this.zones.setLink(fromZone, toZone, up);
    this.zonesChanged();
  }

  private zonesChanged(): void {
    this.inner.forEach((_, index) => this.disturb(index));
  }

  takeServiceLatency(service: number): LatencyHistogram {
    return this.serviceLatency[service].take();
  }

  takeTrafficLatency(traffic: number): LatencyHistogram {
    return this.trafficLatency[traffic].take();
  }

  check(): void {
    this.inner.forEach((service, index) => {
      const { arrived, served, failed, timedOut, inFlight, failedBy } = this.services[index];
      const scale = 1e-6 * Math.max(1, arrived);
      const say = (what: string): never => {
        throw new Violation(
          `service "${service.spec.name}": ${what} (arrived ${arrived}, served ${served}, failed ${failed}, timed out ${timedOut}, in flight ${inFlight})`,
        );
      };
      if (![arrived, served, failed, timedOut, inFlight].every(Number.isFinite)) say('a counter is not a number');
      if (Math.abs(arrived - served - failed - timedOut - inFlight) > scale) say('its counters do not add up');
      if (inFlight < -scale) say('fewer than no requests are in flight');
      const causes = Object.values(failedBy).reduce((sum, one) => sum + one, 0);
      if (Math.abs(causes - failed) > scale) say(`its failures have causes for ${causes}`);
      const waiting = service.cohorts.total;
      const { level } = service.groups;
      // Queues are at rest at the end of a span, also of one in which fewer came than that needs: fractions of a request.
      if (Math.abs(waiting - level) > 1e-6 * Math.max(1, arrived) + 0.02 * level + 0.1)
        say(`its replicas hold ${level} requests but ${waiting} are waiting`);
    });
    this.traffic.forEach(({ offered, good, bad, inFlight }, index) => {
      if (!(Math.abs(offered - good - bad - inFlight) <= 1e-6 * Math.max(1, offered)))
        throw new Violation(
          `traffic ${index}: offered ${offered} is not good ${good} + bad ${bad} + in flight ${inFlight}`,
        );
    });
  }
}

/** 1 when an endpoint is still sent requests that nobody gets. */
function lostTargets({ draining, reachable, weight }: GroupedEndpoint): number {
  return draining || reachable || weight === 0 ? 0 : 1;
}

/** Services so that callers stand before those they call, as far as calls go round in no circle. */
function callersFirst(services: readonly RequestService[]): number[] {
  const order: number[] = [];
  const seen = new Set<number>();
  const visit = (index: number): void => {
    if (seen.has(index)) return;
    seen.add(index);
    for (const stage of services[index].calls) for (const { service } of stage) visit(service);
    order.push(index);
  };
  services.forEach((_, index) => visit(index));
  return order.reverse();
}
