import { durationSampler, type DurationSpec } from '../../sim/duration-spec.ts';
import type { Streams } from '../../sim/living-spec.ts';
import type { RandomStream } from '../../sim/random.ts';
import type { Clock } from '../clock.ts';
import type { ContainerRun } from './container-run.ts';
import type { ContainerExit, ContainerState } from './data-plane.ts';
import type { MachinePark } from './machines.ts';

/** How often it is looked whether a process that is to stop has finished its requests. */
const DRAIN_LOOK_US = 100_000;
/** What takes longer than any run never ends. */
const NEVER_US = 1e15;
/** Requests in flight that count as none, where they are rates. */
const IDLE = 1e-9;
/** Work that rounding may leave over. */
const LITTLE_US = 1e-3;

/** 128 and the number of the signal, as shells and dockerd say it. */
const SIGTERM_EXIT: ContainerExit = { code: 143, cause: 'stopped' };
const SIGKILL_EXIT: ContainerExit = { code: 137, cause: 'killed' };
const CRASH_EXIT: ContainerExit = { code: 1, cause: 'crashed' };

export interface ProcessLifeParts {
  readonly clock: Clock;
  readonly machines: MachinePark;
  readonly streams: Streams;
  /** Containers by number. */
  readonly get: (container: number) => ContainerRun | undefined;
  /** Requests at the container now. */
  readonly inFlight: (container: number) => number;
  /** As what its process draws where its order does not say it. */
  readonly drawsAs: (run: ContainerRun) => string;
  /** How long after its start a process dies by a crash loop; Infinity: it does not. */
  readonly crashAfterUs: (run: ContainerRun) => number;
  readonly become: (run: ContainerRun, state: ContainerState) => void;
  readonly setAnswers: (run: ContainerRun, answers: boolean) => void;
  readonly exit: (run: ContainerRun, exit: ContainerExit) => void;
}

/**
 * Processes from their start to their end. A process does its work (booting, running, stopping) at the speed that its
 * machine has, and on a machine that hangs none; grace and crash loops go by the clock.
 */
export class ProcessLife {
  private readonly parts: ProcessLifeParts;
  private readonly dueKind: number;
  /** How many processes of each name there have been: each draws for itself. */
  private readonly startsOf = new Map<string, number>();

  constructor(parts: ProcessLifeParts) {
    this.parts = parts;
    this.dueKind = parts.clock.kind((container) => this.due(container));
  }

  start(run: ContainerRun): void {
    const { clock, machines, crashAfterUs } = this.parts;
    this.draw(run);
    run.startedUs = run.sinceUs = clock.nowUs;
    run.speed = machines.state(run.order.machine).speed;
    run.crashUs = run.startedUs + crashAfterUs(run);
    this.parts.become(run, 'booting');
    this.plan(run);
  }

  /** SIGTERM. A second one may shorten the grace and never makes it longer. */
  stop(run: ContainerRun, graceUs: number): void {
    this.reckon(run);
    run.killUs = Math.min(run.killUs, this.parts.clock.nowUs + Math.round(graceUs));
    if (run.state !== 'stopping') {
      run.isDraining = !run.order.behaviour.ignoresStop;
      this.parts.become(run, 'stopping');
      this.parts.setAnswers(run, false);
    }
    if (run.isDraining) this.dueAt(run, this.parts.clock.nowUs);
    else this.plan(run);
  }

  /** A crash loop has begun or ended. */
  setCrash(run: ContainerRun, crashUs: number): void {
    this.reckon(run);
    run.crashUs = crashUs;
    this.plan(run);
  }

  /** Its machine works at another speed from now on. */
  setSpeed(run: ContainerRun, speed: number): void {
    this.reckon(run);
    run.speed = speed;
    if (run.state === 'up') this.parts.setAnswers(run, speed > 0);
    this.plan(run);
  }

