import type { Moment, ReplayClock } from './replay-clock.ts';
import { realTime, type TimeSource } from './time-source.ts';

/** The clock of a replay, which its conductor may hold. */
export interface WallClock extends ReplayClock {
  /**
   * Stops simulated time until the function returned is called; of several holds the last one ends it. `counts`: the time
   * is one that the engine has cost (`heldMs`); default true.
   */
  hold(counts?: boolean): () => void;
  readonly isHeld: boolean;
  now(): Moment;
  /** Both clocks at a moment that has been, in wall milliseconds. */
  momentAt(wallMs: number): Moment;
  /** Resolves when the simulated time has come, however often the clock is held meanwhile, or when the signal is given. */
  come(simUs: number, signal?: AbortSignal): Promise<void>;
}

/** From `wallMs` on simulated time was `simUs` and went on at `usPerMs`; 0: held. */
interface Stretch {
  readonly wallMs: number;
  readonly simUs: number;
  readonly usPerMs: number;
}

// Timers cannot wait for longer than 24 days, and whoever waits looks again anyway.
const LONGEST_SLEEP_MS = 60_000;
// Less may be nothing at all to a clock that counts from 1970.
const SHORTEST_SLEEP_MS = 0.01;

/** Starts at once, at the simulated time given (0: the beginning of the run; more: a replay that is resumed). */
export function createWallClock(speed: number, startUs = 0, time: TimeSource = realTime): WallClock {
  const beganMs = time.nowMs();
  const usPerMs = speed * 1000;
  const stretches: Stretch[] = [{ wallMs: 0, simUs: startUs, usPerMs }];
  let holds = 0;
  let heldBeforeMs = 0;
  /** Since when a hold that counts goes on; NaN: none does. */
  let countedSinceMs = Number.NaN;
  let released: { readonly promise: Promise<void>; resolve(): void } | undefined;

  const nowMs = (): number => time.nowMs() - beganMs;
  const last = (): Stretch => stretches.at(-1)!;
  const exactUs = (stretch: Stretch, wallMs: number): number =>
    stretch.simUs + (wallMs - stretch.wallMs) * stretch.usPerMs;
  const simAt = (wallMs: number): number =>
    Math.max(0, Math.round(exactUs(stretches.findLast((s) => s.wallMs <= wallMs) ?? stretches[0], wallMs)));
  const turn = (rate: number): void => {
    const wallMs = nowMs();
    stretches.push({ wallMs, simUs: exactUs(last(), wallMs), usPerMs: rate });
  };
  const clock: WallClock = {
    speed,
    nowMs,
    simUs: () => simAt(nowMs()),
    dueMs: (simUs) => {
      if (simUs > last().simUs) return (holds > 0 ? nowMs() : last().wallMs) + (simUs - last().simUs) / usPerMs;
      const when = stretches.findLast((s) => s.usPerMs > 0 && s.simUs < simUs) ?? stretches[0];
      return when.wallMs + (simUs - when.simUs) / usPerMs;
    },
    get heldMs() {
      return heldBeforeMs + (Number.isNaN(countedSinceMs) ? 0 : nowMs() - countedSinceMs);
    },
    get isHeld() {
      return holds > 0;
    },
    hold: (counts = true) => {
      holds++;
      if (counts && Number.isNaN(countedSinceMs)) countedSinceMs = nowMs();
      if (holds === 1) {
        turn(0);
        let resolve = (): void => {};
        released = { promise: new Promise((r) => (resolve = r)), resolve: () => resolve() };
      }
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        holds--;
        if (holds > 0) return;
        ({ heldMs: heldBeforeMs } = clock);
        countedSinceMs = Number.NaN;
        turn(usPerMs);
        released?.resolve();
      };
    },
    now: () => {
      const wallMs = nowMs();
      return { wallMs, simUs: simAt(wallMs) };
    },
    momentAt: (wallMs) => ({ wallMs, simUs: simAt(wallMs) }),
    come: async (simUs, signal) => {
      while (clock.simUs() < simUs) {
        if (signal?.aborted === true) return;
        if (holds > 0) await untilEither(released!.promise, signal);
        else
          await time.sleep(
            Math.min(LONGEST_SLEEP_MS, Math.max(SHORTEST_SLEEP_MS, clock.dueMs(simUs) - nowMs())),
            signal,
          );
      }
    },
  };
  return clock;
}

/** Resolves with the promise, or when the signal is given. */
async function untilEither(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise;
  if (signal.aborted) return undefined;
  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
