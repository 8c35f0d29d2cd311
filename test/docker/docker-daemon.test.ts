import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { answers, startDocker } from './docker-daemon.ts';
import { dockerTest } from './docker-test.ts';

dockerTest('two engines live side by side, survive a crash and leave nothing', async () => {
  const [one, two] = await Promise.all([startDocker({ lives: 'until-ended' }), startDocker({ lives: 'until-ended' })]);
  const bothAnswer = (): Promise<boolean[]> => Promise.all([answers(one.socket), answers(two.socket)]);
  expect(await bothAnswer()).toEqual([true, true]);
  await one.crash();
  expect(await bothAnswer()).toEqual([false, true]);
  await one.restart();
  expect(await bothAnswer()).toEqual([true, true]);
  await Promise.all([one.end(), two.end()]);
  expect([existsSync(one.folder), existsSync(two.folder)]).toEqual([false, false]);
});
