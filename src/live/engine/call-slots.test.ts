import { expect, test } from 'vitest';
import { createCallSlots } from './call-slots.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('so many calls at once; those of low priority wait until nobody else does, and leave a place free', async () => {
  const slots = createCallSlots(2);
  const log: string[] = [];
  const open: (() => void)[] = [];
  const call = (name: string) => async (): Promise<void> => {
    log.push(name);
    await new Promise<void>((resolve) => open.push(resolve));
  };
  const all = [
    slots.run(call('low 1'), 'low'),
    slots.run(call('low 2'), 'low'),
    slots.run(call('step 1')),
    slots.run(call('step 2')),
    slots.run(call('step 3')),
  ];
  await turn();
  expect(log).toEqual(['low 1', 'step 1']);
  while (log.length < 5) {
    expect(slots.busy).toBeLessThanOrEqual(2);
    open.shift()!();
    await turn();
  }
  expect(log).toEqual(['low 1', 'step 1', 'step 2', 'step 3', 'low 2']);
  for (const end of open) end();
  await Promise.all(all);
  expect(slots.busy).toBe(0);
});

test('a call that fails gives its place back', async () => {
  const slots = createCallSlots(1);
  await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.run(() => Promise.resolve(1), 'low')).toBe(1);
});
