import type { JournalSink } from './journal.ts';
import type { LivingSpec } from './living-spec.ts';
import { DeploymentControl } from './living/deployment-control.ts';
import {
  DEPLOY_EVENT,
  DEPLOY_STEP_EVENT,
  FLEET_EVENT,
  HORIZONTAL_EVENT,
  NODE_BOOTED_EVENT,
  NODE_DRAIN_EVENT,
  NODE_ENDPOINTS_EVENT,
  NODE_EVICT_EVENT,
  NODE_HEARD_EVENT,
  NODE_LOST_EVENT,
  OVERCOMMIT_EVENT,
  RANK,
  REPLICA_EVENT,
  SCRAPE_EVENT,
  TICK_EVENT,
  VERTICAL_EVENT,
  WEATHER_EVENT,
} from './living/event-kinds.ts';
import { FleetControl } from './living/fleet-control.ts';
import { HorizontalControl } from './living/horizontal-control.ts';
import { JobControl } from './living/job-control.ts';
import { LivingRecorder } from './living/living-recorder.ts';
import { MetricControl } from './living/metric-control.ts';
import { NodeDrains } from './living/node-drains.ts';
import { NodeFaults } from './living/node-faults.ts';
import { NodeOrders } from './living/node-orders.ts';
import { PlacementNotes } from './living/placement-notes.ts';
import { OvercommitControl } from './living/overcommit-control.ts';
import { ReplicaControl } from './living/replica-control.ts';
import { ResourceControl } from './living/resource-control.ts';
import { ServiceControl } from './living/service-control.ts';
import { VerticalControl } from './living/vertical-control.ts';
import { WeatherControl } from './living/weather-control.ts';
import { World } from './living/world.ts';
import type { LivingSnapshot } from './monitoring/living-snapshot.ts';
import { stream } from './random.ts';
import { requestModelFor } from './requests/auto-requests.ts';
import type { RunResult } from './result.ts';
import { Simulation, type SimulationDriver } from './simulation.ts';
import { days, seconds } from './time.ts';

export interface LivingOptions {
  readonly seed: number | string;
  readonly journal?: JournalSink;
  readonly onProgress?: (progress: { events: number; nowUs: number; endUs: number }) => void;
  /** Called at every scrape. */
  readonly onSnapshot?: (snapshot: () => LivingSnapshot) => void;
  /** Called when a pod has just been bound to a node, before anything else becomes of it. */
  readonly onPlaced?: (simulation: Simulation, slot: number, node: number) => void;
}

/** CPU and memory are looked at this often, or at every scrape in runs longer than `LONG_US`. */
const TICK_US = seconds(5);
const LONG_US = days(2);

/** Runs a living cluster from its start to its end. */
export function simulateLiving(spec: LivingSpec, options: LivingOptions): RunResult {
  return new LivingSimulation(spec, options).run();
}

/**
 * One run of a living cluster: the engine that places pods, and around it the controllers that order and end them. The
 * requests flow in their own model, which is brought up to date before each event that could matter to them.
 */
export class LivingSimulation implements SimulationDriver {
  readonly world: World;
  readonly recorder: LivingRecorder;
  private readonly options: LivingOptions;
  private readonly replicas: ReplicaControl;
  readonly jobs: JobControl;
  private readonly orders: NodeOrders;
  private readonly faults: NodeFaults;
  private readonly drains: NodeDrains;
  private readonly services: ServiceControl;
  private readonly deployments: DeploymentControl;
  private readonly weather: WeatherControl;
  private readonly resources: ResourceControl;
  private readonly metrics: MetricControl;
  private readonly horizontal: HorizontalControl;
  private readonly vertical: VerticalControl;
  private readonly overcommit: OvercommitControl;
  private readonly fleet: FleetControl;
  private readonly tickUs: number;
  private readonly ticksPerScrape: number;
  private ticks = 0;
  private events = 0;
  /** Up to when the requests have flowed; NaN: something was done to them since. */
  private flowedUs = Number.NaN;

