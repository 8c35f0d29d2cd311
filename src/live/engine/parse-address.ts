import { InputError } from '../../sim/input-error.ts';
import { addressWithoutPassword } from './address-without-password.ts';
import { isLoopback, type EngineAddress, type TlsFiles } from './engine-address.ts';

const FORMS =
  'unix:///path/docker.sock, a path, tcp://host:port, ssh://user@host, context:NAME, or npipe:////./pipe/docker_engine';

interface AddressOptions {
  /** For tcp; absent: not encrypted. */
  readonly tls?: TlsFiles;
  /** Whether an engine on another machine may be spoken to without encryption. */
  readonly isPlainAllowed: boolean;
}

/** Reads the address of an engine. `where` begins messages: `--docker`, `DOCKER_HOST`, `context "prod"`. */
export function parseAddress(text: string, where: string, options: AddressOptions): EngineAddress {
  const wrong = (why: string): InputError =>
    new InputError(
      `${where}: cannot read "${addressWithoutPassword(text)}" as the address of an engine: ${why}; write it as ${FORMS}`,
    );
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (!path.startsWith('/')) throw wrong('the path of a socket begins with "/"');
    return { by: 'socket', path };
  }
  if (text.startsWith('npipe://')) return { by: 'socket', path: text.slice('npipe://'.length) };
  if (!text.includes('://')) {
    if (/^[./~]/.test(text)) return { by: 'socket', path: text };
    throw wrong(
      /^[\w.-]+:\d+$/.test(text) ? `the protocol is missing, as in tcp://${text}` : 'the protocol is missing',
    );
  }
  const [, protocol = '', rest = ''] = /^([a-z+]+):\/\/(.*)$/.exec(text) ?? [];
  if (protocol === 'fd') throw wrong('fd:// is for the engine itself');
  if (!['tcp', 'http', 'https', 'ssh'].includes(protocol)) throw wrong(`the protocol "${protocol}" is not known`);
  const url = urlOf(`${protocol === 'ssh' ? 'ssh' : 'http'}://${rest}`);
  if (url === undefined || url.hostname === '') throw wrong('there is no host in it');
  if (url.search !== '' || url.hash !== '') throw wrong('"?" and "#" have no place in it');
  if (url.password !== '') throw wrong('it holds a password; use keys and an agent');
  return protocol === 'ssh' ? sshAddress(url, wrong) : tcpAddress(url, rest, protocol, where, options, wrong);
}

function sshAddress(url: URL, wrong: (why: string) => InputError): EngineAddress {
  // What ssh would take for an option of its own.
  const name = decoded(url.username);
  if (name === undefined) throw wrong('a "%" in it is followed by what stands for no character');
  if (url.hostname.startsWith('-') || name.startsWith('-')) throw wrong('a host or user cannot begin with "-"');
  const user = name === '' ? '' : `${name}@`;
  const path = url.pathname === '/' ? '' : url.pathname;
  if (/[^\w./-]/.test(path)) throw wrong('the path of its socket has characters that a shell would read');
  return {
    by: 'ssh',
    destination: user + url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(path !== '' && { remoteSocket: path }),
  };
}

function tcpAddress(
  url: URL,
  rest: string,
  protocol: string,
  where: string,
  { tls, isPlainAllowed }: AddressOptions,
  wrong: (why: string) => InputError,
): EngineAddress {
  if (url.username !== '' || url.pathname !== '/') throw wrong('only a host and a port belong into it');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A port of 80 is left out by the parser, which takes it for the usual one.
  const port = url.port !== '' ? Number(url.port) : /:80\/?$/.test(rest) ? 80 : undefined;
  const ofTls = protocol === 'https' ? (tls ?? { isVerified: true }) : protocol === 'http' ? undefined : tls;
  if (ofTls === undefined && !isLoopback(host) && !isPlainAllowed)
    throw new InputError(
      `${where}: ${protocol}://${rest} is another machine and the connection would not be encrypted, so that anybody on the way could take that machine over; ` +
        'set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem, use ssh://user@host, or say --docker-insecure if you know that nobody is on the way',
    );
  return {
    by: 'tcp',
    host,
    port: port ?? (ofTls === undefined ? 2375 : 2376),
    ...(ofTls !== undefined && { tls: ofTls }),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
