import { ARRIVE, EVICT, FINISH, type Journal, KILL, PLACE, QUEUE, REPLICA } from '../../../sim/journal.ts';
import { Violation } from '../../../sim/ledger.ts';
import type { PodCounts } from '../../../sim/result.ts';
import type { MachineBills } from '../../recording/machine-bills.ts';
import type { NodeHeat } from '../../recording/node-heat.ts';
import type { PodNumbers, Taken } from '../../recording/pod-numbers.ts';
import type { Workload, WorkloadCounts } from '../../recording/workload-counts.ts';
import type { TaskEnd } from '../data-plane.ts';
import { NO_RESOURCES, type MachineSpec, type Resources } from '../machine-spec.ts';
import type { MachineAccounts } from './machine-accounts.ts';

/** Whom tasks are billed to that no workload of its own stands for. */
export const NOBODY = ['jobs', 'other tasks'] as const;
/** Workloads with numbers and lines of their own; further ones are counted with those of nobody. */
const MOST_WORKLOADS = 200;
/** In the journal: a task that is ready, and one that is not. */
const READY = 1;
const NOT_READY = 0;

/** A service, job or daemon, as the orchestrator named it. */
export interface BookedWorkload {
  readonly name: string;
  /** What results count it with; undefined: jobs, and those beyond the most that are told apart. */
  readonly counted: Workload | undefined;
  readonly payer: string;
  readonly user: string;
  desired: number;
}

/** A task that has not ended. */
export interface BookedTask {
  readonly id: number;
  readonly name: string;
  readonly workload: BookedWorkload;
  readonly resources: Resources;
  readonly createdUs: number;
  /** Number in the journal; -1: the run has not begun. */
  number: number;
  /** -1: it waits. */
  machine: number;
  placedUs: number;
  /** Whether bills and curves have it on its machine. */
  isSeated: boolean;
  ready: boolean;
  wasReady: boolean;
  /** Whether it was placed before the run began. */
  isOld: boolean;
  /** Why it waits; ''. */
  reason: string;
}

export interface TaskBooksParts {
  readonly clock: { readonly nowUs: number };
  readonly journal: Journal;
  readonly numbers: PodNumbers;
  readonly bills: MachineBills;
  readonly heat: NodeHeat;
  readonly workloads: WorkloadCounts;
  readonly accounts: MachineAccounts;
  readonly specs: () => readonly MachineSpec[];
  readonly mayOvercommit: boolean;
  /** Everything that is counted over time goes on to now. */
  readonly advance: () => void;
}

/**
 * Accounts for every task: where it is, what it takes of its machine by its own declaration, who pays for it. What is
 * there when the run begins is what it begins with, neither arrivals to wait for nor events.
 */
export class TaskBooks {
  readonly counts: PodCounts = { arrived: 0, finished: 0, running: 0, pending: 0, refused: 0, killed: 0 };
  readonly totals = { evictions: 0, restarts: 0, oomKills: 0 };
  /** Placements and refusals: what was decided about tasks. */
  decisions = 0;
  /** How many workloads are not told apart. */
  others = 0;
  /** Those that have not ended, by their numbers in the books. */
  readonly tasks = new Map<number, BookedTask>();
  private readonly parts: TaskBooksParts;
  private readonly all: BookedWorkload[] = [];
  private readonly modelled: number;
  private readonly seated: number[] = [];
  private readonly holdings: Resources[] = [];
  private nextTask = 0;
  private hasBegun = false;
  private violation: string | undefined;

  constructor(parts: TaskBooksParts) {
    this.parts = parts;
    this.modelled = parts.workloads.all.length;
  }

  /** Everything so far is what the run begins with, at 0. */
  begin(): void {
    this.hasBegun = true;
    for (const task of this.tasks.values()) {
      task.isOld = task.machine >= 0;
      this.enter(task);
    }
  }

