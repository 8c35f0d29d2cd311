import type { z } from 'zod';
import { pause } from '../pause.ts';
import { containerBody, limitsBody } from './docker-container.ts';
import {
  CREATED_ANSWER,
  INFO_ANSWER,
  INSPECT_ANSWER,
  LIST_ANSWER,
  NETWORKS_ANSWER,
  STATS_ANSWER,
  VERSION_ANSWER,
  unframedLog,
} from './docker-answers.ts';
import { dockerEvents } from './docker-events.ts';
import { faultOfNonsense, faultOfStatus } from './docker-faults.ts';
import { dockerTransport, type DockerAnswer, type DockerRequest } from './docker-transport.ts';
import { isLoopback, type EngineAddress } from './engine-address.ts';
import { CALL_WORDS, type EngineCall } from './engine-call.ts';
import { EngineFault } from './engine-fault.ts';
import type { Engine, Labels } from './engine.ts';
import { imagePath } from './image-path.ts';
import { TIME_LIMITS, type TimeLimits } from './time-limits.ts';

/** The oldest version of the API that is spoken: that of Docker 20.10. */
const OLDEST_API = '1.41';
/** A moment of an event in milliseconds is right to a quarter of a microsecond; so much earlier is asked for. */
const ROUNDING_S = 1e-6;
/** How often a container that the engine is removing already is looked at. */
const REMOVAL_POLL_MS = 100;

interface DockerEngineOptions {
  /** For messages; default `docker`. */
  readonly name?: string;
  readonly limits?: Partial<TimeLimits>;
}

/** A call as it is made; path without the version. */
type Ask = Pick<DockerRequest, 'method' | 'path' | 'query' | 'body' | 'tar'> & {
  readonly subject?: string;
  readonly extraMs?: number;
  /** Statuses of success beside the 200s. */
  readonly also?: readonly number[];
};

/**
 * A Docker engine, through dockerode. Nothing is sent before the first call; that one asks for the versions of the API
 * and takes the oldest that both sides know, from 1.41 (Docker 20.10) on. Podman's Docker socket answers the same calls.
 */
