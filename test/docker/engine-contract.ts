import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { EngineFault, EngineFaultKind } from '../../src/live/engine/engine-fault.ts';
import type { ContainerDetail, ContainerSpec, Engine, EngineEvent } from '../../src/live/engine/engine.ts';
import { RUN_LABEL } from '../../src/live/labels.ts';

/** What an engine is examined with. */
export interface Examined {
  readonly engine: Engine;
  /** An image that it has, whose containers carry out these commands. */
  readonly image: string;
  readonly tar: Uint8Array;
  readonly architecture: string;
}

/** Commands of busybox; a fake engine knows them by their text. */
export const PROGRAMS = {
  /** Runs until SIGTERM and ends with 0. */
  obedient: 'trap "exit 0" TERM; while :; do sleep 0.05; done',
  /** Needs SIGKILL. */
  deaf: 'trap "" TERM; while :; do sleep 0.05; done',
  /** Fails at once. */
  failing: 'exit 3',
  /** Holds more memory than it may. */
  greedy: 'a=x; while :; do a=$a$a; done',
};

interface Clause {
  readonly name: string;
  check(examined: Examined): Promise<void>;
}

const RUN = { [RUN_LABEL]: 'contract' };

/** What every engine of `engine.ts` does. After each clause all that carries the run's label is removed. */
export const ENGINE_CONTRACT: readonly Clause[] = [
  {
    name: 'says what it is',
    check: async ({ engine }) => {
      await engine.ping();
      const info = await engine.info();
      expect(info).toMatchObject({ os: 'linux', running: 0, canLimitCpu: true, canLimitMem: true, isLocal: true });
      expect(Number(info.apiVersion)).toBeGreaterThanOrEqual(1.41);
      expect(Math.min(info.cpuMilli, info.memBytes / 2 ** 30)).toBeGreaterThan(0.5);
    },
  },
  {
    name: 'makes images and forgets them',
    check: async ({ engine, tar, architecture }) => {
      const reference = 'baton-contract/made:2';
      expect(await engine.hasImage(reference)).toBe(false);
      await engine.importImage(tar, { reference, labels: { ...RUN, odd: 'a "b" $c \\d' }, architecture });
      expect(await engine.hasImage(reference)).toBe(true);
      expect(await engine.hasImage('baton-contract/made')).toBe(false);
      await engine.removeImage(reference);
      expect(await engine.hasImage(reference)).toBe(false);
      await engine.removeImage(reference);
    },
  },
  {
    name: 'a container is made, runs and is removed',
    check: async (it) => {
      const { engine } = it;
      const id = await engine.createContainer(
        order(it, 'one', 'obedient', { cpuLimitMilli: 250, memLimitBytes: 32e6 }),
      );
      expect(await engine.inspect(id)).toMatchObject({
        id,
        name: 'one',
        labels: RUN,
        image: it.image,
        state: 'created',
        exitCode: 0,
        networks: [],
        ports: {},
        cpuLimitMilli: 250,
        memLimitBytes: 32e6,
        startedMs: Number.NaN,
        finishedMs: Number.NaN,
      });
      await engine.start(id);
      const running = await engine.inspect(id);
      expect(running.state).toBe('running');
      expect(running.startedMs).toBeGreaterThanOrEqual(running.createdMs);
      const [first, later] = [await engine.stats(id), await engine.stats(id)];
      expect(first.memBytes).toBeGreaterThan(0);
      expect(later.cpuTotalMs).toBeGreaterThanOrEqual(first.cpuTotalMs);
      expect(later.readMs).toBeGreaterThanOrEqual(first.readMs);
      expect(await engine.list(RUN)).toEqual([{ id, name: 'one', labels: RUN, state: 'running', image: it.image }]);
      expect(await engine.list({ [RUN_LABEL]: '' })).toHaveLength(1);
      expect(await engine.list({ [RUN_LABEL]: 'another' })).toEqual([]);
      await engine.stop(id, 10);
      expect(await engine.inspect(id)).toMatchObject({ state: 'exited', exitCode: 0, oomKilled: false });
      await engine.stop(id, 10);
      await engine.remove(id);
      await engine.remove(id);
      expect(await engine.list(RUN)).toEqual([]);
    },
  },
  {
    name: 'what is not there or makes no sense is said so',
    check: async (it) => {
      const { engine } = it;
      await fails(
        'no-image',
        engine.createContainer({ ...order(it, 'xx', 'obedient'), image: 'baton-contract/none:1' }),
      );
      await fails('unsupported', engine.createContainer(order(it, '-x y', 'obedient')));
      const id = await engine.createContainer(order(it, 'two', 'obedient'));
      await fails('conflict', engine.createContainer(order(it, 'two', 'obedient')));
      await fails('conflict', engine.pause(id));
      await fails('conflict', engine.unpause(id));
      await fails('conflict', engine.kill(id, 'SIGKILL'));
      await fails('conflict', engine.stats(id));
      await engine.start(id);
      await fails('conflict', engine.start(id));
      await fails('conflict', engine.unpause(id));
      await engine.remove(id);
      for (const call of ['start', 'pause', 'unpause', 'inspect', 'stats'] as const)
        await fails('not-found', engine[call](id));
      await fails('not-found', engine.stop(id, 1));
      await fails('not-found', engine.kill(id, 'SIGTERM'));
      await fails('not-found', engine.update(id, { cpuShares: 100 }));
      await fails('not-found', engine.logs(id, 5));
    },
  },
  {
    name: 'one that is killed stays down, whatever its restart policy; one that fails is started again',
    check: async (it) => {
      const { engine } = it;
      const id = await engine.createContainer(order(it, 'killed', 'obedient', { restart: 'always' }));
      await engine.start(id);
      await engine.kill(id, 'SIGKILL');
      await until(engine, id, ({ state }) => state === 'exited');
      await delay(300);
      expect(await engine.inspect(id)).toMatchObject({ state: 'exited', exitCode: 137, oomKilled: false });
      await engine.start(id);
      expect((await engine.inspect(id)).state).toBe('running');
      const failing = await engine.createContainer(order(it, 'failing', 'failing', { restart: 'on-failure' }));
      await engine.start(failing);
      const { startedMs } = await engine.inspect(failing);
      const again = await until(engine, failing, (now) => now.startedMs > startedMs && now.state === 'restarting');
      expect(again.exitCode).toBe(3);
      await engine.stop(failing, 1);
      expect((await engine.inspect(failing)).state).toBe('exited');
      const once = await engine.createContainer(order(it, 'once', 'failing'));
      await engine.start(once);
      await until(engine, once, ({ state, exitCode }) => state === 'exited' && exitCode === 3);
    },
  },
  {
    name: 'SIGTERM is a request, SIGKILL after the grace is not',
    check: async (it) => {
      const { engine } = it;
      const deaf = await engine.createContainer(order(it, 'deaf', 'deaf'));
      await engine.start(deaf);
      await engine.kill(deaf, 'SIGTERM');
      expect((await engine.inspect(deaf)).state).toBe('running');
      await engine.stop(deaf, 1);
      expect(await engine.inspect(deaf)).toMatchObject({ state: 'exited', exitCode: 137 });
      const obedient = await engine.createContainer(order(it, 'obedient', 'obedient', { restart: 'always' }));
      await engine.start(obedient);
      // A shell takes a moment to set its trap.
      await delay(200);
      await engine.kill(obedient, 'SIGTERM');
      expect((await until(engine, obedient, ({ state }) => state === 'exited')).exitCode).toBe(0);
    },
  },
  {
    name: 'pause, change limits, go on',
    check: async (it) => {
      const { engine } = it;
      const id = await engine.createContainer(order(it, 'paused', 'obedient', { memLimitBytes: 20e6 }));
      await engine.start(id);
      await engine.pause(id);
      expect((await engine.inspect(id)).state).toBe('paused');
      await fails('conflict', engine.pause(id));
      await fails('conflict', engine.start(id));
      await engine.update(id, { cpuLimitMilli: 4, memLimitBytes: 40e6, cpuShares: 512 });
      expect(await engine.inspect(id)).toMatchObject({ cpuLimitMilli: 4, memLimitBytes: 40e6, state: 'paused' });
      await engine.unpause(id);
      await engine.update(id, { cpuLimitMilli: 64_000 });
      expect(await engine.inspect(id)).toMatchObject({ cpuLimitMilli: 64_000, memLimitBytes: 40e6, state: 'running' });
      // Less than can be had is raised to that.
      await engine.update(id, { cpuLimitMilli: 0.2 });
      expect((await engine.inspect(id)).cpuLimitMilli).toBe(1);
      // One that hardly gets any CPU cannot be frozen by older kernels.
      await engine.update(id, { cpuLimitMilli: 1000 });
      await engine.pause(id);
      await engine.kill(id, 'SIGKILL');
      await until(engine, id, ({ state }) => state === 'exited');
      await engine.start(id);
      await engine.pause(id);
      await engine.stop(id, 10);
      expect((await engine.inspect(id)).state).toBe('exited');
      await engine.start(id);
      await engine.pause(id);
      await engine.remove(id);
    },
  },
  {
    name: 'networks and ports',
    check: async (it) => {
      const { engine } = it;
      const network = await engine.createNetwork({ name: 'contract-1', labels: RUN });
      await fails('conflict', engine.createNetwork({ name: 'contract-1', labels: RUN }));
      expect(await engine.listNetworks(RUN)).toEqual([{ id: network, name: 'contract-1', labels: RUN }]);
      const spec = order(it, 'served', 'obedient', { network: 'contract-1', publish: [8080, 9090] });
      const id = await engine.createContainer(spec);
      const fresh = await engine.inspect(id);
      expect([fresh.networks, fresh.ports]).toEqual([['contract-1'], {}]);
      await engine.start(id);
      const { ports } = await engine.inspect(id);
      expect(Object.keys(ports)).toEqual(['8080', '9090']);
      expect(new Set(Object.values(ports)).size).toBe(2);
      await fails('conflict', engine.connect(network, id));
      await fails('conflict', engine.removeNetwork(network));
      await engine.disconnect(network, id);
      const cutOff = await engine.inspect(id);
      expect([cutOff.networks, cutOff.ports, cutOff.state]).toEqual([[], {}, 'running']);
      await fails('conflict', engine.disconnect(network, id));
      await engine.connect(network, id);
      const back = await engine.inspect(id);
      expect(back.networks).toEqual(['contract-1']);
      expect(Object.keys(back.ports)).toEqual(['8080', '9090']);
      await engine.kill(id, 'SIGKILL');
      await until(engine, id, ({ state }) => state === 'exited');
      expect((await engine.inspect(id)).ports).toEqual({});
      await engine.disconnect(network, id);
      await engine.connect(network, id);
      const byId = await engine.createContainer(order(it, 'by-id', 'obedient', { network }));
      await engine.start(byId);
      expect((await engine.inspect(byId)).networks).toEqual(['contract-1']);
      const lost = await engine.createContainer(order(it, 'lost', 'obedient', { network: 'contract-none' }));
      await fails('not-found', engine.start(lost));
      expect((await engine.inspect(lost)).state).toBe('created');
      const alone = await engine.createContainer(order(it, 'alone', 'obedient'));
      await engine.start(alone);
      await fails('unsupported', engine.connect(network, alone));
      await fails('not-found', engine.connect('contract-none', byId));
      for (const one of [id, byId, lost]) await engine.remove(one);
      await engine.removeNetwork(network);
      await engine.removeNetwork(network);
      expect(await engine.listNetworks(RUN)).toEqual([]);
    },
  },
  {
    name: 'what holds more memory than it may is killed',
    check: async (it) => {
      const { engine } = it;
      const id = await engine.createContainer(order(it, 'greedy', 'greedy', { memLimitBytes: 8e6 }));
      await engine.start(id);
      expect(await until(engine, id, ({ state }) => state === 'exited')).toMatchObject({
        exitCode: 137,
        oomKilled: true,
      });
    },
  },
  {
    name: 'events tell all that happens, in order, with the labels',
    check: async (it) => {
      const { engine } = it;
      const stop = new AbortController();
      const seen: EngineEvent[] = [];
      const following = (async () => {
        for await (const event of engine.events(RUN, stop.signal)) seen.push(event);
      })();
      const other = engine.events({ [RUN_LABEL]: 'another' }, stop.signal)[Symbol.asyncIterator]();
      const nothing = other.next();
      const id = await engine.createContainer(order(it, 'seen', 'obedient', { cpuLimitMilli: 900 }));
      await engine.start(id);
      await engine.pause(id);
      await engine.unpause(id);
      await engine.update(id, { cpuLimitMilli: 800 });
      await engine.kill(id, 'SIGKILL');
      await until(engine, id, ({ state }) => state === 'exited');
      await engine.remove(id);
      for (let tries = 0; seen.at(-1)?.what !== 'destroy' && tries < 200; tries++) await delay(50);
      expect(seen.map(({ what }) => what).join(' ')).toBe('create start pause unpause update kill die destroy');
      for (const event of seen) expect(event).toMatchObject({ id, name: 'seen', image: it.image, labels: RUN });
      expect(seen.find(({ what }) => what === 'die')?.exitCode).toBe(137);
      expect(seen.map(({ atMs }) => atMs)).toEqual(seen.map(({ atMs }) => atMs).sort((a, b) => a - b));
      // Who comes later and knows since when, hears it all the same.
      const late = new AbortController();
      const remembered: string[] = [];
      for await (const { what } of engine.events(RUN, late.signal, seen[3].atMs)) {
        remembered.push(what);
        if (what === 'destroy') late.abort();
      }
      expect(remembered.join(' ')).toBe('unpause update kill die destroy');
      stop.abort();
      await following;
      expect(await nothing).toEqual({ done: true, value: undefined });
    },
  },
];

