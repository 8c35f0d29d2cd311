import { settableLimits } from './engine-limits.ts';
import type { ContainerDetail, ContainerLimits, ContainerSpec, ContainerState, EngineEvent } from './engine.ts';
import type { FakeClock } from './fake-clock.ts';

/** What the process of a fake container does by itself. */
export interface FakeProgram {
  /** It ends so long after its start; absent: when it is told. */
  readonly endsAfterMs?: number;
  /** With which it ends by itself; default 0. */
  readonly exitCode?: number;
  /** After SIGTERM it goes on for so long (default 0) and ends with 0; `ignores`: it needs SIGKILL. */
  readonly onTerm?: { readonly lingerMs: number } | 'ignores';
  /** CPU that it uses while it runs; default 0. */
  readonly cpuMilli?: number;
  /** Memory that it holds; more than its limit and it is killed at once. Default 1 MiB. */
  readonly memBytes?: number;
}

const SIGKILLED = 137;
const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 60_000;
/** One that has run for so long is started again as if for the first time. */
const STEADY_MS = 10_000;

/** A container of a fake engine and its process; its states and events follow those of Docker. */
export interface FakeContainer {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly state: ContainerState;
  networks: readonly string[];
  ports: Readonly<Record<number, number>>;
  detail(): ContainerDetail;
  cpuTotalMs(): number;
  readonly memBytes: number;
  start(): void;
  /** Its process ends by itself; the restart policy holds. */
  ends(exitCode: number, isOom?: boolean): void;
  /** SIGTERM and SIGKILL from the engine: the restart policy no longer holds. Resolves when the process is told. */
  terminate(): void;
  kill(): void;
  /** SIGTERM, SIGKILL after the grace; calls back when it has ended. */
  stop(graceMs: number, stopped: () => void): void;
  pause(): void;
  unpause(): void;
  update(limits: ContainerLimits): void;
  /** The machine has lost power: its process is gone and nobody has seen it end. */
  lost(): void;
  /** Whether it is to be started when its engine is. */
  readonly startsWithEngine: boolean;
  destroy(): void;
}

