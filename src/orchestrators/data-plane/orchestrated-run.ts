import { stream } from '../../sim/random.ts';
import { US_PER_SECOND } from '../../sim/time.ts';
import type { JournalSink } from '../../sim/journal.ts';
import type { RunResult } from '../../sim/result.ts';
import { InputError } from '../../sim/input-error.ts';
import { Clock } from '../clock.ts';
import { ContainerRuns } from './containers.ts';
import type { ControlLoop } from './control-loop.ts';
import type { DataPlane } from './data-plane.ts';
import { MachinePark } from './machines.ts';
import type { OrchestratedSpec } from './orchestrated-spec.ts';
import { ProbeRuns } from './probes.ts';
import { DataPlaneRecorder } from './recording/data-plane-recorder.ts';
import { RequestBalancers } from './requests/request-balancers.ts';
import { TaskLedger } from './task-ledger.ts';
import { ResourceUsage } from './usage/resource-usage.ts';
import { placesOf, Weather } from './weather.ts';

export interface OrchestratedRunOptions {
  readonly seed: number | string;
  readonly journal?: JournalSink;
  /** Called every 64 events, also of those before the run. */
  readonly onAlive?: () => void;
  /** Called every 16,384 events, also of those before the run, and at the end. */
  readonly onProgress?: (progress: { events: number; nowUs: number; endUs: number }) => void;
  /** Called after each scrape. */
  readonly onScrape?: () => void;
}

const ALIVE_EVENTS = 64;
const PROGRESS_EVENTS = 16_384;

export function runOrchestrated(spec: OrchestratedSpec, options: OrchestratedRunOptions): RunResult {
  return new OrchestratedRun(spec, options).run();
}

/**
 * One run of a control loop on the data plane. Unless it is a cold start, time begins before 0: the control loop brings
 * everything up without traffic or weather, and at 0 the run begins with what is there.
 */
export class OrchestratedRun {
  readonly spec: OrchestratedSpec;
  readonly clock: Clock;
  readonly plane: DataPlane;
  readonly machines: MachinePark;
  readonly containers: ContainerRuns;
  readonly balancers: RequestBalancers;
  readonly usage: ResourceUsage;
  readonly recorder: DataPlaneRecorder;
  readonly ledger: TaskLedger;
  readonly loop: ControlLoop;
  private readonly options: OrchestratedRunOptions;
  private readonly scrapeKind: number;
  private operationsLeft: number;
  private isOver = false;

  constructor(spec: OrchestratedSpec, options: OrchestratedRunOptions) {
    this.spec = spec;
    this.options = options;
    if (spec.machines.length === 0 && spec.bringsMachines !== true)
      throw new InputError('the cluster has no machine; add machines');
    const clock = new Clock(spec.coldStart ? 0 : -spec.settleUs);
    this.clock = clock;
    const streams = (name: string) => stream(options.seed, name);
    const { journal } = options;
    this.recorder = new DataPlaneRecorder(clock, spec, journal === undefined ? {} : { journal });
    // Made first, so that the run has begun when anything else happens at 0.
    const beginKind = clock.kind(() => this.recorder.beginRun());
    clock.at(0, beginKind, 0);
    const { registryRoundTripUs } = spec;
    const machines = new MachinePark(clock, spec.machines);
    this.machines = machines;
    const containers = new ContainerRuns({
      clock,
      machines,
      streams,
      registryRoundTripUs,
      workloadOf: (task) => this.ledger.task(task)?.workload,
    });
    this.containers = containers;
    const probes = new ProbeRuns(clock, machines, containers, streams);
    const balancers = new RequestBalancers({ clock, spec, machines, containers, streams });
    this.balancers = balancers;
    containers.setInFlight((container) => balancers.inFlight(container));
    const usage = new ResourceUsage({ clock, spec, machines, containers, balancers });
    this.usage = usage;
    usage.onOutOfMemory = (container) => containers.outOfMemory(container);
    const ledger = new TaskLedger(this.recorder);
    this.ledger = ledger;
    const plane: DataPlane = {
      clock,
      chronicle: this.recorder,
      streams,
      epochMs: spec.epochMs,
      zones: spec.zones,
      durationUs: spec.durationUs,
      machines,
      containers,
      probes,
      balancers,
      usage,
      books: ledger,
    };
    const chooser = spec.chooser?.(plane, ledger);
    this.plane = chooser === undefined ? plane : { ...plane, chooser };
    this.recorder.attach({ machines, containers, balancers, usage, notes: () => this.loop.notes() });
    const weather = new Weather(spec.weather(streams, placesOf(spec.machines, spec.zones)), {
      clock,
      machines,
      containers,
      balancers,
      holdings: ledger,
      books: this.recorder,
      zones: spec.zones,
    });
    this.loop = spec.loop(this.plane);
    this.operationsLeft = spec.operations.length;
    const operateKind = clock.apiKind((operation) => this.operate(operation));
    spec.operations.forEach(({ atUs }, operation) => clock.at(Math.max(0, atUs), operateKind, operation));
    this.scrapeKind = clock.kind(() => this.scrape());
    weather.begin();
    usage.begin();
    this.loop.begin();
    clock.at(spec.scrapeUs, this.scrapeKind, 0);
  }

  run(): RunResult {
    while (this.step());
    return this.result();
  }

  /** Handles the next event; false at the end of the run. */
  step(): boolean {
    if (this.isOver) return false;
    const { clock, options, spec } = this;
    const goesOn = clock.step(spec.durationUs);
    if (!goesOn) this.isOver = true;
    if (clock.events % ALIVE_EVENTS === 0) options.onAlive?.();
    if (clock.events % PROGRESS_EVENTS === 0 || !goesOn)
      options.onProgress?.({ events: clock.events, nowUs: clock.nowUs, endUs: spec.durationUs });
    return goesOn;
  }

  /** Goes on to this time, or to the end of the run if that comes first. */
  runUntil(timeUs: number): void {
    const { clock, spec } = this;
    while (!this.isOver && clock.step(Math.min(timeUs, spec.durationUs)));
    if (clock.nowUs >= spec.durationUs) this.isOver = true;
  }

  /** What the run came to up to now. */
  result(): RunResult {
    return this.recorder.result();
  }

  private operate(number: number): void {
    const { text, change } = this.spec.operations[number];
    this.operationsLeft--;
    this.recorder.event('operator', 'Normal', 'Changed', 'cluster', text);
    try {
      this.loop.operate(change);
    } catch (error) {
      // What was there when the files were read may have gone since.
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`"${text}" at ${this.clock.nowUs / US_PER_SECOND} s: ${error.message}`);
    }
  }

  private scrape(): void {
    this.recorder.scrape();
    this.options.onScrape?.();
    if (this.spec.untilQuiet && this.isQuiet) this.isOver = true;
    else this.clock.after(this.spec.scrapeUs, this.scrapeKind, 0);
  }

  private get isQuiet(): boolean {
    return this.operationsLeft === 0 && this.ledger.jobsHaveEnded && this.loop.isQuiet();
  }
}
