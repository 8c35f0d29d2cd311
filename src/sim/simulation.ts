import { byNodeId, byRank } from './choice/chooser.ts';
import type { ChooserKind } from './choice/choose-index.ts';
import { checkRow } from './check-row.ts';
import { Cluster } from './cluster.ts';
import type { Distribution } from './distribution.ts';
import { EventQueue } from './event-queue.ts';
import { Gangs, hardestFirst } from './gangs.ts';
import { InputError } from './input-error.ts';
import { ARRIVE, EVICT, FINISH, Journal, KILL, PLACE, QUEUE, REFUSE, type JournalSink } from './journal.ts';
import { checkNodes, Ledger, Violation } from './ledger.ts';
import type { NodeSpec } from './node-spec.ts';
import { Placer } from './placer.ts';
import { OwnerCounts } from './owner-counts.ts';
import type { PodRequest } from './pod-request.ts';
import { blankRow, type PodRow, type PodSource } from './pod-source.ts';
import { Pods } from './pods.ts';
import type { BackfillPolicy, PlacementFactory, QueuePolicy } from './policy.ts';
import { Prospects } from './prospects.ts';
import { stream, type RandomStream } from './random.ts';
import type { RunResult } from './result.ts';
import { RunMetrics } from './run-metrics.ts';
import { makeScheduler } from './scheduler.ts';
import type { Scheduler, SchedulerWorld } from './scheduler-world.ts';
import { ShapeTable } from './shapes.ts';
import type { TypicalPod } from './typical-pod.ts';
import type { WaitingEntry } from './waiting.ts';
import { PodView } from './views.ts';

/** What happens first when several things happen at one instant: the lower rank. */
export interface EventRanks {
  readonly finish: number;
  readonly arrive: number;
}

/** A pod that ends gives way before one that arrives at the same instant is looked at. */
const FINISH_FIRST: EventRanks = { finish: 0, arrive: 1 };

/**
 * Whoever drives a simulation beyond its workload: services, weather, autoscalers. It is told what becomes of pods, and
 * has events of its own in the same queue (`Simulation.schedule`).
 */
export interface SimulationDriver {
  /** An event of its own has come. */
  onEvent(kind: number, subject: number): void;
  /** A pod has started on a node. */
  onPlaced(slot: number, node: number): void;
  /** A pod found no room, and waits. */
  onWaits(slot: number): void;
  /** No node can ever host the pod; its slot is free after this call. */
  onRefused(slot: number): void;
  /** A pod has come to its own end; its slot is free after this call. */
  onFinished(slot: number, node: number): void;
  /** A running pod was taken out; its slot is free after this call. */
  onTaken(slot: number, node: number): void;
}

export interface SimulationOptions {
  readonly nodes: readonly NodeSpec[];
  readonly pods: PodSource;
  readonly placement: PlacementFactory;
  /** In which order waiting pods are tried; default: as they arrived. */
  readonly queue?: QueuePolicy;
  /** Who may pass whom; default: whoever fits. */
  readonly backfill?: BackfillPolicy;
  readonly seed: number | string;
  /** Where policies' random numbers come from; default: `stream(seed, name)`. Published experiments plug in theirs. */
  readonly streams?: (name: string) => RandomStream;
  /** What becomes of a pod that fits nowhere when it arrives. Default 'wait'. */
  readonly whenFull?: 'wait' | 'refuse';
  /** A permutation of 0 to nodes-1: of equal scores the lowest rank wins. Default: the lowest node id. */
  readonly tieRanks?: ArrayLike<number>;
  readonly ranks?: EventRanks;
  readonly index?: ChooserKind;
  readonly typicalPods?: readonly TypicalPod[];
  /** The run stops when the clock would pass this. */
  readonly endUs?: number;
  readonly metrics?: 'full' | 'lean';
  readonly journal?: JournalSink;
  /** Called every 16,384 events. */
  readonly onProgress?: (progress: { events: number; nowUs: number; arrived: number }) => void;
  /** Called after each decision and before it is carried out; node -1: none fits. */
  readonly onDecision?: (simulation: Simulation, slot: number, node: number) => void;
  /** Called when everything an arrival caused at once has happened. */
  readonly onArrival?: (simulation: Simulation) => void;
  readonly driver?: SimulationDriver;
  /** When the clock starts; default: with the first arrival. */
  readonly startUs?: number;
  /** Times decisions by a clock in microseconds of wall time; the core has none of its own. */
  readonly timing?: { readonly clock: () => number; readonly decisions: Distribution };
}