export function fakeContainer(
  id: string,
  spec: ContainerSpec,
  program: () => FakeProgram,
  clock: FakeClock,
  emit: (event: EngineEvent) => void,
  /** Ports are given and taken with the process. */
  onRunning: (container: FakeContainer, isRunning: boolean) => void,
): FakeContainer {
  const createdMs = clock.nowMs();
  let limits = settableLimits(spec);
  let state: ContainerState = 'created';
  let startedMs = Number.NaN;
  let finishedMs = Number.NaN;
  let exitCode = 0;
  let oomKilled = false;
  let restarts = 0;
  let isEndedByHand = false;
  let process: FakeProgram = {};
  let cpuMs = 0;
  let cpuSinceMs = Number.NaN;
  let timers: (() => void)[] = [];
  let onEnd: (() => void)[] = [];

  const say = (what: EngineEvent['what'], code?: number): void =>
    emit({
      atMs: clock.nowMs(),
      what,
      id,
      name: spec.name,
      image: spec.image,
      labels: spec.labels,
      ...(code !== undefined && { exitCode: code }),
    });
  const later = (ms: number, run: () => void): void => void timers.push(clock.after(ms, run));
  const stopTimers = (): void => {
    for (const stop of timers) stop();
    timers = [];
  };
  const countCpu = (): void => {
    if (!Number.isNaN(cpuSinceMs)) cpuMs += ((clock.nowMs() - cpuSinceMs) * (process.cpuMilli ?? 0)) / 1000;
    cpuSinceMs = state === 'running' ? clock.nowMs() : Number.NaN;
  };
  const isAlive = (): boolean => state === 'running' || state === 'paused';

  const ended = (code: number, isOom: boolean, isAgain: boolean): void => {
    stopTimers();
    countCpu();
    cpuSinceMs = Number.NaN;
    state = 'exited';
    exitCode = code;
    oomKilled = isOom;
    finishedMs = clock.nowMs();
    onRunning(container, false);
    if (isOom) say('oom');
    say('die', code);
    for (const tell of onEnd.splice(0)) tell();
    if (!isAgain || isEndedByHand) return;
    if (spec.restart !== 'always' && (spec.restart !== 'on-failure' || code === 0)) return;
    if (finishedMs - startedMs >= STEADY_MS) restarts = 0;
    state = 'restarting';
    later(Math.min(LONGEST_RESTART_MS, FIRST_RESTART_MS * 2 ** restarts), () => container.start());
    restarts++;
  };

  const container: FakeContainer = {
    id,
    spec,
    get state() {
      return state;
    },
    networks: spec.network === undefined ? [] : [spec.network],
    ports: {},
    detail: () => ({
      id,
      name: spec.name,
      labels: spec.labels,
      state,
      image: spec.image,
      exitCode,
      oomKilled,
      createdMs,
      startedMs,
      finishedMs,
      ports: container.ports,
      networks: [...container.networks].sort(),
      ...(limits.cpuLimitMilli !== undefined && { cpuLimitMilli: limits.cpuLimitMilli }),
      ...(limits.memLimitBytes !== undefined && { memLimitBytes: limits.memLimitBytes }),
    }),
    cpuTotalMs: () => {
      countCpu();
      return cpuMs;
    },
    get memBytes() {
      return process.memBytes ?? 1024 * 1024;
    },
    start: () => {
      stopTimers();
      if (state !== 'restarting') restarts = 0;
      isEndedByHand = false;
      process = program();
      state = 'running';
      startedMs = clock.nowMs();
      exitCode = 0;
      oomKilled = false;
      cpuMs = 0;
      cpuSinceMs = startedMs;
      onRunning(container, true);
      say('start');
      if (container.memBytes > (limits.memLimitBytes ?? Infinity)) ended(SIGKILLED, true, true);
      else if (process.endsAfterMs !== undefined)
        later(process.endsAfterMs, () => ended(process.exitCode ?? 0, false, true));
    },
    ends: (code, isOom = false) => ended(code, isOom, true),
    terminate: () => {
      isEndedByHand = true;
      say('kill');
      if (process.onTerm === 'ignores') return;
      later(process.onTerm?.lingerMs ?? 0, () => ended(0, false, false));
    },
    kill: () => {
      isEndedByHand = true;
      say('kill');
      ended(SIGKILLED, false, false);
    },
    stop: (graceMs, stopped) => {
      isEndedByHand = true;
      if (state === 'restarting') {
        stopTimers();
        state = 'exited';
      }
      if (!isAlive()) return stopped();
      onEnd.push(() => {
        say('stop');
        stopped();
      });
      container.terminate();
      if (state === 'paused') container.unpause();
      later(graceMs, () => container.kill());
    },
    pause: () => {
      countCpu();
      state = 'paused';
      cpuSinceMs = Number.NaN;
      say('pause');
    },
    unpause: () => {
      state = 'running';
      cpuSinceMs = clock.nowMs();
      say('unpause');
    },
    update: (changed) => {
      limits = { ...limits, ...settableLimits(changed) };
      say('update');
    },
    lost: () => {
      stopTimers();
      onEnd = [];
      if (state === 'exited' || state === 'created') return;
      countCpu();
      cpuSinceMs = Number.NaN;
      state = 'exited';
      exitCode = SIGKILLED;
      finishedMs = clock.nowMs();
      onRunning(container, false);
    },
    get startsWithEngine() {
      if (isEndedByHand || Number.isNaN(startedMs)) return false;
      return spec.restart === 'always' || (spec.restart === 'on-failure' && exitCode !== 0);
    },
    destroy: () => {
      isEndedByHand = true;
      if (isAlive()) container.kill();
      stopTimers();
      say('destroy');
    },
  };
  return container;
}
