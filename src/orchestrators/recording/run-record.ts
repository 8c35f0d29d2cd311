import { DECIDE, Journal, REQUESTS, type JournalSink } from '../../sim/journal.ts';
import type { LivingResult, WaitingPods } from '../../sim/monitoring/living-result.ts';
import { Timeline } from '../../sim/monitoring/timeline.ts';
import { hashOf } from '../../sim/requests/endpoints.ts';
import type { RequestModel } from '../../sim/requests/request-model.ts';
import type { PodCounts, RunResult } from '../../sim/result.ts';
import type { Chronicle, Decision, TimerSpan } from '../chronicle.ts';
import { KeptRecords } from '../kept-records.ts';
import { ClusterLines, type ClusterReading, type WorkloadReading } from './cluster-lines.ts';
import { clusterNumbers } from './cluster-numbers.ts';
import type { MachineBills } from './machine-bills.ts';
import { NodeHeat } from './node-heat.ts';
import { PodNumbers } from './pod-numbers.ts';
import { RequestRecords, type RequestRecordsSpec } from './request-records.ts';
import { serviceResult } from './service-result.ts';
import type { Workload, WorkloadCounts } from './workload-counts.ts';

export interface RunRecordSpec extends RequestRecordsSpec {
  readonly durationUs: number;
  readonly scrapeUs: number;
  readonly timelinePoints: number;
  readonly zones: readonly string[];
}

export interface RunRecordParts {
  readonly clock: { readonly nowUs: number; readonly events: number };
  readonly spec: RunRecordSpec;
  readonly bills: MachineBills;
  readonly workloads: WorkloadCounts;
  /** Where pods without a node may stand. */
  readonly queues: readonly string[];
  readonly journal: JournalSink | undefined;
}

/** What a workload's ready replicas use, and what they request. */
export interface WorkloadUse {
  readonly cpuUsed: number;
  readonly cpuRequested: number;
  readonly memUsed: number;
  readonly memRequested: number;
}

/** What is to be known of the cluster at a scrape. */
export interface ScrapeFacts extends Pick<ClusterReading, 'nodesReady' | 'readyInZone' | 'queues'> {
  readonly useOf: (workload: Workload) => WorkloadUse;
  readonly usedMilli: number;
}

/** What is to be known of it at the end. */
export interface ResultFacts {
  readonly counts: PodCounts;
  /** Counted: evictions, restarts, kills for want of memory. */
  readonly totals: Readonly<Record<'evictions' | 'restarts' | 'oomKills', number>>;
  readonly work: { readonly decisions: number; readonly nodeEvaluations: number; readonly scoreCalls: number };
  readonly waiting: readonly WaitingPods[];
  readonly notes: readonly string[];
  readonly others: number;
  /** More that only some runs have to say, asked for when everything has been summed up. */
  readonly more?: () => Partial<LivingResult>;
}

/** What every run of an orchestrator writes down in the same way: journal, records, numbers, lines, and the result made of them. */
export class RunRecord implements Chronicle {
  readonly records = new KeptRecords();
  readonly journal: Journal;
  readonly numbers = new PodNumbers();
  readonly heat = new NodeHeat();
  /** By workload: as of the last scrape. */
  readonly readings: WorkloadReading[] = [];
  private readonly parts: RunRecordParts;
  private readonly timeline: Timeline;
  private readonly lines: ClusterLines;
  private model: RequestModel | undefined;
  private requests: RequestRecords | undefined;
  private scrapedUs = 0;
  /** CPU used over time, in millicores x microseconds. */
  private cpuUsedMilliUs = 0;
  /** By workload: share of CPU used of requested, times microseconds, and for how long it was known. */
  private readonly cpuShareUs: number[] = [];
  private readonly knownUs: number[] = [];

  constructor(parts: RunRecordParts) {
    this.parts = parts;
    const { spec, workloads } = parts;
    this.journal = new Journal(parts.journal);
    this.timeline = new Timeline(spec.durationUs, spec.scrapeUs, spec.timelinePoints);
    this.lines = new ClusterLines(this.timeline, spec.zones, parts.queues);
    const addLines: WorkloadCounts['onNew'] = (workload) =>
      this.lines.add(workload, workload.index < spec.services.length);
    workloads.all.forEach(addLines);
    workloads.onNew = addLines;
  }

  /** The model of requests, before the run begins. */
  attach(model: RequestModel, serviceOfTraffic: readonly number[]): void {
    this.model = model;
    this.requests = new RequestRecords(model, this.parts.spec, serviceOfTraffic);
  }

  event(component: string, type: 'Normal' | 'Warning', reason: string, about: string, message: string): void {
    this.records.event({ timeUs: this.parts.clock.nowUs, component, type, reason, about, message });
  }

  decision(decision: Decision): void {
    const { nowUs } = this.parts.clock;
    this.journal.record(nowUs, DECIDE, hashOf(decision.about) >>> 0, -1, hashOf(decision.what));
    this.records.decision(nowUs, decision);
  }

  timer(span: TimerSpan): void {
    this.records.timer(span);
  }

  /** Something befell the cluster that is no event of its own: the weather, a change by hand. */
  happened(kind: string, about: string, what: string): void {
    this.records.happened(this.parts.clock.nowUs, kind, about, what);
  }

  /** Must be called whenever the clock has moved, before anything changes. */
  advance(): void {
    const { nowUs } = this.parts.clock;
    this.numbers.advance(nowUs);
    this.parts.bills.advance(nowUs);
  }

