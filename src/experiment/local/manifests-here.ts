import { closeSync, lstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { InputError } from '../../sim/input-error.ts';
import { isKubernetesText } from '../kubernetes/plan-kubernetes.ts';
import { endOfScenario } from '../orchestrator-of-text.ts';
import type { PlannedFile } from '../kubernetes/kubernetes-plan.ts';
import { readable, readTextFile, requireFile } from './read-input.ts';

const ENDINGS = /\.(ya?ml|json)$/i;
/** Bytes looked at to know what a file is, and read at once later. */
const PIECE = 1 << 18;

/** The manifests below a path, sorted by name: the file itself, or the files of the folder and of those in it. */
export function manifestsAt(path: string): readonly string[] {
  const there = kindOf(path);
  if (there === undefined)
    throw new InputError(`${path}: there is no such file or folder; manifests are read from here`);
  if (there !== 'folder') return [path];
  const files = filesBelow(path, 0);
  if (files.length === 0)
    throw new InputError(`${path}: the folder holds no manifests; they end in .yaml, .yml or .json`);
  return files;
}

const MOST_LEVELS = 20;

/** What is at a path; undefined: nothing. Throws a sentence when that cannot be told. */
export function kindOf(path: string): 'file' | 'folder' | 'other' | undefined {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there === undefined) return undefined;
    return there.isDirectory() ? 'folder' : there.isFile() ? 'file' : 'other';
  } catch (error) {
    throw readable(error, path, 'a manifest or scenario');
  }
}

/** Files below a folder whose names end so, sorted by name. */
export function filesBelow(folder: string, level: number, endings = ENDINGS): string[] {
  if (level > MOST_LEVELS) return [];
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch (error) {
    throw readable(error, folder, 'a folder of manifests');
  }
  return names.sort().flatMap((name) => {
    const path = join(folder, name);
    if (leadsUp(path)) return [];
    if (kindOf(path) === 'folder') return filesBelow(path, level + 1, endings);
    return endings.test(name) ? [path] : [];
  });
}

/** Whether a path is a link to a folder that it lies in, whose files would be found again and again. */
function leadsUp(path: string): boolean {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return false;
  try {
    const [end, own] = [realpathSync(path), realpathSync(dirname(path))];
    return own === end || own.startsWith(end.endsWith(sep) ? end : end + sep);
  } catch {
    // Where it leads to is told when it is read.
    return false;
  }
}

/** Whether a file holds manifests rather than a scenario: its first lines name a version and a kind. */
export function holdsManifests(path: string): boolean {
  // Opening a pipe would wait for whoever writes into it.
  if (!ENDINGS.test(path) || kindOf(path) !== 'file') return false;
  requireFile(path, 'a manifest or scenario');
  const piece = Buffer.allocUnsafe(PIECE);
  const handle = openSync(path, 'r');
  try {
    const text = piece.toString('utf8', 0, readSync(handle, piece, 0, PIECE, 0));
    const names = (key: string): boolean => new RegExp(`^[\\s{]*["']?${key}["']?\\s*:`, 'm').test(text);
    return names('apiVersion') && names('kind') && !isKubernetesText(text);
  } finally {
    closeSync(handle);
  }
}

/** The scenario that is meant by naming manifests alone. */
export function scenarioOfManifests(path: string): string {
  return JSON.stringify({ orchestrator: 'kubernetes', manifests: [path] });
}

/** The pieces of a planned file; what stands before the manifests in a scenario's file becomes empty lines. */
export function manifestPieces({ file, behindScenario }: PlannedFile, heard?: () => void): Iterable<string> {
  if (behindScenario !== true) return textPieces(file, 'a manifest', heard);
  const text = readTextFile(file, 'a scenario');
  const end = endOfScenario(text);
  return [text.slice(0, end).replaceAll(/[^\n]+/g, ''), text.slice(end)];
}

/** A file's text piece by piece, so that a dump of any size is read in bounded memory. `heard` is called for each. */
function* textPieces(path: string, what: string, heard: () => void = () => undefined): Generator<string> {
  requireFile(path, what);
  const decoder = new StringDecoder('utf8');
  const piece = Buffer.allocUnsafe(PIECE);
  const handle = openSync(path, 'r');
  try {
    for (let read: number; (read = readSync(handle, piece, 0, PIECE, null)) > 0;) {
      heard();
      yield decoder.write(piece.subarray(0, read));
    }
    yield decoder.end();
  } catch (error) {
    throw readable(error, path, what);
  } finally {
    closeSync(handle);
  }
}