/** Carries out one clause and removes what it has left. */
export async function examine(clause: Clause, examined: Examined): Promise<void> {
  const { engine } = examined;
  try {
    await clause.check(examined);
  } finally {
    for (const { id } of await engine.list(RUN)) await engine.remove(id);
    for (const { id } of await engine.listNetworks(RUN)) await engine.removeNetwork(id);
  }
  expect(await engine.list(RUN)).toEqual([]);
}

function order(
  { image }: Examined,
  name: string,
  program: keyof typeof PROGRAMS,
  more: Partial<ContainerSpec> = {},
): ContainerSpec {
  return { name, image, labels: RUN, command: ['/bin/busybox', 'sh', '-c', PROGRAMS[program]], ...more };
}

async function fails(kind: EngineFaultKind, call: Promise<unknown>): Promise<void> {
  const fault = await call.then(
    () => expect.fail(`this should have failed (${kind})`),
    (error: unknown) => error as EngineFault,
  );
  expect(fault, fault.message).toMatchObject({ name: 'EngineFault', kind });
}

/** Looks again and again; fails with the last look when it has not come true in half a minute. */
async function until(engine: Engine, id: string, isSo: (detail: ContainerDetail) => boolean): Promise<ContainerDetail> {
  for (let tries = 0; ; tries++) {
    const detail = await engine.inspect(id);
    if (isSo(detail)) return detail;
    if (tries > 600) expect.fail(`it never came true: ${JSON.stringify(detail)}`);
    await delay(50);
  }
}
