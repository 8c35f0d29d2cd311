import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import prettier from 'prettier';
import { expect, onTestFinished, test } from 'vitest';
import { drive, drivenTime, scriptOf, SECOND_US as S } from '../../../test/driven-replay.ts';
import { drivenClock, realClock } from '../engine/fake-clock.ts';
import { faultOfConnection, faultOfStatus } from '../engine/docker-faults.ts';
import type { EngineFault } from '../engine/engine-fault.ts';
import { fakeEngine, type FakeEngine } from '../engine/fake-engine.ts';
import { guardedEngine } from '../engine/guarded-engine.ts';
import { POD_LABEL } from '../labels.ts';
import type { ReplayRecord } from '../replay/replay-record.ts';
import { cleanRun } from './clean-run.ts';
import { cleanReportText } from './clean-report-text.ts';
import { lockEngines } from './engine-lock.ts';
import { replaySafely } from './replay-safely.ts';
import { keepReplayState } from './replay-state.ts';

const IMAGE = 'work:1';

/** Four pods on two nodes, a crash, a start in the middle, an end: a minute of simulated time, six seconds of real time. */
const script = scriptOf(
  [{ name: 'web-1' }, { name: 'web-2' }, { name: 'web-3' }, { name: 'web-4' }],
  [
    { atUs: 0, do: 'start', pod: 0, node: 0 },
    { atUs: 0, do: 'start', pod: 1, node: 1 },
    { atUs: 5 * S, do: 'start', pod: 2, node: 0 },
    { atUs: 30 * S, do: 'start', pod: 3, node: 1 },
    { atUs: 40 * S, do: 'kill', pod: 0, why: 'crash' },
    { atUs: 41 * S, do: 'restart', pod: 0 },
    { atUs: 50 * S, do: 'stop', pod: 1, graceUs: 10 * S, why: 'scaled down' },
    { atUs: 51 * S, do: 'gone', pod: 1 },
  ],
);

interface Faulty {
  readonly engine: FakeEngine;
  /** Does it so many real milliseconds after the beginning. */
  readonly at: (ms: number, what: () => unknown) => void;
  /** By which the process gets its signals. */
  readonly target: EventEmitter;
  readonly stateFolder: string;
}

interface Fault {
  readonly fault: string;
  readonly engine?: Parameters<typeof fakeEngine>[0];
  /** With the clock of this machine, for what hangs. */
  readonly isReal?: boolean;
  readonly arrange?: (world: Faulty) => unknown;
  /** What can only be removed later, by hand: with `--clean` after this. */
  readonly beforeClean?: (engine: FakeEngine) => void;
}

/** In the words of a real engine. */
const placeOf = (doing: string) => ({ engine: 'docker', address: '/var/run/docker.sock', doing });
const answer = (doing: string, status: number, message: string): EngineFault =>
  faultOfStatus(placeOf(doing), status, JSON.stringify({ message }));
const CONTAINER = 'container 9f3c1e0a77b2';
const NO_IMAGE = answer('make container baton-01234567-web-4', 404, 'No such image: baton-workload:2b8f5c1d9a3e');
const BROKEN = answer(
  `start ${CONTAINER}`,
  500,
  'failed to create shim task: OCI runtime create failed: unable to start',
);
const TAKEN = answer(
  `start ${CONTAINER}`,
  500,
  'driver failed programming external connectivity: Bind for 127.0.0.1:32768 failed: port is already allocated',
);
const NOT_FOUND = answer(`kill ${CONTAINER}`, 404, `No such container: 9f3c1e0a77b2`);
const NO_RIGHT = faultOfConnection(
  placeOf('ask what the engine is'),
  Object.assign(new Error('connect EACCES /var/run/docker.sock'), { code: 'EACCES' }),
);
const CUT = faultOfConnection(
  placeOf('make container'),
  Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
);
const REMOVAL = answer(`remove ${CONTAINER}`, 409, 'removal of container 9f3c1e0a77b2 is already in progress');
const STUCK = answer(
  `remove ${CONTAINER}`,
  500,
  'driver "overlay2" failed to remove root filesystem: device is in use',
);

