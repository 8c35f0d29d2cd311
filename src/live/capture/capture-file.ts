import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { InputError } from '../../sim/input-error.ts';
import { CAPTURE_FORMAT, type CaptureLine } from './capture-line.ts';

/** A file to which a capture's lines go as they come, so that a crash loses none of them. */
export interface CaptureFile {
  write(line: CaptureLine): void;
  close(): void;
}

/** Throws an InputError when the file cannot be made, or is there already. */
export function captureFile(path: string): CaptureFile {
  const handle = orSentence(path, () => openSync(path, 'wx'));
  return {
    write: (line) => orSentence(path, () => writeFileSync(handle, `${JSON.stringify(line)}\n`)),
    close: () => closeSync(handle),
  };
}

function orSentence<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new InputError(`${path}: there is a capture already; name another folder with --out, or remove it`);
    throw new InputError(`${path}: the capture cannot be written (${code}); name another folder with --out`);
  }
}

const PIECE_BYTES = 1 << 20;

/** The lines of such a file, one after the other. A last line that was not written to its end is left out. */
export function* captureLines(path: string): Generator<CaptureLine, void, undefined> {
  const handle = orUnreadable(path, () => openSync(path, 'r'));
  const piece = Buffer.alloc(PIECE_BYTES);
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  try {
    for (;;) {
      const count = orUnreadable(path, () => readSync(handle, piece));
      if (count === 0) return;
      const lines = (rest + decoder.decode(piece.subarray(0, count), { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield lineOf(line, path, ++number);
    }
  } finally {
    closeSync(handle);
  }
}

function orUnreadable<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new InputError(`${path}: the capture cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function lineOf(text: string, path: string, number: number): CaptureLine {
  let line: CaptureLine | undefined;
  try {
    line = JSON.parse(text) as CaptureLine;
  } catch {
    // Told below.
  }
  if (typeof line?.kind !== 'string' || (number === 1 && (line.kind !== 'begin' || line.format !== CAPTURE_FORMAT)))
    throw new InputError(
      `${path}:${number}: this is not a line of a capture; name a file that \`baton capture\` wrote`,
    );
  return line;
}
