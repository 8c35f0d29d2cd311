import type { Streams } from '../../sim/living-spec.ts';
import type { Chronicle } from '../chronicle.ts';
import type { Clock } from '../clock.ts';
import type { MachineSpec, Resources } from './machine-spec.ts';
import type { ProcessBehaviour } from './process-behaviour.ts';

/**
 * What every orchestrator finds below it: virtual time, machines, containers that run on them, balancers that lead
 * requests to them, and books in which it says what it wants and does. It is what really is; an orchestrator believes
 * what its own agents have told it, with their delays.
 *
 * The kinds of events of `clock.kind` go on whatever happens; those of `clock.apiKind` are what needs a control plane
 * and wait while that is down. Timers that repeat for ever (heartbeats, probes) are reckoned when they matter, never
 * queued one by one.
 */
export interface DataPlane {
  readonly clock: Clock;
  readonly chronicle: Chronicle;
  /** Random numbers by purpose: same name, same numbers, in every run with the seed. */
  readonly streams: Streams;
  /** Wall-clock time at which the run begins, for schedules: milliseconds since 1970. */
  readonly epochMs: number;
  readonly durationUs: number;
  /** Zones that machines may be bought in; absent or empty: there are none. */
  readonly zones?: readonly string[];
  readonly machines: Machines;
  readonly containers: Containers;
  readonly probes: Probes;
  readonly balancers: Balancers;
  readonly usage: Usage;
  readonly books: Books;
  /** Another rule than the orchestrator's own for the choice among machines that will do; absent: its own. */
  readonly chooser?: MachineChooser;
}

/** The hardware of one machine. */
export interface MachineState {
  /** Powered and running its agent. */
  readonly works: boolean;
  /** Works, but nobody hears it and it hears nobody. */
  readonly cutOff: boolean;
  /** Share of its speed that is left, from 0 (hangs) to 1. */
  readonly speed: number;
  /** Share of requests that it drops, 0 to 1. */
  readonly lossShare: number;
  readonly diskFull: boolean;
  /** Taken back by the cloud or given back to it; it never works again. */
  readonly gone: boolean;
  /** Bought and on its way: it works when it has booted. */
  readonly coming: boolean;
}

export interface Machines {
  /** Those there are or were, by their numbers; grows when machines are bought. */
  readonly specs: readonly MachineSpec[];
  state(machine: number): MachineState;
  /** Whether anything passes between a working control plane and the machine's agent (`isHeard`). */
  isReachable(machine: number): boolean;
  /** Told of every change of a machine, at once, in the order in which they asked; also when it has been bought. */
  watch(watcher: (machine: number, state: MachineState, before: MachineState) => void): void;
  /** What people and the cloud want of machines: the orchestrator does it in its own way. */
  watchWishes(watcher: (wish: MachineWish) => void): void;
  /**
   * Orders one more machine, which works after `bootUs`; its number. Its name must be new. A spot machine that is not to
   * be had is on its way until there are some again, and boots then.
   */
  buy(spec: MachineSpec, bootUs: number): number;
  /** Gives a machine back to the cloud, at once; what runs there ends. */
  giveBack(machine: number, why: string): void;
  /** Whether images can be pulled. */
  readonly registryUp: boolean;
  /** Whether the control plane works. */
  readonly controlPlaneUp: boolean;
  watchControlPlane(watcher: (up: boolean) => void): void;
}

export type MachineWish =
  /** Someone wants it empty, until `drain-end`. */
  | { readonly kind: 'drain-begin' | 'drain-end'; readonly machine: number; readonly cause: string }
  | { readonly kind: 'spot-notice'; readonly machine: number; readonly takenUs: number; readonly cause: string };

/**
 * `pulling`: its image is on its way; `created`: everything is there, its process has not been started; `booting`: the
 * process runs and answers nothing yet; `up`: it answers; `stopping`: it was told to end; `exited`.
 */
export type ContainerState = 'pulling' | 'created' | 'booting' | 'up' | 'stopping' | 'exited';

export interface ContainerOrder {
  /** As people know it: `web.3`, `web-7f.../web`. */
  readonly name: string;
  /**
   * Its process draws its times as the next one of this name. Absent: its workload in the books, so that the third
   * process of `web` boots alike under every orchestrator, whatever each calls it.
   */
  readonly drawsAs?: string;
  /** Its task in the books. */
  readonly task: number;
  readonly machine: number;
  readonly image: string;
  /** Does not ask the registry when the image is there already. */
  readonly prefersLocalImage: boolean;
  /** Weight for CPU when that is short, and hard limits; Infinity: none. */
  readonly cpuWeightMilli: number;
  readonly cpuLimitMilli: number;
  readonly memLimitBytes: number;
  readonly behaviour: ProcessBehaviour;
}

export type ExitCause =
  /** By itself: its work is done, or it failed. */
  | 'finished'
  | 'failed'
  /** The weather: one process dies, or a crash loop. */
  | 'crashed'
  | 'out-of-memory'
  /** It was told to and did, or was killed when its grace was over. */
  | 'stopped'
  | 'killed'
  /** Its machine stopped. Nobody but the machine itself knows, and it only when it works again. */
  | 'machine-stopped';

export interface ContainerExit {
  readonly code: number;
  readonly cause: ExitCause;
}

