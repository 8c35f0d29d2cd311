import { expect, test } from 'vitest';
import type { EngineFault } from '../engine/engine-fault.ts';
import { fakeEngine } from '../engine/fake-engine.ts';
import { NODE_LABEL, ROLE_LABEL, RUN_LABEL } from '../labels.ts';
import { createNodeNetworks } from './node-networks.ts';

const networksOf = (engine: ReturnType<typeof fakeEngine>, most?: number) =>
  createNodeNetworks('0123456789abcdef', (what) => what(engine), most);
const namesOn = async (engine: ReturnType<typeof fakeEngine>): Promise<string[]> =>
  (await engine.listNetworks({})).map(({ name }) => name).sort();

test('a node has one network, made once however many ask for it', async () => {
  const engine = fakeEngine();
  const networks = networksOf(engine);
  const ids = await Promise.all(['a', 'a', 'zone 1/b'].map((node) => networks.of(node)));
  expect(ids[0]).toBe(ids[1]);
  expect(await namesOn(engine)).toEqual([
    'baton-01234567-a',
    expect.stringMatching(/^baton-01234567-zone-1-b-[0-9a-f]{8}$/),
  ]);
  expect((await engine.listNetworks({ [NODE_LABEL]: 'zone 1/b' }))[0].labels).toEqual({
    [RUN_LABEL]: '0123456789abcdef',
    [NODE_LABEL]: 'zone 1/b',
    [ROLE_LABEL]: 'node',
  });
  expect(await networksOf(engine).of('a')).toBe(ids[0]);
});

test('where there are no more, nodes share', async () => {
  const engine = fakeEngine({ networkPools: 2 });
  const networks = networksOf(engine);
  const ids: string[] = [];
  for (const node of ['a', 'b', 'c', 'd', 'c']) ids.push(await networks.of(node));
  expect([ids[2], ids[3], ids[4]]).toEqual([ids[0], ids[1], ids[0]]);
  const few = fakeEngine();
  const sharing = networksOf(few, 1);
  expect(await sharing.of('a')).toBe(await sharing.of('b'));
  expect((await few.listNetworks({})).length).toBe(1);
  await expect(networksOf(fakeEngine({ networkPools: 0 })).of('a')).rejects.toMatchObject({ kind: 'no-room' });
});

test('of many that ask at once where there is no room, all share what there is', async () => {
  const engine = fakeEngine({ networkPools: 1, latencyMs: { createNetwork: 5 } });
  const networks = networksOf(engine);
  const ids = await Promise.all(['a', 'b', 'b', 'c', 'c', 'b', 'a'].map((node) => networks.of(node)));
  expect(new Set(ids).size).toBe(1);
  const none = networksOf(fakeEngine({ networkPools: 0, latencyMs: { createNetwork: 5 } }));
  const asked = await Promise.allSettled(['a', 'a', 'b'].map((node) => none.of(node)));
  expect(asked.map((one) => one.status === 'rejected' && (one.reason as EngineFault).kind)).toEqual(
    asked.map(() => 'no-room'),
  );
});

test('nodes whose names an engine does not take have networks of their own', async () => {
  const engine = fakeEngine();
  const networks = networksOf(engine);
  const nodes = ['a b', 'a/b', 'a-b', 'ä', 'n'.repeat(3000)];
  expect(new Set(await Promise.all(nodes.map((node) => networks.of(node)))).size).toBe(nodes.length);
  for (const name of await namesOn(engine)) expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/);
});

test('the network of a node that has gone is removed, unless others use it', async () => {
  const engine = fakeEngine();
  const networks = networksOf(engine, 1);
  await networks.of('a');
  await networks.of('b');
  await networks.release('a');
  expect(await namesOn(engine)).toEqual(['baton-01234567-a']);
  await networks.release('b');
  await networks.release('a');
  expect(await namesOn(engine)).toEqual([]);
  await networks.of('a');
  expect(await namesOn(engine)).toEqual(['baton-01234567-a']);
});

test('one that was made although its answer was lost is found', async () => {
  const engine = fakeEngine();
  engine.failNext('createNetwork', 'failed', { when: 'after' });
  const networks = networksOf(engine);
  await expect(networks.of('a')).rejects.toMatchObject({ kind: 'failed' });
  await networks.of('a');
  expect((await namesOn(engine)).length).toBe(1);
});

test('a node that comes back while its network is being removed gets a new one', async () => {
  const engine = fakeEngine({ latencyMs: { removeNetwork: 20 } });
  const networks = networksOf(engine);
  const old = await networks.of('a');
  const [, fresh] = await Promise.all([networks.release('a'), networks.of('a')]);
  expect(fresh).not.toBe(old);
  expect((await engine.listNetworks({})).map(({ id }) => id)).toEqual([fresh]);
});
