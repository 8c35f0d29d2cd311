import type { Streams } from '../../sim/living-spec.ts';
import type { Clock } from '../clock.ts';
import { ContainerRun, type Notice } from './container-run.ts';
import type {
  Container,
  ContainerExit,
  ContainerOrder,
  Containers,
  ContainerState,
  ContainerWatcher,
} from './data-plane.ts';
import { ImageStore } from './image-store.ts';
import type { MachinePark } from './machines.ts';
import { ProcessLife } from './process-life.ts';

/** Told at once of each change of a container's state; `before` is undefined when it has been ordered. Must not call back. */
export type ContainerStateWatcher = (container: Container, before: ContainerState | undefined) => void;

export interface ContainerRunsParts {
  readonly clock: Clock;
  readonly machines: MachinePark;
  readonly streams: Streams;
  readonly registryRoundTripUs: number;
  /** The workload of a task in the books, if it is known. */
  readonly workloadOf?: (task: number) => string | undefined;
}

/** Processes that die so long after their start. */
export interface CrashLoop {
  readonly matches: (container: Container) => boolean;
  readonly afterUs: number;
}

const KILLED: ContainerExit = { code: 137, cause: 'killed' };
const STOPPED: ContainerExit = { code: 143, cause: 'stopped' };
const OUT_OF_MEMORY: ContainerExit = { code: 137, cause: 'out-of-memory' };
const CRASHED: ContainerExit = { code: 1, cause: 'crashed' };
/** As dockerd says it of containers that it finds dead. */
const MACHINE_STOPPED: ContainerExit = { code: 255, cause: 'machine-stopped' };

/**
 * All containers, as they really are. Whoever ordered one is told by events of their own, in the order of the causes;
 * other parts of the data plane watch all of them and are told at once, in the order in which they asked.
 */
export class ContainerRuns implements Containers {
  private readonly parts: ContainerRunsParts;
  private readonly runs = new Map<number, ContainerRun>();
  private readonly byMachine: ContainerRun[][] = [];
  private readonly images: ImageStore;
  private readonly life: ProcessLife;
  private readonly tellKind: number;
  private readonly stateWatchers: ContainerStateWatcher[] = [];
  private readonly answerWatchers: ((container: Container) => void)[] = [];
  private readonly removalWatchers: ((container: Container) => void)[] = [];
  private readonly loops = new Map<number, CrashLoop>();
  private nextId = 0;
  private inFlight: (container: number) => number = () => 0;

  constructor(parts: ContainerRunsParts) {
    this.parts = parts;
    const { clock, machines, streams, registryRoundTripUs } = parts;
    this.tellKind = clock.kind((container) => this.tell(container));
    this.images = new ImageStore({
      clock,
      machines,
      registryRoundTripUs,
      done: (container, failed) => this.pulled(container, failed),
    });
    this.life = new ProcessLife({
      clock,
      machines,
      streams,
      get: (container) => this.runs.get(container),
      inFlight: (container) => this.inFlight(container),
      drawsAs: ({ order }) => parts.workloadOf?.(order.task) ?? order.name,
      crashAfterUs: (run) => this.crashAfterUs(run),
      become: (run, state) => this.become(run, state),
      setAnswers: (run, answers) => this.setAnswers(run, answers),
      exit: (run, exit) => this.end(run, exit),
    });
    machines.watch((machine, state, before) => {
      if (!state.works) this.machineStopped(machine);
      else if (state.speed !== before.speed)
        for (const run of this.byMachine[machine] ?? []) if (run.runs) this.life.setSpeed(run, state.speed);
    });
  }

  /** Told of every container's every change of state, at once. */
  watchAll(watcher: ContainerStateWatcher): void {
    this.stateWatchers.push(watcher);
  }

  /** Told at once whenever a container's `answers` has changed, after what is said of its state. */
  watchAnswers(watcher: (container: Container) => void): void {
    this.answerWatchers.push(watcher);
  }

  /** Told at once when a container, `exited` by then, is forgotten. */
  watchRemoved(watcher: (container: Container) => void): void {
    this.removalWatchers.push(watcher);
  }

  /** Who knows how many requests are at a container: one that is to stop ends when there are none. */
  setInFlight(inFlight: (container: number) => number): void {
    this.inFlight = inFlight;
  }

  /** All that have not been removed, by number. */
  all(): IterableIterator<Container> {
    return this.runs.values();
  }

  /** -1 where the machine does not work: nobody is there to take the order. */
  create(order: ContainerOrder, watcher: ContainerWatcher): number {
    const { machine, image, prefersLocalImage, behaviour } = order;
    if (!this.works(machine)) return -1;
    const run = new ContainerRun(this.nextId++, order, watcher);
    this.runs.set(run.id, run);
    (this.byMachine[machine] ??= []).push(run);
    for (const told of this.stateWatchers) told(run, undefined);
    this.images.ask(run.id, {
      machine,
      image,
      bytes: behaviour.imageBytes,
      layers: behaviour.imageLayers,
      prefersLocal: prefersLocalImage,
    });
    return run.id;
  }