const idOf = async (engine: FakeEngine, pod: string): Promise<string> =>
  (await engine.list({ [POD_LABEL]: pod }))[0].id;

const faults: readonly Fault[] = [
  {
    fault: 'the engine restarts in the middle, and its containers die with it',
    arrange: ({ engine, at }) => {
      at(2000, () => engine.goAway());
      at(3500, () => engine.comeBack());
    },
  },
  {
    fault: 'the engine restarts, and its containers run on',
    arrange: ({ engine, at }) => {
      at(2000, () => engine.goAway('run'));
      at(3500, () => engine.comeBack());
    },
  },
  {
    fault: 'the engine is killed and does not come back',
    arrange: ({ engine, at }) => at(2000, () => engine.goAway('run')),
    beforeClean: (engine) => engine.comeBack(),
  },
  {
    fault: 'the engine is killed and comes back after the end, while it is waited for',
    arrange: ({ engine, at }) => {
      at(5500, () => engine.goAway('run'));
      at(20_000, () => engine.comeBack());
    },
  },
  { fault: 'one call is answered with 500', arrange: ({ engine }) => engine.failNext('start', BROKEN) },
  {
    fault: 'all starts are answered with 500',
    arrange: ({ engine }) => engine.failNext('start', BROKEN, { times: 1000 }),
  },
  {
    fault: 'a name is taken (409)',
    arrange: ({ engine }) =>
      engine.createContainer({ name: 'baton-01234567-web-1', image: IMAGE, labels: { of: 'somebody else' } }),
  },
  {
    fault: 'a container is not found (404)',
    arrange: ({ engine }) => engine.failNext('kill', NOT_FOUND),
  },
  {
    fault: 'a call hangs, and is carried out',
    isReal: true,
    arrange: ({ engine }) => engine.hangNext('start', { when: 'after' }),
  },
  {
    fault: 'a call hangs, and is not carried out',
    isReal: true,
    arrange: ({ engine }) => engine.hangNext('start'),
  },
  {
    fault: 'the connection is cut before the answer, and the call was carried out',
    arrange: ({ engine }) => engine.failNext('createContainer', CUT, { after: 1, when: 'after' }),
  },
  {
    fault: 'the image is missing',
    arrange: ({ engine }) => engine.failNext('createContainer', NO_IMAGE, { after: 1, times: 1000 }),
  },
  {
    fault: 'the image is removed in the middle',
    arrange: ({ engine, at }) => at(2000, () => engine.failNext('createContainer', NO_IMAGE)),
  },
  {
    fault: 'the disk is full for a while',
    arrange: ({ engine, at }) => {
      at(2000, () => engine.setDiskFull(true));
      at(4500, () => engine.setDiskFull(false));
    },
  },
  { fault: 'starting takes three seconds', engine: { latencyMs: { start: 3000 } } },
  { fault: 'there are addresses for one network only', engine: { networkPools: 2 } },
  { fault: 'there are no addresses for networks', engine: { networkPools: 1 } },
  { fault: 'a port is in use', arrange: ({ engine }) => engine.failNext('start', TAKEN) },
  {
    fault: 'somebody kills a container',
    arrange: ({ engine, at }) => at(2000, async () => engine.kill(await idOf(engine, 'web-3'), 'SIGKILL')),
  },
  {
    fault: 'somebody removes a container',
    arrange: ({ engine, at }) => at(2000, async () => engine.remove(await idOf(engine, 'web-3'))),
  },
  {
    fault: 'the kernel kills a container for its memory',
    arrange: ({ engine, at }) => at(2000, async () => engine.killForMemory(await idOf(engine, 'web-3'))),
  },
  {
    fault: 'no right to speak to the engine',
    arrange: ({ engine }) => engine.failNext('info', NO_RIGHT),
  },
  {
    fault: 'another run holds the lock',
    arrange: ({ engine }) =>
      lockEngines([engine], 'another-run', {
        image: IMAGE,
        owner: { host: 'eve', pid: 4711, startTicks: 0 },
        nowMs: Date.UTC(2026, 10, 22),
      }),
  },
  {
    fault: 'a container is busy when it is to be removed',
    arrange: ({ engine, at }) => at(5500, () => engine.failNext('remove', REMOVAL, { times: 2 })),
  },
  {
    fault: 'a container cannot be removed at all',
    arrange: ({ engine, at }) =>
      at(5500, async () => {
        engine.failNext('remove', STUCK, { times: 1000, subject: await idOf(engine, 'web-3') });
      }),
    beforeClean: (engine) => engine.clearFaults(),
  },
  {
    fault: 'Ctrl-C',
    arrange: ({ target, at }) => at(2000, () => target.emit('SIGINT')),
  },
  {
    fault: 'the folder of the replay can no longer be written',
    arrange: ({ stateFolder, at }) => at(2000, () => rmSync(stateFolder, { recursive: true })),
  },
];

