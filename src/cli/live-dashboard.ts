import type { LivingSnapshot } from '../sim/monitoring/living-snapshot.ts';
import type { RunResult } from '../sim/result.ts';
import { clockText, frame } from './live-frame.ts';
import { LiveHistory } from './live-history.ts';

/** A run that can be taken step by step: a `LivingSimulation`, or what looks like one. */
export interface SteppedRun {
  readonly nowUs: number;
  readonly endUs: number;
  /** Handles the next event; false at the end. */
  step(): boolean;
  snapshot(): LivingSnapshot;
  result(): RunResult;
}

/** Where the dashboard is drawn. */
export interface LiveStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export interface LiveOptions {
  readonly stream: LiveStream;
  /** 256 colours. */
  readonly colours: boolean;
  /** Simulated seconds a second at most; absent: as fast as it goes. */
  readonly speed?: number;
  /** Ends the run early when aborted. */
  readonly signal: AbortSignal;
  /** Milliseconds of some steady clock. */
  readonly now?: () => number;
  /** Resolves after so many milliseconds; lets signals and resizing come through. */
  readonly pause?: (ms: number) => Promise<void>;
}

const FRAME_MS = 100;
const SLICE_MS = 40;
const LINE_MS = 2000;
const HISTORY_POINTS = 240;
const STEPS_PER_LOOK = 64;

const SHOW = '\u001b[?1049h\u001b[?25l\u001b[2J';
const HIDE = '\u001b[?25h\u001b[?1049l';

/**
 * Runs to the end, or until the signal, and draws on the way: the dashboard on a terminal, a line now and then on anything
 * else. On a terminal it uses the other screen, so what was there comes back, and leaves the last frame below it; the
 * cursor is shown again however it ends. Undefined when it was ended early.
 */
export async function runLive(run: SteppedRun, options: LiveOptions): Promise<RunResult | undefined> {
  const { stream, signal, now = () => performance.now(), pause = wait } = options;
  const screen = stream.isTTY === true ? new Screen(stream, options) : new Lines(stream);
  const pacer = new Pacer(options.speed, now());
  const history = new LiveHistory(HISTORY_POINTS);
  const sampleUs = Math.max(1, run.endUs / HISTORY_POINTS);
  let nextSampleUs = 0;
  let goesOn = true;
  let nextFrameMs = now();
  screen.open();
  try {
    while (goesOn && !signal.aborted) {
      const sliceEndsMs = now() + SLICE_MS;
      while (goesOn && now() < sliceEndsMs && run.nowUs <= pacer.mayReachUs(now()))
        for (let steps = 0; goesOn && steps < STEPS_PER_LOOK && run.nowUs <= pacer.limitUs; steps++) {
          goesOn = run.step();
          if (run.nowUs < nextSampleUs) continue;
          nextSampleUs = run.nowUs + sampleUs;
          history.add(run.snapshot());
        }
      if (now() >= nextFrameMs) {
        nextFrameMs = now() + screen.everyMs;
        screen.draw(run.snapshot(), history, pacer.speed(run.nowUs, now()));
      }
      await pause(goesOn && run.nowUs > pacer.mayReachUs(now()) ? FRAME_MS / 4 : 0);
    }
  } finally {
    screen.leave();
  }
  screen.last(run.snapshot(), history, signal.aborted ? 'interrupted' : 'finished');
  return signal.aborted ? undefined : run.result();
}

/** How far the simulated clock may have come at a moment of the real one. */
class Pacer {
  limitUs = Infinity;
  private readonly wished: number | undefined;
  private readonly startedMs: number;
  private beforeMs: number;
  private beforeUs = 0;
  private measured: number | undefined;

  constructor(wished: number | undefined, startedMs: number) {
    this.wished = wished;
    this.startedMs = startedMs;
    this.beforeMs = startedMs;
  }

  mayReachUs(nowMs: number): number {
    if (this.wished !== undefined) this.limitUs = (nowMs - this.startedMs) * 1000 * this.wished;
    return this.limitUs;
  }

  /** Simulated seconds a second of late. */
  speed(nowUs: number, nowMs: number): number | undefined {
    if (nowMs - this.beforeMs >= FRAME_MS) {
      this.measured = (nowUs - this.beforeUs) / 1000 / (nowMs - this.beforeMs);
      [this.beforeMs, this.beforeUs] = [nowMs, nowUs];
    }
    return this.measured;
  }
}

/** The dashboard on a terminal. */
class Screen {
  readonly everyMs = FRAME_MS;
  private readonly stream: LiveStream;
  private readonly colours: boolean;
  private size = '';

  constructor(stream: LiveStream, { colours }: { colours: boolean }) {
    this.stream = stream;
    this.colours = colours;
  }

  open(): void {
    this.stream.write(SHOW);
  }

  draw(snapshot: LivingSnapshot, history: LiveHistory, speed: number | undefined): void {
    const [width, height] = [this.stream.columns || 80, this.stream.rows || 24];
    const size = `${width}x${height}`;
    const clear = size === this.size ? '' : '\u001b[2J';
    this.size = size;
    const options = { colours: this.colours, history, ...(speed !== undefined && { speed }) };
    const lines = frame(snapshot, width, height, options).split('\n').slice(0, height);
    // Between the first and the last sequence the terminal collects what comes, so that nothing flickers.
    // A line is erased before it is written: after a full one the cursor stands on its last column still.
    const text = lines.map((line) => `\u001b[2K${line}`).join('\r\n');
    this.stream.write(`\u001b[?2026h${clear}\u001b[H${text}\u001b[?2026l`);
  }

  leave(): void {
    this.stream.write(HIDE);
  }

  last(snapshot: LivingSnapshot, history: LiveHistory, ended: string): void {
    const [width, height] = [this.stream.columns || 80, this.stream.rows || 24];
    const last = frame(snapshot, width, Math.min(height - 1, 24), { colours: this.colours, history, ended });
    this.stream.write(`${last.trimEnd()}\n`);
  }
}

/** A line now and then, for logs and pipes. */
class Lines {
  readonly everyMs = LINE_MS;
  private readonly stream: LiveStream;

  constructor(stream: LiveStream) {
    this.stream = stream;
  }

  open(): void {
    // Nothing to prepare.
  }

  draw(snapshot: LivingSnapshot): void {
    this.stream.write(`${progressLine(snapshot)}\n`);
  }

  leave(): void {
    // Nothing to put back.
  }

  last(snapshot: LivingSnapshot, _history: LiveHistory, ended: string): void {
    this.stream.write(`${progressLine(snapshot)}, ${ended}\n`);
  }
}

/** `3:00:00 of 6:00:00 (50 %), 12 of 12 nodes ready, web 14/14 at 840/s p99 120 ms, $3.20`. */
export function progressLine({ nowUs, endUs, nodes, services, usdSoFar }: LivingSnapshot): string {
  const ready = nodes.filter((node) => node.state === 'ready').length;
  const told = services
    .slice(0, 4)
    .map(
      ({ name, ready: there, desired, requestsPerSecond, p99Ms }) =>
        `${name} ${there}/${desired} at ${Math.round(requestsPerSecond)}/s p99 ${Math.round(p99Ms)} ms`,
    );
  const percent = endUs > 0 ? Math.floor((100 * nowUs) / endUs) : 100;
  return [
    `${clockText(nowUs)} of ${clockText(endUs)} (${percent} %)`,
    `${ready} of ${nodes.length} nodes ready`,
    ...told,
    `$${usdSoFar.toFixed(2)}`,
  ].join(', ');
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms === 0) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });
}
