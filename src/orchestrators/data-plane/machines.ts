import { InputError } from '../../sim/input-error.ts';
import type { Clock } from '../clock.ts';
import { isHeard } from '../machine-heard.ts';
import type { MachineState, Machines, MachineWish } from './data-plane.ts';
import type { MachineSpec } from './machine-spec.ts';

type MachineWatcher = (machine: number, state: MachineState, before: MachineState) => void;

const SOUND: MachineState = {
  works: true,
  cutOff: false,
  speed: 1,
  lossShare: 0,
  diskFull: false,
  gone: false,
  coming: false,
};
/** What was there before a machine was bought. */
const NOTHING: MachineState = { ...SOUND, works: false };

/** The machines as they really are, by number. Orchestrators see them as `Machines`; the weather has the setters. */
export class MachinePark implements Machines {
  readonly specs: MachineSpec[] = [];
  registryUp = true;
  controlPlaneUp = true;
  private readonly clock: Clock;
  private readonly states: MachineState[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly watchers: MachineWatcher[] = [];
  private readonly wishWatchers: ((wish: MachineWish) => void)[] = [];
  private readonly registryWatchers: ((up: boolean) => void)[] = [];
  private readonly controlPlaneWatchers: ((up: boolean) => void)[] = [];
  private readonly bootedKind: number;
  private spotInStock = true;
  /** Spot machines that could not be had when they were ordered, and how long each boots, in microseconds. */
  private readonly awaited = new Map<number, number>();

  /** Those of the list are there and work. */
  constructor(clock: Clock, specs: readonly MachineSpec[]) {
    this.clock = clock;
    this.bootedKind = clock.kind((machine) => this.booted(machine));
    for (const spec of specs) this.add(spec, SOUND);
  }

  state(machine: number): MachineState {
    return this.states[machine];
  }

  isReachable(machine: number): boolean {
    return isHeard(this.states[machine]);
  }

  watch(watcher: MachineWatcher): void {
    this.watchers.push(watcher);
  }

  watchWishes(watcher: (wish: MachineWish) => void): void {
    this.wishWatchers.push(watcher);
  }

  watchControlPlane(watcher: (up: boolean) => void): void {
    this.controlPlaneWatchers.push(watcher);
  }

  watchRegistry(watcher: (up: boolean) => void): void {
    this.registryWatchers.push(watcher);
  }

  buy(spec: MachineSpec, bootUs: number): number {
    const state = { ...NOTHING, coming: true };
    const machine = this.add(spec, state);
    for (const watcher of this.watchers) watcher(machine, state, NOTHING);
    const rounded = Math.max(0, Math.round(bootUs));
    if (spec.spot && !this.spotInStock) this.awaited.set(machine, rounded);
    else this.clock.after(rounded, this.bootedKind, machine);
    return machine;
  }

  /** Whether spot machines are to be had. Those that are waited for boot when there are some again. */
  setSpotStock(inStock: boolean): void {
    this.spotInStock = inStock;
    if (!inStock) return;
    for (const [machine, bootUs] of this.awaited) this.clock.after(bootUs, this.bootedKind, machine);
    this.awaited.clear();
  }

  giveBack(machine: number, _why: string): void {
    this.takeAway(machine);
  }

  /** Power, kernel or hardware fails; nothing where it is not there anyway. */
  stop(machine: number): void {
    this.set(machine, { works: false });
  }

  /** Works again, if it is still ours. */
  start(machine: number): void {
    const { gone, coming } = this.states[machine];
    if (!gone && !coming) this.set(machine, { works: true });
  }

  /** Nothing goes in or out (`on`), or everything again. */
  cutOff(machine: number, on: boolean): void {
    this.set(machine, { cutOff: on });
  }

  /** Works at this share of its speed. */
  slow(machine: number, speed: number): void {
    this.set(machine, { speed });
  }

  /** Drops this share of what it is asked. */
  lose(machine: number, lossShare: number): void {
    this.set(machine, { lossShare });
  }

  fillDisk(machine: number, on: boolean): void {
    this.set(machine, { diskFull: on });
  }

  /** It never works again. */
  takeAway(machine: number): void {
    this.set(machine, { works: false, coming: false, gone: true });
  }

  setRegistry(up: boolean): void {
    if (up === this.registryUp) return;
    this.registryUp = up;
    for (const watcher of this.registryWatchers) watcher(up);
  }

  /** While it is down, events that need it wait (`Clock.apiKind`). */
  setControlPlane(up: boolean): void {
    if (up === this.controlPlaneUp) return;
    this.controlPlaneUp = up;
    this.clock.setApiDown(!up);
    for (const watcher of this.controlPlaneWatchers) watcher(up);
  }

  wish(wish: MachineWish): void {
    for (const watcher of this.wishWatchers) watcher(wish);
  }

  private add(spec: MachineSpec, state: MachineState): number {
    if (this.numbers.has(spec.name))
      throw new InputError(`there are two machines called "${spec.name}"; give each a name of its own`);
    const machine = this.specs.push(spec) - 1;
    this.numbers.set(spec.name, machine);
    this.states.push(state);
    return machine;
  }

  private booted(machine: number): void {
    if (this.states[machine].coming) this.set(machine, { works: true, coming: false });
  }

  private set(machine: number, fields: Partial<MachineState>): void {
    const before = this.states[machine];
    if (before.gone) return;
    const state = { ...before, ...fields };
    const names = Object.keys(fields) as (keyof MachineState)[];
    if (names.every((name) => before[name] === state[name])) return;
    this.states[machine] = state;
    for (const watcher of this.watchers) watcher(machine, state, before);
  }
}
