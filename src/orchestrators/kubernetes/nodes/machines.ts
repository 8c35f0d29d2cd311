import type { ApiServer } from '../api/api-server.ts';
import type { Node } from '../objects/node.ts';

/** The hardware behind one Node object. */
export interface MachineState {
  /** Powered and running its kubelet. */
  readonly works: boolean;
  /** Works, but nobody hears it and it hears nobody. */
  readonly cutOff: boolean;
  /** Share of its speed that is left, from 0 (hangs) to 1. */
  readonly speed: number;
  /** Share of requests that it drops, 0 to 1; for those who send them. */
  readonly lossShare: number;
  readonly diskFull: boolean;
  /** The cloud has taken it back; it never works again. */
  readonly gone: boolean;
}

export type MachineWatcher = (nodeName: string, state: MachineState, before: MachineState) => void;

const SOUND: MachineState = { works: true, cutOff: false, speed: 1, lossShare: 0, diskFull: false, gone: false };

/**
 * The machines, by the names of their nodes: what really works, while Node objects say what the control plane believes.
 * Machines are numbered in the order in which their Node objects were created, from 0, unless somebody says otherwise; the
 * weather speaks of numbers.
 * A Node object that is deleted takes its machine along.
 */
export class Machines {
  private readonly states = new Map<string, MachineState>();
  private readonly names: (string | undefined)[] = [];
  private readonly numberOf: ((node: Node) => number | undefined) | undefined;
  private readonly watchers: MachineWatcher[] = [];
  private readonly registryWatchers: ((up: boolean) => void)[] = [];
  private up = true;

  /** `numberOf` gives a node the number that its machine has for the weather; absent, or undefined: the next one. */
  constructor(api: ApiServer, numberOf?: (node: Node) => number | undefined) {
    this.numberOf = numberOf;
    for (const node of api.nodes.all()) this.add(node);
    api.nodes.watch((node, before) => {
      if (before === undefined) this.add(node!);
      else if (node === undefined) this.states.delete(before.metadata.name);
    });
  }

  /** Name of the node on machine number `machine`, if there was ever one. */
  nodeName(machine: number): string | undefined {
    return this.names[machine];
  }

  /** State of a node's machine; one that is not known does not work. */
  state(nodeName: string): MachineState {
    return this.states.get(nodeName) ?? { ...SOUND, works: false };
  }

  /** Told of every change of a machine, at once, in the order in which they asked. */
  watch(watcher: MachineWatcher): void {
    this.watchers.push(watcher);
  }

  stop(nodeName: string): void {
    this.set(nodeName, { works: false });
  }

  start(nodeName: string): void {
    if (!this.state(nodeName).gone) this.set(nodeName, { works: true });
  }

  /** Nothing goes in or out (`on`), or everything again. */
  cutOff(nodeName: string, on: boolean): void {
    this.set(nodeName, { cutOff: on });
  }

  slow(nodeName: string, speed: number): void {
    this.set(nodeName, { speed });
  }

  lose(nodeName: string, lossShare: number): void {
    this.set(nodeName, { lossShare });
  }

  fillDisk(nodeName: string, on: boolean): void {
    this.set(nodeName, { diskFull: on });
  }

  /** The cloud takes the machine for good. */
  takeAway(nodeName: string): void {
    this.set(nodeName, { works: false, gone: true });
  }

  /** Whether images can be pulled. */
  get registryUp(): boolean {
    return this.up;
  }

  setRegistry(up: boolean): void {
    if (up === this.up) return;
    this.up = up;
    for (const watcher of this.registryWatchers) watcher(up);
  }

  watchRegistry(watcher: (up: boolean) => void): void {
    this.registryWatchers.push(watcher);
  }

  private add(node: Node): void {
    this.names[this.numberOf?.(node) ?? this.names.length] = node.metadata.name;
    this.states.set(node.metadata.name, SOUND);
  }

  private set(nodeName: string, fields: Partial<MachineState>): void {
    const before = this.states.get(nodeName);
    if (before === undefined) return;
    const state = { ...before, ...fields };
    if (Object.entries(state).every(([name, value]) => before[name as keyof MachineState] === value)) return;
    this.states.set(nodeName, state);
    for (const watcher of this.watchers) watcher(nodeName, state, before);
  }
}