const FINISH_EVENT = 0;
const PROGRESS_EVENTS = 16_384;
const CHECK_EVENTS = 65_536;

/** Runs a workload on a cluster under policies, from the first event to the last. */
export function simulate(options: SimulationOptions): RunResult {
  return new Simulation(options).run();
}

/** One run. Pods enter in order of arrival, are placed or wait, run and finish; every step is one event. */
export class Simulation implements SchedulerWorld {
  readonly cluster: Cluster;
  readonly shapes: ShapeTable;
  readonly pods = new Pods();
  readonly placer: Placer;
  readonly ledger = new Ledger();
  readonly queuePolicy: QueuePolicy | undefined;
  nowUs = 0;

  private readonly options: SimulationOptions;
  private readonly events = new EventQueue((slot) => this.pods.warm(slot));
  private readonly ranks: EventRanks;
  private readonly journal: Journal;
  private readonly metrics: RunMetrics;
  private readonly scheduler: Scheduler;
  private readonly gangs = new Gangs();
  private readonly prospects: Prospects;
  private readonly row = blankRow();
  private rowWaits: boolean;
  private readonly counters = { nodeEvaluations: 0, scoreCalls: 0 };
  private eventCount = 0;
  private decisionCount = 0;
  private startUs = 0;
  private readonly view: PodView;
  /** What each user's running pods hold: [cpuMilli, memBytes, gpuMilli]; kept only for policies that ask. */
  private readonly allocated: Float64Array[] = [];
  private readonly totals: Float64Array;
  private readonly beliefs: BackfillPolicy['estimate'];
  private readonly owners: OwnerCounts;
  private readonly driver: SimulationDriver | undefined;
  /** Slots whose event of an end, still in the queue, means nothing any more: their pod was taken out, or is held. */
  private readonly void = new Set<number>();

  constructor(options: SimulationOptions) {
    this.options = options;
    const { seed, tieRanks } = options;
    const streams = options.streams ?? ((name: string) => stream(seed, name));
    this.cluster = new Cluster(options.nodes);
    const { cluster } = this;
    this.shapes = new ShapeTable(cluster);
    this.ranks = options.ranks ?? FINISH_FIRST;
    this.journal = new Journal(options.journal);
    this.metrics = new RunMetrics(cluster, this.shapes, this.pods, options.metrics ?? 'full');
    this.queuePolicy = options.queue;
    this.beliefs = options.backfill?.estimate;
    this.view = new PodView(this.shapes, this.pods);
    this.totals = Float64Array.of(cluster.totalCpuMilli, cluster.totalMemBytes, cluster.totalGpuMilli);
    this.driver = options.driver;
    this.owners = new OwnerCounts(cluster, this.pods);
    this.placer = new Placer({
      policy: options.placement({
        random: streams('placement'),
        owners: () => this.owners.keep(),
        ...(options.typicalPods && { typicalPods: options.typicalPods }),
      }),
      cluster,
      shapes: this.shapes,
      pods: this.pods,
      order: tieRanks === undefined ? byNodeId(cluster.count) : byRank(tieRanks),
      index: options.index ?? 'auto',
      deviceStream: streams('devices'),
      counters: this.counters,
    });
    this.prospects = new Prospects(cluster, this.shapes);
    this.scheduler = makeScheduler(this, options.backfill);
    this.rowWaits = options.pods.next(this.row);
    if (this.rowWaits) {
      checkRow(this.row, 0, 0);
      this.startUs = this.row.arrivesUs;
    }
    if (options.startUs !== undefined) this.startUs = options.startUs;
    this.nowUs = this.startUs;
  }

  run(): RunResult {
    while (this.step());
    return this.result();
  }

  /** Handles the next event; false when there is none (or none before the end of the run). */
  step(): boolean {
    const arrivalUs = this.rowWaits ? this.row.arrivesUs : Infinity;
    const eventUs = this.events.nextUs(arrivalUs);
    const nextUs = Math.min(arrivalUs, eventUs);
    if (nextUs === Infinity) return false;
    if (this.options.endUs !== undefined && nextUs > this.options.endUs) {
      this.moveClock(Math.max(this.nowUs, this.options.endUs));
      return false;
    }
    this.moveClock(nextUs);
    this.eventCount++;
    if (eventUs < arrivalUs || (eventUs === arrivalUs && this.events.nextRank < this.ranks.arrive)) this.handleEvent();
    else this.handleArrival();
    if (this.eventCount % PROGRESS_EVENTS === 0) this.report();
    return true;
  }

  /** Hands what the journal has collected to its sink, for whoever follows the run event by event. */
  flushJournal(): void {
    this.journal.flush();
  }

