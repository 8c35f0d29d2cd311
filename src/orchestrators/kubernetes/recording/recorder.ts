import { NODE, type Journal, type JournalSink } from '../../../sim/journal.ts';
import type { LivingSnapshot } from '../../../sim/monitoring/living-snapshot.ts';
import type { RunResult } from '../../../sim/result.ts';
import type { Chronicle, ClusterEvent, Decision, TimerSpan } from '../../chronicle.ts';
import type { ControlPlane } from '../api/control-plane.ts';
import type { CpuUse } from '../behaviour/cpu-use.ts';
import type { TrafficControl } from '../behaviour/traffic-control.ts';
import type { PodUsage, WorkloadBehaviour } from '../behaviour/workload-behaviour.ts';
import type { KubernetesSpec } from '../kubernetes-spec.ts';
import type { Machines } from '../nodes/machines.ts';
import { ZONE_LABEL } from '../objects/node-labels.ts';
import { waitingPods } from '../explain/pending-pods.ts';
import type { Node } from '../objects/node.ts';
import { podResources } from '../objects/pod-resources.ts';
import type { Pod } from '../objects/pod.ts';
import { clusterSnapshot } from './cluster-snapshot.ts';
import { Rollouts } from './rollouts.ts';
import { tellMachine } from '../../recording/machine-happenings.ts';
import type { KeptRecords } from '../../kept-records.ts';
import { ZoneTraffic } from '../../recording/zone-traffic.ts';
import { RunRecord, type WorkloadUse } from '../../recording/run-record.ts';
import { watchAnswering } from './answering-pods.ts';
import { ClusterIncidents } from './cluster-incidents.ts';
import { NodeBills } from './node-bills.ts';
import { PodLedger } from './pod-ledger.ts';
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
  readonly machines?: Pick<Machines, 'state' | 'watch'>;
  /** How processes boot; with `machines`, what is needed to know which replicas really answer. */
  readonly behaviour?: Pick<WorkloadBehaviour, 'bootUs'>;
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
  readonly records: KeptRecords;
  readonly journal: Journal;
  readonly ledger: PodLedger;
  readonly workloads: Workloads;
  readonly bills: NodeBills;
  private readonly plane: Pick<ControlPlane, 'api' | 'clock'>;
  private readonly spec: KubernetesSpec;
  private readonly run: RunRecord;
  private parts: RecordedParts | undefined;
  /** Every how many ready pods of a workload one is read. */
  private readStep = 1;
  private incidents: ClusterIncidents | undefined;
  private readonly zoneTraffic: ZoneTraffic | undefined;
  private readonly rollouts = new Rollouts();

  constructor(
    plane: Pick<ControlPlane, 'api' | 'clock'>,
    spec: KubernetesSpec,
    options: { readonly journal?: JournalSink } = {},
  ) {
    this.plane = plane;
    this.spec = spec;
    this.bills = new NodeBills(spec);
    const { besideMachines } = spec;
    if (besideMachines) this.zoneTraffic = new ZoneTraffic(this.bills, besideMachines.requestBytes);
    this.workloads = new Workloads(plane, spec);
    const { bills, workloads } = this;
    this.run = new RunRecord({ clock: plane.clock, spec, bills, workloads, queues: QUEUES, journal: options.journal });
    this.records = this.run.records;
    this.journal = this.run.journal;
    const { journal, numbers, heat } = this.run;
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
    this.run.attach(parts.traffic.model, parts.traffic.serviceOfTraffic);
    const { machines, behaviour } = parts;
    if (this.spec.besideMachines !== undefined) parts.cpu.onUse = (name, milli) => this.noteUse(name, milli);
    const { plane, workloads } = this;
    if (machines !== undefined && behaviour !== undefined) {
      const incidents = new ClusterIncidents({ plane, machines, traffic: parts.traffic, workloads });
      this.incidents = incidents;
      watchAnswering({
        plane,
        machines,
        behaviour,
        workloads,
        told: (pod, answers, atUs) => incidents.answers(pod, answers, atUs),
      });
    }
    machines?.watch((name, state, before) =>
      tellMachine(state, before, (kind, what) => this.happened(kind, name, what)),
    );
  }

  /** Events as `kubectl get events` would list them, oldest first, as many as are kept. */
  get events(): readonly ClusterEvent[] {
    return this.records.events;
  }

  event(component: string, type: 'Normal' | 'Warning', reason: string, about: string, message: string): void {
    this.run.event(component, type, reason, about, message);
  }

  decision(decision: Decision): void {
    this.run.decision(decision);
  }

  timer(span: TimerSpan): void {
    this.run.timer(span);
  }

  /** Something befell the cluster that is no Kubernetes event: the weather, a change by hand. */
  happened(kind: string, about: string, what: string): void {
    this.run.happened(kind, about, what);
  }

  /** Reads everything, every `scrapeUs`. */
  scrape(): void {
    if (!this.run.isDue) return;
    this.run.advance();
    this.parts?.traffic.flow();
    this.parts?.cpu.look();
    const readyCount = this.ledger.readyPods.reduce((sum, pods) => sum + (pods?.size ?? 0), 0);
    this.readStep = Math.ceil(readyCount / MOST_READ_AT_ONCE);
    const ready = this.readyNodes();
    this.run.scrape({
      useOf: ({ index }) => this.useOf(index),
      usedMilli: this.parts?.cpu.totalMilli ?? 0,
      nodesReady: ready.count,
      readyInZone: ready.inZone,
      queues: this.queues(),
    });
    if (this.parts) this.zoneTraffic?.bill(this.parts.traffic.model, (service) => this.workloads.all[service].name);
  }

  /** For the energy: so much CPU is used on a node. */
  private noteUse(nodeName: string, milli: number): void {
    const book = this.ledger.books.get(nodeName);
    if (book === undefined) return;
    this.run.advance();
    this.bills.nodeUses(book, milli);
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
      readings: this.run.readings,
      ...(this.parts && { cpu: this.parts.cpu }),
    });
  }

  /** What the run has come to. Throws a Violation if the books do not agree with the cluster. */
  result(): RunResult {
    const { plane, parts, ledger, workloads, incidents } = this;
    this.scrape();
    ledger.check();
    return this.run.result({
      counts: ledger.counts,
      totals: ledger.totals,
      work: parts?.work?.() ?? { decisions: 0, nodeEvaluations: 0, scoreCalls: 0 },
      waiting: waitingPods(plane.api.pods.all()),
      notes: [...(parts?.notes?.() ?? []), ...(incidents?.notes ?? [])],
      others: workloads.others,
      ...(incidents && { more: () => ({ incidents: incidents.result(this.records.timers) }) }),
    });
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
      else if (was === 'True') {
        this.happened('node-not-ready', name, `Ready is ${is}`);
        this.incidents?.nodeNotReady(name);
      }
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

  /** Of many ready pods some are read, evenly among them. */
  private useOf(index: number): WorkloadUse {
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
    return { cpuUsed, cpuRequested, memUsed, memRequested };
  }
}

function readiness(node: Node): string {
  return node.status.conditions.find(({ type }) => type === 'Ready')?.status ?? 'Unknown';
}
