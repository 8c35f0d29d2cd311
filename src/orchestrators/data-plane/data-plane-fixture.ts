import { balancingPolicies } from '../../policies/balancing/index.ts';
import { withDefaults } from '../../policies/policy-family.ts';
import { stream } from '../../sim/random.ts';
import { PATIENT, type Traffic } from '../../sim/requests/traffic.ts';
import { listedWeather, type TimedWeather } from '../../sim/weather/timed-weather.ts';
import { Clock } from '../clock.ts';
import { ContainerRuns } from './containers.ts';
import type { ControlLoop, MakeControlLoop } from './control-loop.ts';
import type { Books, ContainerExit, ContainerOrder, DataPlane } from './data-plane.ts';
import { NO_RESOURCES, type MachineSpec, type Resources } from './machine-spec.ts';
import { MachinePark } from './machines.ts';
import type { ModelledService, OrchestratedSpec } from './orchestrated-spec.ts';
import { OrchestratedRun, type OrchestratedRunOptions } from './orchestrated-run.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from './process-behaviour.ts';
import { ProbeRuns } from './probes.ts';

/** Runs of a control loop in a few lines, for tests: `runLoop(myLoop, { durationUs: 600e6 })`. */

/** A machine of 4 CPUs and 16 GiB that pulls 100 MB a second. */
export function machineSpec(name: string, otherwise: Partial<MachineSpec> = {}): MachineSpec {
  return {
    name,
    cpuMilli: 4000,
    memBytes: 16 * 2 ** 30,
    diskBytes: 100e9,
    gpuCount: 0,
    zone: '',
    rack: -1,
    power: -1,
    labels: {},
    instanceType: '',
    architecture: 'amd64',
    group: '',
    spot: false,
    usdPerHour: 0.2,
    pullBytesPerSecond: 100e6,
    idleWatts: 50,
    busyWatts: 150,
    ...otherwise,
  };
}

/** `n1`, `n2`, ... dealt out over the zones. */
export function machineSpecs(count: number, zones: readonly string[], otherwise: Partial<MachineSpec> = {}) {
  return Array.from({ length: count }, (_, k) =>
    machineSpec(`n${k + 1}`, { zone: zones[k % zones.length] ?? '', ...otherwise }),
  );
}

/** A service whose requests are modelled, behind balancers that choose at random. */
export function modelledService(
  name: string,
  { workMs = 10, concurrency = 8, cpuPerRequestMilli = 100, memPerRequestBytes = 0 } = {},
): ModelledService {
  const random = balancingPolicies.find((one) => one.name === 'random')!;
  return {
    name,
    requests: {
      name,
      concurrency,
      queueLimit: Infinity,
      work: { kind: 'exponential', meanUs: workMs * 1000 },
      calls: [],
      holdsPlace: true,
      balancing: random.make(withDefaults(random), 'random'),
      staleUs: 0,
      balancers: 1,
      slowStartUs: 0,
    },
    cpuPerRequestMilli,
    memPerRequestBytes,
  };
}

/** So many requests a second to a service, by its index, all the time. */
export function steadyTraffic(service: number, perSecond: number, client = PATIENT): Traffic {
  const curve = { at: () => perSecond, untilUs: () => Infinity };
  return {
    name: `traffic-${service}`,
    service,
    source: { kind: 'open', curve, spacing: 'poisson' },
    fromZone: -1,
    client,
  };
}

/** 4 machines in 2 zones, 10 minutes after 2 of settling, no services, no traffic, and this weather. */
export function fixtureSpec(
  loop: MakeControlLoop,
  otherwise: Partial<OrchestratedSpec> = {},
  weather: readonly TimedWeather[] = [],
): OrchestratedSpec {
  const zones = otherwise.zones ?? ['a', 'b'];
  return {
    orchestrator: 'fixture',
    durationUs: 600e6,
    coldStart: false,
    settleUs: 120e6,
    untilQuiet: false,
    epochMs: 0,
    machines: machineSpecs(4, zones),
    services: [],
    traffic: () => [],
    objectives: [],
    requestModel: 'auto',
    weather: () => listedWeather(weather),
    zones,
    delaysUs: { within: 0, between: 500, outside: 10_000 },
    usdPerGbBetweenZones: 0.01,
    requestBytes: 10_000,
    kgPerKWh: 0.4,
    operations: [],
    loop,
    scrapeUs: 15e6,
    timelinePoints: 100,
    registryRoundTripUs: 50_000,
    ...otherwise,
  };
}

