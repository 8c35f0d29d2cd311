import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { InputError } from '../../sim/input-error.ts';
import type { RunRecord } from '../comparison.ts';
import { batonVersion } from './baton-version.ts';
import { shortHash } from './digest.ts';
import { makeFolder } from './make-folder.ts';
import type { Survey } from './worker-messages.ts';

/** What is kept, by folder. */
interface Stored {
  readonly runs: RunRecord;
  readonly surveys: Survey;
}

/**
 * Results under `DIR/runs/<id>.json`. A file is written aside and renamed, so that it is whole or not there: whoever
 * interrupts Baton, or runs it twice at once, never leaves half a result.
 */
export class ResultStore {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** What is stored under this id, or undefined when nothing (or nothing whole) is. */
  read<Kind extends keyof Stored>(kind: Kind, id: string): Stored[Kind] | undefined {
    try {
      const stored = JSON.parse(readFileSync(this.path(kind, id), 'utf8')) as {
        id?: string;
        baton?: string;
        sum?: string;
        data: Stored[Kind];
      };
      const whole = stored.id === id && stored.baton === batonVersion() && stored.sum === sumOf(stored.data);
      return whole ? stored.data : undefined;
    } catch {
      return undefined;
    }
  }

  write<Kind extends keyof Stored>(kind: Kind, id: string, data: Stored[Kind]): void {
    writeAtomically(this.path(kind, id), `${JSON.stringify({ id, baton: batonVersion(), sum: sumOf(data), data })}\n`);
  }

  /** Throws an InputError when nothing can be written here: better before the first run than after it. */
  requireWritable(): void {
    const probe = join(this.directory, 'runs', `.${process.pid}-${threadId}.probe`);
    try {
      writeAtomically(probe, '');
    } catch (error) {
      throw error instanceof InputError ? new InputError(error.message.replace(probe, this.directory)) : error;
    }
    rmSync(probe, { force: true });
  }

  private path(kind: string, id: string): string {
    return join(this.directory, kind, `${id}.json`);
  }
}

/** Tells a result from one that a disk or a hand has changed; JSON gives back what it was given, digit for digit. */
const sumOf = (data: unknown): string => shortHash(JSON.stringify(data));

let written = 0;

/** Writes a file so that a reader sees the old one or the new one, never half of it. */
export function writeAtomically(path: string, text: string): void {
  const aside = `${path}.${process.pid}-${threadId}-${written++}.tmp`;
  try {
    makeFolder(dirname(path));
    try {
      writeFileSync(aside, text);
      renameSync(aside, path);
    } catch (error) {
      rmSync(aside, { force: true });
      throw error;
    }
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code !== undefined && syscall !== undefined)
      throw new InputError(`${path}: cannot be written (${code}); name another folder with --out`);
    throw error;
  }
}
