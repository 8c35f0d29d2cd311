import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/fuzz.ts';
import { EngineFault } from '../engine/engine-fault.ts';
import { fakeEngine, type FakeEngine } from '../engine/fake-engine.ts';
import type { Labels } from '../engine/engine.ts';
import { OWNER_LABEL, POD_LABEL, ROLE_LABEL, RUN_LABEL } from '../labels.ts';
import { cleanRun, type CleanOptions } from './clean-run.ts';
import { cleanReportText } from './clean-report-text.ts';
import { cleanWhenBack } from './clean-when-back.ts';
import { runOnEnginesText, runsOn } from './runs-on.ts';

const IMAGE = 'baton-workload:1';
const atOnce: CleanOptions = { wait: () => Promise.resolve() };
const ofRun = (runId: string, role = 'pod'): Labels => ({ [RUN_LABEL]: runId, [ROLE_LABEL]: role });

/** An engine with two containers, one network and the lock of run-1, whose process has ended. */
async function withRun(name = 'docker'): Promise<FakeEngine> {
  const engine = fakeEngine({ name, images: [IMAGE] });
  await engine.createNetwork({ name: 'baton-run-1-node-a', labels: ofRun('run-1', 'node') });
  for (const pod of ['web-1', 'web-2']) {
    const id = await engine.createContainer({
      name: `baton-run-1-${pod}`,
      image: IMAGE,
      labels: { ...ofRun('run-1'), [POD_LABEL]: pod },
      network: 'baton-run-1-node-a',
    });
    await engine.start(id);
  }
  await engine.createContainer({
    name: 'baton-lock',
    image: IMAGE,
    labels: { ...ofRun('run-1', 'lock'), [OWNER_LABEL]: `${hostname()} 4194305 0` },
  });
  return engine;
}

async function everything(engine: FakeEngine): Promise<unknown> {
  const containers = await engine.list({});
  return {
    containers: containers.map(({ id, name, state, labels }) => ({ id, name, state, labels })),
    networks: await engine.listNetworks({}),
  };
}

test('removes containers, networks and the lock, and says so; once more there is nothing to do', async () => {
  const engine = await withRun();
  const report = await cleanRun([engine], 'run-1', atOnce);
  expect(report).toEqual({
    runId: 'run-1',
    engines: [{ engine: 'docker', containers: 2, networks: 1, images: 0, locks: 1, left: [] }],
    left: 0,
    isClean: true,
  });
  expect(cleanReportText(report)).toBe('docker: removed 2 containers, 1 network and the lock; nothing is left');
  expect(await everything(engine)).toEqual({ containers: [], networks: [] });
  const again = await cleanRun([engine], 'run-1', atOnce);
  expect([again.isClean, cleanReportText(again)]).toEqual([true, 'docker: nothing of the run is there']);
});

test('images go when asked for, and only then', async () => {
  const engine = await withRun();
  await cleanRun([engine], 'run-1', atOnce);
  expect(await engine.hasImage(IMAGE)).toBe(true);
  const report = await cleanRun([engine], 'run-1', { ...atOnce, images: [IMAGE, 'never-there:1'] });
  expect([report.engines[0].images, await engine.hasImage(IMAGE)]).toEqual([1, false]);
});

test('what others have is never touched, whatever its name and labels', async () => {
  const runId = 'run-1';
  const name = fc.constantFrom('baton-lock', 'baton-run-1-web-3', 'baton', 'web-1', 'run-1', 'baton-run-11-web-1');
  const label = fc.oneof(
    fc.constant({}),
    fc.constantFrom<Labels>(
      { [RUN_LABEL]: 'run-11' },
      { [RUN_LABEL]: 'run' },
      { [RUN_LABEL]: 'RUN-1' },
      { [RUN_LABEL]: '' },
      { [RUN_LABEL]: 'run-1 ' },
      { run: 'run-1' },
      { [`${RUN_LABEL}.id`]: 'run-1' },
      { [ROLE_LABEL]: 'lock' },
      { [ROLE_LABEL]: 'pod', [POD_LABEL]: 'web-1' },
      { [RUN_LABEL]: 'run-2', [ROLE_LABEL]: 'lock' },
      { [POD_LABEL]: 'run-1' },
    ),
    fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
  );
  const thing = fc.record({ kind: fc.constantFrom('container', 'network'), name, label, runs: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(thing, { maxLength: 12 }), async (things) => {
      const engine = fakeEngine({ images: [IMAGE] });
      // Half the time the engine does not even filter: nothing it lists by mistake may be removed.
      for (const [i, { kind, name: called, label: labels, runs }] of things.entries())
        try {
          if (kind === 'network') await engine.createNetwork({ name: `${called}${i}`, labels });
          else {
            const id = await engine.createContainer({ name: i % 3 ? `${called}${i}` : called, image: IMAGE, labels });
            if (runs) await engine.start(id);
          }
        } catch (error) {
          if (!(error instanceof EngineFault) || error.kind !== 'conflict') throw error;
        }
      const before = await everything(engine);
      await engine.createNetwork({ name: 'ours', labels: ofRun(runId, 'node') });
      const ours = await engine.createContainer({ name: 'ours', image: IMAGE, labels: ofRun(runId), network: 'ours' });
      await engine.start(ours);
      const unfiltered = { ...engine, list: () => engine.list({}), listNetworks: () => engine.listNetworks({}) };
      const report = await cleanRun([things.length % 2 ? engine : unfiltered], runId, atOnce);
      expect(report.isClean).toBe(true);
      expect([report.engines[0].containers, report.engines[0].networks]).toEqual([1, 1]);
      expect(await everything(engine)).toEqual(before);
    }),
  );
});