  start(container: number): boolean {
    const run = this.commanded(container);
    if (run?.state !== 'created') return false;
    this.life.start(run);
    this.note(run, { kind: 'started' });
    return true;
  }

  stop(container: number, graceUs: number): boolean {
    const run = this.commanded(container);
    if (run === undefined || run.state === 'exited') return false;
    if (run.runs) this.life.stop(run, graceUs);
    else this.end(run, STOPPED);
    return true;
  }

  remove(container: number): boolean {
    const run = this.commanded(container);
    if (run === undefined) return false;
    if (run.state !== 'exited') this.end(run, KILLED);
    this.runs.delete(container);
    const there = this.byMachine[run.order.machine];
    there.splice(there.indexOf(run), 1);
    for (const told of this.removalWatchers) told(run);
    return true;
  }

  get(container: number): Container | undefined {
    return this.runs.get(container);
  }

  on(machine: number): readonly Container[] {
    return this.byMachine[machine] ?? [];
  }

  /** Whether an image is on the machine. */
  hasImage(machine: number, image: string): boolean {
    return this.images.has(machine, image);
  }

  /** Its process dies by itself. */
  crash(container: number): void {
    this.kill(container, CRASHED);
  }

  /** The kernel kills it. */
  outOfMemory(container: number): void {
    this.kill(container, OUT_OF_MEMORY);
  }

  /** Begins a crash loop, or ends it (undefined); `key` names it. */
  setCrashLoop(key: number, loop: CrashLoop | undefined): void {
    if (loop === undefined) this.loops.delete(key);
    else this.loops.set(key, loop);
    for (const run of this.runs.values()) {
      if (!run.runs) continue;
      const crashUs = run.startedUs + this.crashAfterUs(run);
      if (crashUs !== run.crashUs) this.life.setCrash(run, crashUs);
    }
  }

  private works(machine: number): boolean {
    return this.parts.machines.state(machine).works;
  }

  /** The container, where somebody is there to take a command. */
  private commanded(container: number): ContainerRun | undefined {
    const run = this.runs.get(container);
    return run !== undefined && this.works(run.order.machine) ? run : undefined;
  }

  private crashAfterUs(run: ContainerRun): number {
    let afterUs = Infinity;
    for (const loop of this.loops.values()) if (loop.afterUs < afterUs && loop.matches(run)) ({ afterUs } = loop);
    return afterUs;
  }

  private kill(container: number, exit: ContainerExit): void {
    const run = this.runs.get(container);
    if (run?.runs) this.end(run, exit);
  }

  private pulled(container: number, failed: string | undefined): void {
    const run = this.runs.get(container);
    if (run?.state !== 'pulling') return;
    if (failed === undefined && this.parts.machines.state(run.order.machine).diskFull) failed = 'the disk is full';
    this.become(run, failed === undefined ? 'created' : 'exited');
    this.note(run, failed === undefined ? { kind: 'prepared' } : { kind: 'refused', why: failed });
  }

  private machineStopped(machine: number): void {
    for (const run of this.byMachine[machine] ?? []) if (run.state !== 'exited') this.end(run, MACHINE_STOPPED);
  }

  private end(run: ContainerRun, exit: ContainerExit): void {
    run.exit = exit;
    run.dueUs = Number.NaN;
    const answered = run.answers;
    run.answers = false;
    this.become(run, 'exited');
    if (answered) for (const told of this.answerWatchers) told(run);
    this.note(run, { kind: 'exited', exit });
  }

  private become(run: ContainerRun, state: ContainerState): void {
    const before = run.state;
    run.state = state;
    for (const told of this.stateWatchers) told(run, before);
  }

  private setAnswers(run: ContainerRun, answers: boolean): void {
    if (run.answers === answers) return;
    run.answers = answers;
    for (const told of this.answerWatchers) told(run);
    // Whoever tells it to stop knows that it answers no more.
    if (run.state === 'up') this.note(run, { kind: 'answers', answers });
  }

  private note(run: ContainerRun, notice: Notice): void {
    run.notices.push(notice);
    this.parts.clock.after(0, this.tellKind, run.id);
  }

  private tell(container: number): void {
    const run = this.runs.get(container);
    const notice = run?.notices.shift();
    if (run === undefined || notice === undefined) return;
    const { watcher, id } = run;
    switch (notice.kind) {
      case 'prepared':
        watcher.prepared?.(id);
        break;
      case 'started':
        watcher.started?.(id);
        break;
      case 'refused':
        watcher.refused?.(id, notice.why);
        break;
      case 'answers':
        watcher.answers?.(id, notice.answers);
        break;
      case 'exited':
        watcher.exited?.(id, notice.exit);
        break;
      default:
        notice satisfies never;
    }
  }
}
