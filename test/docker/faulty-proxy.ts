import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { EngineCall } from '../../src/live/engine/engine-call.ts';

/** What is done to a call instead of, or with, handing it on. */
export type ProxyFault =
  /** Answers by itself; the engine hears nothing. */
  | { readonly status: number; readonly body?: string }
  /** Never answers; the engine hears nothing. */
  | 'hang'
  /** The connection ends without an answer; the engine hears nothing. */
  | 'refuse'
  /** The engine does it, and the connection ends without an answer. */
  | 'lose'
  /** The connection ends in the middle of the engine's answer. */
  | 'cut'
  /** Bytes that are not HTTP. */
  | 'garbage'
  /** 200 with JSON that has nothing to do with the question. */
  | 'nonsense'
  /** 200 with half a JSON value. */
  | 'half'
  /** The engine's answer, a byte at a time with a pause after each, for ever. */
  | 'drip'
  /** The engine's answer, so late. */
  | { readonly delayMs: number };

interface PlanOptions {
  /** How many calls; default 1. */
  readonly times?: number;
  /** So many go well first; default 0. */
  readonly after?: number;
}

/** Sits between Baton and an engine, on a socket of its own, and does harm to calls as planned. */
export interface FaultyProxy {
  readonly socket: string;
  plan(call: EngineCall | 'any', fault: ProxyFault, options?: PlanOptions): void;
  /** Calls so far, in order. */
  readonly calls: readonly (EngineCall | 'other')[];
  /** Ends all connections there are, streams of events too. */
  cutAll(): void;
  /** Nobody listens at its socket any more, or again. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  end(): Promise<void>;
}

const DRIP_MS = 20;

/** Starts one before the engine at `target`; without a target every call but the planned ones gets 501. */
export async function faultyProxy(target?: string): Promise<FaultyProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-proxy-'));
  const socket = join(folder, 'docker.sock');
  const sockets = new Set<Socket>();
  const calls: (EngineCall | 'other')[] = [];
  let planned: { call: EngineCall | 'any'; fault: ProxyFault; times: number; after: number }[] = [];

