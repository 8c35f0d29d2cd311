import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError } from '../../sim/input-error.ts';

/** Makes a folder and those above it. Node 20's own recursion never ends in /proc, nor where the working directory has gone. */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** The same for a folder that the user has named: throws an InputError that says why it cannot be made. */
export function makeNamedFolder(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${path}: this folder cannot be made (${code}); name another one with --out`);
  }
}
