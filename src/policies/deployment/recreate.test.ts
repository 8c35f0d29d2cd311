import { expect, test } from 'vitest';
import { recreate } from './recreate.ts';
import { allReady, deployment, version, view } from './version-fixture.ts';

test('all old ones stop, the new ones wait until they are gone, and it ends when all are ready', () => {
  const run = deployment(recreate);
  expect(run.step(view(4, allReady(4), version()))).toMatchObject({ start: 0, stop: 4 });
  expect(run.step(view(4, version({ stopping: 1 }), version()))).toMatchObject({
    start: 0,
    stop: 0,
    why: 'waiting: 1 old replicas are still stopping',
  });
  expect(run.step(view(4, version(), version()))).toMatchObject({ start: 4, stop: 0 });
  expect(run.step(view(4, version(), version({ total: 4, ready: 3 }))).end).toBeUndefined();
  expect(run.step(view(4, version(), allReady(4))).end).toBe('finished');
});