export async function dockerEngine(address: EngineAddress, options: DockerEngineOptions = {}): Promise<Engine> {
  const { name = 'docker' } = options;
  const limits: TimeLimits = { ...TIME_LIMITS, ...options.limits };
  const transport = await dockerTransport(name, address);
  const doing = (call: EngineCall, subject?: string): string =>
    subject === undefined ? CALL_WORDS[call] : `${CALL_WORDS[call]} ${shortened(subject)}`;

  let versions: Promise<{ prefix: string; apiVersion: string }> | undefined;
  const negotiate = async (): Promise<{ prefix: string; apiVersion: string }> => {
    const words = doing('info');
    const answer = await transport.request({ method: 'GET', path: '/version', doing: words, limitMs: limits.info });
    if (answer.status !== 200) throw faultOfStatus(transport.placeOf(words), answer.status, answer.body.toString());
    const { ApiVersion: newest, MinAPIVersion: oldest = newest } = read(VERSION_ANSWER, answer, words);
    if (isOlder(newest, OLDEST_API))
      throw new EngineFault(
        'unsupported',
        name,
        `${name}: the engine at ${transport.address} speaks Docker API ${newest}; Baton needs ${OLDEST_API} (Docker 20.10) or newer`,
      );
    return { prefix: `/v${isOlder(oldest, OLDEST_API) ? OLDEST_API : oldest}`, apiVersion: newest };
  };
  const versionsOnce = (): Promise<{ prefix: string; apiVersion: string }> => {
    versions ??= negotiate().catch((error: unknown) => {
      versions = undefined;
      throw error;
    });
    return versions;
  };

  // Calls wait for streams of events that are being opened, so that what they do is seen there.
  const opening = new Set<Promise<unknown>>();

  const send = async (call: EngineCall, ask: Ask): Promise<DockerAnswer> => {
    const { prefix } = await versionsOnce();
    if (opening.size > 0) await Promise.all(opening);
    const words = doing(call, ask.subject);
    const answer = await transport.request({
      ...ask,
      path: prefix + ask.path,
      doing: words,
      limitMs: limits[call] + (ask.extraMs ?? 0),
    });
    if (isSuccess(answer.status) || ask.also?.includes(answer.status) === true) return answer;
    throw faultOfStatus(transport.placeOf(words), answer.status, answer.body.toString());
  };
  const get = async <T extends z.ZodType>(call: EngineCall, shape: T, ask: Omit<Ask, 'method'>): Promise<z.output<T>> =>
    read(shape, await send(call, { method: 'GET', ...ask }), doing(call, ask.subject));
  const post = async (call: EngineCall, ask: Omit<Ask, 'method'>): Promise<DockerAnswer> =>
    send(call, { method: 'POST', ...ask });

  function read<T extends z.ZodType>(shape: T, answer: DockerAnswer, words: string): z.output<T> {
    const place = transport.placeOf(words);
    let value: unknown;
    try {
      value = JSON.parse(answer.body.toString('utf8'));
    } catch {
      throw faultOfNonsense(place, `the answer is not JSON ("${answer.body.toString().slice(0, 60)}")`, answer.status);
    }
    const { success, data, error } = shape.safeParse(value);
    if (success) return data;
    const issue = error.issues[0];
    const where = issue.path.length === 0 ? 'the answer is' : `${issue.path.join('.')} of the answer is`;
    throw faultOfNonsense(place, `${where} not what it should be`, answer.status);
  }

  const imageOf = (call: EngineCall, reference: string): string => {
    const path = imagePath(reference);
    if (path !== undefined) return path;
    throw new EngineFault(
      'no-image',
      name,
      `${name}: could not ${doing(call, reference)}: this is no name of an image`,
    );
  };

  const engine: Engine = {
    name,
    info: async () => {
      const { apiVersion } = await versionsOnce();
      const info = await get('info', INFO_ANSWER, { path: '/info' });
      return { ...info, apiVersion, isLocal: isLocal(address) };
    },
    ping: async () => {
      const words = doing('ping');
      const answer = await transport.request({ method: 'GET', path: '/_ping', doing: words, limitMs: limits.ping });
      if (answer.status !== 200) throw faultOfStatus(transport.placeOf(words), answer.status, answer.body.toString());
    },

    hasImage: async (reference) => {
      const { status, body } = await send('hasImage', {
        method: 'GET',
        path: `/images/${imageOf('hasImage', reference)}/json`,
        subject: reference,
        also: [404],
      });
      // A wrong address answers 404 as well, but not in Docker's words.
      const fault =
        status === 404 && faultOfStatus(transport.placeOf(doing('hasImage', reference)), 404, body.toString());
      if (fault !== false && fault.kind !== 'no-image') throw fault;
      return status === 200;
    },
    importImage: async (tar, image) => {
      const [repo, tag] = splitReference(image.reference);
      const answer = await post('importImage', {
        path: '/images/create',
        query: {
          fromSrc: '-',
          repo,
          tag,
          platform: `linux/${image.architecture}`,
          changes: [
            ...(image.changes ?? []),
            ...Object.entries(image.labels).map(([key, value]) => `LABEL ${quoted(key)}=${quoted(value)}`),
          ],
        },
        tar,
        subject: image.reference,
      });
      // Errors come as lines of the progress, after a status of success.
      const said = answer.body.toString('utf8');
      const failure = /"error"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(said)?.[1];
      const place = transport.placeOf(doing('importImage', image.reference));
      if (failure !== undefined) throw faultOfStatus(place, 500, JSON.parse(failure) as string);
      if (!said.includes('sha256:')) throw faultOfNonsense(place, 'the engine did not say that the image is made');
    },
    removeImage: async (reference) => {
      await send('removeImage', {
        method: 'DELETE',
        path: `/images/${imageOf('removeImage', reference)}`,
        subject: reference,
        also: [404],
      });
    },

    createNetwork: async (network) => {
      const answer = await post('createNetwork', {
        path: '/networks/create',
        body: {
          Name: network.name,
          CheckDuplicate: true,
          Driver: 'bridge',
          Labels: network.labels,
          Options: { 'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1' },
        },
        subject: network.name,
      });
      return read(CREATED_ANSWER, answer, doing('createNetwork', network.name));
    },
    removeNetwork: async (id) => {
      await send('removeNetwork', { method: 'DELETE', path: `/networks/${id}`, subject: id, also: [404] });
    },
    listNetworks: (labels) =>
      get('listNetworks', NETWORKS_ANSWER, { path: '/networks', query: { filters: filtersOf(labels) } }),

    createContainer: async (spec) => {
      const answer = await post('createContainer', {
        path: '/containers/create',
        query: { name: spec.name },
        body: containerBody(spec),
        subject: spec.name,
      });
      return read(CREATED_ANSWER, answer, doing('createContainer', spec.name));
    },
    start: async (id) => {
      await post('start', { path: `/containers/${id}/start`, subject: id });
    },
    stop: async (id, graceS) => {
      const query = { t: Math.max(0, Math.ceil(graceS)) };
      await post('stop', { path: `/containers/${id}/stop`, query, subject: id, extraMs: query.t * 1000, also: [304] });
    },
    kill: async (id, signal) => {
      await post('kill', { path: `/containers/${id}/kill`, query: { signal }, subject: id });
    },
    pause: async (id) => {
      await post('pause', { path: `/containers/${id}/pause`, subject: id });
    },
    unpause: async (id) => {
      await post('unpause', { path: `/containers/${id}/unpause`, subject: id });
    },
    update: async (id, changed) => {
      await post('update', { path: `/containers/${id}/update`, body: limitsBody(changed), subject: id });
    },
    connect: async (networkId, containerId) => {
      await post('connect', {
        path: `/networks/${networkId}/connect`,
        body: { Container: containerId },
        subject: containerId,
      });
    },
    disconnect: async (networkId, containerId) => {
      await post('disconnect', {
        path: `/networks/${networkId}/disconnect`,
        body: { Container: containerId, Force: true },
        subject: containerId,
      });
    },
    remove: async (id) => {
      const ask = { path: `/containers/${id}`, subject: id };
      const until = performance.now() + limits.remove;
      const answer = await send('remove', { method: 'DELETE', ...ask, query: { force: 1, v: 1 }, also: [404, 409] });
      if (answer.status !== 409) return;
      const fault = faultOfStatus(transport.placeOf(doing('remove', id)), 409, answer.body.toString());
      if (!fault.message.includes('already in progress')) throw fault;
      while (performance.now() < until) {
        await pause(REMOVAL_POLL_MS);
        const looked = await send('remove', {
          method: 'GET',
          path: `/containers/${id}/json`,
          subject: id,
          also: [404],
        });
        if (looked.status === 404) return;
      }
      throw fault;
    },
    list: (labels) =>
      get('list', LIST_ANSWER, { path: '/containers/json', query: { all: 1, filters: filtersOf(labels) } }),
    inspect: (id) => get('inspect', INSPECT_ANSWER, { path: `/containers/${id}/json`, subject: id }),
    stats: async (id) => {
      const query = { stream: 'false', 'one-shot': 'true' };
      const stats = await get('stats', STATS_ANSWER, { path: `/containers/${id}/stats`, query, subject: id });
      if (Number.isNaN(stats.readMs))
        throw new EngineFault('conflict', name, `${name}: could not ${doing('stats', id)}: it is not running`);
      return stats;
    },
    logs: async (id, lines) => {
      const query = { stdout: 1, stderr: 1, tail: lines };
      const answer = await send('logs', { method: 'GET', path: `/containers/${id}/logs`, query, subject: id });
      return unframedLog(answer.body);
    },
    events: (labels, signal, sinceMs) => {
      const open = async () => {
        const { prefix } = await versionsOnce();
        return transport.open(
          {
            method: 'GET',
            path: `${prefix}/events`,
            query: {
              filters: filtersOf(labels, { type: ['container'] }),
              ...(sinceMs !== undefined && { since: (sinceMs / 1000 - ROUNDING_S).toFixed(9) }),
            },
            doing: doing('events'),
            limitMs: limits.events,
          },
          signal,
        );
      };
      const opened = open();
      const settled: Promise<unknown> = Promise.allSettled([opened]).finally(() => opening.delete(settled));
      opening.add(settled);
      return dockerEvents(opened, transport.placeOf(doing('events')), signal);
    },
    close: () => transport.close(),
  };
  return engine;
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** Ids of 64 digits are cut as Docker's own client cuts them. */
const shortened = (subject: string): string => (/^[0-9a-f]{64}$/.test(subject) ? subject.slice(0, 12) : subject);

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorThan = 0, minorThan = 0] = than.split('.').map(Number);
  return major === majorThan ? minor < minorThan : major < majorThan;
}

function filtersOf(labels: Labels, others: Readonly<Record<string, readonly string[]>> = {}): string {
  const label = Object.entries(labels).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
  return JSON.stringify({ ...others, ...(label.length > 0 && { label }) });
}

function splitReference(reference: string): [repo: string, tag: string] {
  const colon = reference.lastIndexOf(':');
  if (colon < 0 || reference.indexOf('/', colon) >= 0) return [reference, 'latest'];
  return [reference.slice(0, colon), reference.slice(colon + 1)];
}

const quoted = (text: string): string => `"${text.replace(/["\\$]/g, '\\$&')}"`;

function isLocal(address: EngineAddress): boolean {
  if (address.by === 'socket') return true;
  return address.by === 'tcp' && isLoopback(address.host);
}
