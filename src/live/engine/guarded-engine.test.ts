import { expect, test } from 'vitest';
import type { CallLine, CallLog } from './call-log.ts';
import { drivenClock } from './fake-clock.ts';
import type { EngineFault } from './engine-fault.ts';
import { fakeEngine, type FakeEngine } from './fake-engine.ts';
import { guardedEngine } from './guarded-engine.ts';

const RUN = { 'dev.baton.run': 'r' };
const SPEC = { name: 'web-1', image: 'app:1', labels: RUN };

function guarded(options: { readonly atOnce?: number; readonly fake?: FakeEngine } = {}) {
  const { fake = fakeEngine({ images: ['app:1'] }) } = options;
  const lines: CallLine[] = [];
  const log: CallLog = {
    nowMs: () => 0,
    add: (line) => void lines.push(line),
    flush: () => {},
    close: () => {},
    trouble: undefined,
  };
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => void waits.push(ms);
  const engine = guardedEngine(fake, { log, wait, ...options });
  return { fake, engine, lines, waits, calls: () => fake.calls.map(({ call }) => call) };
}

const faultOf = (call: Promise<unknown>): Promise<EngineFault> =>
  call.then(
    () => expect.fail('this should have failed'),
    (error: unknown) => error as EngineFault,
  );

test('a call that fails for a passing reason is tried again, each time after a longer pause', async () => {
  const { fake, engine, lines, waits } = guarded();
  fake.failNext('list', 'failed');
  fake.failNext('list', 'unreachable');
  expect(await engine.list(RUN)).toEqual([]);
  expect(waits).toEqual([100, 200]);
  expect(engine.retries).toBe(2);
  expect(lines.map((line) => [line.call, line.outcome, line.try])).toEqual([
    ['list', 'failed', 1],
    ['list', 'unreachable', 2],
    ['list', 'ok', 3],
  ]);
});

test('one that goes on failing is given up, with the last fault', async () => {
  const { fake, engine, waits } = guarded();
  fake.failNext('inspect', 'failed', { times: 9 });
  expect(await faultOf(engine.inspect('x'))).toMatchObject({ name: 'EngineFault', kind: 'failed' });
  expect(waits).toHaveLength(2);
});

test.each(['denied', 'not-found', 'no-image', 'conflict', 'no-room', 'unsupported'] as const)(
  'what does not pass (%s) is not tried again',
  async (kind) => {
    const { fake, engine, waits } = guarded();
    fake.failNext('createContainer', kind);
    expect((await faultOf(engine.createContainer(SPEC))).kind).toBe(kind);
    expect(waits).toEqual([]);
    expect(await fake.list({})).toEqual([]);
  },
);

test('a container whose creation was not answered is found, not made twice', async () => {
  const { fake, engine, calls } = guarded();
  fake.failNext('createContainer', 'unreachable', { when: 'after' });
  const id = await engine.createContainer(SPEC);
  expect(calls()).toEqual(['createContainer', 'list']);
  expect(await fake.list({})).toMatchObject([{ id, name: 'web-1' }]);
  fake.failNext('createNetwork', 'timeout', { when: 'after' });
  const network = await engine.createNetwork({ name: 'node-1', labels: RUN });
  expect(await fake.listNetworks(RUN)).toMatchObject([{ id: network }]);
});

test('one that was really not made is made', async () => {
  const { fake, engine, calls } = guarded();
  fake.failNext('createContainer', 'failed');
  fake.failNext('list', 'failed');
  const id = await engine.createContainer(SPEC);
  expect(calls()).toEqual(['createContainer', 'list', 'list', 'createContainer']);
  expect((await fake.inspect(id)).name).toBe('web-1');
});

test('a name that somebody else has taken stays a conflict', async () => {
  const { fake, engine } = guarded();
  await fake.createContainer({ ...SPEC, labels: {} });
  fake.failNext('createContainer', 'failed');
  expect((await faultOf(engine.createContainer(SPEC))).kind).toBe('conflict');
});

