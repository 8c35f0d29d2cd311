import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { EngineCall } from './engine-call.ts';
import type { EngineFaultKind } from './engine-fault.ts';

/** One try of one call to an engine. */
export interface CallLine {
  /** When it began, in real milliseconds since the log did. */
  readonly atMs: number;
  readonly engine: string;
  readonly call: EngineCall;
  /** Container, network or image that it is about. */
  readonly subject?: string;
  /** How long it took. */
  readonly ms: number;
  readonly outcome: 'ok' | EngineFaultKind;
  /** 1 is the first. */
  readonly try: number;
  /** What went wrong. */
  readonly sentence?: string;
}

export interface CallLog {
  /** Milliseconds since the log began. */
  nowMs(): number;
  add(line: CallLine): void;
  /** Writes what is kept back; after an error of the disk it does nothing more. */
  flush(): void;
  close(): void;
  /** Why lines are missing, if some are. */
  readonly trouble: string | undefined;
}

const BUFFER_CHARS = 32 * 1024;
const FLUSH_MS = 1000;

/**
 * A file of NDJSON with a line a call. Lines are kept back for a second or 32 KiB, written in one go and never kept
 * longer, so the heap does not grow with them; a full disk ends the log and nothing else.
 */
export function callLog(path: string): CallLog {
  const beginMs = performance.now();
  const file = openSync(path, 'a');
  let kept: string[] = [];
  let chars = 0;
  let isOpen = true;
  let trouble: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (kept.length === 0) return;
    const text = kept.join('');
    kept = [];
    chars = 0;
    if (!isOpen || trouble !== undefined) return;
    try {
      writeFileSync(file, text);
    } catch (error) {
      trouble = `the log of calls ${path} ends early: ${(error as Error).message}`;
    }
  };
  return {
    nowMs: () => performance.now() - beginMs,
    add: (line) => {
      if (!isOpen) return;
      const text = `${JSON.stringify({ ...line, atMs: tenths(line.atMs), ms: tenths(line.ms) })}\n`;
      kept.push(text);
      chars += text.length;
      if (chars >= BUFFER_CHARS) flush();
      else if (timer === undefined) {
        timer = setTimeout(flush, FLUSH_MS);
        timer.unref();
      }
    },
    flush,
    close: () => {
      if (!isOpen) return;
      flush();
      isOpen = false;
      closeSync(file);
    },
    get trouble() {
      return trouble;
    },
  };
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10;
