import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { fakeEngine, type FakeEngine } from '../engine/fake-engine.ts';
import { RUN_LABEL } from '../labels.ts';
import type { ReplayScript } from '../script/replay-script.ts';
import { lockEngines } from './engine-lock.ts';
import { replaySafely, type SafeReplayOptions } from './replay-safely.ts';
import { keepReplayState } from './replay-state.ts';
import { isUnfinished, readReplayState } from './saved-replay.ts';
import type { ReplayBegin } from './state-line.ts';
import { resumePoint } from './resume.ts';
import { tinyScript } from '../../../test/tiny-script.ts';

const IMAGE = 'work:1';
/** Two pods; one crashes after 20 s of ten minutes. */
const script = tinyScript(
  [{ name: 'web-1' }, { name: 'web-2' }],
  [
    { atUs: 0, do: 'start', pod: 0, node: 0 },
    { atUs: 1e6, do: 'start', pod: 1, node: 1 },
    { atUs: 20e6, do: 'kill', pod: 0, why: 'crash' },
    { atUs: 21e6, do: 'restart', pod: 0 },
  ],
);

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'baton-safely-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
});

const begin: ReplayBegin = {
  at: '2026-11-22T12:00:00Z',
  speed: 60,
  scaleCpu: 1,
  scaleMem: 1,
  engines: [{ name: 'docker', address: 'unix:///a.sock', nodes: ['node-a', 'node-b'] }],
  fromUs: 0,
};

function setUp(engine: FakeEngine, change: Partial<SafeReplayOptions> = {}) {
  const target = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter() });
  const said: string[] = [];
  const exits: number[] = [];
  const options: SafeReplayOptions = {
    engines: [engine],
    engineOf: () => engine,
    lockImage: IMAGE,
    keepState: () =>
      keepReplayState(root, script, { ...begin, fromUs: change.resumeFromUs ?? 0 }, change.resumeFromUs !== undefined),
    say: (sentence) => said.push(sentence),
    target,
    exit: (code) => exits.push(code),
    imageFor: () => ({ image: IMAGE }),
    speed: 1200,
    scaleCpu: 1,
    scaleMem: 1,
    sampleEveryMs: 0,
    waitForEngineMs: 5000,
    ...change,
  };
  return { target, said, exits, run: (some: ReplayScript = script) => replaySafely(some, options) };
}

const leftOn = async (engine: FakeEngine): Promise<number> =>
  (await engine.list({ [RUN_LABEL]: '' })).length + (await engine.listNetworks({ [RUN_LABEL]: '' })).length;

