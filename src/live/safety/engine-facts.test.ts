import { expect, test } from 'vitest';
import { fakeEngine } from '../engine/fake-engine.ts';
import { RUN_LABEL } from '../labels.ts';
import { readEngineFacts } from './engine-facts.ts';

test('what others run counts, with and without limits; what is of the run is counted alone', async () => {
  const engine = fakeEngine({ images: ['app'] });
  const start = async (name: string, limits: object, labels = {}): Promise<void> =>
    engine.start(await engine.createContainer({ name, image: 'app', labels, ...limits }));
  await start('limited', { cpuLimitMilli: 500, memLimitBytes: 2 ** 24 });
  await start('free', {});
  await start('ours', {}, { [RUN_LABEL]: 'run-1' });
  expect(await readEngineFacts(engine, 'run-1', ['app', 'none'])).toMatchObject({
    others: { running: 2, unlimited: 1, cpuMilli: 500, memBytes: 2 ** 24 },
    ofThisRun: 1,
    images: { app: true, none: false },
  });
});

test('a container that somebody removes while it is looked at is no fault', async () => {
  const engine = fakeEngine({ images: ['app'] });
  await engine.start(await engine.createContainer({ name: 'theirs', image: 'app', labels: {} }));
  engine.failNext('inspect', 'not-found');
  expect((await readEngineFacts(engine, 'run-1', [])).others.running).toBe(0);
  engine.failNext('inspect', 'denied');
  await expect(readEngineFacts(engine, 'run-1', [])).rejects.toMatchObject({ kind: 'denied' });
});
