import type { Journal, JournalSink } from '../../../sim/journal.ts';
import type { LivingSnapshot } from '../../../sim/monitoring/living-snapshot.ts';
import type { RunResult } from '../../../sim/result.ts';
import type { Chronicle, ClusterEvent, Decision, TimerSpan } from '../../chronicle.ts';
import type { KeptRecords } from '../../kept-records.ts';
import { MachineBills } from '../../recording/machine-bills.ts';
import { RunRecord, type WorkloadUse } from '../../recording/run-record.ts';
import { ZoneTraffic } from '../../recording/zone-traffic.ts';
import { WorkloadCounts } from '../../recording/workload-counts.ts';
import type { Books, Container, Machines, TaskEnd } from '../data-plane.ts';
import type { Resources } from '../machine-spec.ts';
import type { OrchestratedSpec } from '../orchestrated-spec.ts';
import type { RequestBalancers } from '../requests/request-balancers.ts';
import type { WatchedContainers } from '../requests/watched-containers.ts';
import type { ResourceUsage } from '../usage/resource-usage.ts';
import { AnsweringTasks } from './answering-tasks.ts';
import { MachineAccounts } from './machine-accounts.ts';
import { PlaneIncidents } from './plane-incidents.ts';
import { TaskBooks } from './task-books.ts';
import { dataPlaneSnapshot } from './data-plane-snapshot.ts';
import { WorkloadUses } from './workload-uses.ts';
import { waitingTasks } from './waiting-tasks.ts';

/** Where a task without a machine stands: not tried yet, or nothing will hold it as things are. Names as in Kubernetes. */
const QUEUES = ['active', 'unschedulable'] as const;

/** The rest of a data plane, made after its recorder. */
export interface RecordedParts {
  readonly machines: Pick<Machines, 'specs' | 'state' | 'watch' | 'isReachable'>;
  readonly containers: WatchedContainers;
  readonly balancers: Pick<
    RequestBalancers,
    'model' | 'serviceOfTraffic' | 'flow' | 'watchListings' | 'isListedAnywhere'
  >;
  readonly usage: Pick<
    ResourceUsage,
    'look' | 'process' | 'memoryOf' | 'cpuMilli' | 'machineMilli' | 'totalMilli' | 'watch'
  >;
  /** Sentences for the result, asked for at the end. */
  readonly notes?: () => readonly string[];
}

/** What the weather says of machines that a control plane has not noticed by that. */
const BEFALLS = new Set(['drain-begin', 'drain-end', 'spot-notice']);
const NOTHING: WorkloadUse = { cpuUsed: 0, cpuRequested: 0, memUsed: 0, memRequested: 0 };

type RecordedSpec = Pick<
  OrchestratedSpec,
  | 'durationUs'
  | 'scrapeUs'
  | 'timelinePoints'
  | 'zones'
  | 'services'
  | 'objectives'
  | 'usdPerGbBetweenZones'
  | 'requestBytes'
  | 'kgPerKWh'
  | 'mayOvercommit'
>;

/**
 * The books and the chronicle of a data plane: writes down what an orchestrator does and what befalls it, and makes the
 * run's result of that. It is made first; `attach` tells it of the rest. What happens before `beginRun`, at time 0, is the
 * state that the run begins with, and none of its events.
 */
export class DataPlaneRecorder implements Books, Chronicle {
  readonly records: KeptRecords;
  readonly journal: Journal;
  readonly bills: MachineBills;
  readonly workloads: WorkloadCounts;
  readonly tasks: TaskBooks;
  private readonly clock: { readonly nowUs: number; readonly events: number };
  private readonly spec: RecordedSpec;
  private readonly run: RunRecord;
  private readonly accounts: MachineAccounts;
  private readonly answering: AnsweringTasks;
  private readonly uses: WorkloadUses;
  private readonly incidents: PlaneIncidents;
  private parts: RecordedParts | undefined;
  private hasBegun = false;
  /** Timers told of before the run, the last of each for each thing. */
  private readonly oldTimers = new Map<string, TimerSpan>();
  private readonly zoneTraffic: ZoneTraffic;

