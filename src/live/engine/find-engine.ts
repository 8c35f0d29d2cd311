import { existsSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError } from '../../sim/input-error.ts';
import { currentContext, readContext, readTls } from './docker-context.ts';
import { addressText, type EngineAddress, type TlsFiles } from './engine-address.ts';
import { parseAddress } from './parse-address.ts';

export interface FindOptions {
  /** What the user wrote after `--docker`; absent or empty: nothing. */
  readonly docker?: string;
  /** `--docker-insecure`: another machine may be spoken to without encryption. */
  readonly isPlainAllowed?: boolean;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The user's folder; default: of this user. */
  readonly home?: string;
}

export interface FoundEngine {
  readonly address: EngineAddress;
  /** For people: where it is and who said so: `tcp://10.0.0.3:2376 (context "prod")`. */
  readonly description: string;
}

/**
 * Where the engine is, found as Docker's own client finds it: what the user says, else DOCKER_HOST, else the context
 * that is in use (DOCKER_CONTEXT, `docker context use`), else the usual sockets, that of a rootless engine included.
 * Throws `InputError`. Nothing is connected to.
 */
export function findEngine(options: FindOptions = {}): FoundEngine {
  const { docker = '', isPlainAllowed = false, env = process.env, home = homedir() } = options;
  const { DOCKER_HOST: host = '', DOCKER_CONTEXT: context = '', DOCKER_CONFIG: config = '' } = env;
  const folder = config === '' ? join(home, '.docker') : config;
  const at = (text: string, where: string, tls: TlsFiles | undefined): FoundEngine => {
    const address = parseAddress(text, where, { isPlainAllowed, ...(tls !== undefined && { tls }) });
    const full: EngineAddress = address.by === 'socket' ? { ...address, path: fullPath(address.path, home) } : address;
    return { address: full, description: `${addressText(full)} (${where})` };
  };
  const ofContext = (name: string, where: string): FoundEngine => {
    if (name === 'default') return usualSocket(env, home);
    const { host: text, tls } = readContext(folder, name, where);
    return at(text, `context "${name}"`, tls);
  };
  const tlsOfEnv = (): TlsFiles | undefined => environmentTls(env, folder);

  if (docker.startsWith('context:')) return ofContext(docker.slice('context:'.length), '--docker');
  if (docker !== '') return at(docker, '--docker', tlsOfEnv());
  if (host !== '') return at(host, 'DOCKER_HOST', tlsOfEnv());
  if (context !== '') return ofContext(context, 'DOCKER_CONTEXT');
  const current = currentContext(folder);
  return current === undefined ? usualSocket(env, home) : ofContext(current, join(folder, 'config.json'));
}

/** TLS as Docker's client takes it from the environment: DOCKER_TLS_VERIFY with anything in it, or DOCKER_TLS. */
function environmentTls(env: Readonly<Record<string, string | undefined>>, folder: string): TlsFiles | undefined {
  const { DOCKER_TLS_VERIFY: verify = '', DOCKER_TLS: unverified = '', DOCKER_CERT_PATH: path = '' } = env;
  if (verify === '' && unverified === '') return undefined;
  const files = readTls(path === '' ? folder : path);
  if (files === undefined && path !== '')
    throw new InputError(`DOCKER_CERT_PATH: there is no ca.pem, cert.pem or key.pem in ${path}`);
  return { ...files, isVerified: verify !== '' };
}

function usualSocket(env: Readonly<Record<string, string | undefined>>, home: string): FoundEngine {
  if (platform() === 'win32')
    return { address: { by: 'socket', path: '//./pipe/docker_engine' }, description: 'the usual pipe' };
  const { XDG_RUNTIME_DIR: runtime = '' } = env;
  const usual = '/var/run/docker.sock';
  const places = [
    usual,
    ...(runtime === '' ? [] : [join(runtime, 'docker.sock')]),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
  ];
  const path = places.find((place) => existsSync(place)) ?? usual;
  return { address: { by: 'socket', path }, description: `${path} (the usual socket)` };
}

function fullPath(path: string, home: string): string {
  if (path.startsWith('//./pipe/') || path.startsWith('\\\\')) return path;
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(path);
}
