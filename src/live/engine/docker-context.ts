import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../sim/input-error.ts';
import type { TlsFiles } from './engine-address.ts';

/** One of Docker's contexts, as `docker context ls` shows them. */
export interface DockerContext {
  readonly name: string;
  readonly host: string;
  readonly tls?: TlsFiles;
}

const CONFIG = z.object({ currentContext: z.string().optional() });
const META = z.object({
  Name: z.string(),
  Endpoints: z.object({
    docker: z.object({ Host: z.string().optional(), SkipTLSVerify: z.boolean().optional() }).optional(),
  }),
});

/** The context in use by the settings in Docker's folder; undefined: none, or the one called `default`. */
export function currentContext(folder: string): string | undefined {
  const path = join(folder, 'config.json');
  if (!existsSync(path)) return undefined;
  const { currentContext: name } = readJson(path, CONFIG);
  return name === undefined || name === '' || name === 'default' ? undefined : name;
}

/** Reads a context from Docker's folder: what it is in `contexts/meta`, its certificates in `contexts/tls`. */
export function readContext(folder: string, name: string, where: string): DockerContext {
  // The folder of a context is called by the hash of its name.
  const key = createHash('sha256').update(name).digest('hex');
  const path = join(folder, 'contexts/meta', key, 'meta.json');
  if (!existsSync(path)) {
    const known = knownContexts(folder);
    throw new InputError(
      `${where}: there is no Docker context "${name}" in ${folder}; ${known.length === 0 ? 'there are none' : `there is ${known.join(', ')}`}, and "docker context create" makes one`,
    );
  }
  const { Endpoints } = readJson(path, META);
  const { Host: host, SkipTLSVerify: isSkipped = false } = Endpoints.docker ?? {};
  if (host === undefined || host === '')
    throw new InputError(`${path}: the context "${name}" does not say where its Docker engine is`);
  const tls = readTls(join(folder, 'contexts/tls', key, 'docker'));
  return { name, host, ...((tls !== undefined || isSkipped) && { tls: { ...tls, isVerified: !isSkipped } }) };
}

/** `ca.pem`, `cert.pem` and `key.pem` of a folder, as far as they are there; undefined: none is. */
export function readTls(folder: string): Omit<TlsFiles, 'isVerified'> | undefined {
  const read = (name: string): string | undefined => {
    const path = join(folder, name);
    if (!existsSync(path)) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new InputError(`${path}: cannot be read (${(error as Error).message})`);
    }
  };
  const [ca, cert, key] = [read('ca.pem'), read('cert.pem'), read('key.pem')];
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  if ((cert === undefined) !== (key === undefined))
    throw new InputError(
      `${folder}: ${cert === undefined ? 'cert.pem' : 'key.pem'} is missing; a client needs both, or neither`,
    );
  return { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
}

function knownContexts(folder: string): string[] {
  const metas = join(folder, 'contexts/meta');
  if (!existsSync(metas)) return [];
  return readdirSync(metas)
    .flatMap((key) => {
      try {
        return [`"${readJson(join(metas, key, 'meta.json'), META).Name}"`];
      } catch {
        return [];
      }
    })
    .sort();
}

function readJson<T extends z.ZodType>(path: string, shape: T): z.output<T> {
  try {
    return shape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new InputError(
      `${path}: this is not a file of Docker's settings (${(error as Error).message.split('\n')[0]})`,
    );
  }
}
