const SILENT_MS = 2_000;
const REDRAW_MS = 100;
const REPEAT_MS = 5_000;

/** What is shown while runs go on. */
export interface ProgressState {
  /** What is counted; default runs. */
  readonly what?: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  /** Simulated events so far. */
  readonly events: number;
}

/**
 * Live progress on a stream: one line that is redrawn on a terminal, else a line every few seconds; nothing at all for
 * what takes less than two seconds.
 */
export class ProgressLine {
  private readonly stream: NodeJS.WriteStream;
  private readonly startedMs: number;
  private readonly now: () => number;
  private what: string | undefined;
  private whatSinceMs: number;
  private lastMs = -Infinity;
  private drawn = false;

  constructor(stream: NodeJS.WriteStream, now: () => number = () => performance.now()) {
    this.stream = stream;
    this.now = now;
    this.startedMs = now();
    this.whatSinceMs = this.startedMs;
  }

  show(state: ProgressState): void {
    const now = this.now();
    if (state.what !== this.what) [this.what, this.whatSinceMs] = [state.what, now];
    const elapsedMs = now - this.startedMs;
    if (elapsedMs < SILENT_MS || now - this.lastMs < (this.stream.isTTY ? REDRAW_MS : REPEAT_MS)) return;
    this.lastMs = now;
    const line = progressText(state, now - this.whatSinceMs);
    if (!this.stream.isTTY) this.stream.write(`${line}\n`);
    else {
      this.drawn = true;
      this.stream.write(`\r\u001b[K${line.slice(0, (this.stream.columns || 80) - 1)}`);
    }
  }

  /** Clears the line, so that what follows begins at the left. */
  end(): void {
    if (this.drawn) this.stream.write('\r\u001b[K');
    this.drawn = false;
  }
}

/** `12/40 runs, 2 failed, 3.1 M events, 14 s, about 30 s left`. */
export function progressText(state: ProgressState, elapsedMs: number): string {
  const parts = [`${state.done}/${state.total} ${state.what ?? 'runs'}`];
  if (state.failed > 0) parts.push(`${state.failed} failed`);
  if (state.events >= 50_000) parts.push(`${(state.events / 1e6).toFixed(1)} M events`);
  parts.push(duration(elapsedMs));
  if (state.done > 0 && state.done < state.total)
    parts.push(`about ${duration((elapsedMs / state.done) * (state.total - state.done))} left`);
  return parts.join(', ');
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  return s < 3600
    ? `${Math.floor(s / 60)} min ${s % 60} s`
    : `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}