const told = new Map<string, Told>();

interface Told {
  /** What the user sees, in order. */
  readonly sentences: readonly string[];
  readonly record: ReplayRecord | undefined;
  readonly isReal: boolean;
}

test.each(faults)('$fault', async ({ fault, engine: of, isReal = false, arrange, beforeClean }) => {
  const root = mkdtempSync(join(tmpdir(), 'baton-fault-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const clock = drivenClock();
  const time = drivenTime(clock);
  const fake = fakeEngine({ name: 'docker', clock: isReal ? realClock() : clock, images: [IMAGE], ...of });
  const engine = guardedEngine(fake, isReal ? { limits: { start: 100 } } : { wait: (ms: number) => time.sleep(ms) });
  const foreign = await fake.createNetwork({ name: 'foreign', labels: {} }).catch(() => undefined);
  const target = Object.assign(new EventEmitter(), { stdout: new EventEmitter(), stderr: new EventEmitter() });
  await arrange?.({
    engine: fake,
    target,
    stateFolder: join(root, script.runId),
    at: (ms, what) => void clock.after(ms, () => void what()),
  });
  const before = await othersOn(fake);
  const sentences: string[] = [];
  const speed = isReal ? 60 : 10;
  const replay = replaySafely(script, {
    engines: [engine],
    engineOf: () => engine,
    lockImage: IMAGE,
    keepState: () => keepReplayState(root, script, { at: '', speed, scaleCpu: 1, scaleMem: 1, engines: [], fromUs: 0 }),
    say: (sentence) => sentences.push(...sentence.split('\n').map((line) => line.trim())),
    onTrouble: ({ what }) => sentences.push(what),
    exit: (code) => sentences.push(`exit code ${code}`),
    target,
    imageFor: () => ({ image: IMAGE }),
    speed,
    scaleCpu: 1,
    scaleMem: 1,
    sampleEveryMs: 0,
    probe: () => Promise.resolve(true),
    ...(!isReal && { time }),
  });
  const record = await (isReal ? replay : drive(clock, replay)).catch((error: Error) => {
    sentences.push(error.message);
    return undefined;
  });
  // Whatever it was, nothing is left, at the latest after --clean; and what is not of the run is as it was.
  if (beforeClean !== undefined) {
    expect(sentences.at(-1)).toBe(`finish it later with: baton replay --clean ${script.runId}`);
    beforeClean(fake);
    const report = await cleanRun([fake], script.runId, { wait: () => Promise.resolve() });
    expect(cleanReportText(report)).toMatch(/^docker: removed .* nothing is left$/);
  } else expect(record?.leftBehind ?? 0).toBe(0);
  expect(await ofRunOn(fake)).toEqual([]);
  expect(await othersOn(fake)).toEqual(before);
  expect((await fake.listNetworks({})).map(({ id }) => id)).toEqual(foreign === undefined ? [] : [foreign]);
  told.set(fault, { sentences: sentences.map(plain), record, isReal });
});

test('docs/replay-faults.md says what is printed', async () => {
  const page = await prettier.format(pageOf(told), {
    ...(await prettier.resolveConfig('docs/replay-faults.md')),
    parser: 'markdown',
  });
  await expect(page).toMatchFileSnapshot('../../../docs/replay-faults.md');
});

const isOfRun = ({ labels }: { readonly labels: Readonly<Record<string, string>> }): boolean =>
  labels['dev.baton.run'] === script.runId;

async function ofRunOn(engine: FakeEngine): Promise<string[]> {
  const all = [...(await engine.list({})), ...(await engine.listNetworks({}))];
  return all.filter(isOfRun).map(({ name }) => name);
}

async function othersOn(engine: FakeEngine): Promise<string[]> {
  return (await engine.list({})).filter((one) => !isOfRun(one)).map(({ id, state }) => `${id} ${state}`);
}

/** Ids and folders that differ from run to run. */
function plain(sentence: string): string {
  return sentence
    .replaceAll(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1')
    .replaceAll(/[^\s']*baton-fault-[^/\s]*/g, 'baton-out/replays')
    .replaceAll(/\.\d+\.part/g, '');
}

function pageOf(all: ReadonlyMap<string, Told>): string {
  expect(all.size).toBe(faults.length);
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const lines = [...all].map(([fault, one]) => {
    const { sentences } = one;
    const seen = [...new Set(sentences)];
    const shown = seen.length === 0 ? 'nothing' : seen.map((sentence) => `\`${sentence}\``).join('<br>');
    return `| ${fault} | ${cell(shown)} | ${outcomeOf(one)} |`;
  });
  return `${INTRO}\n\n| fault | what the user sees | what comes of it |\n|---|---|---|\n${lines.join('\n')}\n\n${REST}\n`;
}

function outcomeOf({ record, isReal }: Told): string {
  if (record === undefined) return 'nothing was begun';
  const done = record.steps.filter(({ outcome }) => outcome === 'done').length;
  const equal = record.checkpoints.filter(({ differences }) => differences.length === 0).length;
  const parts = [
    `${record.outcome}: ${done} of ${script.steps.length} steps`,
    // How far a real clock comes before a checkpoint is the machine's business.
    ...(isReal ? [] : [`${equal} of ${record.checkpoints.length} checkpoints equal`]),
    ...(isReal || record.heldMs === 0 ? [] : [`simulated time held for ${(record.heldMs / 1000).toFixed(1)} s`]),
  ];
  return `${parts.join(', ')}; ${record.leftBehind === 0 ? 'nothing is left' : `${record.leftBehind} things left, removed by \`--clean\``}`;
}

const INTRO = `# Faults of a replay, and what is seen of them

\`baton replay\` makes containers on engines that are somebody's, so what matters most is what happens when things go wrong.
Every row below is a test: a replay of four pods and eight steps in which one fault happens. The sentences are those that
it prints, and after each, containers and networks of the run are counted: none is left, and what others have on the
engine is as it was. This page is written by the test (src/live/safety/replay-faults.test.ts), against an engine in
memory that fails as told, in the words of real ones.

Calls that fail for a passing reason are tried again up to three times, so one error 500, one hang, one cut connection is
not seen at all but in the log of calls; before a call is made again Baton looks whether it was carried out after all.`;

const REST = `## With real engines

test/docker/replay-safety.test.ts does the same to Docker engines of its own:

- **\`kill -9\` of Baton in the middle.** Containers, networks and the lock stay. Another run is refused: \`… held it since …,
  and its process has ended without cleaning; remove what it left with: baton replay --clean RUN\`. \`--clean RUN\` removes all
  of it, and containers and networks of others stay, also those with similar names and the labels of other runs.
- **SIGKILL of the engine and all containers in the middle, and a start on the same data.** The replay says that the engine is
  away and that it is back, brings the containers to what the script says, and leaves nothing.
- **An engine whose disk is full for a while.** The step that fails is told with the engine's own words, the rest is done, and
  nothing is left.
- **Errors of the API and the connection**, made by a proxy before the engine: 500, an answer that is lost, cut or half, a
  call that hangs. Every step is carried out all the same. After 404 and 409 the step fails, with a sentence, and the replay goes on.

## Ending it

The first Ctrl-C (or SIGTERM, SIGHUP, SIGQUIT) stops the replay and removes all that it started; a second says that this goes on; a
third ends at once, and says how to finish: \`baton replay --clean RUN\`. That command can be given as often as one likes, also
while the engine is still unwell; it says what is left. Where a lock is left of a process of this machine that has ended,
the same run takes it over (\`--resume RUN\`), and another is told to clean first. \`--clean\` does not touch a run whose
process is alive on this machine.`;
