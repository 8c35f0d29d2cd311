import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { scriptText } from '../../src/live/script/write-script.ts';
import { tinyScript } from '../tiny-script.ts';
import { baton, folderWith, runningBaton } from './baton.ts';

/** Nobody is there: what must be refused is refused before anybody is asked. */
const NOBODY = ['--docker', 'unix:///nowhere/docker.sock'];
const SCRIPT = tinyScript([{ name: 'a' }], [{ atUs: 0, do: 'start', pod: 0, node: 0 }]);
const LOOK = 60_000;

/** The one sentence with which the command ends. */
function fault(folder: string, ...args: string[]): string {
  const { code, sentences, stdout, stderr } = baton(folder, ...args);
  expect([code, sentences.length, stdout], stderr).toEqual([2, 1, '']);
  expect(stderr).not.toMatch(/\n {4}at |[^\P{Cc}\n]/u);
  return sentences[0];
}

test(
  'scripts that nobody wrote: one sentence each',
  () => {
    const change = (changed: object): string => JSON.stringify({ ...SCRIPT, ...changed });
    const scripts: Readonly<Record<string, readonly [text: string, sentence: string]>> = {
      up: [change({ runId: '../..' }), '"../.." is no id of a run'],
      painted: [change({ title: 'a\u001b[31m' }), 'has control characters'],
      endless: [change({ durationUs: 1e300 }), 'durationUs must be at most'],
      deep: [`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'this is no script'],
    };
    const folder = folderWith(
      Object.fromEntries(Object.entries(scripts).map(([name, [text]]) => [`${name}/script.json`, text])),
    );
    for (const [name, [, sentence]] of Object.entries(scripts))
      expect(fault(folder, 'replay', `${name}/script.json`, ...NOBODY)).toContain(sentence);
  },
  LOOK,
);

test(
  'a script is known by its words too, whatever its file is called',
  () => {
    const folder = folderWith({ 'mine.json': scriptText(SCRIPT) });
    expect(fault(folder, 'replay', 'mine.json', ...NOBODY)).toContain('there is no socket /nowhere/docker.sock');
  },
  LOOK,
);

test(
  'addresses of engines: one sentence each, without passwords',
  () => {
    const folder = folderWith({ 'script.json': scriptText(SCRIPT), file: '' });
    mkdirSync(join(folder, 'folder'));
    const at = (address: string): string => fault(folder, 'replay', 'script.json', '--dry-run', '--docker', address);
    expect(at('ssh://%E0%A4@far')).toContain('stands for no character');
    expect(at('tcp://me:secret@127.0.0.1:1')).not.toContain('secret');
    expect(at('./folder')).toContain('nobody listens at');
  },
  LOOK,
);

test(
  'somebody else at the address: one sentence',
  async () => {
    const folder = folderWith({ 'script.json': scriptText(SCRIPT) });
    const words = ['SSH-2.0-x\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull', ''];
    for (const word of words) {
      const port = await listening(
        createServer((socket) => {
          socket.on('error', () => {});
          socket.end(word);
        }),
      );
      const args = ['replay', 'script.json', '--dry-run', '--docker', `tcp://127.0.0.1:${port}`];
      const { code, sentences, stderr } = await runningBaton(folder, ...args).end;
      expect([code, sentences.length], stderr).toEqual([2, 1]);
      expect(stderr).not.toMatch(/\n {4}at /);
    }
  },
  LOOK,
);

test(
  'flags out of all measure',
  () => {
    const folder = folderWith({ 'script.json': scriptText(SCRIPT) });
    const flags = (...more: string[]): string => fault(folder, 'replay', 'script.json', ...NOBODY, ...more);
    expect(flags('--speed', '1e9')).toContain('above 0 and at most 100000');
    expect(flags('--speed', 'NaN')).toContain('such as 20');
    expect(flags('--checkpoints', '1000000000')).toContain('write at most 999999');
    expect(flags('--out', '')).toContain('write the name of a folder');
    expect(flags('--traffic')).toContain('script.json holds no requests for --traffic');
    expect(flags('--traffic', '--act', 'none')).toContain('with --act none none does');
  },
  LOOK,
);

test(
  'ids of runs that lead elsewhere, and folders that are none',
  () => {
    const folder = folderWith({ file: '' });
    for (const id of ['../..', '']) {
      expect(fault(folder, 'replay', '--clean', id, ...NOBODY)).toContain('is no id of a run');
      expect(fault(folder, 'replay', '--resume', id)).toContain('is no id of a run');
    }
    expect(fault(folder, 'replay', '--clean', 'ffff', '--out', 'file')).toContain('no engine is kept in file');
    expect(fault(folder, 'replay', '--clean', '--resume', 'ffff', ...NOBODY)).toContain('give one');
  },
  LOOK,
);

test(
  'a kept replay that somebody has damaged',
  () => {
    const folder = folderWith({ 'baton-out/replays/ffff/script.json': '{}' });
    writeFileSync(join(folder, 'baton-out/replays/ffff/state.ndjson'), '{"kind":"begin"}\nnonsense\n');
    expect(fault(folder, 'replay', '--resume', 'ffff')).toContain('this is no script');
    expect(fault(folder, 'replay', '--clean', 'ffff')).toContain('of run "ffff" no engine is kept');
  },
  LOOK,
);

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}
