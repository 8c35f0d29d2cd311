import { expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { fakeEngine, type FakeEngine } from '../engine/fake-engine.ts';
import { capture, type Capture, type CaptureOptions } from './capture.ts';
import type { CaptureLine } from './capture-line.ts';
import type { CapturedHistory } from './captured-history.ts';
import { historyOfCapture } from './history-of-capture.ts';

const IMAGE = 'image:1';
const READS = new Set(['info', 'ping', 'list', 'inspect', 'stats', 'events']);

interface Captured {
  readonly lines: CaptureLine[];
  readonly outcome: Capture;
  readonly history: CapturedHistory;
}

/** Captures while something is done; `seen` waits for a line. */
async function capturing(
  engines: readonly Engine[],
  work: (seen: (isIt: (line: CaptureLine) => boolean) => Promise<void>) => Promise<void>,
  options: Partial<CaptureOptions> = {},
): Promise<Captured> {
  const stop = new AbortController();
  const lines: CaptureLine[] = [];
  let wake = (): void => {};
  const outcome = capture(engines, {
    retryMs: 5,
    sampleEveryMs: 5,
    ...options,
    signal: stop.signal,
    write: (line) => {
      lines.push(structuredClone(line));
      wake();
    },
  });
  outcome.catch(() => wake());
  const seen = async (isIt: (line: CaptureLine) => boolean): Promise<void> => {
    while (!lines.some(isIt)) await new Promise<void>((resolve) => (wake = resolve));
  };
  for (const { name } of engines) await seen((line) => line.kind === 'listed' && line.engine === name);
  await work(seen);
  stop.abort();
  return { lines, outcome: await outcome, history: historyOfCapture(lines) };
}

const container = async (engine: FakeEngine, name: string, labels = {}): Promise<string> =>
  engine.createContainer({ name, image: IMAGE, labels, memLimitBytes: 2 ** 24 });

const event = (what: string, id: string) => (line: CaptureLine) =>
  line.kind === 'event' && line.what === what && line.id === id;
const statesOf = ({ history }: Captured, name: string) =>
  history.containers.find((one) => one.name === name)?.states.map((one) => one.state);

test('what happens to containers is captured, those that were there included, and nothing is touched', async () => {
  const engine = fakeEngine({ images: [IMAGE], program: () => ({ cpuMilli: 300 }) });
  const old = await container(engine, 'old');
  await engine.start(old);
  const before = engine.calls.length;
  let changes: number[] = [];
  const captured = await capturing([engine], async (seen) => {
    const from = engine.calls.length;
    const id = await container(engine, 'new', { team: 'a' });
    await engine.start(id);
    await engine.pause(id);
    await engine.unpause(id);
    await engine.update(id, { cpuLimitMilli: 500 });
    engine.killForMemory(id);
    await engine.start(id);
    engine.endProcess(id, 3);
    await engine.remove(id);
    await engine.kill(old, 'SIGKILL');
    await seen(event('die', old));
    await seen((line) => line.kind === 'limits' || line.kind === 'sample');
    changes = [from];
  });
  expect(statesOf(captured, 'old')).toEqual(['running', 'exited(137)']);
  expect(statesOf(captured, 'new')).toEqual([
    'created',
    'running',
    'paused',
    'running',
    'exited(137 oom)',
    'running',
    'exited(3)',
    'removed',
  ]);
  expect(captured.history.containers.map((one) => one.wasThere)).toEqual([true, false]);
  expect(captured.history.notes).toEqual([]);
  expect(captured.outcome.byEvent).toMatchObject({ create: 1, start: 2, die: 3, pause: 1, unpause: 1, destroy: 1 });
  expect(captured.outcome.containers).toBe(2);
  const own = engine.calls.slice(before, changes[0]);
  expect(own.length).toBeGreaterThan(4);
  for (const { call } of own) expect(READS).toContain(call);
});

test('an engine that goes and comes back: ends that nobody saw are known, their time is not', async () => {
  const engine = fakeEngine({ images: [IMAGE] });
  const captured = await capturing([engine], async (seen) => {
    const id = await container(engine, 'web');
    const gone = await container(engine, 'gone');
    const stays = await engine.createContainer({ name: 'always', image: IMAGE, labels: {}, restart: 'always' });
    for (const one of [id, gone, stays]) await engine.start(one);
    await seen(event('start', stays));
    engine.goAway('die');
    await seen((line) => line.kind === 'lost');
    await new Promise((resolve) => setTimeout(resolve, 80));
    engine.comeBack();
    await seen((line) => line.kind === 'back');
    await engine.remove(gone);
    await seen(event('destroy', gone));
  });
  expect(statesOf(captured, 'web')?.slice(0, 2)).toEqual(['created', 'running']);
  expect(statesOf(captured, 'web')?.[2]).toMatch(/^exited/);
  expect(statesOf(captured, 'gone')?.at(-1)).toBe('removed');
  expect(statesOf(captured, 'always')).toEqual(['created', 'running', expect.stringMatching(/^exited/), 'running']);
  expect(captured.history.notes.join('\n')).toMatch(/engine fake was lost at .*\n.*was back at/);
  const uncertain = captured.history.containers.flatMap((one) => one.states.filter((state) => state.uncertainUs));
  expect(uncertain.length).toBeGreaterThanOrEqual(1);
});

test('containers that are gone when the engine is back count as removed', async () => {
  const engine = fakeEngine({ images: [IMAGE] });
  const captured = await capturing([engine], async (seen) => {
    const id = await container(engine, 'web');
    await engine.start(id);
    await seen(event('start', id));
    engine.goAway('lost');
    await seen((line) => line.kind === 'lost');
    engine.comeBack();
    await seen((line) => line.kind === 'back');
  });
  expect(statesOf(captured, 'web')).toEqual(['created', 'running', 'exited(?)', 'removed']);
});

test('several engines are nodes; labels and names choose; what was there can be left out', async () => {
  const engines = ['one', 'two'].map((name) => fakeEngine({ name, images: [IMAGE] }));
  const old = await container(engines[0], 'web-old', { team: 'a' });
  const captured = await capturing(
    engines,
    async (seen) => {
      await engines[0].start(old);
      await container(engines[0], 'other', { team: 'a' });
      await container(engines[0], 'web-x', { team: 'b' });
      const ids = await Promise.all(engines.map((engine) => container(engine, 'web-1', { team: 'a' })));
      for (const id of ids) await seen(event('create', id));
    },
    { labels: { team: 'a' }, names: ['web-*'], includeExisting: false },
  );
  expect(captured.history.nodes.map((one) => one.name)).toEqual(['one', 'two']);
  expect(captured.history.containers.map((one) => [one.node, one.name])).toEqual([
    [0, 'web-1'],
    [1, 'web-1'],
  ]);
  expect(new Set(captured.history.containers.map((one) => one.key)).size).toBe(2);
});

test('CPU and memory are measured in turn', async () => {
  const engine = fakeEngine({ images: [IMAGE], program: () => ({ cpuMilli: 300, memBytes: 5e6 }) });
  const captured = await capturing([engine], async (seen) => {
    const ids = [await container(engine, 'a-1'), await container(engine, 'b-1')];
    for (const id of ids) await engine.start(id);
    for (const id of ids) await seen((line) => line.kind === 'sample' && line.id === id);
  });
  for (const { runs } of captured.history.containers) expect(runs[0].peakMemBytes).toBe(5e6);
});

test('it ends by itself after its time', async () => {
  const lines: CaptureLine[] = [];
  await capture([fakeEngine()], { signal: new AbortController().signal, forMs: 20, write: (line) => lines.push(line) });
  expect(lines.map((line) => line.kind)).toEqual(['begin', 'engine', 'end']);
});

test.each([
  ['of an engine elsewhere', false, 3_600_000],
  ['of a local engine, whose clock is ours', true, 0],
])('how far the clock is ahead is told, %s', async (_, isLocal, aheadMs) => {
  const engine = fakeEngine({ images: [IMAGE], info: { isLocal, clockMs: Date.now() + 3_600_000 } });
  const { lines } = await capturing([engine], async () => {});
  const told = lines.flatMap((line) =>
    line.kind === 'engine' ? [Math.round(line.aheadMs / 3_600_000) * 3_600_000] : [],
  );
  expect(told).toEqual([aheadMs]);
});
