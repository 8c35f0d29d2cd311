import { NODE, type Journal } from '../../../sim/journal.ts';
import type { MachineBills } from '../../recording/machine-bills.ts';
import { isHeard } from '../../machine-heard.ts';
import { tellMachine } from '../../recording/machine-happenings.ts';
import type { NodeHeat } from '../../recording/node-heat.ts';
import type { PodNumbers } from '../../recording/pod-numbers.ts';
import type { Machines, MachineState } from '../data-plane.ts';
import type { MachineSpec, Resources } from '../machine-spec.ts';

export interface MachineAccountsParts {
  readonly clock: { readonly nowUs: number };
  readonly journal: Journal;
  readonly numbers: PodNumbers;
  readonly bills: MachineBills;
  readonly heat: NodeHeat;
  /** Everything that is counted over time goes on to now. */
  readonly advance: () => void;
  readonly happened: (kind: string, about: string, what: string) => void;
  /** A machine is not ours any more; whoever holds some of it gives that back now. */
  readonly onGone: (machine: number) => void;
}

/** What a change of a machine is in the journal. */
const GONE = 0;
const CAME = 1;
const WORKS = 2;
const STOPPED = 3;
const CUT_OFF = 4;
const BACK = 5;
const ORDERED = 6;
const CHANGED = 7;

/** One machine on the bill. */
interface Account {
  readonly number: number;
  readonly machineCpuMilli: number;
  readonly machineMemBytes: number;
  readonly gpuMilli: number;
  isCounted: boolean;
  usedMilli: number;
}

/** Machines as they are paid for: capacity, price, energy, and what befalls them. Begins at 0 with those there are. */
export class MachineAccounts {
  private readonly parts: MachineAccountsParts;
  /** By machine: those that are paid for. */
  private readonly accounts = new Map<number, Account>();
  private machines: Pick<Machines, 'specs' | 'state' | 'watch'> | undefined;
  private hasBegun = false;

  constructor(parts: MachineAccountsParts) {
    this.parts = parts;
  }

  attach(machines: Pick<Machines, 'specs' | 'state' | 'watch'>): void {
    this.machines = machines;
    machines.watch((machine, state, before) => {
      if (this.hasBegun) this.note(machine, state, before);
    });
  }

  begin(): void {
    this.hasBegun = true;
    const { machines } = this;
    machines?.specs.forEach((spec, machine) => {
      const state = machines.state(machine);
      if (!state.gone) this.open(machine, spec, state);
    });
  }

  /** The account of a machine that is paid for. */
  of(machine: number): Account | undefined {
    return this.accounts.get(machine);
  }

  /** So much CPU is used on it. */
  used(machine: number, milli: number): void {
    const account = this.accounts.get(machine);
    if (account === undefined || milli === account.usedMilli) return;
    this.parts.bills.used(account, milli - account.usedMilli);
    account.usedMilli = milli;
  }

  /** Machines that work and can be reached, in all and by zone. */
  reachable(zones: readonly string[]): { count: number; inZone: number[] } {
    const inZone = zones.map(() => 0);
    let count = 0;
    for (const machine of this.accounts.keys()) {
      if (!isHeard(this.machines!.state(machine))) continue;
      count++;
      const zone = zones.indexOf(this.machines!.specs[machine].zone);
      if (zone >= 0) inZone[zone]++;
    }
    return { count, inZone };
  }

  private note(machine: number, state: MachineState, before: MachineState): void {
    const { happened } = this.parts;
    this.parts.advance();
    const spec = this.machines!.specs[machine];
    const account = this.accounts.get(machine);
    if (account === undefined) {
      if (!state.gone) this.open(machine, spec, state);
      if (state.coming) happened('node-ordered', spec.name, 'a machine is bought and boots');
      return;
    }
    if (before.coming && state.works) {
      this.count(account, spec, 1);
      this.record(machine, CAME);
      happened('node-added', spec.name, 'the machine has booted');
      return;
    }
    if (state.gone) {
      // One that is given back before it works was never there.
      if (before.works) tellMachine(state, before, (kind, what) => happened(kind, spec.name, what));
      this.close(machine, account, spec);
      happened('node-removed', spec.name, 'the machine is paid for no more');
      return;
    }
    this.record(machine, kindOf(state, before));
    tellMachine(state, before, (kind, what) => happened(kind, spec.name, what));
  }

  private open(machine: number, spec: MachineSpec, state: MachineState): void {
    const { bills } = this.parts;
    const account: Account = {
      number: machine,
      machineCpuMilli: spec.cpuMilli,
      machineMemBytes: spec.memBytes,
      gpuMilli: spec.gpuCount * 1000,
      isCounted: false,
      usedMilli: 0,
    };
    this.accounts.set(machine, account);
    const name = spec.group !== '' ? spec.group : spec.instanceType !== '' ? spec.instanceType : 'machines';
    bills.start(account, { ...spec, name }, 0);
    this.record(machine, state.coming ? ORDERED : CAME);
    if (!state.coming) this.count(account, spec, 1);
    if (!state.coming && !state.works) this.record(machine, STOPPED);
  }

  private close(machine: number, account: Account, spec: MachineSpec): void {
    this.parts.onGone(machine);
    this.used(machine, 0);
    if (account.isCounted) this.count(account, spec, -1);
    this.accounts.delete(machine);
    this.parts.bills.stop(account);
    this.record(machine, GONE);
  }

  /** Capacity of a machine that is there comes or goes. */
  private count(
    account: Account,
    { cpuMilli, memBytes }: Pick<Resources, 'cpuMilli' | 'memBytes'>,
    sign: 1 | -1,
  ): void {
    account.isCounted = sign === 1;
    this.parts.numbers.capacity({ cpuMilli, memBytes, gpuMilli: account.gpuMilli }, sign);
    this.parts.heat.change(account.number, 0, sign * cpuMilli);
  }

  private record(machine: number, what: number): void {
    this.parts.journal.record(this.parts.clock.nowUs, NODE, machine, -1, what);
  }
}

function kindOf(state: MachineState, before: MachineState): number {
  if (state.works !== before.works) return state.works ? WORKS : STOPPED;
  if (state.cutOff !== before.cutOff) return state.cutOff ? CUT_OFF : BACK;
  return CHANGED;
}
