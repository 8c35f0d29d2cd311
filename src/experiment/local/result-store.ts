import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { threadId } from 'node:worker_threads';
import { InputError } from '../../sim/input-error.ts';
import type { RunRecord } from '../comparison.ts';
import { batonVersion } from './baton-version.ts';
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
    // Node 20 never returns from making a relative folder whose working directory has gone.
    this.directory = resolve(directory);
  }

  /** What is stored under this id, or undefined when nothing (or nothing whole) is. */
  read<Kind extends keyof Stored>(kind: Kind, id: string): Stored[Kind] | undefined {
    try {
      const stored = JSON.parse(readFileSync(this.path(kind, id), 'utf8')) as {
        id?: string;
        baton?: string;
        data: Stored[Kind];
      };
      return stored.id === id && stored.baton === batonVersion() ? stored.data : undefined;
    } catch {
      return undefined;
    }
  }

  write<Kind extends keyof Stored>(kind: Kind, id: string, data: Stored[Kind]): void {
    writeAtomically(this.path(kind, id), `${JSON.stringify({ id, baton: batonVersion(), data })}\n`);
  }

  private path(kind: string, id: string): string {
    return join(this.directory, kind, `${id}.json`);
  }
}

let written = 0;

/** Writes a file so that a reader sees the old one or the new one, never half of it. */
export function writeAtomically(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const aside = `${path}.${process.pid}-${threadId}-${written++}.tmp`;
    writeFileSync(aside, text);
    renameSync(aside, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOSPC'].includes(code))
      throw new InputError(`${path}: cannot be written (${code}); name another folder with --out`);
    throw error;
  }
}
