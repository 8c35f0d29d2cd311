import { InputError } from '../../sim/input-error.ts';
import type { NativeFile } from '../../orchestrators/native-file.ts';
import { filesBelow, kindOf } from './manifests-here.ts';
import { readTextFile } from './read-input.ts';

const ENDINGS = /\.(ya?ml|json|hcl|nomad)$/i;

/** The native files at a path, sorted by name: the file itself, or the files of the folder and of those in it. */
export function nativeFilesAt(path: string): readonly string[] {
  const there = kindOf(path);
  if (there === undefined)
    throw new InputError(`${path}: there is no such file or folder; the orchestrator's own files are read from here`);
  if (there !== 'folder') return [path];
  const files = filesBelow(path, 0, ENDINGS);
  if (files.length === 0)
    throw new InputError(`${path}: the folder holds no such files; they end in .yaml, .yml, .json, .hcl or .nomad`);
  return files;
}

export function readNativeFile(file: string): NativeFile {
  return { file, text: readTextFile(file, 'a native file') };
}