test('what is busy is tried again, and one failure stops nothing', async () => {
  const engine = await withRun();
  const [first] = await engine.list({ [POD_LABEL]: 'web-1' });
  engine.failNext('remove', 'conflict', { subject: first.id, times: 2 });
  engine.failNext('list', 'timeout', { after: 1 });
  const report = await cleanRun([engine], 'run-1', atOnce);
  expect(report).toMatchObject({ isClean: true, engines: [{ containers: 2, networks: 1, locks: 1 }] });
  expect(await everything(engine)).toEqual({ containers: [], networks: [] });
});

test('what an engine still makes for an adapter that is dead goes too', async () => {
  const engine = await withRun();
  let waits = 0;
  const report = await cleanRun([engine], 'run-1', {
    // After the first look that found nothing.
    wait: async () => {
      if (++waits === 2) await engine.createContainer({ name: 'late', image: IMAGE, labels: ofRun('run-1') });
    },
  });
  expect(report).toMatchObject({ isClean: true, engines: [{ containers: 3, networks: 1, locks: 1 }] });
  expect(await everything(engine)).toEqual({ containers: [], networks: [] });
});

test('what cannot be removed is told, the lock stays, and all else goes', async () => {
  const engine = await withRun();
  const [first] = await engine.list({ [POD_LABEL]: 'web-1' });
  engine.failNext('remove', 'failed', { subject: first.id, times: 100 });
  const report = await cleanRun([engine], 'run-1', { ...atOnce, looks: 3 });
  // The network still has the container in it.
  expect(report).toMatchObject({ left: 3, isClean: false, engines: [{ containers: 1, networks: 0, locks: 0 }] });
  expect(cleanReportText(report).split('\n')).toEqual([
    'docker: removed 1 container',
    '  left: container baton-run-1-web-1: docker: could not remove container: a fault was planned (failed)',
    expect.stringContaining('  left: network baton-run-1-node-a: docker: could not remove network'),
    '  left: lock baton-lock: it stays until the rest is gone',
    'finish it later with: baton replay --clean run-1',
  ]);
  engine.clearFaults();
  expect((await cleanRun([engine], 'run-1', atOnce)).isClean).toBe(true);
});

test('an engine that is away is told, the other is cleaned', async () => {
  const [one, two] = [await withRun('one'), await withRun('two')];
  two.goAway('run');
  const report = await cleanRun([one, two], 'run-1', { ...atOnce, looks: 2 });
  expect(report.isClean).toBe(false);
  expect(cleanReportText(report)).toBe(
    `one: removed 2 containers, 1 network and the lock; nothing is left
two could not be asked what is left of the run: two: could not list containers: nobody answers
finish it later with: baton replay --clean run-1`,
  );
});

test('an engine that comes back in time is waited for', async () => {
  const engine = await withRun();
  engine.goAway('run');
  setTimeout(() => engine.comeBack(), 30);
  const said: string[] = [];
  const report = await cleanWhenBack([engine], 'run-1', { limitMs: 60_000, say: (one) => said.push(one) });
  expect(report.isClean).toBe(true);
  expect(said).toEqual([
    'docker does not answer, waiting up to 60 s for it to clean it (docker: could not reach the engine: nobody answers)',
  ]);
});

test('one that does not come back is left with a sentence', async () => {
  const engine = await withRun();
  engine.goAway('run');
  const report = await cleanWhenBack([engine], 'run-1', { ...atOnce, limitMs: 0 });
  expect(cleanReportText(report)).toContain('finish it later with: baton replay --clean run-1');
});

describe('a run whose process is alive', () => {
  test('is not cleaned from under it, unless told', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    try {
      const engine = fakeEngine({ name: 'docker', images: [IMAGE] });
      await engine.createContainer({ name: 'web', image: IMAGE, labels: ofRun('run-1') });
      const labels = { ...ofRun('run-1', 'lock'), [OWNER_LABEL]: `${hostname()} ${other.pid} 0` };
      await engine.createContainer({ name: 'baton-lock', image: IMAGE, labels });
      const report = await cleanRun([engine], 'run-1', atOnce);
      expect(cleanReportText(report)).toContain(
        `docker: the run is being replayed by process ${other.pid} of this machine; end that first (Ctrl-C, or kill ${other.pid})`,
      );
      expect(await engine.list({})).toHaveLength(2);
      expect((await cleanRun([engine], 'run-1', { ...atOnce, evenIfAlive: true })).isClean).toBe(true);
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
  });
});

test('all runs on engines are listed, with who holds them', async () => {
  const [one, two] = [await withRun('one'), await withRun('two')];
  await one.createNetwork({ name: 'n', labels: ofRun('run-0', 'node') });
  await two.createContainer({ name: 'foreign', image: IMAGE, labels: { run: 'run-9' } });
  const runs = await runsOn([one, two]);
  expect(runs.map(runOnEnginesText)).toEqual([
    'run-0: 1 network on one',
    'run-1: 4 containers, 2 networks, a lock on one, two; process 4194305 of this machine, which has ended, held it',
  ]);
});

test('no run at all is no run', async () => {
  await expect(cleanRun([fakeEngine()], '')).rejects.toThrow('a run without an id');
});