  private due(container: number): void {
    const { clock, get, become, setAnswers, exit } = this.parts;
    const run = get(container);
    if (run === undefined || run.dueUs !== clock.nowUs || !run.runs) return;
    this.reckon(run);
    if (run.crashUs <= clock.nowUs) {
      exit(run, CRASH_EXIT);
      return;
    }
    if (run.runLeftUs <= 0) {
      exit(run, run.ends);
      return;
    }
    if (run.state === 'booting' && run.bootLeftUs <= 0) {
      become(run, 'up');
      setAnswers(run, run.speed > 0);
    } else if (run.state === 'stopping') {
      if (run.isDraining && run.speed > 0 && this.parts.inFlight(run.id) < IDLE) run.isDraining = false;
      if (!run.isDraining && !run.order.behaviour.ignoresStop && run.stopLeftUs <= 0) {
        exit(run, SIGTERM_EXIT);
        return;
      }
      if (run.killUs <= clock.nowUs) {
        exit(run, SIGKILL_EXIT);
        return;
      }
    }
    this.plan(run);
  }

  /** Counts the work it has done since it was last looked. */
  private reckon(run: ContainerRun): void {
    const { nowUs } = this.parts.clock;
    const doneUs = (nowUs - run.sinceUs) * run.speed;
    run.sinceUs = nowUs;
    if (run.state === 'booting') run.bootLeftUs = less(run.bootLeftUs, doneUs);
    else if (run.state === 'stopping' && !run.isDraining) run.stopLeftUs = less(run.stopLeftUs, doneUs);
    run.runLeftUs = less(run.runLeftUs, doneUs);
  }

  /** Works out when something becomes of it next. */
  private plan(run: ContainerRun): void {
    const { nowUs } = this.parts.clock;
    const after = (leftUs: number): number => {
      if (leftUs <= 0) return nowUs;
      return run.speed > 0 ? nowUs + Math.ceil(leftUs / run.speed) : Infinity;
    };
    let dueUs = Math.min(run.crashUs, after(run.runLeftUs));
    if (run.state === 'booting') dueUs = Math.min(dueUs, after(run.bootLeftUs));
    else if (run.state === 'stopping') {
      dueUs = Math.min(dueUs, run.killUs);
      if (run.isDraining) dueUs = Math.min(dueUs, nowUs + DRAIN_LOOK_US);
      else if (!run.order.behaviour.ignoresStop) dueUs = Math.min(dueUs, after(run.stopLeftUs));
    }
    this.dueAt(run, Math.max(dueUs, nowUs));
  }

  private dueAt(run: ContainerRun, timeUs: number): void {
    if (run.dueUs === timeUs && timeUs > this.parts.clock.nowUs) return;
    run.dueUs = timeUs;
    if (timeUs < NEVER_US) this.parts.clock.at(timeUs, this.dueKind, run.id);
  }

  private draw(run: ContainerRun): void {
    const { drawsAs: name = this.parts.drawsAs(run), behaviour } = run.order;
    const { boot, stop, runs, failureShare, failureExitCode } = behaviour;
    const start = this.startsOf.get(name) ?? 0;
    this.startsOf.set(name, start + 1);
    const draws = new Draws(() => this.parts.streams(`process/${name}/${start}`));
    run.bootLeftUs = draws.duration(boot);
    run.runLeftUs = runs === undefined ? Infinity : draws.duration(runs);
    const fails = failureShare >= 1 || (failureShare > 0 && draws.stream.next() < failureShare);
    run.ends = fails ? { code: failureExitCode, cause: 'failed' } : { code: 0, cause: 'finished' };
    run.stopLeftUs = draws.duration(stop);
  }
}

/** The draws of one process, whose stream is made when one is needed. */
class Draws {
  private readonly make: () => RandomStream;
  private made: RandomStream | undefined;

  constructor(make: () => RandomStream) {
    this.make = make;
  }

  get stream(): RandomStream {
    return (this.made ??= this.make());
  }

  duration(spec: DurationSpec): number {
    const us = spec.kind === 'constant' ? spec.meanUs : durationSampler(spec, this.stream)();
    return Math.max(0, Math.round(us));
  }
}

const less = (leftUs: number, doneUs: number): number => (leftUs - doneUs <= LITTLE_US ? 0 : leftUs - doneUs);