  /** What the run came to. May be asked at any time. */
  result(): RunResult {
    this.ledger.check(this.pods, this.nowUs);
    checkNodes(this.cluster, this.pods, this.shapes, (slot) => this.scheduler.hasLent(slot));
    this.journal.flush();
    const counts = { ...this.ledger.counts };
    const { metrics, ...rest } = this.metrics.results(counts);
    metrics['decisions'] = this.decisionCount;
    metrics['nodeEvaluations'] = this.counters.nodeEvaluations;
    return {
      fingerprint: this.journal.fingerprint,
      counts,
      startUs: this.startUs,
      endUs: this.nowUs,
      metrics,
      ...rest,
      work: { ...this.counters, events: this.eventCount, decisions: this.decisionCount },
    };
  }

  /** Where the scheduler asks for a node: -1 when none fits. Nothing changes. */
  decide(slot: number, allowed?: (node: number) => boolean): number {
    this.decisionCount++;
    const shape = this.pods.shape[slot];
    const { timing } = this.options;
    const beganUs = timing === undefined ? 0 : timing.clock();
    let node = this.placer.choose(shape, slot);
    if (node >= 0 && allowed !== undefined && !allowed(node)) node = this.placer.chooseAmong(shape, slot, allowed);
    if (timing !== undefined) timing.decisions.add(Math.max(0, timing.clock() - beganUs));
    this.options.onDecision?.(this, slot, node);
    return node;
  }

  /** Takes the pod's resources on the node; undone by `unbind`, made a start by `begin`. */
  bind(slot: number, node: number): void {
    const shape = this.pods.shape[slot];
    const devices = this.placer.devices(shape, node);
    this.pods.node[slot] = node;
    this.pods.devices[slot] = devices;
    this.cluster.bind(node, shape, devices, this.shapes);
    this.owners.change(slot, node, 1);
    if (this.cluster.overCapacity(node))
      throw new Violation(
        `pod "${this.pods.nameOf(slot)}" put node "${this.cluster.specs[node].name}" over its capacity at ${this.nowUs} µs (policy "${this.placer.policy.name}")`,
      );
    this.placer.changed(node);
  }

  unbind(slot: number): void {
    this.release(slot, this.pods.node[slot]);
    this.pods.node[slot] = -1;
  }

  /** The pod, bound already, starts now. */
  begin(slot: number): void {
    const { pods, ledger, nowUs } = this;
    const node = pods.node[slot];
    ledger.counts.pending--;
    ledger.counts.running++;
    pods.startsUs[slot] = nowUs;
    this.journal.record(nowUs, PLACE, pods.number[slot], node, pods.devices[slot]);
    this.metrics.place(slot, node, nowUs);
    if (this.sharesByUser) this.charge(slot, 1);
    const endsUs = nowUs + pods.runsUs[slot];
    if (endsUs !== Infinity) this.events.push(endsUs, this.ranks.finish, FINISH_EVENT, slot);
    this.driver?.onPlaced(slot, node);
  }

  changed(node: number): void {
    this.placer.changed(node);
  }

  get hasFilter(): boolean {
    return this.placer.policy.filter !== undefined;
  }

  get filterReadsCluster(): boolean {
    return this.hasFilter && this.placer.policy.reads === 'cluster';
  }

  get filterReadsPod(): boolean {
    return this.hasFilter && this.placer.hasReadBeyondShape;
  }

  get sharesByUser(): boolean {
    return this.queuePolicy?.userShare !== undefined;
  }

  /** The share of the cluster that a user's running pods have, by the queue's policy. */
  userShare(user: number): number {
    return this.queuePolicy!.userShare!(this.allocated[user] ?? new Float64Array(3), this.totals);
  }

  /** Adds an event for the driver: a kind from 1, a rank above that of arrivals. */
  schedule(timeUs: number, rank: number, kind: number, subject: number): void {
    this.events.push(timeUs, rank, kind, subject);
  }

  /** A pod arrives now, beside those of the workload. Returns its slot, which is free again if it is refused at once. */
  submit(row: PodRow): number {
    const slot = this.admit(row);
    this.offerOne(slot, this.pods.shape[slot]);
    return slot;
  }

