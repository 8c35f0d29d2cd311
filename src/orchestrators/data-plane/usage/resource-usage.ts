import { cpuShares } from '../../../sim/services/cpu-shares.ts';
import { days, seconds } from '../../../sim/time.ts';
import type { Clock } from '../../clock.ts';
import type { Container, Machines, Usage } from '../data-plane.ts';
import type { OrchestratedSpec } from '../orchestrated-spec.ts';
import type { ProcessBehaviour } from '../process-behaviour.ts';
import type { RequestBalancers, Serving } from '../requests/request-balancers.ts';
import type { WatchedContainers } from '../requests/watched-containers.ts';
import { growsPerUs, memoryAt } from './memory-use.ts';
import { Meter } from './meter.ts';

/** Machines with something to measure are looked at so often; in runs longer than `LONG_US` at scrapes only. */
const TICK_US = seconds(5);
const LONG_US = days(2);
/** An event in the future of a run; memory that reaches its limit later never does. */
const LATEST_US = 1e15;

export interface ResourceUsageParts {
  readonly clock: Clock;
  readonly spec: Pick<OrchestratedSpec, 'durationUs' | 'scrapeUs'>;
  readonly machines: Pick<Machines, 'specs' | 'state' | 'watch'>;
  readonly containers: WatchedContainers;
  readonly balancers: Pick<
    RequestBalancers,
    'flow' | 'serves' | 'servingOf' | 'setCpuFactor' | 'workMilliUs' | 'started' | 'requestBytes' | 'services'
  >;
}

/** What one running process uses. */
export interface ProcessUse {
  readonly container: Container;
  readonly meter: Meter;
  /** CPU that it uses by itself, and its hard limit. */
  readonly ownMilli: number;
  readonly limitMilli: number;
  /** Work of its busy places at the last look. */
  workMilliUs: number;
  usedMilli: number;
  /** Memory in whole bytes, where nothing ever changes it; NaN. */
  readonly constantBytes: number;
}

interface MachineUse {
  readonly processes: Map<number, ProcessUse>;
  /** The same in their order; undefined: to be made anew. */
  list: readonly ProcessUse[] | undefined;
  usedMilli: number;
  lookedUs: number;
  /** Memory of its processes by themselves, and how many of them take more while they run. */
  memBytes: number;
  growing: number;
}

/** Told whenever the CPU used on a machine has been measured anew. */
export type MachineUseWatcher = (machine: number, usedMilli: number) => void;

/**
 * What processes use. CPU: a constant amount of their own, and what their busy places needed since the last look. Where a
 * limit binds or more is wanted than the machine has, it is divided as cgroups do (`cpuShares`), and those that serve get
 * slower accordingly. Memory: their own, what grows with time and with every request served, and that of the requests
 * they have; whoever passes its limit, or is the largest where the machine has no more, is killed by the kernel.
 */
export class ResourceUsage implements Usage {
  /** CPU used on all machines now. */
  totalMilli = 0;
  /** The kernel kills this container for want of memory. */
  onOutOfMemory: (container: number) => void = () => {};
  private readonly parts: ResourceUsageParts;
  private readonly machines: MachineUse[] = [];
  private readonly processes = new Map<number, ProcessUse>();
  private readonly watchers: MachineUseWatcher[] = [];
  private readonly tickUs: number;
  private readonly tick: number;
  private readonly onLimit: number;
  private readonly requestsTakeMemory: boolean;
  /** Used again and again: what each process of one machine wants, what of that it gets, and who serves of them. */
  private readonly wants: number[] = [];
  private readonly shares: number[] = [];
  private readonly serving: (Serving | undefined)[] = [];

  constructor(parts: ResourceUsageParts) {
    this.parts = parts;
    const { clock, spec } = parts;
    this.requestsTakeMemory = parts.balancers.services.some(({ memPerRequestBytes }) => memPerRequestBytes > 0);
    this.tickUs = spec.durationUs > LONG_US ? spec.scrapeUs : Math.min(TICK_US, spec.scrapeUs);
    this.tick = clock.kind(() => {
      this.look();
      clock.after(this.tickUs, this.tick, 0);
    });
    this.onLimit = clock.kind((container) => this.checkLimit(container));
  }

  /** After everything else of the data plane has been made. Looks begin with the run, at 0. */
  begin(): void {
    const { clock, containers, machines } = this.parts;
    machines.specs.forEach((_, machine) => containers.on(machine).forEach((one) => this.note(one)));
    containers.watchAll((container) => this.note(container));
    machines.watch((machine, { works }, before) => {
      if (works !== before.works) this.divideOwn(machine);
    });
    clock.at(Math.max(0, clock.nowUs) + this.tickUs, this.tick, 0);
  }

