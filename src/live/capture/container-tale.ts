import type { EngineEvent, Labels } from '../engine/engine.ts';
import type { FoundContainer } from './capture-line.ts';
import {
  exitedState,
  type CapturedLimits,
  type CapturedRun,
  type CapturedState,
  type StateChange,
} from './captured-history.ts';

interface Times {
  readonly createdUs: number | undefined;
  readonly startedUs: number | undefined;
  readonly finishedUs: number | undefined;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** An engine's own times are finer than this; what is closer is the same start. */
const SAME_US = 50_000;
/** CPU is measured over at least so long. */
const SHORTEST_US = 500_000;
const OOM_LATE_US = 1_000_000;

/** One container's history while it is being told. Whatever says what is known already changes nothing. */
export class ContainerTale {
  readonly about: {
    readonly id: string;
    readonly engine: string;
    readonly name: string;
    readonly image: string;
    readonly labels: Labels;
  };
  readonly states: StateChange[] = [];
  readonly runs: Writable<CapturedRun>[] = [];
  readonly limits: CapturedLimits[] = [];
  wasThere = false;
  private isOom = false;
  private toldUs: number | undefined;
  private updatedUs: number | undefined;
  private sampled: { atUs: number; cpuTotalMs: number } | undefined;

  constructor(about: ContainerTale['about']) {
    this.about = about;
  }

  get state(): CapturedState | undefined {
    return this.states.at(-1)?.state;
  }

  /** An event of the engine. `lostUs`: when the engine was last lost. */
  happens(atUs: number, what: EngineEvent['what'], exitCode: number | undefined, lostUs = -1): void {
    switch (what) {
      case 'create':
        if (this.state === undefined) this.enter(atUs, 'created');
        break;
      case 'start':
        // What starts has ended before, while the engine was away.
        if (
          this.isAlive &&
          lostUs >= this.runs.at(-1)!.fromUs - SAME_US &&
          atUs > Math.max(lostUs, this.runs.at(-1)!.fromUs)
        )
          this.enter(atUs, exitedState(undefined, false), atUs - lostUs);
        this.enter(atUs, 'running');
        break;
      case 'pause':
        this.enter(atUs, 'paused');
        break;
      case 'unpause':
        if (this.state === 'paused' || this.state === undefined) this.enter(atUs, 'running');
        break;
      case 'oom':
        this.isOom = true;
        this.diedOfMemory(atUs);
        break;
      case 'kill':
        this.toldUs ??= atUs;
        break;
      case 'die':
        // Told again of an end that a look at the container had told already.
        if (this.state?.startsWith('exited') !== true) this.enter(atUs, exitedState(exitCode, this.isOom));
        break;
      case 'destroy':
        this.enter(atUs, 'removed');
        break;
      case 'update':
        this.updatedUs = atUs;
        break;
      case 'restart':
      case 'stop':
      case 'other':
        break;
    }
  }

  /** It was there when the capture began, in this state. */
  wasFound(container: FoundContainer): void {
    if (this.state !== undefined) return;
    this.wasThere = true;
    this.enter(0, stateOf(container));
    // What it has used since a start that nobody saw says nothing of a rate.
    this.sampled = undefined;
  }

  /** It is there in this state after nobody had watched since `lostUs`. */
  isFoundAgain(container: FoundContainer, times: Times, atUs: number, lostUs: number): void {
    const { createdUs, startedUs, finishedUs } = times;
    const unsure = (timeUs: number): number => Math.max(0, timeUs - Math.max(lostUs, this.lastUs));
    if (this.state === undefined) this.enter(createdUs ?? atUs, 'created');
    const lastStartUs = this.runs.at(-1)?.fromUs;
    const hasStartedAnew = startedUs !== undefined && startedUs > Math.max(lostUs, (lastStartUs ?? -1) + SAME_US);
    if (hasStartedAnew) {
      if (this.isAlive) this.enter(startedUs, exitedState(undefined, false), unsure(startedUs));
      this.enter(startedUs, 'running');
    }
    const state = stateOf(container);
    if (state === this.state || state === 'created') return;
    if (state === 'running') this.enter(atUs, 'running', unsure(atUs));
    else if (state === 'paused') {
      this.enter(atUs, 'running', unsure(atUs));
      this.enter(atUs, 'paused', unsure(atUs));
    } else if (this.isAlive || this.state === 'created') {
      const endUs = finishedUs !== undefined && finishedUs >= this.lastUs && finishedUs <= atUs ? finishedUs : atUs;
      this.enter(endUs, state, unsure(endUs));
    }
  }

