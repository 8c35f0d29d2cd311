import { expect, test } from 'vitest';
import { seconds } from '../../sim/time.ts';
import { blueGreen } from './blue-green.ts';
import { allReady, deployment, version, view } from './version-fixture.ts';

const at = (second: number) => ({ nowUs: seconds(second) });

test('a second set, no traffic until all of it is ready, then all at once; the old set goes 600 s later', () => {
  const run = deployment(blueGreen);
  expect(run.step(view(4, allReady(4), version(), at(0)))).toMatchObject({ start: 4, stop: 0, trafficShare: 0 });
  expect(run.step(view(4, allReady(4), version({ total: 4, ready: 3 }), at(50)))).toMatchObject({ trafficShare: 0 });
  expect(run.step(view(4, allReady(4), allReady(4), at(60)))).toMatchObject({ trafficShare: 1, stop: 0 });
  expect(run.step(view(4, allReady(4), allReady(4), at(659)))).toMatchObject({ trafficShare: 1, stop: 0 });
  expect(run.step(view(4, allReady(4), allReady(4), at(660)))).toMatchObject({ trafficShare: 1, stop: 4 });
  expect(run.step(view(4, version({ stopping: 4 }), allReady(4), at(661)))).toMatchObject({ end: 'finished' });
});

test('while the old set is kept, a version that fails 3 % more than it is given up', () => {
  const run = deployment(blueGreen);
  run.step(view(4, allReady(4), allReady(4), at(0)));
  const old = allReady(4, { served: 9900, bad: 100, meanUs: 10_000 });
  // 1 % of the old are bad, so up to 2 % are allowed: 196 good and 4 bad are just that, 96 and 4 too many.
  expect(run.step(view(4, old, allReady(4, { served: 196, bad: 4, meanUs: 10_000 }), at(10))).end).toBeUndefined();
  const step = run.step(view(4, old, allReady(4, { served: 96, bad: 4, meanUs: 10_000 }), at(20)));
  expect(step).toMatchObject({ end: 'roll-back', trafficShare: 0 });
  expect(step.why).toBe('4 % of 100 requests are bad, against 1 % of the old version and 1 % allowed on top');
});

test('a set that never becomes ready is given up after 600 s', () => {
  const run = deployment(blueGreen);
  const waiting = (second: number) => run.step(view(2, allReady(2), version({ total: 2, ready: 1 }), at(second)));
  waiting(0);
  expect(waiting(599).end).toBeUndefined();
  expect(waiting(600)).toMatchObject({ end: 'roll-back', trafficShare: 0 });
});
