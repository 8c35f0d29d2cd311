import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { capture } from '../../src/live/capture/capture.ts';
import { captureFile, captureLines } from '../../src/live/capture/capture-file.ts';
import type { CaptureLine } from '../../src/live/capture/capture-line.ts';
import { checkCapture, writeCaptureFiles } from '../../src/live/capture/check-capture.ts';
import { filesOfCapture } from '../../src/live/capture/files-of-capture.ts';
import { historyOfCapture } from '../../src/live/capture/history-of-capture.ts';
import { dockerEngine } from '../../src/live/engine/docker-engine.ts';
import type { ContainerSpec } from '../../src/live/engine/engine.ts';
import { ensureWorkload } from '../../src/live/workload/ensure-workload.ts';
import { workloadCommand } from '../../src/live/workload/workload-command.ts';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

const MIB = 2 ** 20;

dockerTest(
  'what a real engine does is captured, its crash included, and simulated in the same sequence of states',
  async () => {
    const daemon = await startDocker();
    const folder = mkdtempSync(join(tmpdir(), 'baton-capture-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const engine = await dockerEngine({ by: 'socket', path: daemon.socket }, { name: 'real' });
    const image = await ensureWorkload(engine);
    const make = (name: string, more: Partial<ContainerSpec> = {}): Promise<string> =>
      engine.createContainer({
        name,
        image,
        command: workloadCommand({ bootMs: 0, lingerMs: 0 }),
        labels: { 'odd label': 'a,"b"\nä;=%' },
        memLimitBytes: 16 * MIB,
        ...more,
      });
    const old = await make('old', { labels: { 'dev.baton.workload': 'a, "b"' } });
    await engine.start(old);

    const stop = new AbortController();
    const path = join(folder, 'events.ndjson');
    const file = captureFile(path);
    const lines: CaptureLine[] = [];
    let wake = (): void => {};
    const capturing = capture([engine], {
      signal: stop.signal,
      sampleEveryMs: 50,
      retryMs: 100,
      write: (line) => {
        file.write(line);
        lines.push(line);
        wake();
      },
    });
    const seen = async (isIt: (line: CaptureLine) => boolean): Promise<void> => {
      while (!lines.some(isIt)) await new Promise<void>((resolve) => (wake = resolve));
    };
    const happened = (what: string, id: string) =>
      seen((line) => line.kind === 'event' && line.what === what && line.id === id);
    await seen((line) => line.kind === 'found');

    const web = await make('web');
    await engine.start(web);
    await engine.pause(web);
    await engine.unpause(web);
    await engine.update(web, { cpuLimitMilli: 500 });
    await seen((line) => line.kind === 'limits' && line.id === web && line.cpuMilli === 500);
    await engine.kill(web, 'SIGKILL');
    await happened('die', web);
    await engine.start(web);
    await engine.stop(web, 5);
    const greedy = await make('greedy', { command: workloadCommand({ bootMs: 0, holdBytes: 64 * MIB, lingerMs: 0 }) });
    await engine.start(greedy);
    await happened('die', greedy);
    // Not every engine knows, and it is known no better than by the engine.
    const isOom = (await engine.inspect(greedy)).oomKilled;
    if (isOom) await happened('oom', greedy);
    const job = await make('job', { command: workloadCommand({ bootMs: 0, runMs: 100, exitCode: 3, lingerMs: 0 }) });
    await engine.start(job);
    await happened('die', job);
    await engine.remove(web);
    await seen((line) => line.kind === 'sample');
    const again = await make('again');
    await engine.start(again);
    await happened('start', again);
    await daemon.crash();
    await seen((line) => line.kind === 'lost');
    await daemon.restart();
    await seen((line) => line.kind === 'back');
    await engine.remove(again);
    await happened('destroy', again);
    stop.abort();
    const outcome = await capturing;
    file.close();

    expect(outcome.troubles).toEqual([]);
    const history = historyOfCapture(captureLines(path));
    const statesOf = (name: string): string[] =>
      history.containers.find((one) => one.name === name)!.states.map((one) => one.state);
    expect(statesOf('web')).toEqual([
      'created',
      'running',
      'paused',
      'running',
      'exited(137)',
      'running',
      'exited(0)',
      'removed',
    ]);
    expect(statesOf('greedy')).toEqual(['created', 'running', isOom ? 'exited(137 oom)' : 'exited(137)']);
    expect(statesOf('job')).toEqual(['created', 'running', 'exited(3)']);
    expect(statesOf('old')).toEqual(['running', expect.stringMatching(/^exited\(/)]);
    expect(statesOf('again')).toEqual(['created', 'running', expect.stringMatching(/^exited\(/), 'removed']);
    expect(history.containers.find((one) => one.name === 'old')!.states[1].uncertainUs).toBeGreaterThan(0);

    const { files } = filesOfCapture(history);
    writeCaptureFiles(folder, files);
    const { differences, changes } = await checkCapture(history, folder);
    expect(differences).toEqual([]);
    expect(changes).toBe(20);
  },
);
