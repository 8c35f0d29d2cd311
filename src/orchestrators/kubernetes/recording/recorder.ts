import { Journal, type JournalSink, DECIDE, NODE, REQUESTS } from '../../../sim/journal.ts';
import type { LivingResult } from '../../../sim/monitoring/living-result.ts';
import type { LivingSnapshot } from '../../../sim/monitoring/living-snapshot.ts';
import { Timeline } from '../../../sim/monitoring/timeline.ts';
import { hashOf } from '../../../sim/requests/endpoints.ts';
import type { RunResult } from '../../../sim/result.ts';
import type { Chronicle, ClusterEvent, Decision, TimerSpan } from '../../chronicle.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import type { CpuUse } from '../behaviour/cpu-use.ts';
import type { TrafficControl } from '../behaviour/traffic-control.ts';
import type { PodUsage } from '../behaviour/workload-behaviour.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import type { Machines } from '../nodes/machines.ts';
import { ZONE_LABEL } from '../objects/node-labels.ts';
import { waitingPods } from '../explain/pending-pods.ts';
import type { Node } from '../objects/node.ts';
import { podResources } from '../objects/pod-resources.ts';
import type { Pod } from '../objects/pod.ts';
import { ClusterLines, type WorkloadReading } from '../../recording/cluster-lines.ts';
import { clusterNumbers } from '../../recording/cluster-numbers.ts';
import { clusterSnapshot } from './cluster-snapshot.ts';
import { Rollouts, tellMachine } from './happenings.ts';
import { KeptRecords } from '../../kept-records.ts';
import { NodeBills } from './node-bills.ts';
import { NodeHeat } from '../../recording/node-heat.ts';
import { PodLedger } from './pod-ledger.ts';
import { PodNumbers } from '../../recording/pod-numbers.ts';
import { RequestRecords } from '../../recording/request-records.ts';
import { serviceResult } from '../../recording/service-result.ts';
import { Workloads } from './workloads.ts';

/** Where a pod without a node stands. */
const QUEUES = ['active', 'backoff', 'unschedulable', 'gated'] as const;
type QueueSizes = Readonly<Record<(typeof QUEUES)[number], number>>;

/** Of workloads with more ready pods than this, the use of about so many is read at a scrape, evenly among them. */
const MOST_PODS_READ = 250;
/** The same of all workloads together; every workload has one pod read at least. */
const MOST_READ_AT_ONCE = 2000;

/** Parts of the run that are made after the recorder; what is absent is told by the pods' states alone. */
export interface RecordedParts {
  readonly traffic: TrafficControl;
  readonly cpu: CpuUse;
  readonly usage: PodUsage;
  /** What really befalls machines, for the happenings. */
  readonly machines?: Pick<Machines, 'watch'>;
  /** Pods that wait for the scheduler, by where. */
  readonly queues?: () => QueueSizes;
  /** Work of the scheduler. */
  readonly work?: () => { readonly decisions: number; readonly nodeEvaluations: number; readonly scoreCalls: number };
  /** Sentences for the result, asked for at the end. */
  readonly notes?: () => readonly string[];
}

/**
 * Writes down what happens in a cluster and makes the run's result of it. It is the first thing that a run makes, since
 * everything else writes to it; `attach` tells it of the rest.
 */
export class Recorder implements Chronicle {
  readonly records = new KeptRecords();
  readonly journal: Journal;
  readonly ledger: PodLedger;
  readonly workloads: Workloads;
  readonly bills: NodeBills;
  private readonly plane: Pick<ControlPlane, 'api' | 'clock'>;
  private readonly spec: KubernetesSpec;
  private readonly numbers = new PodNumbers();
  private readonly heat = new NodeHeat();
  private readonly timeline: Timeline;
  private readonly lines: ClusterLines;
  private parts: RecordedParts | undefined;
  private requests: RequestRecords | undefined;
  private scrapedUs = 0;
  /** Every how many ready pods of a workload one is read. */
  private readStep = 1;
  /** CPU used over time, in millicores x microseconds. */
  private cpuUsedMilliUs = 0;
  /** By workload: share of CPU used of requested, times microseconds, and for how long it was known. */
  private readonly cpuShareUs: number[] = [];
  private readonly knownUs: number[] = [];
  private readonly lastReading: WorkloadReading[] = [];
  private readonly rollouts = new Rollouts();

