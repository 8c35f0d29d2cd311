import { X509Certificate } from 'node:crypto';
import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { addressText, type EngineAddress } from './engine-address.ts';
import { faultOfConnection, faultOfNonsense, faultOfTimeout, type FaultPlace } from './docker-faults.ts';
import { EngineFault } from './engine-fault.ts';
import { loadDockerode } from './load-dockerode.ts';
import { sshAgent } from './ssh-agent.ts';

/** One request of Docker's HTTP API. */
export interface DockerRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[]>>;
  readonly body?: object;
  readonly tar?: Uint8Array;
  /** As in "could not make container web-1". */
  readonly doing: string;
  readonly limitMs: number;
}

export interface DockerAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Carries requests to one engine. Rejects with an `EngineFault`; what a request has opened is closed when it ends. */
export interface DockerTransport {
  readonly address: string;
  /** Any status is an answer. */
  request(request: DockerRequest): Promise<DockerAnswer>;
  /** Resolves when the answer begins; its body then lasts until the signal. */
  open(request: DockerRequest, signal: AbortSignal): Promise<{ status: number; body: IncomingMessage }>;
  placeOf(doing: string): FaultPlace;
  close(): void;
}

/** An answer longer than this is not read; a list of 10,000 containers has some 20 MB. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** As much of dockerode's transport as is used here: its own calls lose an answer that is cut off in the middle. */
interface Modem {
  dial(options: object, callback: (error: Error | null, answer: IncomingMessage) => void): void;
}

// Every status is handed on, so that what it means is decided in one place.
const ALL_STATUSES = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [i + 100, true]));

/** Names between slashes, none of them a step up. */
const PLAIN_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.:@%+-]+)+$/;

export async function dockerTransport(engine: string, address: EngineAddress): Promise<DockerTransport> {
  const text = addressText(address);
  const { modem, agent } = await modemFor(engine, address);
  const underWay = new Set<AbortController>();
  let isClosed = false;
  const placeOf = (doing: string): FaultPlace => ({ engine, address: text, doing });

  const dial = (request: DockerRequest, signal: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      // Dockerode resolves it like a link, and what looks like one would be followed to another machine.
      if (!PLAIN_PATH.test(request.path)) throw new Error(`"${request.path}" is no path of an engine`);
      modem.dial(
        {
          method: request.method,
          path: request.query === undefined ? request.path : `${request.path}?`,
          options: { _query: request.query ?? {}, _body: request.body ?? {} },
          ...(request.tar !== undefined && { file: bufferOf(request.tar) }),
          isStream: true,
          statusCodes: ALL_STATUSES,
          abortSignal: signal,
        },
        (error, answer) => {
          // An answer that is cut off says so by this event, also when nobody reads it any more.
          answer?.on?.('error', () => {});
          if (error === null) resolve(answer);
          else reject(error);
        },
      );
    });

  /** Runs a part of a request under a time limit and the transport's own end. */
  const limited = async <T>(
    request: DockerRequest,
    control: AbortController,
    part: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const place = placeOf(request.doing);
    if (isClosed) throw new EngineFault('unreachable', engine, `${engine}: the connection has been closed`);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      control.abort();
    }, request.limitMs);
    try {
      return await part(control.signal);
    } catch (error) {
      if (isLate) throw faultOfTimeout(place, request.limitMs);
      throw ofOldCertificate(place, address) ?? faultOfConnection(place, error);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    address: text,
    placeOf,
    request: async (request) => {
      const control = new AbortController();
      underWay.add(control);
      try {
        return await limited(request, control, async (signal) => {
          const answer = await dial(request, signal);
          return { status: answer.statusCode ?? 0, body: await wholeBody(answer, placeOf(request.doing)) };
        });
      } finally {
        underWay.delete(control);
      }
    },
    open: async (request, signal) => {
      const control = new AbortController();
      const stop = (): void => control.abort();
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      underWay.add(control);
      const done = (): void => {
        underWay.delete(control);
        signal.removeEventListener('abort', stop);
      };
      try {
        const body = await limited(request, control, (limit) => dial(request, limit));
        body.once('close', done);
        return { status: body.statusCode ?? 0, body };
      } catch (error) {
        done();
        throw error;
      }
    },
    close: () => {
      isClosed = true;
      for (const control of underWay) control.abort();
      agent.destroy();
    },
  };
}

async function modemFor(engine: string, address: EngineAddress): Promise<{ modem: Modem; agent: HttpAgent }> {
  // Whatever is not said here, dockerode takes from the environment.
  const nothing = {
    host: undefined,
    port: undefined,
    protocol: 'http',
    key: undefined,
    cert: undefined,
    ca: undefined,
  };
  const options = ((): { agent: HttpAgent } & Record<string, unknown> => {
    if (address.by === 'socket') return { ...nothing, socketPath: address.path, agent: new HttpAgent() };
    if (address.by === 'ssh')
      return { ...nothing, host: 'docker.example', port: 80, pathPrefix: '/', agent: sshAgent(address, engine) };
    const { host, port, tls } = address;
    const target = { ...nothing, host: host.includes(':') ? `[${host}]` : host, port, pathPrefix: '/' };
    if (tls === undefined) return { ...target, agent: new HttpAgent({ keepAlive: true }) };
    const { ca, cert, key, isVerified } = tls;
    // Given to the agent, not to dockerode, so that every connection is made with them.
    const agent = new HttpsAgent({
      keepAlive: true,
      rejectUnauthorized: isVerified,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
    return { ...target, protocol: 'https', agent };
  })();
  const docker = await loadDockerode(options);
  return { modem: docker.modem as Modem, agent: options.agent };
}

/** Servers say of an expired certificate only that it is bad, or nothing. */
function ofOldCertificate(place: FaultPlace, address: EngineAddress): EngineFault | undefined {
  if (address.by !== 'tcp' || address.tls?.cert === undefined) return undefined;
  try {
    const { validTo } = new X509Certificate(address.tls.cert);
    if (Date.parse(validTo) > Date.now()) return undefined;
    const words = `our certificate (cert.pem) for ${place.address} was good until ${validTo}; make a new one`;
    return new EngineFault('denied', place.engine, `${place.engine}: could not ${place.doing}: ${words}`);
  } catch {
    // What is not a certificate has failed with words of its own.
    return undefined;
  }
}

async function wholeBody(answer: IncomingMessage, place: FaultPlace): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw faultOfNonsense(place, `an answer of more than ${MAX_ANSWER_BYTES} bytes`);
  }
  return Buffer.concat(pieces);
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