/** A control loop's whole run; look at its parts, or ask for its `result()`. */
export function runLoop(
  loop: MakeControlLoop,
  otherwise: Partial<OrchestratedSpec> = {},
  weather: readonly TimedWeather[] = [],
  options: Partial<OrchestratedRunOptions> = {},
): OrchestratedRun {
  const run = new OrchestratedRun(fixtureSpec(loop, otherwise, weather), { seed: 1, ...options });
  while (run.step());
  return run;
}

/** Machines, containers and probes with nobody who commands them; `until` lets time pass. */
export function bareMachines(
  specs: readonly MachineSpec[] = machineSpecs(1, []),
  seed: number | string = 1,
): {
  clock: Clock;
  machines: MachinePark;
  containers: ContainerRuns;
  probes: ProbeRuns;
  until: (timeUs: number) => void;
} {
  const clock = new Clock();
  const machines = new MachinePark(clock, specs);
  const streams = (name: string) => stream(seed, name);
  const containers = new ContainerRuns({ clock, machines, streams, registryRoundTripUs: 50_000 });
  const probes = new ProbeRuns(clock, machines, containers, streams);
  return { clock, machines, containers, probes, until: (timeUs) => untilUs(clock, timeUs) };
}

function untilUs(clock: Clock, timeUs: number): void {
  while (clock.step(timeUs));
}

/** Books that only count. */
export function silentBooks(): Books {
  let workloads = 0;
  let tasks = 0;
  const nothing = () => {};
  return {
    addWorkload: () => workloads++,
    addTask: () => tasks++,
    setDesired: nothing,
    place: nothing,
    setReady: nothing,
    end: nothing,
    restarted: nothing,
    waits: nothing,
    happened: nothing,
    addCost: nothing,
  };
}

/** An order for a container of 100 MB that boots for a second, on machine 0 unless it says otherwise. */
export function containerOrder(
  name: string,
  otherwise: Partial<ContainerOrder> = {},
  behaviour: Partial<ProcessBehaviour> = {},
): ContainerOrder {
  return {
    name,
    task: -1,
    machine: 0,
    image: name.replace(/\..*$/, ''),
    prefersLocalImage: true,
    cpuWeightMilli: 0,
    cpuLimitMilli: Infinity,
    memLimitBytes: Infinity,
    behaviour: { ...PLAIN_PROCESS, ...behaviour },
    ...otherwise,
  };
}

export interface RoundRobinOptions {
  readonly workload?: string;
  readonly replicas?: number;
  readonly resources?: Resources;
  readonly behaviour?: Partial<ProcessBehaviour>;
  /** Index of the modelled service that its replicas serve. */
  readonly service?: number;
  /** So long after a machine is silent its tasks are replaced. */
  readonly noticeUs?: number;
  /** One that ends or cannot be started is replaced after so long. */
  readonly restartUs?: number;
}

/** One replica of the round robin. */
interface Replica {
  readonly task: number;
  readonly machine: number;
  readonly container: number;
  isReady: boolean;
}

/**
 * The smallest control loop: so many replicas on machines in turn; one that ends is replaced soon, those of a machine that
 * has been silent for a while at once.
 */
export class RoundRobin implements ControlLoop {
  readonly replicas: Replica[] = [];
  private readonly plane: DataPlane;
  private readonly options: Required<Omit<RoundRobinOptions, 'behaviour'>> & Pick<RoundRobinOptions, 'behaviour'>;
  private readonly workload: number;
  private readonly silentSinceUs = new Map<number, number>();
  private readonly noticeKind: number;
  private readonly addKind: number;
  private made = 0;
  private turn = -1;

