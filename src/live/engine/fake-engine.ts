import { createHash } from 'node:crypto';
import { CALL_WORDS, type EngineCall } from './engine-call.ts';
import { EngineFault, type EngineFaultKind } from './engine-fault.ts';
import type { ContainerSpec, ContainerSummary, Engine, EngineInfo, Labels, NetworkSpec } from './engine.ts';
import { realClock, type FakeClock } from './fake-clock.ts';
import { fakeContainer, type FakeContainer, type FakeProgram } from './fake-container.ts';
import { fakeEvents, matches } from './fake-events.ts';
import { fakeFaults, type FakeFaults } from './fake-faults.ts';

interface FakeEngineOptions {
  /** Default `fake`. */
  readonly name?: string;
  /** Default: the clock of this machine. With a driven one, calls that take time wait until it is driven. */
  readonly clock?: FakeClock;
  /** How long calls take; default: no time at all. */
  readonly latencyMs?:
    Partial<Readonly<Record<EngineCall, number>>> | ((call: EngineCall, subject: string | undefined) => number);
  /** What it says of itself. */
  readonly info?: Partial<EngineInfo>;
  /** What it has from the beginning. */
  readonly images?: readonly string[];
  /** Networks that it has addresses for; default 30, some fewer than Docker's. */
  readonly networkPools?: number;
  /** What the process of a container does; default: runs until it is told, and ends with 0 on SIGTERM. */
  readonly program?: (spec: ContainerSpec) => FakeProgram;
}

/** An engine in memory, with ways to do to it what befalls real ones. */
export interface FakeEngine extends Engine, FakeFaults {
  /** Every call so far, also those that failed. */
  readonly calls: readonly { readonly call: EngineCall; readonly subject?: string }[];
  readonly isAway: boolean;
  /**
   * Nobody answers any more: calls under way and events end with faults. Containers `die` with it (as when its machine
   * does; default), `run` on, or are gone without a trace when it is back (`lost`, networks too).
   */
  goAway(containers?: 'die' | 'run' | 'lost'): void;
  /** It answers again; containers that are always to run are started. */
  comeBack(): void;
  addImage(reference: string): void;
  setDiskFull(isFull: boolean): void;
  /** The process of a container ends by itself. */
  endProcess(id: string, exitCode: number): void;
  /** The kernel kills it for its memory. */
  killForMemory(id: string): void;
  /** All its containers as they were ordered, of any label. */
  specOf(id: string): ContainerSpec;
}

const DEFAULT_INFO: Omit<EngineInfo, 'running'> = {
  id: 'FAKE:ENGINE',
  name: 'fake',
  version: '28.2.2',
  apiVersion: '1.50',
  os: 'linux',
  architecture: 'amd64',
  cpuMilli: 8000,
  memBytes: 32 * 1024 ** 3,
  cgroupVersion: '2',
  storageDriver: 'overlay2',
  canLimitCpu: true,
  canLimitMem: true,
  isLocal: true,
};
const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;