  /** Ends a pod before its time, waiting or running: as if it had finished, evicted, or killed. */
  take(slot: number, as: 'finish' | 'evict' | 'kill'): void {
    const { pods, ledger, nowUs } = this;
    const node = pods.node[slot];
    if (node < 0) {
      this.scheduler.withdraw(slot);
      ledger.counts.pending--;
      this.metrics.refuse(slot);
    } else {
      this.release(slot, node);
      ledger.counts.running--;
      this.metrics.leave(slot, node, nowUs);
      if (this.sharesByUser) this.charge(slot, -1);
    }
    if (as === 'finish') ledger.counts.finished++;
    else ledger.counts.killed++;
    this.journal.record(nowUs, as === 'finish' ? FINISH : as === 'evict' ? EVICT : KILL, pods.number[slot], node, 0);
    this.hold(slot);
    if (node >= 0) this.driver?.onTaken(slot, node);
    this.shapes.release(pods.shape[slot]);
    // The slot of a pod whose end is still in the queue is used again only when that event has come.
    if (this.void.has(slot)) pods.retire(slot);
    else pods.remove(slot);
    if (node >= 0) this.scheduler.pass(node);
  }

  /** A running pod will not come to its end by itself any more: its machine has stopped. */
  hold(slot: number): void {
    const { pods } = this;
    if (pods.node[slot] < 0 || pods.runsUs[slot] === Infinity) return;
    pods.runsUs[slot] = Infinity;
    this.void.add(slot);
  }

  /** Gives a running pod another request where it runs; false, and nothing changes, when the node has no room for it. */
  resize(slot: number, request: PodRequest): boolean {
    const { pods, shapes, cluster } = this;
    const node = pods.node[slot];
    const before = pods.shape[slot];
    const after = shapes.acquire(request);
    cluster.release(node, before, pods.devices[slot], shapes);
    const fits = cluster.fits(node, after, shapes);
    if (fits) this.metrics.resize(before, after, node, this.nowUs);
    pods.shape[slot] = fits ? after : before;
    cluster.bind(node, pods.shape[slot], pods.devices[slot], shapes);
    shapes.release(fits ? before : after);
    this.placer.changed(node);
    if (fits) this.scheduler.pass(node);
    return fits;
  }

  /** Notes a fact that is no pod's: it counts in the fingerprint. */
  note(kind: number, subject: number, detail: number): void {
    this.journal.record(this.nowUs, kind, subject, -1, detail);
  }

  /** A node takes pods from now on, or takes none. Those it has stay. */
  setReady(node: number, ready: boolean): void {
    if ((this.cluster.ready[node] === 1) === ready) return;
    this.cluster.setReady(node, ready);
    this.placer.changed(node);
    if (ready) this.scheduler.pass(node);
  }

  /** A node offers more or less CPU than it has (overcommitment). Needs the option `index: 'scan'`. */
  setCpu(node: number, cpuMilli: number): void {
    this.cluster.setCpu(node, cpuMilli);
    this.placer.changed(node);
    this.scheduler.pass(node);
  }

  private handleEvent(): void {
    this.events.pop();
    const { kind, subject } = this.events;
    if (kind === FINISH_EVENT) this.finish(subject);
    else this.driver!.onEvent(kind, subject);
  }

  private handleArrival(): void {
    const { row } = this;
    const slot = this.admit(row);
    const { gang, gangSize, name } = row;
    this.rowWaits = this.options.pods.next(row);
    if (this.rowWaits) checkRow(row, this.pods.number[slot] + 1, this.nowUs);
    if (gang === undefined) this.offerOne(slot, this.pods.shape[slot]);
    else {
      const members = this.gangs.join(gang, gangSize, slot, name ?? `pod-${this.pods.number[slot]}`);
      if (members === undefined) this.startWaiting(slot);
      else this.offer(members);
    }
    this.options.onArrival?.(this);
  }

  /** Takes the row's pod into the books, pending. */
  private admit(row: PodRow): number {
    const { pods, shapes, ledger } = this;
    const number = ledger.counts.arrived++;
    ledger.counts.pending++;
    const shape = shapes.acquire(row.request);
    const slot = pods.add(row, number, shape);
    if (this.beliefs !== undefined) pods.believedUs[slot] = this.believed(slot, this.beliefs);
    this.journal.record(this.nowUs, ARRIVE, number, -1, 0, row.name);
    this.metrics.arrive(shape);
    return slot;
  }

  /** What backfilling takes the pod's run time for, when that is not simply its estimate. */
  private believed(slot: number, beliefs: NonNullable<BackfillPolicy['estimate']>): number {
    return beliefs === 'actual' ? this.pods.runsUs[slot] : this.pods.estimateUs[slot] * beliefs.times;
  }