  watch(watcher: MachineUseWatcher): void {
    this.watchers.push(watcher);
  }

  /** Measures everything since the last look, divides the CPU of machines that serve anew, and kills whom memory fails. */
  look(): void {
    this.parts.balancers.flow();
    this.machines.forEach((use, machine) => {
      if (use.processes.size === 0) return;
      this.share(machine, use);
    });
    this.checkMemory();
  }

  cpuMilli(container: number): number {
    return this.processes.get(container)?.usedMilli ?? 0;
  }

  memBytes(container: number): number {
    const use = this.processes.get(container);
    if (use === undefined) return 0;
    this.parts.balancers.flow();
    return this.memoryOf(use);
  }

  /** What a container's process uses, for those who ask about it often; undefined: none runs. */
  process(container: number): ProcessUse | undefined {
    return this.processes.get(container);
  }

  meanCpuMilli(container: number, fromUs: number, toUs: number): number {
    return this.processes.get(container)?.meter.rate(fromUs, toUs) ?? 0;
  }

  /** CPU used on a machine, as last looked at. */
  machineMilli(machine: number): number {
    return this.machines[machine]?.usedMilli ?? 0;
  }

  private note(container: Container): void {
    const { id, order, state, startedUs } = container;
    const runs = state === 'booting' || state === 'up' || state === 'stopping';
    const isKnown = this.processes.has(id);
    if (runs === isKnown) return;
    const machine = this.machineUse(order.machine);
    if (runs) {
      const { clock, balancers } = this.parts;
      const use: ProcessUse = {
        container,
        meter: new Meter(clock.nowUs),
        ownMilli: order.behaviour.cpuUsageMilli,
        limitMilli: order.cpuLimitMilli,
        workMilliUs: balancers.workMilliUs(balancers.servingOf(id)),
        usedMilli: 0,
        constantBytes:
          this.requestsTakeMemory || takesMore(order.behaviour)
            ? Number.NaN
            : Math.round(order.behaviour.memUsageBytes),
      };
      this.processes.set(id, use);
      machine.processes.set(id, use);
      const limitUs = startedUs + this.reachesLimitUs(container);
      if (limitUs < LATEST_US) clock.at(Math.ceil(limitUs), this.onLimit, id);
    } else {
      this.processes.delete(id);
      machine.processes.delete(id);
    }
    machine.list = undefined;
    const sign = runs ? 1 : -1;
    machine.memBytes += sign * order.behaviour.memUsageBytes;
    if (takesMore(order.behaviour)) machine.growing += sign;
    this.divideOwn(order.machine);
  }

  private machineUse(machine: number): MachineUse {
    // Machines are looked at in their order, so there must be no holes.
    while (this.machines.length <= machine)
      this.machines.push({
        processes: new Map(),
        list: undefined,
        usedMilli: 0,
        lookedUs: this.parts.clock.nowUs,
        memBytes: 0,
        growing: 0,
      });
    return this.machines[machine];
  }

  /** Divides a machine's CPU by what is known; what its busy places need is measured at the next look. */
  private divideOwn(machine: number): void {
    const use = this.machineUse(machine);
    const { clock, balancers } = this.parts;
    const { nowUs } = clock;
    const processes = listOf(use);
    const { wants, shares, serving } = this;
    processes.forEach(({ container, ownMilli, usedMilli }, k) => {
      serving[k] = balancers.servingOf(container.id);
      // Those that serve go on as at the last look.
      wants[k] = serving[k] === undefined ? ownMilli : Math.max(usedMilli, ownMilli);
    });
    this.divide(machine, processes);
    processes.forEach((one, k) => {
      if (serving[k] !== undefined) return;
      one.usedMilli = shares[k] * wants[k];
      one.meter.grow(nowUs, one.usedMilli);
    });
    this.setMachine(machine, use);
  }

  /** Measures a machine's processes since the last look and divides its CPU, if any of them serves. */
  private share(machine: number, use: MachineUse): void {
    const { clock, balancers, machines } = this.parts;
    const { nowUs } = clock;
    const processes = listOf(use);
    const { wants, shares, serving } = this;
    const count = processes.length;
    let serves = false;
    for (let k = 0; k < count; k++) {
      serving[k] = balancers.servingOf(processes[k].container.id);
      serves ||= serving[k] !== undefined;
    }
    if (!serves) return;
    const spanUs = nowUs - use.lookedUs;
    use.lookedUs = nowUs;
    if (spanUs <= 0) return;
    for (let k = 0; k < count; k++) {
      const one = processes[k];
      const workMilliUs = balancers.workMilliUs(serving[k]);
      const worked = Math.max(0, workMilliUs - one.workMilliUs);
      one.workMilliUs = workMilliUs;
      wants[k] = worked / spanUs + one.ownMilli;
    }
    this.divide(machine, processes);
    const { works } = machines.state(machine);
    for (let k = 0; k < count; k++) {
      const one = processes[k];
      const at = serving[k];
      one.usedMilli = shares[k] * wants[k];
      if (at === undefined) one.meter.grow(nowUs, one.usedMilli);
      else {
        one.meter.add(nowUs, one.usedMilli * (nowUs - one.meter.lastUs));
        if (works && at.cpuFactor !== shares[k]) balancers.setCpuFactor(one.container.id, shares[k]);
      }
    }
    this.setMachine(machine, use);
  }

