import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { fakeEngine, type FakeEngine } from '../engine/fake-engine.ts';
import { ROLE_LABEL } from '../labels.ts';
import { lockEngines, LOCK_NAME, type LockOptions } from './engine-lock.ts';
import { ownerOf, ownerState, ownerText, thisOwner, type LockOwner } from './lock-owner.ts';

const image = 'baton-workload:1';
const engineCalled = (name: string, id = name): FakeEngine => fakeEngine({ name, images: [image], info: { id } });
const options: LockOptions = { image, nowMs: Date.UTC(2026, 10, 22) };
const dead: LockOwner = { host: hostname(), pid: 4_194_305, startTicks: 0 };
const elsewhere: LockOwner = { host: 'far-away', pid: 7, startTicks: 0 };
/** The parent of this process lives as long as the test. */
const alive: LockOwner = { host: hostname(), pid: process.ppid, startTicks: 0 };

const locksOn = async (engine: FakeEngine): Promise<string[]> =>
  (await engine.list({ [ROLE_LABEL]: 'lock' })).map(({ name, state }) => `${name} ${state}`);

test('a lock is a container that was never started, and is gone when it is given back', async () => {
  const engine = engineCalled('docker');
  const locks = await lockEngines([engine], 'run-1', options);
  expect(await locksOn(engine)).toEqual([`${LOCK_NAME} created`]);
  expect(await locks.release()).toEqual([]);
  expect(await locksOn(engine)).toEqual([]);
  expect(await locks.release()).toEqual([]);
});

describe('an engine that is held', () => {
  const refusal = async (runId: string, owner: LockOwner, wantedBy = 'run-2'): Promise<string> => {
    const engine = engineCalled('docker');
    await lockEngines([engine], runId, { ...options, owner });
    return lockEngines([engine], wantedBy, options).then(
      () => 'taken',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  };

  test('by a process of this machine', async () => {
    expect(await refusal('run-1', alive)).toBe(
      `LockHeld: docker is in use: run run-1, process ${alive.pid} of host ${hostname()}, holds it since 2026-11-22T00:00:00.000Z; wait for its end, or end it (kill ${alive.pid})`,
    );
  });

  test('by another machine', async () => {
    expect(await refusal('run-1', elsewhere)).toBe(
      'LockHeld: docker is in use: run run-1, process 7 of host far-away, holds it since 2026-11-22T00:00:00.000Z; end it there, or if it has ended: baton replay --clean run-1',
    );
  });

  test('by a process that has ended: another run must be cleaned, the same run takes it over', async () => {
    expect(await refusal('run-1', dead)).toBe(
      'LockHeld: docker is in use: run run-1 held it since 2026-11-22T00:00:00.000Z, and its process has ended without cleaning; remove what it left with: baton replay --clean run-1',
    );
    const engine = engineCalled('docker');
    await lockEngines([engine], 'run-1', { ...options, owner: dead });
    const locks = await lockEngines([engine], 'run-1', options);
    expect(locks.takenOver).toEqual(['docker']);
    expect(await locksOn(engine)).toHaveLength(1);
    await locks.release();
    expect(await locksOn(engine)).toEqual([]);
  });

  test('by another replay of the same run', async () => {
    expect(await refusal('run-1', alive, 'run-1')).toContain('this run is being replayed on docker already');
  });

  test('by a container of that name which is none of ours', async () => {
    const engine = engineCalled('docker');
    await engine.createContainer({ name: LOCK_NAME, image, labels: {} });
    await expect(lockEngines([engine], 'run-1', options)).rejects.toThrow(
      "a container called baton-lock that is none of Baton's is on docker, and its name is needed; rename or remove it",
    );
    expect(await engine.list({})).toHaveLength(1);
  });
});

test('of several engines all are locked or none', async () => {
  const engines = ['c', 'a', 'b'].map((name) => engineCalled(name));
  const held = await lockEngines([engines[0]], 'run-1', { ...options, owner: elsewhere });
  await expect(lockEngines(engines, 'run-2', options)).rejects.toThrow('c is in use');
  expect(await Promise.all(engines.map(locksOn))).toEqual([['baton-lock created'], [], []]);
  await held.release();
  engines[1].failNext('createContainer', 'no-room');
  await expect(lockEngines(engines, 'run-2', options)).rejects.toThrow('a fault was planned');
  expect(await Promise.all(engines.map(locksOn))).toEqual([[], [], []]);
});

test('the same engine by two names is told before anything is locked', async () => {
  const engines = [engineCalled('a', 'same'), engineCalled('b', 'same')];
  await expect(lockEngines(engines, 'run-1', options)).rejects.toThrow(
    'a and b are the same engine; name it once, and give it the nodes of both',
  );
});

test('an answer that was lost is no lock of somebody else', async () => {
  const engine = engineCalled('docker');
  engine.failNext('createContainer', 'conflict', { when: 'after' });
  const locks = await lockEngines([engine], 'run-1', options);
  expect(await locksOn(engine)).toHaveLength(1);
  await locks.release();
  expect(await locksOn(engine)).toEqual([]);
});

test('of many that want the same engines at once, in any order, one gets them and the rest are told', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), { minLength: 2, maxLength: 5 }),
      async (orders) => {
        const engines = ['a', 'b', 'c'].map((name) => engineCalled(name));
        const owners = orders.map((_, i): LockOwner => ({ host: 'far-away', pid: 100 + i, startTicks: 0 }));
        const outcomes = await Promise.allSettled(
          orders.map((order, i) =>
            lockEngines(
              order.map((at) => engines[at]),
              `run-${i}`,
              { ...options, owner: owners[i] },
            ),
          ),
        );
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value.release();
        expect((await Promise.all(engines.map(locksOn))).flat()).toEqual([]);
      },
    ),
  );
});

describe('who holds a lock', () => {
  test('is written and read', () => {
    expect(ownerOf(ownerText(alive))).toEqual(alive);
    for (const text of ['', 'host', 'host x 1', 'a b 1 2']) expect(ownerOf(text)).toBeUndefined();
  });

  test('is this process, another one, one that has ended, or one that cannot be seen', () => {
    expect([thisOwner(), alive, dead, elsewhere].map(ownerState)).toEqual(['self', 'alive', 'dead', 'unknown']);
  });

  test('is not taken for a later process of the same number', () => {
    const owner = thisOwner();
    // Only Linux says when a process began.
    const expected = owner.startTicks === 0 ? 'self' : 'dead';
    expect(ownerState({ ...owner, startTicks: Math.max(0, owner.startTicks - 1) })).toBe(expected);
  });
});