/** What the machine sees of a container; whoever controls it from elsewhere learns it later, or not at all. */
export interface ContainerWatcher {
  /** Image and container are there. */
  prepared?(container: number): void;
  /** The image cannot be had or the disk is full; the container is `exited`. */
  refused?(container: number, why: string): void;
  started?(container: number): void;
  /** It has booted, or it stands still (a hung machine) and answers no more, or again. */
  answers?(container: number, answers: boolean): void;
  exited?(container: number, exit: ContainerExit): void;
}

export interface Container {
  readonly id: number;
  readonly order: ContainerOrder;
  readonly state: ContainerState;
  /** When its process was started; NaN: not yet. */
  readonly startedUs: number;
  /** Whether its process takes requests and probes now, were anything to reach it. */
  readonly answers: boolean;
  readonly exit?: ContainerExit;
}

/** Containers on machines. All calls take effect at once where the machine works; where it does not they do nothing and say false. */
export interface Containers {
  /** Pulls the image and creates the container: `prepared` or `refused` is told later, never within the call. Its number. */
  create(order: ContainerOrder, watcher: ContainerWatcher): number;
  /** Starts the process of a `created` container. */
  start(container: number): boolean;
  /** SIGTERM, and SIGKILL after the grace; `exited` is told later. One that has not been started is gone at once. */
  stop(container: number, graceUs: number): boolean;
  /** Ends it at once and forgets it. */
  remove(container: number): boolean;
  get(container: number): Container | undefined;
  /** Those on a machine that have not been removed, by number. */
  on(machine: number): readonly Container[];
}

export interface ProbeSpec {
  /** From `watch` (or the process's start, if that is later) to the first probe. */
  readonly firstAfterUs: number;
  readonly intervalUs: number;
  readonly timeoutUs: number;
  /** Successes in a row that make it healthy, failures in a row that make it unhealthy. */
  readonly rise: number;
  readonly fall: number;
  /** Failures do not count for so long after the process's start, until the first success. */
  readonly graceUs: number;
  /** Asked over the network, so a machine that nobody reaches fails it; else from the machine itself. */
  readonly isRemote: boolean;
}

/** Health checks. They cost an event where something changes, not one a probe. */
export interface Probes {
  /** Begins to probe; told of each change, the first time when it has become healthy or unhealthy. Its number. */
  watch(container: number, spec: ProbeSpec, told: (container: number, healthy: boolean) => void): number;
  stop(probe: number): void;
}

/** Who gets the requests to the modelled services. */
export interface Balancers {
  /** Modelled services by index. */
  readonly services: readonly { readonly name: string }[];
  /** Index of a modelled service; -1: its requests are not modelled. */
  indexOf(service: string): number;
  /** From now on the service's requests go to this container as well, wherever its process stands. */
  list(service: number, container: number): void;
  /** No new requests; those there are go on. */
  unlist(service: number, container: number): void;
  isListed(service: number, container: number): boolean;
  /** Relative share of traffic, 1 without a word. */
  setWeight(service: number, container: number, weight: number): void;
  /** Requests at the container now. */
  inFlight(container: number): number;
  /** Requests to the service since the run began: those offered to it, and those that failed for want of an endpoint. */
  offered(service: number): number;
}

/** What containers use. */
export interface Usage {
  cpuMilli(container: number): number;
  memBytes(container: number): number;
  /** Mean over a span of the last minutes. */
  meanCpuMilli(container: number, fromUs: number, toUs: number): number;
}

export type TaskEnd =
  /** Did its work. */
  | 'finished'
  /** Stopped because it is wanted no more: scaled down, updated, removed. */
  | 'stopped'
  /** Sent away: its machine is lost, drained, or someone more important came. */
  | 'evicted'
  | 'failed';

/** What the orchestrator wants and does, for results and journal. Everything else the books see for themselves. */
export interface Books {
  /** A service, job or daemon; its number. Names are told apart. `service`: index of the modelled service, or -1. */
  addWorkload(name: string, kind: 'service' | 'job' | 'daemon', service: number): number;
  /** Replicas asked for from now on; of jobs, tasks still to come to an end. */
  setDesired(workload: number, replicas: number): void;
  /** A task (pod, task, allocation) has been made and waits for a machine; its number. */
  addTask(workload: number, name: string, resources: Resources): number;
  /** It has been given a machine. Once a task. */
  place(task: number, machine: number): void;
  /** The orchestrator counts it as ready, or no longer. */
  setReady(task: number, ready: boolean): void;
  /** It does not hold its machine's resources any more. A task without a machine may end too. */
  end(task: number, how: TaskEnd): void;
  /** A process was started again in place. */
  restarted(task: number): void;
  /** Nothing will ever hold it, as things are; for reports. Told again when the reason changes; '' takes it back. */
  waits(task: number, reason: string): void;
  /** Something befell the cluster: `node-lost`, `deployment-failed`, … */
  happened(kind: string, about: string, what: string): void;
  /** Cost beside machines: Fargate's tasks, in dollars. */
  addCost(workload: number, usd: number): void;
}

/** A placement policy in an orchestrator's place for it. */
export interface MachineChooser {
  readonly name: string;
  /** Which of these machines, all of which the orchestrator's own filters allow; -1: none of them. */
  choose(candidates: readonly number[], task: { readonly name: string; readonly resources: Resources }): number;
}