  /** As `offer`, for a single pod; makes the entry of the queue only if nobody waits and it has to. */
  private offerOne(slot: number, shape: number): void {
    if (!this.scheduler.nobodyWaits || !this.prospects.couldFit(shape)) {
      this.offer([slot]);
      return;
    }
    const node = this.decide(slot);
    if (node >= 0) {
      this.bind(slot, node);
      this.begin(slot);
    } else if (this.options.whenFull === 'refuse') this.refuse(slot);
    else {
      this.scheduler.wait(this.entryOf([slot]));
      this.startWaiting(slot);
    }
  }

  /** Gives a pod or a complete gang to the scheduler, unless no cluster as empty as it gets could hold it. */
  private offer(slots: readonly number[]): void {
    const { pods } = this;
    if (!this.prospects.couldEverFit(slots, pods)) {
      for (const slot of slots) this.refuse(slot);
      return;
    }
    const entry = this.entryOf(slots);
    const mayWait = this.options.whenFull !== 'refuse';
    if (this.scheduler.arrive(entry, mayWait)) return;
    if (mayWait) this.startWaiting(slots.at(-1)!);
    else for (const slot of slots) this.refuse(slot);
  }

  private entryOf(slots: readonly number[]): WaitingEntry {
    const { pods } = this;
    const first = slots[0];
    const shape = slots.every((slot) => pods.shape[slot] === pods.shape[first]) ? pods.shape[first] : -1;
    const key = this.queuePolicy?.key?.(this.view.moveTo(pods.shape[first], first)) ?? 0;
    if (Number.isNaN(key)) throw new InputError(`queue policy "${this.queuePolicy!.name}": key(pod) gave NaN`);
    const ordered = shape < 0 ? hardestFirst(slots, pods, this.shapes) : slots;
    return { slots: ordered, shape, user: pods.user[first], key, number: pods.number[first] };
  }

  /** Notes that the pod was not placed when it arrived. A gang's earlier members were noted when they came. */
  private startWaiting(slot: number): void {
    this.journal.record(this.nowUs, QUEUE, this.pods.number[slot], -1, 0);
    this.metrics.queue();
    this.pods.setQueued(slot);
    this.driver?.onWaits(slot);
  }

  private refuse(slot: number): void {
    this.ledger.counts.pending--;
    this.ledger.counts.refused++;
    this.journal.record(this.nowUs, REFUSE, this.pods.number[slot], -1, 0);
    this.metrics.refuse(slot);
    this.driver?.onRefused(slot);
    this.forget(slot);
  }

  private finish(slot: number): void {
    if (this.void.size > 0 && this.void.delete(slot)) {
      if (this.pods.number[slot] < 0) this.pods.free(slot);
      return;
    }
    const { pods, ledger, nowUs } = this;
    const node = pods.node[slot];
    if (!this.scheduler.hasLent(slot)) this.release(slot, node);
    ledger.counts.running--;
    ledger.counts.finished++;
    this.journal.record(nowUs, FINISH, pods.number[slot], node, 0);
    this.metrics.finish(slot, node, nowUs);
    if (this.sharesByUser) this.charge(slot, -1);
    this.scheduler.finish(slot);
    this.driver?.onFinished(slot, node);
    this.forget(slot);
    this.scheduler.pass(node);
  }

  /** Gives back what the pod holds on the node. */
  private release(slot: number, node: number): void {
    this.cluster.release(node, this.pods.shape[slot], this.pods.devices[slot], this.shapes);
    this.owners.change(slot, node, -1);
    this.placer.changed(node);
  }

  private forget(slot: number): void {
    this.shapes.release(this.pods.shape[slot]);
    this.pods.remove(slot);
  }

  private charge(slot: number, sign: 1 | -1): void {
    const { pods, shapes } = this;
    const user = pods.user[slot];
    const held = (this.allocated[user] ??= new Float64Array(3));
    const shape = pods.shape[slot];
    held[0] += sign * shapes.cpuMilli[shape];
    held[1] += sign * shapes.memBytes[shape];
    held[2] += sign * shapes.gpuCount[shape] * shapes.gpuMilli[shape];
  }

  private moveClock(toUs: number): void {
    if (toUs < this.nowUs) throw new Violation(`the clock would go back from ${this.nowUs} to ${toUs} µs`);
    if (toUs > this.nowUs) this.scheduler.leaveInstant();
    this.nowUs = toUs;
    this.metrics.advance(toUs);
  }

  private report(): void {
    if (this.eventCount % CHECK_EVENTS === 0) this.ledger.check(this.pods, this.nowUs);
    const { eventCount: events, nowUs } = this;
    this.options.onProgress?.({ events, nowUs, arrived: this.ledger.counts.arrived });
  }
}
