import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import { sentenceOf } from '../sentence-of.ts';
import type { CleanReport } from './clean-run.ts';
import { cleanReportText } from './clean-report-text.ts';

type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

/** Why a replay ends before its time. */
export type EndReason =
  | { readonly kind: 'signal'; readonly signal: EndSignal }
  | { readonly kind: 'bug'; readonly error: unknown }
  /** Nobody reads what it prints any more. */
  | { readonly kind: 'pipe' };

export interface EndOptions {
  readonly runId: string;
  /** Resolves when nothing more is asked of any engine. */
  readonly stop: (reason: EndReason) => Promise<void>;
  /** Removes everything of the run; what came of it, or a sentence that says it. */
  readonly clean: () => Promise<CleanReport | string>;
  /** The command that cleans later; default `baton replay --clean RUN`. */
  readonly cleanLater?: string;
  /** A sentence for people, on stderr; may fail when nobody reads it. */
  readonly say: (sentence: string) => void;
  /** Told of a bug, which has words of its own. */
  readonly sayBug?: (error: unknown) => void;
  /** Does not return in a real process. */
  readonly exit?: (code: number) => void;
  /** For tests; default: this process. */
  readonly target?: EndTarget;
}

type Listened = Pick<EventEmitter, 'on' | 'removeListener' | 'listeners'>;

/** As much of a process as must be listened to. */
export interface EndTarget extends Listened {
  readonly stdout: Listened;
  readonly stderr: Listened;
}

export interface EndGuard {
  /** Aborted when the replay is to stop. */
  readonly signal: AbortSignal;
  /** From here on the process ends as it would without a guard. */
  dispose(): void;
}

const SIGNAL_NUMBER: Readonly<Record<EndSignal, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 };
/** Not every system has all of them. */
const SIGNALS = (Object.keys(SIGNAL_NUMBER) as EndSignal[]).filter((signal) => signal in constants.signals);
const EXIT_OF_BUG = 70;
const EXIT_OF_PIPE = 0;

/**
 * Sees to it that nothing is left on the engines however the process ends: signals, errors nobody has caught, a reader
 * that goes away. The first stops the replay and cleans; a second signal is told that cleaning goes on; a third ends at
 * once. Only SIGKILL and a machine without power get past it; `--clean` is for those.
 */
export function guardEnd(options: EndOptions): EndGuard {
  const { runId, say } = options;
  const target: EndTarget = options.target ?? process;
  const exit = options.exit ?? ((code: number) => process.exit(code));
  const abort = new AbortController();
  const later = options.cleanLater ?? `baton replay --clean ${runId}`;
  let signals = 0;
  let isEnding = false;

  const sayQuietly = (sentence: string): void => {
    try {
      say(sentence);
    } catch {
      // Nobody reads it; cleaning matters more.
    }
  };
  const end = async (reason: EndReason, code: number): Promise<void> => {
    isEnding = true;
    abort.abort();
    try {
      await options.stop(reason);
    } catch (error) {
      sayQuietly(`the replay could not be stopped in order: ${sentenceOf(error)}`);
    }
    try {
      const cleaned = await options.clean();
      sayQuietly(typeof cleaned === 'string' ? cleaned : cleanReportText(cleaned));
    } catch (error) {
      sayQuietly(`the run could not be cleaned: ${sentenceOf(error)}; finish it later with: ${later}`);
    }
    dispose();
    exit(code);
  };

  const onSignal = (signal: EndSignal): void => {
    signals++;
    const code = 128 + SIGNAL_NUMBER[signal];
    if (!isEnding) {
      sayQuietly(`${signal}: stopping the replay and removing all that it started`);
      void end({ kind: 'signal', signal }, code);
    } else if (signals <= 2)
      sayQuietly(`still removing what the replay started; once more ends at once, and then it is left to: ${later}`);
    else {
      sayQuietly(`ended at once; remove what is left with: ${later}`);
      exit(code);
    }
  };
  const onBug = (error: unknown): void => {
    if (options.sayBug) options.sayBug(error);
    else sayQuietly(`a bug of Baton: ${sentenceOf(error)}`);
    if (isEnding) return;
    void end({ kind: 'bug', error }, EXIT_OF_BUG);
  };
  const onPipe = (error: NodeJS.ErrnoException): void => {
    if (isEnding) return;
    if (error.code !== 'EPIPE') sayQuietly(`the output cannot be written (${error.code})`);
    sayQuietly('nobody reads the output any more: stopping the replay and removing all that it started');
    void end({ kind: 'pipe' }, error.code === 'EPIPE' ? EXIT_OF_PIPE : 2);
  };

  const listeners: readonly [string, (error: Error) => void][] = [
    ...SIGNALS.map((signal): [string, () => void] => [signal, () => onSignal(signal)]),
    ['uncaughtException', onBug],
    ['unhandledRejection', onBug],
  ];
  for (const [event, listener] of listeners) target.on(event, listener);
  // Those of the command line end the process at once, and are put back afterwards.
  const streams = [target.stdout, target.stderr].map((stream) => {
    const before = stream.listeners('error') as ((error: Error) => void)[];
    for (const listener of before) stream.removeListener('error', listener);
    stream.on('error', onPipe);
    return { stream, before };
  });
  let isDisposed = false;
  const dispose = (): void => {
    if (isDisposed) return;
    isDisposed = true;
    for (const [event, listener] of listeners) target.removeListener(event, listener);
    for (const { stream, before } of streams) {
      stream.removeListener('error', onPipe);
      for (const listener of before) stream.on('error', listener);
    }
  };
  return { signal: abort.signal, dispose };
}