  /** Resources that tasks there hold. */
  held(machine: number): Resources {
    return this.holdings[machine] ?? NO_RESOURCES;
  }

  workload(number: number): BookedWorkload {
    const workload = this.all[number];
    if (workload === undefined) throw new Violation(`the books have no workload ${number}`);
    return workload;
  }

  addWorkload(name: string, kind: 'service' | 'job' | 'daemon', service: number): number {
    const { workloads } = this.parts;
    const isJob = kind === 'job';
    let counted: Workload | undefined;
    if (!isJob && service >= 0) counted = workloads.all[service];
    else if (!isJob && workloads.all.length < MOST_WORKLOADS + this.modelled)
      counted = workloads.add(this.freeName(name));
    else if (!isJob) this.others++;
    return (
      this.all.push({ name, counted, payer: counted?.name ?? NOBODY[isJob ? 0 : 1], user: userOf(name), desired: 0 }) -
      1
    );
  }

  setDesired(number: number, replicas: number): void {
    const workload = this.workload(number);
    if (workload.counted !== undefined)
      this.parts.workloads.changeDesired(workload.counted, replicas - workload.desired);
    workload.desired = replicas;
  }

  addTask(workload: number, name: string, resources: Resources): number {
    const task: BookedTask = {
      id: this.nextTask++,
      name,
      workload: this.workload(workload),
      resources,
      createdUs: this.parts.clock.nowUs,
      number: -1,
      machine: -1,
      placedUs: Number.NaN,
      isSeated: false,
      ready: false,
      wasReady: false,
      isOld: false,
      reason: '',
    };
    this.tasks.set(task.id, task);
    if (this.hasBegun) this.enter(task);
    return task.id;
  }

  place(id: number, machine: number): void {
    const task = this.living(id, 'placed');
    const { clock } = this.parts;
    const spec = this.parts.specs()[machine];
    if (task.machine >= 0) throw new Violation(`at ${clock.nowUs} µs task "${task.name}" was placed a second time`);
    if (spec === undefined)
      throw new Violation(
        `at ${clock.nowUs} µs task "${task.name}" was placed on machine ${machine}, which is not there`,
      );
    task.machine = machine;
    task.placedUs = clock.nowUs;
    task.reason = '';
    this.hold(task, 1);
    this.checkRoom(task, spec);
    if (!this.hasBegun) return;
    this.decisions++;
    const { numbers } = this.parts;
    this.parts.advance();
    this.counts.pending--;
    this.counts.running++;
    numbers.pending(-1);
    numbers.placed(task.workload.user, clock.nowUs - Math.max(0, task.createdUs));
    this.run(task);
  }

  setReady(id: number, ready: boolean): void {
    const task = this.tasks.get(id);
    if (task === undefined) {
      if (id >= this.nextTask || ready) throw this.unknown(id, 'said to be ready');
      return;
    }
    if (task.ready === ready) return;
    task.ready = ready;
    if (this.hasBegun) this.countReady(task, ready);
    if (!ready || task.wasReady) return;
    task.wasReady = true;
    if (this.hasBegun && !task.isOld)
      this.parts.numbers.becameReady(this.parts.clock.nowUs - Math.max(0, task.createdUs));
  }

  end(id: number, how: TaskEnd): void {
    const task = this.living(id, 'ended');
    this.setReady(id, false);
    this.tasks.delete(id);
    const wasPlaced = task.machine >= 0;
    if (wasPlaced) this.hold(task, -1);
    if (!this.hasBegun) return;
    const { clock, numbers, journal } = this.parts;
    const { nowUs } = clock;
    this.parts.advance();
    this.unseat(task);
    this.counts[wasPlaced ? 'running' : 'pending']--;
    if (wasPlaced) numbers.running(-1);
    else numbers.pending(-1);
    const isGood = how === 'finished' || how === 'stopped';
    this.counts[isGood ? 'finished' : 'killed']++;
    journal.record(nowUs, isGood ? FINISH : how === 'evicted' ? EVICT : KILL, task.number, task.machine, 0);
    if (how === 'evicted') {
      this.totals.evictions++;
      if (task.workload.counted !== undefined) task.workload.counted.evictions++;
    }
    // Who is told to stop has no time of its own.
    if (how !== 'finished') return;
    const flowUs = nowUs - Math.max(0, task.createdUs);
    const ranUs = nowUs - Math.max(0, wasPlaced ? task.placedUs : task.createdUs);
    numbers.succeeded(task.workload.user, nowUs, flowUs, ranUs, takenBy(task.resources));
  }

