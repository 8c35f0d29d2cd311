import { expect, test } from 'vitest';
import { createChains } from './chains.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('tasks of one key follow one another, others do not wait for them', async () => {
  const chains = createChains<string>();
  const log: string[] = [];
  const open: (() => void)[] = [];
  const task = (name: string) => async (): Promise<void> => {
    log.push(`${name} begins`);
    await new Promise<void>((resolve) => open.push(resolve));
    log.push(`${name} ends`);
  };
  void chains.add('a', task('a1'));
  void chains.add('a', task('a2'));
  void chains.add('b', task('b1'));
  let isIdle = false;
  void chains.idle().then(() => (isIdle = true));
  await turn();
  expect([log, chains.size]).toEqual([['a1 begins', 'b1 begins'], 3]);
  open[0]();
  await turn();
  expect(log.slice(2)).toEqual(['a1 ends', 'a2 begins']);
  open[1]();
  await turn();
  expect(isIdle).toBe(false);
  open[2]();
  await turn();
  expect([isIdle, chains.size, log.length]).toEqual([true, 0, 6]);
  await chains.idle();
});

test('a task that fails keeps none that come after it from being done', async () => {
  const chains = createChains<string>();
  const first = chains.add('a', () => Promise.reject(new Error('wrong')));
  const second = chains.add('a', () => Promise.resolve());
  await expect(first).rejects.toThrow('wrong');
  await second;
  await chains.idle();
  expect(chains.size).toBe(0);
});
