import { expect, test } from 'vitest';
import type { EngineFault } from './engine-fault.ts';
import type { EngineEvent } from './engine.ts';
import { drivenClock } from './fake-clock.ts';
import { fakeEngine } from './fake-engine.ts';

const RUN = { 'dev.baton.run': 'r' };
const SPEC = { name: 'web-1', image: 'app', labels: RUN };

const faultOf = (call: Promise<unknown>): Promise<EngineFault> =>
  call.then(
    () => expect.fail('this should have failed'),
    (error: unknown) => error as EngineFault,
  );

test('calls take their time by the clock, and what they do happens at its end', async () => {
  const clock = drivenClock(1000);
  const engine = fakeEngine({ clock, images: ['app:latest'], latencyMs: { start: 300 } });
  const id = await engine.createContainer(SPEC);
  const started = engine.start(id);
  await clock.advance(299);
  expect((await engine.inspect(id)).state).toBe('created');
  await clock.advance(1);
  await started;
  expect(await engine.inspect(id)).toMatchObject({ state: 'running', createdMs: 1000, startedMs: 1300 });
});

test('programs end, use CPU, and are started again after longer and longer pauses', async () => {
  const clock = drivenClock(0);
  const engine = fakeEngine({
    clock,
    images: ['app'],
    program: () => ({ endsAfterMs: 1000, exitCode: 2, cpuMilli: 500 }),
  });
  const id = await engine.createContainer({ ...SPEC, restart: 'on-failure' });
  const starts: number[] = [];
  const stop = new AbortController();
  const following = (async () => {
    for await (const { what, atMs } of engine.events(RUN, stop.signal)) if (what === 'start') starts.push(atMs);
  })();
  await engine.start(id);
  await clock.advance(600);
  expect((await engine.stats(id)).cpuTotalMs).toBe(300);
  await clock.advance(4600);
  expect(starts).toEqual([0, 1100, 2300, 3700]);
  expect((await engine.inspect(id)).state).toBe('restarting');
  stop.abort();
  await following;
});

test('SIGTERM waits for those who linger, at most for the grace', async () => {
  const clock = drivenClock(0);
  const engine = fakeEngine({ clock, images: ['app'], program: () => ({ onTerm: { lingerMs: 5000 } }) });
  const ids = await Promise.all(['aa', 'bb'].map((name) => engine.createContainer({ ...SPEC, name })));
  for (const id of ids) await engine.start(id);
  const stops = [engine.stop(ids[0], 10), engine.stop(ids[1], 2)];
  await clock.advance(10_000);
  await Promise.all(stops);
  expect(await engine.inspect(ids[0])).toMatchObject({ exitCode: 0, finishedMs: 5000 });
  expect(await engine.inspect(ids[1])).toMatchObject({ exitCode: 137, finishedMs: 2000 });
});

test('an engine that goes away takes calls, events and processes with it', async () => {
  const engine = fakeEngine({ images: ['app'] });
  const always = await engine.createContainer({ ...SPEC, restart: 'always' });
  const once = await engine.createContainer({ ...SPEC, name: 'once' });
  for (const id of [always, once]) await engine.start(id);
  const seen: EngineEvent[] = [];
  const following = faultOf(
    (async () => {
      for await (const event of engine.events(RUN, new AbortController().signal)) seen.push(event);
    })(),
  );
  engine.hangNext('list');
  const hanging = faultOf(engine.list(RUN));
  engine.goAway();
  expect([(await hanging).kind, (await following).kind, (await faultOf(engine.ping())).kind]).toEqual(
    Array(3).fill('unreachable'),
  );
  engine.comeBack();
  expect((await engine.list(RUN)).map(({ name, state }) => [name, state])).toEqual([
    ['once', 'exited'],
    ['web-1', 'running'],
  ]);
  engine.goAway('run');
  engine.comeBack();
  expect((await engine.inspect(always)).state).toBe('running');
  engine.goAway('lost');
  engine.comeBack();
  expect(await engine.list({})).toEqual([]);
  expect(seen).toEqual([]);
});

test('faults are planned for calls by count and by what they are about', async () => {
  const engine = fakeEngine({ images: ['app'] });
  const [one, two] = [await engine.createContainer(SPEC), await engine.createContainer({ ...SPEC, name: 'two' })];
  engine.failNext('start', 'failed', { subject: 'two', after: 1 });
  engine.failNext('kill', 'timeout', { when: 'after', times: 2 });
  await engine.start(two);
  await engine.start(one);
  await engine.kill(one, 'SIGKILL').catch(() => {});
  expect((await engine.inspect(one)).state).toBe('exited');
  await engine.start(one);
  expect(await faultOf(engine.start(two))).toMatchObject({ kind: 'failed', status: 500 });
  engine.clearFaults();
  await engine.kill(two, 'SIGKILL');
});

test('no room: disk and addresses', async () => {
  const engine = fakeEngine({ images: ['app'], networkPools: 1 });
  await engine.createNetwork({ name: 'one', labels: RUN });
  expect((await faultOf(engine.createNetwork({ name: 'two', labels: RUN }))).kind).toBe('no-room');
  engine.setDiskFull(true);
  expect((await faultOf(engine.createContainer(SPEC))).kind).toBe('no-room');
  const image = { reference: 'b', labels: {}, architecture: 'amd64' };
  expect((await faultOf(engine.importImage(new Uint8Array(), image))).kind).toBe('no-room');
  engine.setDiskFull(false);
  await engine.createContainer(SPEC);
});
