import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readable, requireFile } from './read-input.ts';

/** 16 hexadecimal digits of SHA-256: enough that two inputs never meet by chance. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** SHA-256 of a file's bytes, read in pieces so that a large trace needs no memory. */
export function fileDigest(path: string, what: string): string {
  requireFile(path, what);
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1 << 20);
  const handle = openSync(path, 'r');
  try {
    for (let read: number; (read = readSync(handle, piece, 0, piece.length, null)) > 0;)
      hash.update(read === piece.length ? piece : piece.subarray(0, read));
  } catch (error) {
    throw readable(error, path, what);
  } finally {
    closeSync(handle);
  }
  return hash.digest('hex');
}

const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"]+)\1/g;

/**
 * SHA-256 of a program file and of every file it imports by a relative path. What looks like an import but is no file
 * may stand in a comment: if it is needed, whoever loads the program says so.
 */
export function programDigest(path: string, what: string): string {
  const hash = createHash('sha256');
  const seen = new Set<string>();
  const visit = (file: string, why: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    requireFile(file, why);
    const text = readFileSync(file, 'utf8');
    hash.update(`${text.length}\n`).update(text);
    for (const [, , specifier] of text.matchAll(RELATIVE_IMPORT))
      if (isThere(resolve(dirname(file), specifier))) visit(resolve(dirname(file), specifier), `an import of ${path}`);
  };
  requireFile(path, what);
  visit(resolve(path), what);
  return hash.digest('hex');
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
}