  constructor(spec: LivingSpec, options: LivingOptions) {
    this.options = options;
    const { seed } = options;
    const world = new World(spec, (name) => stream(seed, name));
    this.world = world;
    this.jobs = new JobControl(world);
    const notes = new PlacementNotes(world);
    world.simulation = new Simulation({
      nodes: world.nodes.specs,
      pods: this.jobs,
      placement: spec.placement,
      seed,
      startUs: 0,
      endUs: spec.durationUs,
      driver: this,
      onDecision: (simulation, slot, node) => {
        const service = this.replicas.serviceOf(slot);
        if (service !== undefined) notes.note(simulation, slot, node, service);
      },
      ...(spec.queue && { queue: spec.queue }),
      ...(spec.backfill && { backfill: spec.backfill }),
      ...(spec.overcommit && { index: 'scan' as const }),
      ...(options.journal && { journal: options.journal }),
    });
    const traffic = spec.traffic(world.streams);
    world.requests = requestModelFor(
      {
        services: spec.services.map((service) => service.requests),
        traffic,
        zones: spec.zones,
        startUs: 0,
        endUs: spec.durationUs,
        replicas: spec.services.map((service) => service.replicas),
        streams: world.streams,
      },
      spec.requestModel,
    );
    this.replicas = new ReplicaControl(world);
    this.orders = new NodeOrders(world);
    this.faults = new NodeFaults(world, this.orders, this.replicas, this.jobs);
    this.drains = new NodeDrains(world, this.orders, this.replicas, this.jobs);
    this.services = new ServiceControl(world, this.replicas);
    this.deployments = new DeploymentControl(world, this.replicas);
    this.weather = new WeatherControl(
      world,
      { orders: this.orders, faults: this.faults, drains: this.drains },
      this.replicas,
    );
    this.resources = new ResourceControl(world, this.replicas, this.jobs);
    this.metrics = new MetricControl(
      world,
      traffic.map((one) => one.service),
    );
    this.horizontal = new HorizontalControl(world, this.metrics);
    this.vertical = new VerticalControl(world, this.replicas);
    this.overcommit = new OvercommitControl(world, this.jobs);
    this.fleet = new FleetControl(world, this.orders, this.drains, this.jobs);
    this.recorder = new LivingRecorder(world, this.metrics, this.resources, this.jobs);
    this.ticksPerScrape = spec.durationUs > LONG_US ? 1 : Math.max(1, Math.ceil(spec.scrapeUs / TICK_US));
    this.tickUs = Math.max(1, Math.round(spec.scrapeUs / this.ticksPerScrape));
    this.connect();
    this.begin();
  }

  run(): RunResult {
    while (this.step());
    return this.result();
  }

  /** Handles the next event; false at the end of the run. */
  step(): boolean {
    const goesOn = this.world.simulation.step();
    if (++this.events % 16_384 === 0 || !goesOn)
      this.options.onProgress?.({
        events: this.events,
        nowUs: this.world.nowUs,
        endUs: this.world.spec.durationUs,
      });
    return goesOn;
  }

  result(): RunResult {
    this.world.requests.advance(this.world.nowUs);
    this.world.requests.check();
    // What came after the last scrape belongs to the run as well.
    if (this.world.nowUs >= this.world.spec.durationUs && this.metrics.lastUs < this.world.nowUs) {
      this.metrics.scrape();
      this.recorder.scrape();
    }
    const { requests, simulation } = this.world;
    const result = this.recorder.result(simulation.result());
    const { requests: done, events, steps } = requests.work;
    return { ...result, work: { ...result.work, requests: done, requestEvents: events, fluidSteps: steps } };
  }

  /** How everything stands now. */
  snapshot(): LivingSnapshot {
    return this.recorder.snapshot();
  }

  onEvent(kind: number, subject: number): void {
    this.flow();
    switch (kind) {
      case SCRAPE_EVENT:
        this.scrape();
        this.again(SCRAPE_EVENT, RANK.scrape, this.world.spec.scrapeUs);
        return;
      case HORIZONTAL_EVENT:
        if (this.horizontal.decide(subject)) this.flowedUs = Number.NaN;
        return;
      default:
        this.flowedUs = Number.NaN;
        this.act(kind, subject);
    }
  }

  /** Brings the requests up to now; hundreds of services are scaled at one instant, and most stay as they are. */
  private flow(): void {
    const { nowUs, requests } = this.world;
    if (this.flowedUs === nowUs) return;
    requests.advance(nowUs);
    this.flowedUs = nowUs;
  }

  /** Events that may change what requests meet. */
  private act(kind: number, subject: number): void {
    switch (kind) {
      case WEATHER_EVENT:
        this.weather.strike();
        return;
      case REPLICA_EVENT:
        this.replicas.due(subject);
        return;
      case NODE_BOOTED_EVENT:
        this.orders.booted(subject);
        return;
      case NODE_LOST_EVENT:
        if (!this.postponed(kind, subject)) this.faults.lost(subject);
        return;
      case NODE_EVICT_EVENT:
        if (!this.postponed(kind, subject)) this.faults.evict(subject);
        return;
      case NODE_ENDPOINTS_EVENT:
        if (!this.postponed(kind, subject)) this.faults.endpointsGone(subject);
        return;
      case NODE_HEARD_EVENT:
        this.faults.heardAgain(subject);
        return;
      case NODE_DRAIN_EVENT:
        if (!this.postponed(kind, subject)) this.drains.step(subject);
        return;
      case TICK_EVENT:
        this.resources.tick(++this.ticks % this.ticksPerScrape === 0);
        this.recorder.measured();
        this.again(TICK_EVENT, RANK.tick, this.tickUs);
        return;
      case VERTICAL_EVENT:
        this.vertical.decide(subject);
        return;
      case FLEET_EVENT:
        this.fleet.decide();
        return;
      case DEPLOY_EVENT:
        if (!this.postponed(kind, subject)) this.deployments.deploy(subject);
        return;
      case DEPLOY_STEP_EVENT:
        this.deployments.look(subject);
        return;
      case OVERCOMMIT_EVENT:
        this.overcommit.decide();
        return;
      default:
        throw new RangeError(`a living cluster has no events of kind ${kind}`);
    }
  }