  restarted(id: number): void {
    if (!this.hasBegun) return;
    this.totals.restarts++;
    const counted = this.tasks.get(id)?.workload.counted;
    if (counted !== undefined) counted.restarts++;
  }

  waits(id: number, reason: string): void {
    const task = this.tasks.get(id);
    if (task === undefined || task.machine >= 0 || task.reason === reason) return;
    const wasKnown = task.reason !== '';
    task.reason = reason;
    if (!this.hasBegun || wasKnown || reason === '') return;
    this.decisions++;
    this.parts.journal.record(this.parts.clock.nowUs, QUEUE, task.number, -1, 0);
  }

  /** A machine is not there any more: what tasks held of it costs nobody anything. The orchestrator learns of it later. */
  machineGone(machine: number): void {
    for (const task of this.tasks.values()) if (task.machine === machine) this.unseat(task);
  }

  /** A law of the books was broken; the first one is told at the end. */
  breach(sentence: string): void {
    this.violation ??= `at ${this.parts.clock.nowUs} µs ${sentence}`;
  }

  /** Throws a Violation unless every task is accounted for and what was held was there. */
  check(): void {
    if (this.violation !== undefined) throw new Violation(this.violation);
    const { arrived, finished, running, pending, refused, killed } = this.counts;
    const text = Object.entries(this.counts)
      .map(([part, count]) => `${part} ${count}`)
      .join(', ');
    if (finished + running + pending + refused + killed !== arrived)
      throw new Violation(`${arrived} tasks have arrived but not as many are accounted for: ${text}`);
    if (this.hasBegun && this.tasks.size !== running + pending)
      throw new Violation(`${this.tasks.size} tasks have not ended but ${text}`);
    const held = new Map<number, { cpuMilli: number; memBytes: number }>();
    for (const { machine, resources } of this.tasks.values()) {
      const sum = held.get(machine) ?? { cpuMilli: 0, memBytes: 0 };
      held.set(machine, {
        cpuMilli: sum.cpuMilli + resources.cpuMilli,
        memBytes: sum.memBytes + resources.memBytes,
      });
    }
    this.holdings.forEach(({ cpuMilli, memBytes }, machine) => {
      const sum = held.get(machine) ?? { cpuMilli: 0, memBytes: 0 };
      if (sum.cpuMilli !== cpuMilli || sum.memBytes !== memBytes)
        throw new Violation(
          `of machine "${this.parts.specs()[machine].name}" ${cpuMilli}m of CPU and ${memBytes} B are held, but its tasks declare ${sum.cpuMilli}m and ${sum.memBytes} B`,
        );
    });
  }

  private living(id: number, what: string): BookedTask {
    const task = this.tasks.get(id);
    if (task === undefined) throw this.unknown(id, what);
    return task;
  }

  private unknown(id: number, what: string): Violation {
    return new Violation(
      `at ${this.parts.clock.nowUs} µs task ${id} was ${what}, which ${id < this.nextTask ? 'has ended' : 'there never was'}`,
    );
  }

  private freeName(name: string): string {
    const { workloads } = this.parts;
    if (!workloads.isKnown(name)) return name;
    let k = 2;
    while (workloads.isKnown(`${name} (${k})`)) k++;
    return `${name} (${k})`;
  }