  const take = (call: EngineCall | 'other'): ProxyFault | undefined => {
    const next = planned.find((one) => one.call === call || (one.call === 'any' && call !== 'other'));
    if (next === undefined) return undefined;
    if (next.after > 0) {
      next.after--;
      return undefined;
    }
    next.times--;
    if (next.times <= 0) planned = planned.filter((one) => one !== next);
    return next.fault;
  };
  const server = createServer((asked, answer) => {
    const call = callOf(asked.method ?? '', asked.url ?? '');
    calls.push(call);
    answer.on('error', () => {});
    handle(asked, answer, take(call), target);
  });
  server.on('connection', (connection) => {
    sockets.add(connection);
    connection.on('error', () => {});
    connection.once('close', () => sockets.delete(connection));
  });
  const cutAll = (): void => {
    for (const connection of sockets) connection.destroy();
  };
  const listen = (): Promise<void> => new Promise((resolve) => void server.listen(socket, resolve));
  const goAway = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      cutAll();
    });
  await listen();
  let isEnded = false;
  const proxy: FaultyProxy = {
    socket,
    calls,
    plan: (call, fault, options = {}) => void planned.push({ times: 1, after: 0, ...options, call, fault }),
    cutAll,
    goAway,
    comeBack: listen,
    end: async () => {
      if (isEnded) return;
      isEnded = true;
      await goAway();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  onTestFinished(() => proxy.end());
  return proxy;
}

function handle(asked: IncomingMessage, answer: ServerResponse, fault: ProxyFault | undefined, target?: string): void {
  const cut = (): void => void answer.socket?.destroy();
  if (fault === 'hang') return;
  if (fault === 'refuse') return cut();
  if (fault === 'garbage') return void answer.socket?.end('SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\nwhat?\r\n');
  if (fault === 'nonsense') return void answer.writeHead(200, JSON_TYPE).end('{"hello":["world"]}');
  if (fault === 'half') return void answer.writeHead(200, JSON_TYPE).end('[{"Id":"abc","Names":["/we');
  if (typeof fault === 'object' && 'status' in fault)
    return void answer
      .writeHead(fault.status, JSON_TYPE)
      .end(fault.status === 204 || fault.status === 304 ? undefined : (fault.body ?? '{"message":"this was planned"}'));
  if (target === undefined) return void answer.writeHead(501, JSON_TYPE).end('{"message":"there is no engine"}');

  const onward = request(
    { socketPath: target, method: asked.method, path: asked.url, headers: asked.headers },
    (reply) => void passOn(reply, answer, fault, cut),
  );
  onward.on('error', cut);
  answer.once('close', () => onward.destroy());
  asked.pipe(onward);
}

async function passOn(
  reply: IncomingMessage,
  answer: ServerResponse,
  fault: ProxyFault | undefined,
  cut: () => void,
): Promise<void> {
  reply.on('error', cut);
  if (fault === undefined) {
    answer.writeHead(reply.statusCode ?? 500, reply.headers);
    answer.flushHeaders();
    reply.pipe(answer);
    return;
  }
  const pieces: Buffer[] = [];
  try {
    for await (const piece of reply as AsyncIterable<Buffer>) pieces.push(piece);
  } catch {
    return cut();
  }
  const body = Buffer.concat(pieces);
  if (fault === 'lose') return cut();
  if (typeof fault === 'object' && 'delayMs' in fault) await pause(fault.delayMs);
  const { 'transfer-encoding': _, ...headers } = reply.headers;
  answer.writeHead(reply.statusCode ?? 500, { ...headers, 'content-length': Math.max(body.length, 2) });
  if (fault === 'cut') {
    answer.write(body.subarray(0, body.length / 2), () => cut());
    return;
  }
  if (fault !== 'drip') return void answer.end(body);
  answer.flushHeaders();
  // All but the last byte, which never comes.
  for (let at = 0; !answer.destroyed; at++) {
    if (at < body.length - 1) answer.write(body.subarray(at, at + 1));
    await pause(DRIP_MS);
  }
}

const JSON_TYPE = { 'content-type': 'application/json' };

const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

const ROUTES: readonly (readonly [RegExp, EngineCall])[] = [
  [/^GET \/(info|version)$/, 'info'],
  [/^(GET|HEAD) \/_ping$/, 'ping'],
  [/^GET \/events$/, 'events'],
  [/^GET \/images\/.+\/json$/, 'hasImage'],
  [/^POST \/images\/create$/, 'importImage'],
  [/^DELETE \/images\/.+$/, 'removeImage'],
  [/^POST \/networks\/create$/, 'createNetwork'],
  [/^DELETE \/networks\/[^/]+$/, 'removeNetwork'],
  [/^GET \/networks$/, 'listNetworks'],
  [/^POST \/networks\/[^/]+\/connect$/, 'connect'],
  [/^POST \/networks\/[^/]+\/disconnect$/, 'disconnect'],
  [/^POST \/containers\/create$/, 'createContainer'],
  [/^GET \/containers\/json$/, 'list'],
  [/^POST \/containers\/[^/]+\/start$/, 'start'],
  [/^POST \/containers\/[^/]+\/stop$/, 'stop'],
  [/^POST \/containers\/[^/]+\/kill$/, 'kill'],
  [/^POST \/containers\/[^/]+\/pause$/, 'pause'],
  [/^POST \/containers\/[^/]+\/unpause$/, 'unpause'],
  [/^POST \/containers\/[^/]+\/update$/, 'update'],
  [/^DELETE \/containers\/[^/]+$/, 'remove'],
  [/^GET \/containers\/[^/]+\/json$/, 'inspect'],
  [/^GET \/containers\/[^/]+\/stats$/, 'stats'],
  [/^GET \/containers\/[^/]+\/logs$/, 'logs'],
];

function callOf(method: string, url: string): EngineCall | 'other' {
  const path = url.replace(/\?.*$/, '').replace(/^\/v[\d.]+/, '');
  return ROUTES.find(([route]) => route.test(`${method} ${path}`))?.[1] ?? 'other';
}
