import { EngineFault, type EngineFaultKind } from './engine-fault.ts';

/** Which call of which engine failed. */
export interface FaultPlace {
  /** Name of the engine. */
  readonly engine: string;
  /** For people: `/var/run/docker.sock`, `tcp://10.0.0.3:2376`. */
  readonly address: string;
  /** As in "could not make container web-1". */
  readonly doing: string;
}

/** A rule: where the engine's own words match, it is this kind of fault, and this is what to do about it. */
type Rule = readonly [RegExp, EngineFaultKind, string];

// In order; the first that matches holds. The words are those of Docker 20.10 to 29 and of Podman.
const BY_MESSAGE: readonly Rule[] = [
  [/no such image|image not known|image .* not found/i, 'no-image', 'load or pull it on this engine first'],
  [
    /no space left on device|disk quota exceeded/i,
    'no-room',
    "the engine's disk is full; make room in its data folder (docker system df shows what takes it)",
  ],
  [
    /non-overlapping ipv4 address pool|predefined address pools have been fully subnetted|no available network|no available ipv4 addresses|no more ips|failed to allocate gateway/i,
    'no-room',
    'the engine has no addresses left for networks; remove networks that nobody uses (docker network prune) or give it more with default-address-pools',
  ],
  [/port is already allocated|address already in use|failed to bind/i, 'no-room', 'the port is taken on that machine'],
  [/all ports are allocated|no available port/i, 'no-room', 'the engine has no free ports left'],
  [
    /cannot allocate memory|out of memory|device or resource busy|resource temporarily unavailable|too many open files/i,
    'no-room',
    'the machine has too little memory, processes or files left for it',
  ],
  [
    /client version .* is too (old|new)/i,
    'unsupported',
    'the engine speaks another version of the API; Baton needs 1.41 (Docker 20.10) or newer',
  ],
  [
    /http request to an https server/i,
    'denied',
    'the engine speaks TLS; set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem',
  ],
  [/authorization denied/i, 'denied', 'a plugin of the engine forbids it'],
  [
    /is not paused|is already paused|is not running|is paused|already in use by|already exists|has active endpoints|is not connected|removal of container .* is already in progress|is restarting|is marked for removal|being used by|unable to remove .* being used/i,
    'conflict',
    '',
  ],
  [/cannot be connected to multiple networks|container sharing network namespace/i, 'unsupported', ''],
  [/network .* not found|no such network/i, 'not-found', ''],
  [
    /executable file not found|exec format error|no such file or directory.*unknown/i,
    'unsupported',
    'the image cannot run this',
  ],
];

/** The fault behind an answer that is not a success. */
export function faultOfStatus(place: FaultPlace, status: number, body: string): EngineFault {
  const said = messageOf(body);
  const rule = BY_MESSAGE.find(([words]) => words.test(said));
  const kind = rule?.[1] ?? kindOfStatus(status);
  const advice = rule?.[2] ?? '';
  if (status === 304) return new EngineFault('conflict', place.engine, sentence(place, 'it is so already'), status);
  const what = said === '' ? `the engine answered with HTTP ${status} and not a word` : said;
  return new EngineFault(kind, place.engine, sentence(place, advice === '' ? what : `${what}; ${advice}`), status);
}

function kindOfStatus(status: number): EngineFaultKind {
  if (status === 404) return 'not-found';
  if (status === 409 || status === 304) return 'conflict';
  if (status === 401 || status === 403) return 'denied';
  if (status === 400 || status === 405 || status === 501) return 'unsupported';
  return 'failed';
}

/** The fault behind an answer that could not be understood. */
export function faultOfNonsense(place: FaultPlace, what: string, status?: number): EngineFault {
  const words = `${what}; is ${place.address} really a Docker engine?`;
  return new EngineFault('failed', place.engine, sentence(place, words), status);
}

export function faultOfTimeout(place: FaultPlace, limitMs: number): EngineFault {
  const words = `the engine at ${place.address} did not answer within ${limitMs / 1000} s`;
  return new EngineFault('timeout', place.engine, sentence(place, words));
}

/** The fault behind an error of the connection. */
export function faultOfConnection(place: FaultPlace, error: unknown): EngineFault {
  if (error instanceof EngineFault) return error;
  const { code = '', message: words } = error as { code?: string; message: string };
  const [kind, what] = whatOfConnection(place.address, code, words ?? String(error));
  return new EngineFault(kind, place.engine, sentence(place, what));
}

function whatOfConnection(address: string, code: string, words: string): [EngineFaultKind, string] {
  if (code === 'ENOENT')
    return [
      'unreachable',
      `there is no socket ${address}; start Docker (systemctl start docker), or say where it is with --docker unix:///path/docker.sock`,
    ];
  if (code === 'EACCES' || code === 'EPERM')
    return [
      'denied',
      `no permission for ${address}; add yourself to the docker group (sudo usermod -aG docker $USER, then log in again), use a rootless engine, or run as a user who may`,
    ];
  if (code === 'ECONNREFUSED')
    return ['unreachable', `nobody listens at ${address}; start Docker there (systemctl start docker)`];
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return ['unreachable', `the host of ${address} is not known; check its name`];
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ETIMEDOUT')
    return ['unreachable', `${address} cannot be reached from here (${code})`];
  const ofTls = whatOfTls(address, code, words);
  if (ofTls !== undefined) return ['denied', ofTls];
  if (code.startsWith('HPE_') || /parse error/i.test(words))
    return ['failed', `what answered is not HTTP (${words}); is ${address} really a Docker engine?`];
  if (
    /connection reset|hang up|aborted|premature close|EPIPE|ECONNRESET|closed|ended|destroyed/i.test(`${code} ${words}`)
  )
    return ['unreachable', `the connection to ${address} was lost`];
  return ['unreachable', `the connection to ${address} failed: ${words}`];
}

function whatOfTls(address: string, code: string, words: string): string | undefined {
  const both = `${code} ${words}`;
  if (/CERT_HAS_EXPIRED/.test(code)) return `the certificate of ${address} has expired; make a new one for the engine`;
  if (/alert.*expired|ALERT_CERTIFICATE_EXPIRED/i.test(both))
    return `${address} says that our certificate (cert.pem) has expired; make a new one`;
  if (
    /alert.*(certificate required|handshake failure|bad certificate|unknown ca)|ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/i.test(
      both,
    )
  )
    return `${address} does not take our certificate; it wants cert.pem and key.pem signed by its own CA, in the folder DOCKER_CERT_PATH`;
  if (/UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED/.test(code))
    return `the certificate of ${address} is not signed by the CA that we know (${words}); put the engine's ca.pem into the folder DOCKER_CERT_PATH`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `the certificate of ${address} is for another host (${words}); use the name that it is for`;
  if (/wrong version number|ERR_SSL_WRONG_VERSION_NUMBER|packet length too long/i.test(both))
    return `${address} does not speak TLS; leave DOCKER_TLS_VERIFY out, or let the engine be started with --tlsverify`;
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_)/.test(code)) return `TLS with ${address} failed: ${words}`;
  return undefined;
}

function messageOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return oneLine(message);
  } catch {
    // Not JSON: proxies and old engines answer with text.
  }
  return oneLine(body);
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 400);

const sentence = (place: FaultPlace, why: string): string => `${place.engine}: could not ${place.doing}: ${why}`;