  private checkRoom(task: BookedTask, spec: MachineSpec): void {
    if (this.parts.mayOvercommit) return;
    const held = this.held(task.machine);
    const { resources } = task;
    const over = [
      ...(held.cpuMilli > spec.cpuMilli && resources.cpuMilli > 0 ? ['CPU'] : []),
      ...(held.memBytes > spec.memBytes && resources.memBytes > 0 ? ['memory'] : []),
      ...(held.gpuCount > spec.gpuCount && resources.gpuCount > 0 ? ['GPUs'] : []),
    ];
    if (over.length > 0)
      this.breach(
        `task "${task.name}" was placed on machine "${spec.name}", which has not enough ${over.join(' and ')} for it`,
      );
  }

  private hold({ machine, resources }: BookedTask, sign: 1 | -1): void {
    const { cpuMilli, memBytes, diskBytes, gpuCount } = this.held(machine);
    this.holdings[machine] = {
      cpuMilli: cpuMilli + sign * resources.cpuMilli,
      memBytes: memBytes + sign * resources.memBytes,
      diskBytes: diskBytes + sign * resources.diskBytes,
      gpuCount: gpuCount + sign * resources.gpuCount,
    };
  }

  /** The task has come into the run. */
  private enter(task: BookedTask): void {
    const { clock, journal, numbers } = this.parts;
    this.parts.advance();
    task.number = this.counts.arrived++;
    journal.record(clock.nowUs, ARRIVE, task.number, -1, 0, task.name);
    if (task.machine < 0) {
      this.counts.pending++;
      numbers.pending(1);
    } else {
      this.counts.running++;
      this.run(task);
    }
    if (task.ready) this.countReady(task, true);
  }

  private run(task: BookedTask): void {
    const { clock, journal, numbers } = this.parts;
    numbers.running(1);
    journal.record(clock.nowUs, PLACE, task.number, task.machine, 0);
    this.seat(task);
  }

  private seat(task: BookedTask): void {
    const { accounts, bills, numbers, heat } = this.parts;
    const account = accounts.of(task.machine);
    if (account === undefined) return;
    task.isSeated = true;
    const taken = takenBy(task.resources);
    bills.requested(account, task.workload.payer, taken, 1);
    numbers.take(taken, 1);
    heat.change(task.machine, taken.cpuMilli, 0);
    this.seated[task.machine] = (this.seated[task.machine] ?? 0) + 1;
    if (this.seated[task.machine] === 1) numbers.nodesUsed(1);
  }

  private unseat(task: BookedTask): void {
    if (!task.isSeated) return;
    task.isSeated = false;
    const { accounts, bills, numbers, heat } = this.parts;
    const taken = takenBy(task.resources);
    bills.requested(accounts.of(task.machine)!, task.workload.payer, taken, -1);
    numbers.take(taken, -1);
    heat.change(task.machine, -taken.cpuMilli, 0);
    if (--this.seated[task.machine] === 0) numbers.nodesUsed(-1);
  }

  private countReady(task: BookedTask, ready: boolean): void {
    const { journal, clock, workloads } = this.parts;
    journal.record(clock.nowUs, REPLICA, task.number, task.machine, ready ? READY : NOT_READY);
    const { counted } = task.workload;
    if (counted === undefined) return;
    workloads.changeReady(counted, ready ? 1 : -1);
    counted.available += ready ? 1 : -1;
  }
}

const takenBy = ({ cpuMilli, memBytes, gpuCount }: Resources): Taken => ({
  cpuMilli,
  memBytes,
  gpuMilli: gpuCount * 1000,
});

/** Whom a workload belongs to: what stands before its own name (`shop` of `shop/web`), else everyone. */
function userOf(name: string): string {
  const parts = name.split('/').filter((part) => part !== '');
  return parts.length > 1 ? parts[0] : 'default';
}