  constructor(
    plane: Pick<ControlPlane, 'api' | 'clock'>,
    spec: KubernetesSpec,
    options: { readonly journal?: JournalSink } = {},
  ) {
    this.plane = plane;
    this.spec = spec;
    this.journal = new Journal(options.journal);
    this.bills = new NodeBills(spec);
    this.workloads = new Workloads(plane, spec);
    this.timeline = new Timeline(spec.durationUs, spec.scrapeUs, spec.timelinePoints);
    this.lines = new ClusterLines(this.timeline, spec.zones, QUEUES);
    const addLines: Workloads['onNew'] = (workload) => this.lines.add(workload, workload.index < spec.services.length);
    this.workloads.all.forEach(addLines);
    this.workloads.onNew = addLines;
    const { journal, numbers, bills, heat, workloads } = this;
    this.ledger = new PodLedger({ plane, journal, numbers, bills, heat, workloads });
    plane.api.nodes.watch((node, before) => this.noteNode(node, before));
    plane.api
      .store('Deployment')
      .watch((deployment, before) =>
        this.rollouts.note(deployment, before, (kind, about, what) => this.happened(kind, about, what)),
      );
  }

  /** Parts made after the recorder, before the run begins. */
  attach(parts: RecordedParts): void {
    this.parts = parts;
    this.requests = new RequestRecords(parts.traffic.model, this.spec, parts.traffic.serviceOfTraffic);
    parts.machines?.watch((name, state, before) =>
      tellMachine(state, before, (kind, what) => this.happened(kind, name, what)),
    );
  }

  /** Events as `kubectl get events` would list them, oldest first, as many as are kept. */
  get events(): readonly ClusterEvent[] {
    return this.records.events;
  }

  event(component: string, type: 'Normal' | 'Warning', reason: string, about: string, message: string): void {
    this.records.event({ timeUs: this.plane.clock.nowUs, component, type, reason, about, message });
  }

  decision(decision: Decision): void {
    const { nowUs } = this.plane.clock;
    this.journal.record(nowUs, DECIDE, hashOf(decision.about) >>> 0, -1, hashOf(decision.what));
    this.records.decision(nowUs, decision);
  }

  timer(span: TimerSpan): void {
    this.records.timer(span);
  }

  /** Something befell the cluster that is no Kubernetes event: the weather, a change by hand. */
  happened(kind: string, about: string, what: string): void {
    this.records.happened(this.plane.clock.nowUs, kind, about, what);
  }

  /** Reads everything, every `scrapeUs`. */
  scrape(): void {
    const { nowUs } = this.plane.clock;
    const spanUs = nowUs - this.scrapedUs;
    if (spanUs <= 0) return;
    this.scrapedUs = nowUs;
    this.advance();
    this.parts?.traffic.flow();
    this.parts?.cpu.look();
    this.requests?.scrape(nowUs);
    this.readRequests();
    const readyCount = this.ledger.readyPods.reduce((sum, pods) => sum + (pods?.size ?? 0), 0);
    this.readStep = Math.ceil(readyCount / MOST_READ_AT_ONCE);
    for (const workload of this.workloads.all) {
      const reading = this.readWorkload(workload.index, spanUs);
      this.lastReading[workload.index] = reading;
      this.lines.drawWorkload(workload, reading);
      if (Number.isNaN(reading.cpuShare)) continue;
      this.cpuShareUs[workload.index] = (this.cpuShareUs[workload.index] ?? 0) + reading.cpuShare * spanUs;
      this.knownUs[workload.index] = (this.knownUs[workload.index] ?? 0) + spanUs;
    }
    const usedMilli = this.parts?.cpu.totalMilli ?? 0;
    this.cpuUsedMilliUs += usedMilli * spanUs;
    this.heat.sample(nowUs);
    const ready = this.readyNodes();
    this.lines.drawCluster(nowUs, {
      nodes: this.bills.count,
      nodesReady: ready.count,
      queues: this.queues(),
      cpuUsedShare: this.bills.cpuMilli > 0 ? usedMilli / this.bills.cpuMilli : Number.NaN,
      usdPerHour: this.bills.usdPerHour,
      usdSoFar: this.bills.usdSoFar,
      readyInZone: ready.inZone,
    });
  }