  constructor(
    clock: { readonly nowUs: number; readonly events: number },
    spec: RecordedSpec,
    options: { readonly journal?: JournalSink } = {},
  ) {
    this.clock = clock;
    this.spec = spec;
    this.bills = new MachineBills(spec);
    this.zoneTraffic = new ZoneTraffic(this.bills, spec.requestBytes);
    this.workloads = new WorkloadCounts(clock);
    this.workloads.knowAnswering();
    for (const { name } of spec.services) this.workloads.add(name);
    const { bills, workloads } = this;
    this.run = new RunRecord({ clock, spec, bills, workloads, queues: QUEUES, journal: options.journal });
    this.records = this.run.records;
    this.journal = this.run.journal;
    const { journal, numbers, heat } = this.run;
    this.accounts = new MachineAccounts({
      clock,
      journal,
      numbers,
      bills,
      heat,
      happened: (kind, about, what) => this.run.happened(kind, about, what),
      advance: () => this.run.advance(),
      onGone: (machine) => this.tasks.machineGone(machine),
    });
    this.tasks = new TaskBooks({
      clock,
      journal,
      numbers,
      bills,
      heat,
      workloads,
      accounts: this.accounts,
      specs: () => this.parts?.machines.specs ?? [],
      mayOvercommit: spec.mayOvercommit ?? false,
      advance: () => this.run.advance(),
    });
    this.incidents = new PlaneIncidents(clock, workloads);
    this.answering = new AnsweringTasks({
      clock,
      journal,
      workloads,
      books: this.tasks,
      told: this.incidents.watcher,
    });
    this.uses = new WorkloadUses((task) => this.answering.containersOf(task));
  }

  /** Parts made after the recorder, before anything happens. A run that begins at once begins here. */
  attach(parts: RecordedParts): void {
    this.parts = parts;
    const { machines, containers, balancers, usage } = parts;
    this.run.attach(balancers.model, balancers.serviceOfTraffic);
    this.accounts.attach(machines);
    this.answering.attach(machines, containers);
    const containersChanged = ({ order }: Container): void =>
      this.uses.changed(this.tasks.tasks.get(order.task)?.workload.counted);
    containers.watchAll(containersChanged);
    containers.watchRemoved(containersChanged);
    this.incidents.attach(machines, containers, balancers);
    usage.watch((machine, milli) => {
      if (!this.hasBegun) return;
      this.run.advance();
      this.accounts.used(machine, milli);
    });
    if (this.clock.nowUs >= 0) this.beginRun();
  }

  /** At time 0: what there is by now is the beginning. */
  beginRun(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    this.run.advance();
    this.accounts.begin();
    this.tasks.begin();
    this.answering.begin();
    this.incidents.begin();
    this.parts?.machines.specs.forEach((_, machine) =>
      this.accounts.used(machine, this.parts!.usage.machineMilli(machine)),
    );
    for (const span of this.oldTimers.values()) if (span.toUs > 0) this.timer(span);
    this.oldTimers.clear();
  }

  /** Events, oldest first, as many as are kept. */
  get events(): readonly ClusterEvent[] {
    return this.records.events;
  }

  /** Sentences for the result besides those of `attach`. */
  readonly notes: string[] = [];

  event(component: string, type: 'Normal' | 'Warning', reason: string, about: string, message: string): void {
    if (!this.hasBegun) return;
    if (type === 'Warning') this.incidents.said(about);
    this.run.event(component, type, reason, about, message);
  }

  decision(decision: Decision): void {
    if (this.hasBegun) this.run.decision(decision);
  }

  timer(span: TimerSpan): void {
    // One that began before the run and goes on is cut off at its beginning.
    if (this.hasBegun) this.run.timer(span.fromUs < 0 ? { ...span, fromUs: 0, toUs: Math.max(0, span.toUs) } : span);
    else this.oldTimers.set(`${span.timer}\n${span.about}`, span);
  }