  /** Whether there is anything to read since the last scrape. */
  get isDue(): boolean {
    return this.parts.clock.nowUs > this.scrapedUs;
  }

  /** Reads everything. Requests have flowed and use has been measured up to now. */
  scrape(facts: ScrapeFacts): void {
    const { clock, workloads, bills } = this.parts;
    const { nowUs } = clock;
    const spanUs = nowUs - this.scrapedUs;
    this.scrapedUs = nowUs;
    this.advance();
    this.requests?.scrape(nowUs);
    this.model?.services.forEach(({ arrived, served }, service) => {
      // Whole numbers, so that rounding of the fluid model's fractions cannot hide a difference.
      this.journal.record(nowUs, REQUESTS, service, -1, (Math.round(arrived) * 31 + Math.round(served) * 7) | 0);
    });
    workloads.catchUp();
    for (const workload of workloads.all) {
      const reading = this.readingOf(workload, facts.useOf(workload), spanUs);
      this.readings[workload.index] = reading;
      this.lines.drawWorkload(workload, reading);
      if (Number.isNaN(reading.cpuShare)) continue;
      this.cpuShareUs[workload.index] = (this.cpuShareUs[workload.index] ?? 0) + reading.cpuShare * spanUs;
      this.knownUs[workload.index] = (this.knownUs[workload.index] ?? 0) + spanUs;
    }
    const { usedMilli } = facts;
    this.cpuUsedMilliUs += usedMilli * spanUs;
    this.heat.sample(nowUs);
    this.lines.drawCluster(nowUs, {
      nodes: bills.count,
      nodesReady: facts.nodesReady,
      queues: facts.queues,
      cpuUsedShare: bills.cpuMilli > 0 ? usedMilli / bills.cpuMilli : Number.NaN,
      usdPerHour: bills.usdPerHour,
      usdSoFar: bills.usdSoFar,
      readyInZone: facts.readyInZone,
    });
  }

  /** What the run has come to, after a last scrape. Throws a Violation if the model's books do not balance. */
  result(facts: ResultFacts): RunResult {
    const { clock, workloads, bills } = this.parts;
    const { nowUs } = clock;
    const { counts, totals, work } = facts;
    this.advance();
    this.timeline.finish(nowUs);
    for (const workload of workloads.all) workloads.pass(workload);
    this.model?.check();
    this.journal.flush();
    const pods = this.numbers.results(counts);
    const living = this.livingResult(facts);
    const requests = this.model?.work;
    return {
      fingerprint: this.journal.fingerprint,
      counts: { ...counts },
      startUs: 0,
      endUs: nowUs,
      metrics: {
        ...pods.metrics,
        ...clusterNumbers({
          nowUs,
          living,
          bills,
          objectives: this.requests?.objectives ?? [],
          traffic: this.model?.traffic ?? [],
          latencies: this.requests?.latencyOfTraffic ?? [],
          cpuUsedMilliUs: this.cpuUsedMilliUs,
          totals: { ...totals, scalingActions: this.records.scalingActions, nodesBought: bills.started },
        }),
        decisions: work.decisions,
        nodeEvaluations: work.nodeEvaluations,
      },
      distributions: pods.distributions,
      curves: pods.curves,
      heat: this.heat.result(),
      users: pods.users,
      living,
      work: {
        ...work,
        events: clock.events,
        ...(requests && { requests: requests.requests, requestEvents: requests.events, fluidSteps: requests.steps }),
      },
    };
  }

  private livingResult(facts: ResultFacts): LivingResult {
    const { requests, records, model } = this;
    const { workloads, bills, clock } = this.parts;
    const { nowUs } = clock;
    const served = model?.traffic.reduce((sum, one) => sum + one.good, 0) ?? 0;
    const cost = bills.result(served);
    const services = workloads.all.map((workload) =>
      serviceResult(workload, {
        nowUs,
        costUsd: cost.byService[workload.name] ?? 0,
        cpuShareMean: (this.cpuShareUs[workload.index] ?? 0) / Math.max(1, this.knownUs[workload.index] ?? 0),
        ...(model && { model }),
        ...(requests && { latency: requests.latencyOfService[workload.index] }),
      }),
    );
    return {
      timeline: { timeUs: this.timeline.timeUs, series: this.timeline.series },
      decisions: records.decisions,
      happenings: records.allHappenings(nowUs),
      timers: records.timerRecords(nowUs),
      waiting: facts.waiting,
      events: records.eventCounts(),
      services,
      objectives: requests?.objectives.map((meter) => meter.result()) ?? [],
      cost,
      ...facts.more?.(),
      notes: this.notes(facts),
    };
  }

  private notes({ notes, others }: ResultFacts): string[] {
    const all = [...(this.model?.notes ?? []), ...notes];
    if (others > 0)
      all.push(`${others} workloads beyond the first ${this.parts.workloads.all.length} are not told apart`);
    const { dropped } = this.records;
    if (dropped > 0) all.push(`${dropped} events, decisions and timers were counted but not kept`);
    return all;
  }

  private readingOf({ index }: Workload, use: WorkloadUse, spanUs: number): WorkloadReading {
    const shares = {
      cpuShare: use.cpuRequested > 0 ? use.cpuUsed / use.cpuRequested : Number.NaN,
      memShare: use.memRequested > 0 ? use.memUsed / use.memRequested : Number.NaN,
    };
    const { model, requests } = this;
    if (requests === undefined || model === undefined || index >= this.parts.spec.services.length) return shares;
    return { ...shares, calls: { ...requests.last[index], inFlight: model.services[index].inFlight, spanUs } };
  }
}
