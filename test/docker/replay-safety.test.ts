import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import type { Engine } from '../../src/live/engine/engine.ts';
import { guardedEngine } from '../../src/live/engine/guarded-engine.ts';
import { RUN_LABEL } from '../../src/live/labels.ts';
import type { ReplayRecord, StepOutcome } from '../../src/live/replay/replay-record.ts';
import { cleanReportText } from '../../src/live/safety/clean-report-text.ts';
import { cleanRun } from '../../src/live/safety/clean-run.ts';
import { lockEngines } from '../../src/live/safety/engine-lock.ts';
import { replaySafely } from '../../src/live/safety/replay-safely.ts';
import { keepReplayState, noteCleaned } from '../../src/live/safety/replay-state.ts';
import { isUnfinished } from '../../src/live/safety/saved-replay.ts';
import { resumePoint } from '../../src/live/safety/resume.ts';
import type { ReplayScript } from '../../src/live/script/replay-script.ts';
import { ensureWorkload } from '../../src/live/workload/ensure-workload.ts';
import { workloadCommand } from '../../src/live/workload/workload-command.ts';
import { scriptOf, SECOND_US as S } from '../driven-replay.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';
import { faultyProxy } from './faulty-proxy.ts';

const MIB = 1024 * 1024;
const SPEED = 20;
const COMMAND = workloadCommand({ bootMs: 0, lingerMs: 0 });

/** Five pods on two nodes, a crash, an end; one comes in the middle, one near the end. */
const script = scriptOf(
  [1, 2, 3, 4, 5].map((k) => ({ name: `web-${k}`, memBytes: 16 * MIB })),
  [
    { atUs: 0, do: 'start', pod: 0, node: 0 },
    { atUs: 0, do: 'start', pod: 1, node: 1 },
    { atUs: 5 * S, do: 'start', pod: 2, node: 0 },
    { atUs: 25 * S, do: 'start', pod: 3, node: 1 },
    { atUs: 40 * S, do: 'kill', pod: 0, why: 'crash' },
    { atUs: 42 * S, do: 'restart', pod: 0 },
    { atUs: 45 * S, do: 'stop', pod: 1, graceUs: 10 * S, why: 'scaled down' },
    { atUs: 48 * S, do: 'gone', pod: 1 },
    { atUs: 50 * S, do: 'start', pod: 4, node: 0 },
  ],
);