test('a replay holds the lock, keeps its state, and leaves nothing', async () => {
  const engine = fakeEngine({ name: 'docker', images: [IMAGE] });
  let locksSeen = 0;
  const { run, said } = setUp(engine, {
    onCheckpoint: () =>
      void lockEngines([engine], 'run-2', { image: IMAGE }).catch((error: Error) => {
        if (error.name === 'LockHeld') locksSeen++;
      }),
  });
  const record = await run();
  expect(record).toMatchObject({ outcome: 'finished', leftBehind: 0, troubles: [] });
  expect(record.steps.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done']);
  expect(locksSeen).toBeGreaterThan(0);
  expect([await leftOn(engine), said]).toEqual([0, []]);
  expect(isUnfinished(root, 'run-1')).toBe(false);
  const saved = readReplayState(root, 'run-1');
  expect(saved.lines.filter(({ kind }) => kind === 'step')).toHaveLength(4);
  expect(() => resumePoint(root, 'run-1')).toThrow('has come to its end');
});

test('an engine that is held is not touched', async () => {
  const engine = fakeEngine({ name: 'docker', images: [IMAGE] });
  await lockEngines([engine], 'run-2', { image: IMAGE, owner: { host: 'far-away', pid: 1, startTicks: 0 } });
  const { run } = setUp(engine);
  await expect(run()).rejects.toThrow('docker is in use: run run-2, process 1 of host far-away');
  expect(await leftOn(engine)).toBe(1);
});

test('what an earlier replay left is not removed by one that may not begin', async () => {
  const engine = fakeEngine({ name: 'docker', images: [IMAGE] });
  keepReplayState(root, script, begin).close();
  await engine.createContainer({ name: 'baton-run-1-web-1', image: IMAGE, labels: { [RUN_LABEL]: 'run-1' } });
  const { run } = setUp(engine);
  await expect(run()).rejects.toThrow('a replay of run "run-1" was broken off');
  expect((await engine.list({})).map(({ name }) => name)).toEqual(['baton-run-1-web-1']);
});

test('an engine that goes before the first step costs nothing but a sentence', async () => {
  const engine = fakeEngine({ name: 'docker', images: [IMAGE] });
  const { run } = setUp(engine);
  engine.failNext('info', 'denied', { after: 1 });
  await expect(run()).rejects.toThrow('a fault was planned (denied)');
  expect([await leftOn(engine), isUnfinished(root, 'run-1')]).toEqual([0, false]);
});

test('Ctrl-C stops it, removes everything and ends with 130; what was kept says where it had come to', async () => {
  const engine = fakeEngine({ name: 'docker', images: [IMAGE] });
  const { run, target, said, exits } = setUp(engine, {
    onStep: ({ step }) => void (step === 1 && target.emit('SIGINT')),
    speed: 60,
  });
  const record = await run();
  expect([record.outcome, exits, await leftOn(engine)]).toEqual(['interrupted', [130], 0]);
  expect(said[0]).toBe('SIGINT: stopping the replay and removing all that it started');
  expect(said.at(-1)).toContain('nothing is left');
  const { fromUs, sentence } = resumePoint(root, 'run-1');
  expect(fromUs).toBeGreaterThanOrEqual(1e6);
  expect(sentence).toContain('after 2 of 4 steps');
});

test('one that was killed is resumed with the containers that it left', async () => {
  const engine = fakeEngine({ name: 'docker', images: [IMAGE] });
  // As after kill -9: a state without an end, the lock of a dead process, one of two containers, one that has no place.
  const dead = { host: hostname(), pid: 4_194_305, startTicks: 0 };
  await lockEngines([engine], 'run-1', { image: IMAGE, owner: dead });
  const state = keepReplayState(root, script, begin);
  state.append({ kind: 'time', at: { wallMs: 5, simUs: 5e6 }, heldMs: 0 });
  state.close();
  const labels = { [RUN_LABEL]: 'run-1', 'dev.baton.role': 'pod', 'dev.baton.pod': 'web-1' };
  const network = await engine.createNetwork({ name: 'baton-run-1-node-a', labels: { [RUN_LABEL]: 'run-1' } });
  const id = await engine.createContainer({ name: 'baton-run-1-web-1', image: IMAGE, labels, network });
  await engine.start(id);
  await engine.createContainer({ name: 'stray', image: IMAGE, labels: { ...labels, 'dev.baton.pod': 'web-9' } });
  expect(isUnfinished(root, 'run-1')).toBe(true);

  const { fromUs } = resumePoint(root, 'run-1');
  expect(fromUs).toBe(5e6);
  const { run } = setUp(engine, { resumeFromUs: fromUs });
  const record = await run();
  expect(record).toMatchObject({ outcome: 'finished', leftBehind: 0 });
  expect(record.checkpoints.flatMap(({ differences }) => differences)).toEqual([]);
  // The steps before were not done again: web-1 was found, only web-2 was made.
  expect(record.steps.map(({ step }) => step)).toEqual([2, 3]);
  const made = engine.calls.filter(({ call }) => call === 'createContainer').map(({ subject }) => subject);
  expect(made.slice(-2)).toEqual(['baton-lock', 'baton-run-1-web-2']);
  expect(await leftOn(engine)).toBe(0);
});
