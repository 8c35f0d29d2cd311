import { balancingPolicies } from '../../../policies/balancing/index.ts';
import { withDefaults } from '../../../policies/policy-family.ts';
import type { Streams } from '../../../sim/living-spec.ts';
import { stream } from '../../../sim/random.ts';
import { PATIENT, type ClientSpec, type LevelCurve } from '../../../sim/requests/traffic.ts';
import { Clock } from '../../clock.ts';
import { ContainerRuns } from '../containers.ts';
import { machineSpec as plainMachine } from '../data-plane-fixture.ts';
import type { ContainerWatcher } from '../data-plane.ts';
import { MachinePark } from '../machines.ts';
import type { MachineSpec, Resources } from '../machine-spec.ts';
import type { ModelledService, OrchestratedSpec } from '../orchestrated-spec.ts';
import { PLAIN_PROCESS, type ProcessBehaviour } from '../process-behaviour.ts';
import { RequestBalancers } from '../requests/request-balancers.ts';
import { ResourceUsage } from '../usage/resource-usage.ts';
import { DataPlaneRecorder } from './data-plane-recorder.ts';

/** A data plane without an orchestrator, for tests of what it measures and writes down. */

const US = 1_000_000;
const GIB = 1024 ** 3;

/** Of 4 cores and 16 GiB, at a dollar in 10,000 seconds. */
export function machineSpec(name: string, also: Partial<MachineSpec> = {}): MachineSpec {
  return plainMachine(name, { group: 'fleet', usdPerHour: 0.36, idleWatts: 100, busyWatts: 200, ...also });
}

export interface ServiceWish {
  readonly name: string;
  readonly perSecond: number;
  readonly workMs: number;
  readonly concurrency: number;
  readonly client?: ClientSpec;
  /** Name of the policy; absent: takes turns. */
  readonly balancing?: string;
  readonly also?: Partial<ModelledService>;
}

/** Regular traffic and constant work behind a balancer that takes turns. */
export function modelledService({
  name,
  workMs,
  concurrency,
  balancing = 'round-robin',
  also,
}: ServiceWish): ModelledService {
  const turns = balancingPolicies.find((one) => one.name === balancing)!;
  return {
    name,
    requests: {
      name,
      concurrency,
      queueLimit: Infinity,
      work: { kind: 'constant', meanUs: workMs * 1000 },
      calls: [],
      holdsPlace: true,
      balancing: turns.make(withDefaults(turns), balancing),
      staleUs: 0,
      balancers: 1,
      slowStartUs: 0,
    },
    cpuPerRequestMilli: 1000,
    memPerRequestBytes: 0,
    ...also,
  };
}

export function planeSpec(
  seconds: number,
  machines: readonly MachineSpec[],
  wishes: readonly ServiceWish[] = [],
  also: Partial<OrchestratedSpec> = {},
): OrchestratedSpec {
  return {
    orchestrator: 'test',
    durationUs: seconds * US,
    coldStart: false,
    settleUs: 60 * US,
    untilQuiet: false,
    epochMs: 0,
    machines,
    services: wishes.map(modelledService),
    traffic: () =>
      wishes.map(({ name, perSecond, client = PATIENT }, service) => ({
        name,
        service,
        source: { kind: 'open', curve: constantLevel(perSecond), spacing: 'even' },
        fromZone: -1,
        client,
      })),
    objectives: [],
    requestModel: 'discrete',
    weather: () => ({
      nextUs: Infinity,
      take: () => {
        throw new Error('there is no weather');
      },
    }),
    zones: [],
    delaysUs: { within: 0, between: 0, outside: 0 },
    usdPerGbBetweenZones: 0,
    requestBytes: 0,
    kgPerKWh: 0.5,
    operations: [],
    loop: () => {
      throw new Error('there is no orchestrator');
    },
    scrapeUs: 5 * US,
    timelinePoints: 1000,
    registryRoundTripUs: 0,
    ...also,
  };
}

const constantLevel = (level: number): LevelCurve => ({ at: () => level, untilUs: () => Infinity });

/** Everything below an orchestrator, and hands that do its work. */
export class TestPlane {
  readonly clock: Clock;
  readonly machines: MachinePark;
  readonly containers: ContainerRuns;
  readonly balancers: RequestBalancers;
  readonly usage: ResourceUsage;
  readonly recorder: DataPlaneRecorder;

  constructor(spec: OrchestratedSpec, seed = 1) {
    const clock = new Clock(spec.coldStart ? 0 : -spec.settleUs);
    const streams: Streams = (name) => stream(seed, name);
    this.clock = clock;
    this.recorder = new DataPlaneRecorder(clock, spec);
    const beginKind = clock.kind(() => this.recorder.beginRun());
    clock.at(0, beginKind, 0);
    const machines = new MachinePark(clock, spec.machines);
    const containers = new ContainerRuns({ clock, machines, streams, registryRoundTripUs: 0 });
    const balancers = new RequestBalancers({ clock, spec, machines, containers, streams });
    containers.setInFlight((container) => balancers.inFlight(container));
    const usage = new ResourceUsage({ clock, spec, machines, containers, balancers });
    usage.onOutOfMemory = (container) => containers.outOfMemory(container);
    this.recorder.attach({ machines, containers, balancers, usage });
    usage.begin();
    const scrape = clock.kind(() => {
      this.recorder.scrape();
      clock.after(spec.scrapeUs, scrape, 0);
    });
    clock.at(spec.scrapeUs, scrape, 0);
    this.machines = machines;
    this.containers = containers;
    this.balancers = balancers;
    this.usage = usage;
  }

  run(untilSeconds: number): void {
    while (this.clock.step(untilSeconds * US));
  }

  /** Makes a task, gives it a machine and starts its process; the balancer sends to it and it counts as ready when it answers. */
  start(workload: number, name: string, machine: number, also: StartWish = {}): { task: number; container: number } {
    const task = this.recorder.addTask(workload, name, also.resources ?? SMALL);
    this.recorder.place(task, machine);
    return { task, container: this.add(task, name, machine, also) };
  }

  /** Makes a container of a task and starts its process. */
  add(task: number, name: string, machine: number, also: StartWish = {}): number {
    const { resources = SMALL, service = -1, behaviour = {}, limits = {} } = also;
    const watcher: ContainerWatcher = {
      prepared: (container) => this.containers.start(container),
      answers: (container, answers) => {
        if (!answers) return;
        if (this.recorder.tasks.tasks.has(task)) this.recorder.setReady(task, true);
        if (service >= 0) this.balancers.list(service, container);
      },
    };
    return this.containers.create(
      {
        name,
        task,
        machine,
        image: 'web:1',
        prefersLocalImage: true,
        cpuWeightMilli: resources.cpuMilli,
        cpuLimitMilli: Infinity,
        memLimitBytes: Infinity,
        ...limits,
        behaviour: { ...PLAIN_PROCESS, imageBytes: 0, imageLayers: 0, ...behaviour },
      },
      watcher,
    );
  }
}

export const SMALL: Resources = { cpuMilli: 1000, memBytes: GIB, diskBytes: 0, gpuCount: 0 };

export interface StartWish {
  readonly resources?: Resources;
  readonly service?: number;
  readonly behaviour?: Partial<ProcessBehaviour>;
  readonly limits?: {
    readonly cpuLimitMilli?: number;
    readonly cpuWeightMilli?: number;
    readonly memLimitBytes?: number;
  };
}
