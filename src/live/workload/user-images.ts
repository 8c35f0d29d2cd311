import { listOf } from '../../reporting/format.ts';
import { InputError } from '../../sim/input-error.ts';
import type { Engine } from '../engine/engine.ts';
import { imagePath } from '../engine/image-path.ts';

/** An image of the user's for one workload, or for all. */
export interface UserImage {
  readonly image: string;
  readonly command?: readonly string[];
  /** Where it answers; the first is asked whether it is ready and gets the requests. */
  readonly ports?: readonly number[];
  /** What is asked there; absent: `/ready`. */
  readonly readyPath?: string;
}

/** By workload; `*` stands for those without one of their own. */
export type UserImages = ReadonlyMap<string, UserImage>;

const FORM = 'WORKLOAD=IMAGE, as in web=nginx:alpine,port=80,ready=/ (command=... comes last; * stands for all others)';

/**
 * Reads what `--image` says, each `web=nginx:alpine,port=80,ready=/,command=nginx -g daemon off;`. The command goes on to
 * the end; it is cut at spaces, or is a JSON list of words. Throws `InputError`.
 */
export function readUserImages(texts: readonly string[]): UserImages {
  const images = new Map<string, UserImage>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    const workload = text.slice(0, Math.max(0, equals)).trim();
    if (workload === '') throw new InputError(`--image ${text} names no workload: write ${FORM}`);
    if (images.has(workload)) throw new InputError(`--image names ${workload} twice: write one image for it`);
    images.set(workload, readImage(text, text.slice(equals + 1)));
  }
  return images;
}

/** The user's image for a workload; undefined: our own is to be used. */
export function userImageFor(images: UserImages, workload: string): UserImage | undefined {
  return images.get(workload) ?? images.get('*');
}

/** Sees that each is for a workload that the run has. Throws `InputError`. */
export function checkWorkloads(images: UserImages, workloads: readonly string[]): void {
  const known = [...new Set(workloads)].sort();
  for (const workload of images.keys())
    if (workload !== '*' && !known.includes(workload))
      throw new InputError(
        `--image ${workload}=...: the run has no workload of this name; it has ${listOf(known, 8)} (* stands for all others)`,
      );
}

/**
 * Sees that the engine has all of them. Those missing are handed to `pull` where there is one; else throws `InputError`
 * with the commands that bring them.
 */
export async function checkUserImages(
  engine: Engine,
  images: UserImages,
  pull?: (reference: string) => Promise<void>,
): Promise<void> {
  const references = [...new Set([...images.values()].map(({ image }) => image))].sort();
  const missing: string[] = [];
  for (const reference of references) if (!(await engine.hasImage(reference))) missing.push(reference);
  if (pull !== undefined) for (const reference of missing) await pull(reference);
  else if (missing.length > 0) {
    const commands = missing.map((reference) => `docker pull ${reference}`).join('; ');
    const them = missing.length === 1 ? 'it' : 'them';
    throw new InputError(`engine ${engine.name} does not have ${missing.join(', ')}: bring ${them} with ${commands}`);
  }
}

function readImage(text: string, options: string): UserImage {
  const [, before = '', command] = /^(.*?)(?:,command=(.*))?$/s.exec(options)!;
  const [image = '', ...settings] = before.split(',').map((part) => part.trim());
  if (imagePath(image) === undefined) throw new InputError(`--image ${text} names no image: write ${FORM}`);
  const ports: number[] = [];
  let readyPath: string | undefined;
  for (const setting of settings) {
    const [, name, value = ''] = /^([a-z]+)=(.*)$/.exec(setting) ?? [];
    if (name === 'port') ports.push(readPort(text, value));
    else if (name === 'ready') readyPath = value.startsWith('/') ? value : `/${value}`;
    else throw new InputError(`--image ${text}: "${setting}" is not understood: write ${FORM}`);
  }
  return {
    image,
    ...(ports.length > 0 && { ports }),
    ...(readyPath !== undefined && { readyPath }),
    ...(command !== undefined && { command: readCommand(text, command) }),
  };
}

function readPort(text: string, value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535)
    throw new InputError(`--image ${text}: the port is a number from 1 to 65535, as in port=80, not "${value}"`);
  return port;
}

function readCommand(text: string, command: string): string[] {
  if (!command.trimStart().startsWith('[')) return command.split(/\s+/).filter(Boolean);
  const words = parsed(command);
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string'))
    throw new InputError(`--image ${text}: write the command as words or as a JSON list, as in command=["sleep", "5"]`);
  return words;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
