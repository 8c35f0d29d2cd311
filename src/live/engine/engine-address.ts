/** Where an engine is and how to speak to it. */
export type EngineAddress =
  /** A unix socket; on Windows a named pipe. */
  | { readonly by: 'socket'; readonly path: string }
  | { readonly by: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsFiles }
  /** As `ssh` takes it: `user@host` or an alias of ~/.ssh/config. */
  | { readonly by: 'ssh'; readonly destination: string; readonly port?: number; readonly remoteSocket?: string };

/** What a TLS connection is made with, as PEM; without `ca` the CAs that Node knows. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** False: the engine's certificate is not checked (`SkipTLSVerify` of a context). */
  readonly isVerified: boolean;
}

/** For people: `/run/docker.sock`, `tcp://10.0.0.3:2376`, `ssh://me@host`. */
export function addressText(address: EngineAddress): string {
  if (address.by === 'socket') return address.path;
  if (address.by === 'tcp') {
    const host = address.host.includes(':') ? `[${address.host}]` : address.host;
    return `tcp://${host}:${address.port}`;
  }
  const port = address.port === undefined ? '' : `:${address.port}`;
  return `ssh://${address.destination}${port}${address.remoteSocket ?? ''}`;
}

/** Whether a host is this machine by its name alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