  /** It is not there any more. */
  isGone(atUs: number, sinceUs: number): void {
    if (this.state === undefined || this.state === 'removed' || this.lastUs > atUs) return;
    const uncertainUs = Math.max(0, atUs - Math.max(sinceUs, this.lastUs));
    if (this.isAlive) this.enter(atUs, exitedState(undefined, this.isOom), uncertainUs);
    this.enter(atUs, 'removed', uncertainUs);
  }

  /** Told at some time after they were set: at the creation, or at the update before. */
  limitsAre(atUs: number, cpuMilli: number | undefined, memBytes: number | undefined): void {
    const last = this.limits.at(-1);
    if (last !== undefined && last.cpuMilli === cpuMilli && last.memBytes === memBytes) return;
    const sinceUs = last === undefined ? 0 : Math.max(last.atUs, this.updatedUs ?? atUs);
    this.updatedUs = undefined;
    this.limits.push({
      atUs: sinceUs,
      ...(cpuMilli !== undefined && { cpuMilli }),
      ...(memBytes !== undefined && { memBytes }),
    });
  }

  /** CPU is what was used since an earlier sample, or since the start where that was seen. */
  isMeasured(atUs: number, cpuTotalMs: number, memBytes: number): void {
    const run = this.runs.at(-1);
    if (run === undefined || run.untilUs !== undefined) return;
    run.peakMemBytes = Math.max(run.peakMemBytes ?? 0, Math.round(memBytes));
    const { sampled } = this;
    if (sampled === undefined || cpuTotalMs < sampled.cpuTotalMs) this.sampled = { atUs, cpuTotalMs };
    // What starting it costs the engine would be a high rate for a short while.
    else if (atUs - sampled.atUs >= SHORTEST_US) {
      const cpuMilli = Math.ceil(((cpuTotalMs - sampled.cpuTotalMs) * 1e6) / (atUs - sampled.atUs));
      run.peakCpuMilli = Math.max(run.peakCpuMilli ?? 0, cpuMilli);
      this.sampled = { atUs, cpuTotalMs };
    }
  }

  /** The engine may tell of the lack of memory only after the death that it caused. */
  private diedOfMemory(atUs: number): void {
    const run = this.runs.at(-1);
    const last = this.states.at(-1);
    if (run?.untilUs === undefined || last?.state !== 'exited(137)' || atUs - last.atUs > OOM_LATE_US) return;
    run.oomKilled = true;
    this.states[this.states.length - 1] = { ...last, state: exitedState(137, true) };
  }

  private get lastUs(): number {
    return this.states.at(-1)?.atUs ?? 0;
  }

  private get isAlive(): boolean {
    return this.state === 'running' || this.state === 'paused';
  }

  /** The same state again changes nothing, and nothing follows removal. Times never fall: events of one engine may overtake each other. */
  private enter(timeUs: number, state: CapturedState, uncertainUs?: number): void {
    const before = this.state;
    if (before === state || before === 'removed' || (before === undefined && state === 'removed')) return;
    const atUs = Math.max(timeUs, this.lastUs);
    const wasAlive = this.isAlive;
    this.states.push({ atUs, state, ...(uncertainUs !== undefined && uncertainUs > 0 && { uncertainUs }) });
    if (this.isAlive && !wasAlive) {
      this.runs.push({ fromUs: atUs });
      this.sampled = { atUs, cpuTotalMs: 0 };
      this.isOom = false;
      this.toldUs = undefined;
    } else if (wasAlive && !this.isAlive) {
      const run = this.runs.at(-1)!;
      run.untilUs = atUs;
      const code = /^exited\((\d+)/.exec(state)?.[1];
      if (code !== undefined) run.exitCode = Number(code);
      if (state.endsWith(' oom)')) run.oomKilled = true;
      if (this.toldUs !== undefined) run.toldUs = Math.min(this.toldUs, atUs);
    }
  }
}

/** What the engine calls it, in our words. */
function stateOf({ state, exitCode, oomKilled }: FoundContainer): CapturedState {
  if (state === 'restarting' || state === 'exited') return exitedState(exitCode, oomKilled);
  return state === 'removing' ? 'dead' : state;
}