  onPlaced(slot: number, node: number): void {
    this.options.onPlaced?.(this.world.simulation, slot, node);
    this.flow();
    this.flowedUs = Number.NaN;
    if (!this.replicas.placed(slot, node)) this.jobs.placed(slot, node);
    this.recorder.placed(slot, node);
  }

  onWaits(slot: number): void {
    if (!this.replicas.waits(slot)) this.fleet.pending();
  }

  onRefused(slot: number): void {
    if (!this.replicas.refused(slot)) this.jobs.refused(slot);
  }

  onTaken(slot: number, node: number): void {
    this.recorder.left(slot, node);
  }

  onFinished(slot: number, node: number): void {
    this.recorder.left(slot, node);
    this.jobs.finished(slot, node);
  }

  /** Who tells whom. */
  private connect(): void {
    const { replicas, services, deployments, horizontal, fleet, weather, resources, vertical } = this;
    replicas.onChange = (service) => services.note(service);
    replicas.states.onReadiness = (service) => this.recorder.passService(service);
    replicas.endpoints.onGone = (replica) => deployments.endpointGone(replica);
    replicas.onCrash = (replica) => deployments.crashed(replica);
    replicas.onPending = () => fleet.pending();
    services.isDeploying = (service) => deployments.isDeploying(service);
    services.onChange = (service) => deployments.changed(service);
    deployments.onEnd = (service) => services.note(service);
    horizontal.onScale = (service) => {
      this.recorder.passService(service);
      services.note(service);
    };
    horizontal.isDeploying = (service) => deployments.isDeploying(service);
    resources.onOutOfMemory = (replica) => vertical.noteOutOfMemory(replica);
    weather.onControlPlaneBack = () => this.controlPlaneBack();
    this.orders.onBought = (node, bought) => {
      this.recorder.bought(node, bought);
      if (!bought) this.overcommit.forget(node);
    };
    vertical.onResize = (replica, before) => this.recorder.resized(replica, before);
  }

  private begin(): void {
    const { world } = this;
    const { within, between, outside } = world.spec.delaysUs;
    for (let from = -1; from < world.spec.zones.length; from++)
      for (let to = -1; to < world.spec.zones.length; to++)
        world.requests.setDelay(from, to, from < 0 || to < 0 ? outside : from === to ? within : between);
    this.orders.begin();
    this.weather.plan();
    this.replicas.isWarm = world.spec.coldStart !== true;
    this.services.begin();
    this.replicas.isWarm = false;
    this.deployments.begin();
    this.horizontal.begin();
    this.vertical.begin();
    this.overcommit.begin();
    this.fleet.begin();
    this.again(TICK_EVENT, RANK.tick, this.tickUs);
    this.again(SCRAPE_EVENT, RANK.scrape, world.spec.scrapeUs);
  }

  private scrape(): void {
    this.metrics.scrape();
    this.vertical.observe();
    this.overcommit.observe();
    this.recorder.scrape();
    this.options.onSnapshot?.(() => this.snapshot());
  }

  private again(kind: number, rank: number, afterUs: number): void {
    const { simulation } = this.world;
    simulation.schedule(simulation.nowUs + afterUs, rank, kind, 0);
  }

  /** While the control plane is away nothing is noticed; what was due is done when it is back. */
  private postponed(kind: number, subject: number): boolean {
    if (!this.world.controlPlaneDown) return false;
    this.missed.push({ kind, subject });
    return true;
  }

  private readonly missed: { kind: number; subject: number }[] = [];

  private controlPlaneBack(): void {
    const missed = this.missed.splice(0);
    for (const { kind, subject } of missed) this.faults.dueNow(kind, subject);
    // Who is given up is known before the scheduler looks at nodes again.
    for (const { kind, subject } of missed) if (kind === NODE_LOST_EVENT) this.faults.lost(subject);
    this.orders.syncAll();
    this.faults.hearAll();
    for (const { kind, subject } of missed) if (kind !== NODE_LOST_EVENT) this.onEvent(kind, subject);
    this.services.resume();
  }
}
