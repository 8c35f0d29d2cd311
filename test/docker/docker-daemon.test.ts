import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { spawnSync } from 'node:child_process';
import { startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

const ping = (socket: string): string =>
  spawnSync('curl', ['-s', '--unix-socket', socket, 'http://engine/_ping'], { encoding: 'utf8' }).stdout;

dockerTest('two engines live side by side, survive a crash and leave nothing', async () => {
  const [one, two] = await Promise.all([startDocker({ lives: 'file' }), startDocker({ lives: 'file' })]);
  expect([ping(one.socket), ping(two.socket)]).toEqual(['OK', 'OK']);
  await one.crash();
  expect([ping(one.socket), ping(two.socket)]).toEqual(['', 'OK']);
  await one.restart();
  expect(ping(one.socket)).toBe('OK');
  await Promise.all([one.end(), two.end()]);
  expect([existsSync(one.folder), existsSync(two.folder)]).toEqual([false, false]);
});