test('a start that was not answered is not made twice, even if the process has ended since', async () => {
  const { fake, engine, calls } = guarded();
  const id = await engine.createContainer(SPEC);
  fake.failNext('start', 'unreachable', { when: 'after' });
  const started = engine.start(id);
  fake.endProcess(id, 0);
  await started;
  expect(calls()).toEqual(['createContainer', 'start', 'inspect']);
  fake.failNext('start', 'failed');
  await engine.start(id);
  expect((await fake.inspect(id)).state).toBe('running');
});

test.each([-1, 1])('nor is it where the clock of the engine goes otherwise than ours (%i hour)', async (hours) => {
  const clock = drivenClock(Date.now() + hours * 3_600_000);
  const fake = fakeEngine({ images: ['app:1'], clock, info: { isLocal: false } });
  const { engine, calls } = guarded({ fake });
  await engine.info();
  const id = await engine.createContainer(SPEC);
  fake.failNext('start', 'unreachable', { when: 'after' });
  const started = engine.start(id);
  fake.endProcess(id, 0);
  await started;
  expect(calls().filter((call) => call === 'start').length).toBe(1);
  // That start was long ago when the next is not carried out.
  await clock.advance(60_000);
  await engine.info();
  fake.failNext('start', 'failed');
  await engine.start(id);
  expect((await fake.inspect(id)).state).toBe('running');
});

test('what was carried out already is no failure when it is tried again', async () => {
  const { fake, engine } = guarded();
  const network = await engine.createNetwork({ name: 'node-1', labels: RUN });
  const id = await engine.createContainer({ ...SPEC, network: 'node-1' });
  await engine.start(id);
  for (const call of ['pause', 'unpause', 'disconnect', 'connect', 'kill', 'remove'] as const)
    fake.failNext(call, 'unreachable', { when: 'after' });
  await engine.pause(id);
  await engine.unpause(id);
  await engine.disconnect(network, id);
  await engine.connect(network, id);
  await engine.kill(id, 'SIGKILL');
  expect((await faultOf(engine.kill(id, 'SIGKILL'))).kind).toBe('conflict');
  await engine.remove(id);
  expect(await fake.list({})).toEqual([]);
});

test('a call that hangs ends with a fault', async () => {
  const fake = fakeEngine();
  // Half a second more than the limit of the engine's own.
  const engine = guardedEngine(fake, { limits: { list: -490, ping: -490 }, tries: 1 });
  fake.hangNext('list');
  expect(await faultOf(engine.list(RUN))).toMatchObject({
    kind: 'timeout',
    message: 'fake: could not list containers: there was no answer within 0.01 s',
  });
  fake.hangNext('ping');
  expect(await faultOf(engine.ping())).toMatchObject({ kind: 'timeout' });
});

test('only so many calls are under way, and pings go past those that wait', async () => {
  const { fake, engine, calls } = guarded({ atOnce: 2 });
  fake.hangNext('list', { times: 2 });
  const all = Promise.allSettled([1, 2, 3, 4].map(() => engine.list(RUN)));
  await engine.ping();
  await engine.ping();
  expect(calls()).toEqual(['ping', 'list', 'list', 'ping']);
  fake.goAway();
  fake.comeBack();
  expect((await all).map(({ status }) => status)).toEqual(Array(4).fill('fulfilled'));
});

test('events that end are written down with their fault, and are not tried again', async () => {
  const { fake, engine, lines } = guarded();
  const events = engine.events(RUN, new AbortController().signal)[Symbol.asyncIterator]();
  const next = faultOf(events.next());
  fake.goAway();
  expect((await next).kind).toBe('unreachable');
  expect(lines).toMatchObject([{ call: 'events', outcome: 'unreachable', try: 1 }]);
});

test('after its close nothing is tried again', async () => {
  const { fake, engine, waits } = guarded();
  fake.hangNext('list');
  const listing = faultOf(engine.list(RUN));
  engine.close();
  expect((await listing).kind).toBe('unreachable');
  expect(waits).toEqual([]);
});