  /** How everything stands now, as of the last scrape. */
  snapshot(): LivingSnapshot {
    return clusterSnapshot({
      plane: this.plane,
      spec: this.spec,
      ledger: this.ledger,
      bills: this.bills,
      workloads: this.workloads,
      records: this.records,
      readings: this.lastReading,
      ...(this.parts && { cpu: this.parts.cpu }),
    });
  }

  /** What the run has come to. Throws a Violation if the books do not agree with the cluster. */
  result(): RunResult {
    const { plane, parts, ledger, journal } = this;
    const { nowUs } = plane.clock;
    this.scrape();
    this.advance();
    this.timeline.finish(nowUs);
    for (const workload of this.workloads.all) this.workloads.pass(workload);
    parts?.traffic.model.check();
    ledger.check();
    journal.flush();
    const pods = this.numbers.results(ledger.counts);
    const living = this.livingResult();
    const work = parts?.work?.() ?? { decisions: 0, nodeEvaluations: 0, scoreCalls: 0 };
    const requests = parts?.traffic.model.work;
    return {
      fingerprint: journal.fingerprint,
      counts: { ...ledger.counts },
      startUs: 0,
      endUs: nowUs,
      metrics: {
        ...pods.metrics,
        ...clusterNumbers({
          nowUs,
          living,
          bills: this.bills,
          objectives: this.requests?.objectives ?? [],
          traffic: parts?.traffic.model.traffic ?? [],
          latencies: this.requests?.latencyOfTraffic ?? [],
          cpuUsedMilliUs: this.cpuUsedMilliUs,
          totals: { ...ledger.totals, scalingActions: this.records.scalingActions, nodesBought: this.bills.started },
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
        events: plane.clock.events,
        ...(requests && { requests: requests.requests, requestEvents: requests.events, fluidSteps: requests.steps }),
      },
    };
  }

  private livingResult(): LivingResult {
    const { parts, requests, records, workloads } = this;
    const { nowUs } = this.plane.clock;
    const served = parts?.traffic.model.traffic.reduce((sum, one) => sum + one.good, 0) ?? 0;
    const cost = this.bills.result(served);
    const services = workloads.all.map((workload) =>
      serviceResult(workload, {
        nowUs,
        costUsd: cost.byService[workload.name] ?? 0,
        cpuShareMean: (this.cpuShareUs[workload.index] ?? 0) / Math.max(1, this.knownUs[workload.index] ?? 0),
        ...(parts && { model: parts.traffic.model }),
        ...(requests && { latency: requests.latencyOfService[workload.index] }),
      }),
    );
    return {
      timeline: { timeUs: this.timeline.timeUs, series: this.timeline.series },
      decisions: records.decisions,
      happenings: records.allHappenings(nowUs),
      timers: records.timerRecords(nowUs),
      waiting: waitingPods(this.plane.api.pods.all()),
      events: records.eventCounts(),
      services,
      objectives: requests?.objectives.map((meter) => meter.result()) ?? [],
      cost,
      notes: this.notes(),
    };
  }

  private notes(): string[] {
    const notes = [...(this.parts?.traffic.model.notes ?? []), ...(this.parts?.notes?.() ?? [])];
    const { others } = this.workloads;
    if (others > 0) notes.push(`${others} workloads beyond the first ${this.workloads.all.length} are not told apart`);
    const { dropped } = this.records;
    if (dropped > 0) notes.push(`${dropped} events, decisions and timers were counted but not kept`);
    return notes;
  }

  private advance(): void {
    const { nowUs } = this.plane.clock;
    this.numbers.advance(nowUs);
    this.bills.advance(nowUs);
  }

  private noteNode(node: Node | undefined, before: Node | undefined): void {
    const { nowUs } = this.plane.clock;
    const { name } = (node ?? before)!.metadata;
    const number = node === undefined ? -1 : (this.ledger.books.get(name)?.number ?? -1);
    if (node === undefined || before === undefined) {
      this.journal.record(nowUs, NODE, number, -1, node === undefined ? 0 : 1);
      if (nowUs > 0)
        this.happened(
          node === undefined ? 'node-removed' : 'node-added',
          name,
          node === undefined ? 'its Node object is gone' : 'it has registered',
        );
      return;
    }
    const [is, was] = [readiness(node), readiness(before)];
    if (is !== was) {
      this.journal.record(nowUs, NODE, number, -1, is === 'True' ? 2 : is === 'False' ? 3 : 4);
      if (is === 'True') this.happened('node-ready', name, 'Ready is True');
      else if (was === 'True') this.happened('node-not-ready', name, `Ready is ${is}`);
    }
    if (node.spec.unschedulable !== before.spec.unschedulable)
      this.happened(
        node.spec.unschedulable ? 'cordoned' : 'uncordoned',
        name,
        node.spec.unschedulable ? 'no new pods' : 'new pods again',
      );
  }

  private readyNodes(): { count: number; inZone: number[] } {
    const inZone = this.spec.zones.map(() => 0);
    let count = 0;
    for (const node of this.plane.api.nodes.all()) {
      if (readiness(node) !== 'True') continue;
      count++;
      const zone = this.spec.zones.indexOf(node.metadata.labels[ZONE_LABEL] ?? '');
      if (zone >= 0) inZone[zone]++;
    }
    return { count, inZone };
  }

  private queues(): QueueSizes {
    if (this.parts?.queues !== undefined) return this.parts.queues();
    const sizes = { active: 0, backoff: 0, unschedulable: 0, gated: 0 };
    if (this.ledger.counts.pending === 0) return sizes;
    for (const { spec, status } of this.plane.api.pods.all()) {
      if (spec.nodeName !== undefined) continue;
      if (spec.schedulingGates.length > 0) sizes.gated++;
      else if (status.unschedulable !== undefined) sizes.unschedulable++;
      else sizes.active++;
    }
    return sizes;
  }

  private readRequests(): void {
    const { nowUs } = this.plane.clock;
    this.parts?.traffic.model.services.forEach(({ arrived, served }, service) => {
      // Whole numbers, so that rounding of the fluid model's fractions cannot hide a difference.
      this.journal.record(nowUs, REQUESTS, service, -1, (Math.round(arrived) * 31 + Math.round(served) * 7) | 0);
    });
  }

  private readWorkload(index: number, spanUs: number): WorkloadReading {
    let cpuUsed = 0;
    let cpuRequested = 0;
    let memUsed = 0;
    let memRequested = 0;
    const { parts } = this;
    const ready = this.ledger.readyPods[index];
    const step = Math.max(Math.ceil((ready?.size ?? 0) / MOST_PODS_READ), this.readStep);
    let place = 0;
    for (const podId of ready ?? []) {
      if (place++ % step !== 0) continue;
      const pod: Pod | undefined = this.plane.api.pods.get(podId);
      if (pod === undefined || parts === undefined) continue;
      const { cpuMilli, memBytes } = podResources(pod.spec);
      cpuUsed += parts.usage.cpuMilli(pod);
      cpuRequested += cpuMilli;
      memUsed += parts.usage.memBytes(pod);
      memRequested += memBytes;
    }
    const shares = {
      cpuShare: cpuRequested > 0 ? cpuUsed / cpuRequested : Number.NaN,
      memShare: memRequested > 0 ? memUsed / memRequested : Number.NaN,
    };
    if (this.requests === undefined || index >= this.spec.services.length) return shares;
    const { inFlight } = parts!.traffic.model.services[index];
    return { ...shares, calls: { ...this.requests.last[index], inFlight, spanUs } };
  }
}

function readiness(node: Node): string {
  return node.status.conditions.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
}