  constructor(plane: DataPlane, options: RoundRobinOptions = {}) {
    this.plane = plane;
    this.options = {
      workload: 'web',
      replicas: 4,
      resources: NO_RESOURCES,
      service: -1,
      noticeUs: 10e6,
      restartUs: 1e6,
      ...options,
    };
    const { workload, service, noticeUs } = this.options;
    this.workload = plane.books.addWorkload(workload, 'service', service);
    this.noticeKind = plane.clock.apiKind((machine) => this.notice(machine));
    this.addKind = plane.clock.apiKind(() => this.add());
    plane.machines.watch((machine) => {
      if (plane.machines.isReachable(machine)) this.silentSinceUs.delete(machine);
      else if (!this.silentSinceUs.has(machine)) {
        this.silentSinceUs.set(machine, plane.clock.nowUs);
        plane.clock.after(noticeUs, this.noticeKind, machine);
      }
    });
  }

  begin(): void {
    this.plane.books.setDesired(this.workload, this.options.replicas);
    for (let k = 0; k < this.options.replicas; k++) this.add();
  }

  operate(): void {}

  notes(): readonly string[] {
    return [];
  }

  isQuiet(): boolean {
    return this.replicas.length >= this.options.replicas && this.replicas.every(({ isReady }) => isReady);
  }

  private add(): void {
    const { books, chooser, clock, containers, machines } = this.plane;
    const { workload, resources, behaviour } = this.options;
    const free = machines.specs.map((_, machine) => machine).filter((machine) => machines.isReachable(machine));
    if (free.length === 0) {
      clock.after(this.options.restartUs, this.addKind, 0);
      return;
    }
    const name = `${workload}.${++this.made}`;
    const task = books.addTask(this.workload, name, resources);
    this.turn = free.find((one) => one > this.turn) ?? free[0];
    const machine = chooser?.choose(free, { name, resources }) ?? this.turn;
    if (machine < 0) {
      books.end(task, 'failed');
      clock.after(this.options.restartUs, this.addKind, 0);
      return;
    }
    books.place(task, machine);
    const container = containers.create(containerOrder(name, { task, machine, image: workload }, behaviour), {
      prepared: (one) => void containers.start(one),
      refused: (one) => this.ended(one, undefined),
      answers: (one, answers) => this.answers(one, answers),
      exited: (one, exit) => this.ended(one, exit),
    });
    this.replicas.push({ task, machine, container, isReady: false });
  }

  private answers(container: number, isReady: boolean): void {
    const replica = this.replicas.find((one) => one.container === container);
    if (replica === undefined) return;
    replica.isReady = isReady;
    this.plane.books.setReady(replica.task, isReady);
    const { service } = this.options;
    if (service < 0) return;
    if (isReady) this.plane.balancers.list(service, container);
    else this.plane.balancers.unlist(service, container);
  }

  private ended(container: number, exit: ContainerExit | undefined): void {
    // Of a machine that has stopped nobody hears.
    if (exit?.cause === 'machine-stopped') return;
    this.replace(container, exit?.code === 0 ? 'finished' : 'failed');
  }

  private notice(machine: number): void {
    const silentUs = this.plane.clock.nowUs - (this.silentSinceUs.get(machine) ?? Infinity);
    if (silentUs < this.options.noticeUs) return;
    for (const { container, machine: of } of this.replicas.slice())
      if (of === machine) this.replace(container, 'evicted');
  }

  private replace(container: number, how: 'finished' | 'failed' | 'evicted'): void {
    const { balancers, books, containers, machines } = this.plane;
    const place = this.replicas.findIndex((one) => one.container === container);
    if (place < 0) return;
    const [{ task, machine, isReady }] = this.replicas.splice(place, 1);
    if (this.options.service >= 0) balancers.unlist(this.options.service, container);
    if (isReady) books.setReady(task, false);
    books.end(task, how);
    if (machines.isReachable(machine)) containers.remove(container);
    this.plane.clock.after(how === 'evicted' ? 0 : this.options.restartUs, this.addKind, 0);
  }
}