export function fakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const { name = 'fake', clock = realClock(), networkPools = 30, program = () => ({}) } = options;
  const events = fakeEvents();
  const { take, ...faults } = fakeFaults(name);
  const calls: { call: EngineCall; subject?: string }[] = [];
  const images = new Set(options.images?.map(withTag));
  const containers = new Map<string, FakeContainer>();
  const networks = new Map<string, NetworkSpec>();
  const underWay = new Set<(fault: EngineFault) => void>();
  const portsTaken = new Set<number>();
  let nextPort = FIRST_PORT;
  let made = 0;
  let isAway = false;
  let isClosed = false;
  let isDiskFull = false;
  let withContainers: 'die' | 'run' | 'lost' = 'die';

  const idOf = (what: string): string => createHash('sha256').update(`${name} ${what} ${made++}`).digest('hex');
  const faultOf = (kind: EngineFaultKind, call: EngineCall, why: string, status?: number, subject = ''): EngineFault =>
    new EngineFault(kind, name, `${name}: could not ${`${CALL_WORDS[call]} ${subject}`.trim()}: ${why}`, status);
  const away = (call: EngineCall): EngineFault => faultOf('unreachable', call, 'nobody answers');

  /** Every call goes through here: latency, faults that were planned, and the engine's being away. */
  const act = <T>(call: EngineCall, subject: string | undefined, body: () => T | Promise<T>): Promise<T> => {
    calls.push({ call, ...(subject !== undefined && { subject }) });
    const { latencyMs } = options;
    const waitMs = typeof latencyMs === 'function' ? latencyMs(call, subject) : (latencyMs?.[call] ?? 0);
    if (isAway || isClosed) return Promise.reject(away(call));
    const planned = take(call, [subject ?? '', ...namesOf(subject)]);
    return new Promise<T>((resolve, reject) => {
      let callOff = (): void => {};
      const over = (): void => {
        underWay.delete(lose);
        callOff();
      };
      const lose = (fault: EngineFault): void => {
        over();
        reject(fault);
      };
      underWay.add(lose);
      const run = async (): Promise<void> => {
        if (planned?.fault === 'hang' && planned.when === 'before') return;
        try {
          if (planned !== undefined && planned.fault !== 'hang' && planned.when === 'before') throw planned.fault;
          const result = await body();
          if (planned?.fault === 'hang') return;
          if (planned !== undefined) throw planned.fault;
          over();
          resolve(result);
        } catch (error) {
          lose(error as EngineFault);
        }
      };
      if (waitMs > 0) callOff = clock.after(waitMs, () => void run());
      else void run();
    });
  };

  const namesOf = (subject: string | undefined): string[] => {
    const container = subject === undefined ? undefined : containers.get(subject);
    return container === undefined ? [] : [container.spec.name];
  };
  const find = (id: string, call: EngineCall): FakeContainer => {
    const found = containers.get(id) ?? [...containers.values()].find((one) => one.spec.name === id);
    if (found === undefined) throw faultOf('not-found', call, `No such container: ${id}`, 404, id);
    return found;
  };
  const findNetwork = (id: string): [id: string, spec: NetworkSpec] | undefined =>
    [...networks].find(([key, spec]) => key === id || spec.name === id);
  const isAlive = ({ state }: FakeContainer): boolean => state === 'running' || state === 'paused';
  const summary = ({ id, spec, state }: FakeContainer): ContainerSummary => ({
    id,
    name: spec.name,
    labels: spec.labels,
    state,
    image: spec.image,
  });
  const newestFirst = (labels: Labels): FakeContainer[] =>
    [...containers.values()].filter(({ spec }) => matches(spec.labels, labels)).reverse();

  const freePort = (): number => {
    for (let tries = 0; tries <= LAST_PORT - FIRST_PORT; tries++) {
      const port = nextPort;
      nextPort = nextPort === LAST_PORT ? FIRST_PORT : nextPort + 1;
      if (!portsTaken.has(port)) return port;
    }
    throw faultOf('no-room', 'start', 'all ports are allocated', 500);
  };
  /** Ports are open while the process runs and has a network. */
  const setPorts = (container: FakeContainer, areOpen: boolean): void => {
    for (const port of Object.values(container.ports)) portsTaken.delete(port);
    container.ports = {};
    if (!areOpen || container.networks.length === 0) return;
    container.ports = Object.fromEntries(
      (container.spec.publish ?? []).map((inside) => {
        const port = freePort();
        portsTaken.add(port);
        return [inside, port];
      }),
    );
  };
  const powerOff = (): void => {
    for (const container of containers.values()) container.lost();
    if (withContainers !== 'lost') return;
    containers.clear();
    networks.clear();
  };

  return {
    name,
    calls,
    ...faults,
    get isAway() {
      return isAway;
    },
    info: () =>
      act('info', undefined, () => ({
        ...DEFAULT_INFO,
        name,
        clockMs: clock.nowMs(),
        ...options.info,
        running: [...containers.values()].filter(isAlive).length,
      })),
    ping: () => act('ping', undefined, () => {}),

    hasImage: (reference) => act('hasImage', reference, () => images.has(withTag(reference))),
    importImage: (_tar, image) =>
      act('importImage', image.reference, () => {
        if (isDiskFull) throw faultOf('no-room', 'importImage', NO_SPACE, 500, image.reference);
        images.add(withTag(image.reference));
      }),
    removeImage: (reference) =>
      act('removeImage', reference, () => {
        if ([...containers.values()].some(({ spec }) => withTag(spec.image) === withTag(reference)))
          throw faultOf('conflict', 'removeImage', 'a container is using its image', 409, reference);
        images.delete(withTag(reference));
      }),

    createNetwork: (network) =>
      act('createNetwork', network.name, () => {
        if (findNetwork(network.name) !== undefined)
          throw faultOf('conflict', 'createNetwork', 'a network with this name already exists', 409, network.name);
        if (networks.size >= networkPools)
          throw faultOf('no-room', 'createNetwork', 'all address pools are taken', 500, network.name);
        const id = idOf('network');
        networks.set(id, network);
        return id;
      }),
    removeNetwork: (id) =>
      act('removeNetwork', id, () => {
        const found = findNetwork(id);
        if (found === undefined) return;
        if ([...containers.values()].some((one) => isAlive(one) && one.networks.includes(found[1].name)))
          throw faultOf('conflict', 'removeNetwork', 'it has active endpoints', 403, id);
        networks.delete(found[0]);
      }),
    listNetworks: (labels) =>
      act('listNetworks', undefined, () =>
        [...networks]
          .filter(([, spec]) => matches(spec.labels, labels))
          .map(([id, spec]) => ({ id, name: spec.name, labels: spec.labels })),
      ),

    createContainer: (spec) =>
      act('createContainer', spec.name, () => {
        const refuse = (kind: EngineFaultKind, why: string, status: number): EngineFault =>
          faultOf(kind, 'createContainer', why, status, spec.name);
        if (!/^[a-zA-Z0-9][\w.-]+$/.test(spec.name)) throw refuse('unsupported', 'Invalid container name', 400);
        if (!images.has(withTag(spec.image))) throw refuse('no-image', `No such image: ${spec.image}`, 404);
        if ([...containers.values()].some((one) => one.spec.name === spec.name))
          throw refuse('conflict', 'the name is already in use by another container', 409);
        if (isDiskFull) throw refuse('no-room', NO_SPACE, 500);
        const id = idOf('container');
        const network = spec.network === undefined ? undefined : (findNetwork(spec.network)?.[1].name ?? spec.network);
        const container = fakeContainer(
          id,
          { ...spec, ...(network !== undefined && { network }) },
          () => program(spec),
          clock,
          (event) => events.emit(event),
          setPorts,
        );
        containers.set(id, container);
        events.emit({
          atMs: clock.nowMs(),
          what: 'create',
          id,
          name: spec.name,
          image: spec.image,
          labels: spec.labels,
        });
        return id;
      }),
    start: (id) =>
      act('start', id, () => {
        const container = find(id, 'start');
        if (container.state === 'running' || container.state === 'restarting')
          throw faultOf('conflict', 'start', 'it is running already', 304, id);
        if (container.state === 'paused') throw faultOf('conflict', 'start', 'it is paused', 409, id);
        const lost = container.networks.find((network) => findNetwork(network) === undefined);
        if (lost !== undefined) throw faultOf('not-found', 'start', `network ${lost} not found`, 404, id);
        if (isDiskFull) throw faultOf('no-room', 'start', NO_SPACE, 500, id);
        container.start();
      }),
    stop: (id, graceS) =>
      act('stop', id, () => {
        const container = find(id, 'stop');
        return new Promise<void>((resolve) => container.stop(graceS * 1000, resolve));
      }),
    kill: (id, signal) =>
      act('kill', id, () => {
        const container = find(id, 'kill');
        if (!isAlive(container)) throw faultOf('conflict', 'kill', 'it is not running', 409, id);
        if (signal === 'SIGKILL') container.kill();
        else container.terminate();
      }),
    pause: (id) =>
      act('pause', id, () => {
        const container = find(id, 'pause');
        if (container.state === 'paused') throw faultOf('conflict', 'pause', 'it is already paused', 409, id);
        if (container.state !== 'running') throw faultOf('conflict', 'pause', 'it is not running', 409, id);
        container.pause();
      }),
    unpause: (id) =>
      act('unpause', id, () => {
        const container = find(id, 'unpause');
        if (container.state !== 'paused') throw faultOf('conflict', 'unpause', 'it is not paused', 500, id);
        container.unpause();
      }),
    update: (id, limits) => act('update', id, () => find(id, 'update').update(limits)),
    connect: (networkId, containerId) =>
      act('connect', containerId, () => {
        const container = find(containerId, 'connect');
        const network = findNetwork(networkId)?.[1].name;
        if (network === undefined)
          throw faultOf('not-found', 'connect', `network ${networkId} not found`, 404, containerId);
        if (container.networks.includes(network))
          throw faultOf('conflict', 'connect', 'it is connected already', 403, containerId);
        if (container.spec.network === undefined)
          throw faultOf('unsupported', 'connect', 'it was made without any network', 400, containerId);
        container.networks = [...container.networks, network];
        setPorts(container, isAlive(container));
      }),
    disconnect: (networkId, containerId) =>
      act('disconnect', containerId, () => {
        const container = find(containerId, 'disconnect');
        const network = findNetwork(networkId)?.[1].name;
        if (network === undefined)
          throw faultOf('not-found', 'disconnect', `network ${networkId} not found`, 404, containerId);
        if (!container.networks.includes(network))
          throw faultOf('conflict', 'disconnect', 'it is not connected to it', 500, containerId);
        container.networks = container.networks.filter((one) => one !== network);
        setPorts(container, isAlive(container));
      }),
    remove: (id) =>
      act('remove', id, () => {
        const found = containers.get(id) ?? [...containers.values()].find(({ spec }) => spec.name === id);
        if (found === undefined) return;
        found.destroy();
        containers.delete(found.id);
      }),
    list: (labels) => act('list', undefined, () => newestFirst(labels).map(summary)),
    inspect: (id) => act('inspect', id, () => find(id, 'inspect').detail()),
    stats: (id) =>
      act('stats', id, () => {
        const container = find(id, 'stats');
        if (!isAlive(container)) throw faultOf('conflict', 'stats', 'it is not running', undefined, id);
        return { cpuTotalMs: container.cpuTotalMs(), memBytes: container.memBytes, readMs: clock.nowMs() };
      }),
    logs: (id) =>
      act('logs', id, () => {
        find(id, 'logs');
        return '';
      }),
    events: (labels, signal, sinceMs) => {
      calls.push({ call: 'events' });
      const planned = isAway || isClosed ? { fault: away('events') } : take('events', []);
      if (planned === undefined) return events.follow(labels, signal, sinceMs);
      return failing(planned.fault, signal);
    },
    close: () => {
      isClosed = true;
      const fault = faultOf('unreachable', 'ping', 'the connection has been closed');
      for (const lose of underWay) lose(fault);
      events.fail(fault);
      for (const container of containers.values()) container.lost();
    },

    goAway: (what = 'die') => {
      isAway = true;
      withContainers = what;
      if (what !== 'run') powerOff();
      for (const lose of underWay) lose(away('ping'));
      events.fail(away('events'));
      events.forget();
    },
    comeBack: () => {
      isAway = false;
      for (const container of containers.values())
        if (!isAlive(container) && container.startsWithEngine) container.start();
    },
    addImage: (reference) => void images.add(withTag(reference)),
    setDiskFull: (isFull) => {
      isDiskFull = isFull;
    },
    endProcess: (id, exitCode) => find(id, 'inspect').ends(exitCode),
    killForMemory: (id) => find(id, 'inspect').ends(137, true),
    specOf: (id) => find(id, 'inspect').spec,
  };
}

const NO_SPACE = 'no space left on device';

const withTag = (reference: string): string =>
  reference.lastIndexOf(':') > reference.lastIndexOf('/') ? reference : `${reference}:latest`;

// oxlint-disable-next-line require-yield -- it ends before its first event
async function* failing(fault: EngineFault | 'hang', signal: AbortSignal): AsyncGenerator<never> {
  if (fault !== 'hang') throw fault;
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