/** Everything on an engine, whoever made it. */
async function everything(engine: Engine): Promise<string[]> {
  const containers = (await engine.list({})).map(({ id, name, state }) => `${name} ${state} ${id}`);
  return [...containers, ...(await engine.listNetworks({})).map(({ id, name }) => `${name} ${id}`)].sort();
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-safety-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

dockerTest('a replay that is killed with SIGKILL is cleaned or resumed, and nothing of others is touched', async () => {
  const { socket } = await startDocker();
  const engine = guardedEngine(await dockerEngine({ by: 'socket', path: socket }));
  const image = await ensureWorkload(engine);
  // Others have things of similar names, of other runs, and some that run.
  const { runId } = script;
  await engine.createNetwork({ name: 'baton-01234567-three', labels: { [RUN_LABEL]: `${runId}0` } });
  await engine.createNetwork({ name: 'somebody', labels: {} });
  for (const [name, labels] of [
    ['baton-01234567-web-9', {}],
    ['baton-01234567-web-8', { [RUN_LABEL]: `${runId}0` }],
    ['somebody', { run: runId }],
  ] as const) {
    const id = await engine.createContainer({ name, image, command: COMMAND, labels, network: 'somebody' });
    await engine.start(id);
  }
  const before = await everything(engine);
  const root = newFolder();

  await killedReplay(socket, image, root);
  const left = await everything(engine);
  expect(left.length).toBeGreaterThanOrEqual(before.length + 5);
  expect(left.some((thing) => thing.startsWith('baton-lock created'))).toBe(true);
  expect(isUnfinished(root, runId)).toBe(true);
  await expect(lockEngines([engine], 'another', { image })).rejects.toThrow(
    `its process has ended without cleaning; remove what it left with: baton replay --clean ${runId}`,
  );
  const cleaned = await cleanRun([engine], runId);
  expect(cleanReportText(cleaned)).toMatch(/^docker: removed \d containers, 2 networks and the lock; nothing is left$/);
  expect(await everything(engine)).toEqual(before);
  noteCleaned(root, runId);
  expect([isUnfinished(root, runId), (await cleanRun([engine], runId)).isClean]).toEqual([false, true]);

  await killedReplay(socket, image, root);
  const { fromUs } = resumePoint(root, runId);
  expect(fromUs).toBeGreaterThanOrEqual(5 * S);
  const { record } = await replayed(engine, image, { root, resumeFromUs: fromUs });
  expect(record).toMatchObject({ outcome: 'finished', leftBehind: 0 });
  expect(record.checkpoints.flatMap(({ differences }) => differences)).toEqual([]);
  expect(await everything(engine)).toEqual(before);
  engine.close();
});

dockerTest('a replay survives what befalls its engine, says so, and leaves nothing', async () => {
  const docker = await startDocker({ diskMib: 256 });
  const proxy = await faultyProxy(docker.socket);
  const engine = guardedEngine(await dockerEngine({ by: 'socket', path: proxy.socket }), { limits: { kill: 3000 } });
  const image = await ensureWorkload(engine);
  const before = await everything(engine);

  // Errors of the API and of the connection, one after the other: each is tried again, whether it was carried out or not.
  proxy.plan('createContainer', { status: 500 }, { after: 1 });
  proxy.plan('createContainer', 'lose', { after: 1 });
  proxy.plan('start', 'cut');
  proxy.plan('start', { status: 500 }, { after: 1 });
  proxy.plan('kill', 'hang');
  proxy.plan('stop', { delayMs: 200 });
  proxy.plan('remove', 'lose');
  proxy.plan('list', 'half', { after: 3 });
  const withErrors = await replayed(engine, image);
  expect(withErrors.record.steps.map(({ step, outcome, sentence }) => [step, outcome, sentence])).toEqual(
    script.steps.map((_, step) => [step, 'done', undefined]),
  );
  expect(withErrors.record).toMatchObject({ outcome: 'finished', leftBehind: 0 });
  expect(engine.retries).toBeGreaterThanOrEqual(6);
  expect(await everything(engine)).toEqual(before);

  // The engine and all that runs on it are killed, and started again on the same data.
  let crash: Promise<void> | undefined;
  const crashed = await replayed(engine, image, {
    speed: 5,
    onStep: ({ step }) => {
      if (step === 2) crash ??= docker.crash().then(() => docker.restart());
    },
  });
  await crash;
  expect(crashed.record).toMatchObject({ outcome: 'finished', leftBehind: 0 });
  expect(crashed.troubles).toEqual(
    expect.arrayContaining([expect.stringContaining('docker is away'), expect.stringContaining('docker is back')]),
  );
  expect(await everything(engine)).toEqual(before);

  // Its disk is full for a while, and it answers 404 and 409, which do not pass: the step fails, with a sentence, and the
  // replay goes on.
  proxy.plan('kill', { status: 404, body: '{"message":"No such container: x"}' });
  const taken = { status: 409, body: '{"message":"Conflict. The name is already in use"}' };
  proxy.plan('createContainer', taken, { after: 5 });
  const ballast = join(docker.folder, 'data', 'ballast');
  const full = await replayed(engine, image, {
    onStep: ({ step }) => {
      if (step === 2) fill(ballast, docker.folder);
      if (step === 3) rmSync(ballast);
    },
  });
  expect(failedSteps(full.record)).toEqual([
    [3, expect.stringContaining("the engine's disk is full")],
    [4, expect.stringContaining('No such container: x')],
    [8, expect.stringContaining('Conflict. The name is already in use')],
  ]);
  expect(full.record).toMatchObject({ outcome: 'finished', leftBehind: 0 });
  expect(await everything(engine)).toEqual(before);
  engine.close();
});

const failedSteps = ({ steps }: ReplayRecord) =>
  steps.flatMap(({ step, outcome, sentence }) => (outcome === 'failed' ? [[step, sentence]] : []));

/** Leaves not a byte on the disk of an engine. */
function fill(path: string, folder: string): void {
  const { bavail, bsize } = statfsSync(join(folder, 'data'));
  try {
    writeFileSync(path, new Uint8Array(bavail * bsize));
  } catch {
    // It is full.
  }
}

interface Change {
  readonly root?: string;
  readonly resumeFromUs?: number;
  readonly speed?: number;
  readonly onStep?: (outcome: StepOutcome) => void;
}

async function replayed(engine: Engine, image: string, change: Change = {}) {
  const { root = newFolder(), resumeFromUs, speed = SPEED, onStep } = change;
  const troubles: string[] = [];
  const record = await replaySafely(script, {
    engines: [engine],
    engineOf: () => engine,
    lockImage: image,
    keepState: () => keepReplayState(root, script, { ...BEGIN, fromUs: resumeFromUs ?? 0 }, resumeFromUs !== undefined),
    say: (sentence) => troubles.push(sentence),
    onTrouble: ({ what }) => troubles.push(what),
    imageFor: () => ({ image, command: COMMAND }),
    speed,
    scaleCpu: 'shares',
    scaleMem: 1,
    sampleEveryMs: 0,
    ...(resumeFromUs !== undefined && { resumeFromUs }),
    ...(onStep !== undefined && { onStep }),
  });
  return { record, troubles };
}

const BEGIN = { at: '2026-11-22T12:00:00Z', speed: SPEED, scaleCpu: 'shares', scaleMem: 1, engines: [] } as const;

/** Replays in a process of its own, from the build, and kills that when three pods run. */
async function killedReplay(socket: string, image: string, root: string): Promise<void> {
  const program = `
    import { dockerEngine } from '${built('engine/docker-engine.js')}';
    import { replaySafely } from '${built('safety/replay-safely.js')}';
    import { keepReplayState } from '${built('safety/replay-state.js')}';
    const { script, socket, image, command, root, begin } = JSON.parse(process.argv[1]);
    const engine = await dockerEngine({ by: 'socket', path: socket });
    let started = 0;
    await replaySafely(script, {
      engines: [engine],
      engineOf: () => engine,
      lockImage: image,
      keepState: () => keepReplayState(root, script, { ...begin, fromUs: 0 }),
      say: (sentence) => console.error(sentence),
      imageFor: () => ({ image, command }),
      speed: begin.speed,
      scaleCpu: 'shares',
      scaleMem: 1,
      onStep: () => { if (++started === 3) console.log('three run'); },
    });`;
  const told: { script: ReplayScript } & Record<string, unknown> = {
    script,
    socket,
    image,
    command: COMMAND,
    root,
    begin: BEGIN,
  };
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(told)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  const first = await Promise.race([once(child.stdout, 'data').then(String), once(child, 'exit').then(() => 'ended')]);
  expect([first.trim(), errors]).toEqual(['three run', '']);
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const built = (path: string): string => pathToFileURL(resolve('dist/live', path)).href;