  happened(kind: string, about: string, what: string): void {
    if (!this.hasBegun) return;
    if (!BEFALLS.has(kind)) this.incidents.said(about);
    this.run.happened(kind, about, what);
  }

  addWorkload(name: string, kind: 'service' | 'job' | 'daemon', service: number): number {
    return this.tasks.addWorkload(name, kind, service);
  }

  setDesired(workload: number, replicas: number): void {
    this.tasks.setDesired(workload, replicas);
  }

  addTask(workload: number, name: string, resources: Resources): number {
    const task = this.tasks.addTask(workload, name, resources);
    const booked = this.tasks.tasks.get(task)!;
    this.uses.added(booked);
    const { counted } = booked.workload;
    if (counted !== undefined) this.incidents.made(task, name, counted);
    return task;
  }

  place(task: number, machine: number): void {
    this.tasks.place(task, machine);
    this.incidents.placed(task, machine);
  }

  setReady(task: number, ready: boolean): void {
    this.tasks.setReady(task, ready);
    this.uses.changed(this.tasks.tasks.get(task)?.workload.counted);
    if (!ready) this.incidents.givenUp(task);
  }

  end(task: number, how: TaskEnd): void {
    const booked = this.tasks.tasks.get(task);
    this.tasks.end(task, how);
    if (booked !== undefined) this.uses.ended(booked);
    this.incidents.givenUp(task);
  }

  restarted(task: number): void {
    this.tasks.restarted(task);
  }

  waits(task: number, reason: string): void {
    this.tasks.waits(task, reason);
  }

  addCost(workload: number, usd: number): void {
    if (this.hasBegun) this.bills.addCost(this.tasks.workload(workload).payer, usd);
  }

  /** Resources that tasks there hold by their own declarations. */
  held(machine: number): Resources {
    return this.tasks.held(machine);
  }

  /** Reads everything, every `scrapeUs`. */
  scrape(): void {
    if (!this.run.isDue) return;
    this.run.advance();
    this.parts?.balancers.flow();
    this.parts?.usage.look();
    const { count, inZone } = this.accounts.reachable(this.spec.zones);
    // Whoever was killed for want of memory has changed the model.
    this.parts?.balancers.flow();
    const uses = this.parts === undefined ? [] : this.uses.read(this.parts.usage);
    this.run.scrape({
      useOf: ({ index }) => uses[index] ?? NOTHING,
      usedMilli: this.parts?.usage.totalMilli ?? 0,
      nodesReady: count,
      readyInZone: inZone,
      queues: this.queues(),
    });
    if (this.parts !== undefined)
      this.zoneTraffic.bill(this.parts.balancers.model, (service) => this.spec.services[service].name);
  }

  /** What the run has come to. Throws a Violation if the books do not balance. */
  result(): RunResult {
    const { tasks, parts } = this;
    this.scrape();
    tasks.check();
    return this.run.result({
      counts: tasks.counts,
      totals: tasks.totals,
      work: { decisions: tasks.decisions, nodeEvaluations: 0, scoreCalls: 0 },
      waiting: waitingTasks(tasks.tasks.values()),
      notes: [...this.notes, ...(parts?.notes?.() ?? []), ...this.incidents.notes],
      others: tasks.others,
      more: () => ({ incidents: this.incidents.result(this.records.timers) }),
    });
  }

  /** How everything stands now, as of the last scrape. */
  snapshot(): LivingSnapshot {
    const { parts, run, tasks, clock, bills } = this;
    return dataPlaneSnapshot({
      nowUs: clock.nowUs,
      endUs: this.spec.durationUs,
      machines: parts?.machines,
      usage: parts?.usage,
      tasks,
      bills,
      records: this.records,
      readings: run.readings,
      workloads: this.workloads.all,
    });
  }

  private queues(): Record<(typeof QUEUES)[number], number> {
    const sizes = { active: 0, unschedulable: 0 };
    if (this.tasks.counts.pending === 0) return sizes;
    for (const { machine, reason } of this.tasks.tasks.values())
      if (machine < 0) sizes[reason === '' ? 'active' : 'unschedulable']++;
    return sizes;
  }
}