  /** Into `shares`, of `wants`. Where there is enough for all, only limits bind. */
  private divide(machine: number, processes: readonly ProcessUse[]): void {
    const { machines } = this.parts;
    const { wants, shares } = this;
    const hasMilli = machines.state(machine).works ? machines.specs[machine].cpuMilli : 0;
    let total = 0;
    for (let k = 0; k < processes.length; k++) {
      const granted = Math.min(wants[k], processes[k].limitMilli);
      total += granted;
      shares[k] = wants[k] > 0 ? granted / wants[k] : 1;
    }
    if (total <= hasMilli) return;
    const divided = cpuShares(
      hasMilli,
      processes.map(({ container }, k) => ({
        wantsMilli: wants[k],
        limitMilli: container.order.cpuLimitMilli,
        weight: container.order.cpuWeightMilli,
      })),
    );
    divided.forEach((share, k) => (shares[k] = share));
  }

  private setMachine(machine: number, use: MachineUse): void {
    let usedMilli = 0;
    for (const one of listOf(use)) usedMilli += one.usedMilli;
    if (usedMilli === use.usedMilli) return;
    this.totalMilli += usedMilli - use.usedMilli;
    use.usedMilli = usedMilli;
    for (const told of this.watchers) told(machine, usedMilli);
  }

  /** Memory in whole bytes; requests must have flowed up to now. */
  memoryOf({ container, constantBytes }: ProcessUse): number {
    if (!Number.isNaN(constantBytes)) return constantBytes;
    const { balancers, clock } = this.parts;
    const { id, order, startedUs } = container;
    return memoryAt(order.behaviour, {
      ranUs: clock.nowUs - startedUs,
      served: balancers.started(id),
      requestBytes: balancers.requestBytes(id),
    });
  }

  /** How long after its start a process passes its limit by growing alone; Infinity: never. */
  private reachesLimitUs({ order }: Container): number {
    const { behaviour, memLimitBytes } = order;
    const left = memLimitBytes - behaviour.memUsageBytes;
    if (left < 0) return 0;
    const perUs = growsPerUs(behaviour);
    // A byte more than it may have.
    return perUs > 0 ? (left + 1) / perUs : Infinity;
  }

  private checkLimit(container: number): void {
    const use = this.processes.get(container);
    if (use === undefined) return;
    this.parts.balancers.flow();
    if (this.memoryOf(use) > use.container.order.memLimitBytes) this.onOutOfMemory(container);
  }

  /** Who has passed its own limit dies; where a machine has no more memory, whoever has most of it (Linux's `oom_score`). */
  private checkMemory(): void {
    this.machines.forEach((use, machine) => {
      if (!this.mayRunShort(use, machine)) return;
      const { processes } = use;
      const sizes = Array.from(processes.values(), (one) => ({ one, bytes: this.memoryOf(one) }));
      let total = 0;
      for (const { one, bytes } of sizes) {
        if (bytes > one.container.order.memLimitBytes) this.onOutOfMemory(one.container.id);
        else total += bytes;
      }
      const has = this.parts.machines.specs[machine].memBytes;
      if (total <= has) return;
      const alive = sizes.filter(({ one }) => processes.has(one.container.id)).sort((a, b) => b.bytes - a.bytes);
      for (const { one, bytes } of alive) {
        if (total <= has) break;
        total -= bytes;
        this.onOutOfMemory(one.container.id);
      }
    });
  }

  private mayRunShort({ processes, memBytes, growing }: MachineUse, machine: number): boolean {
    if (growing > 0 || memBytes > this.parts.machines.specs[machine].memBytes) return true;
    if (!this.requestsTakeMemory) return false;
    for (const id of processes.keys()) if (this.parts.balancers.serves(id)) return true;
    return false;
  }
}

const listOf = (use: MachineUse): readonly ProcessUse[] => (use.list ??= [...use.processes.values()]);

/** Whether it grows with time or with requests served. */
const takesMore = ({ memGrowthBytesPerHour, memLeakBytesPerRequest }: ProcessBehaviour): boolean =>
  memGrowthBytesPerHour !== 0 || memLeakBytesPerRequest !== 0;
