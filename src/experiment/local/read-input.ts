import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { InputError } from '../../sim/input-error.ts';

/** Throws the sentence for a path that cannot be read as a file: not there, a directory, not permitted. */
export function requireFile(path: string, what: string): void {
  let handle: number | undefined;
  try {
    const stats = statSync(path);
    if (stats.isDirectory())
      throw new InputError(`${path}: this is a directory, and ${what} must be a file; name a file in it`);
    // Opening a pipe waits for whoever writes into it, perhaps for ever, and a device may never end.
    if (!stats.isFile())
      throw new InputError(
        `${path}: this is a pipe or a device, and ${what} is read several times; save it to a file and name that`,
      );
    handle = openSync(path, 'r');
  } catch (error) {
    throw readable(error, path, what);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** The text of a small file (an experiment, a machine list), without its byte order mark. */
export function readTextFile(path: string, what: string): string {
  requireFile(path, what);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw readable(error, path, what);
  }
  if (text.includes('\0'))
    throw new InputError(`${path}: this is not UTF-8 text, and ${what} must be; save it as UTF-8`);
  return text.replace(/^\uFEFF/, '');
}

/** Turns what the file system says into a sentence for the user. */
export function readable(error: unknown, path: string, what: string): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return new InputError(`${path}: there is no such file; ${what} is read from here`);
  if (code === 'EACCES' || code === 'EPERM')
    return new InputError(`${path}: reading ${what} is not permitted; check the file's rights`);
  if (code === 'EISDIR')
    return new InputError(`${path}: this is a directory, and ${what} must be a file; name a file in it`);
  if (code === 'ENOTDIR')
    return new InputError(`${path}: a part of this path is a file, not a directory; check the path of ${what}`);
  if (code === 'ELOOP') return new InputError(`${path}: its links lead in a circle; name the file of ${what} itself`);
  if (code !== undefined && (error as NodeJS.ErrnoException).syscall !== undefined)
    return new InputError(`${path}: ${what} cannot be read (${code}); check the path and the disk`);
  return error as Error;
}
