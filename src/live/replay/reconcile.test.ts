import { expect, test } from 'vitest';
import { scriptOf } from '../../../test/driven-replay.ts';
import type { ContainerState, ContainerSummary } from '../engine/engine.ts';
import { POD_LABEL } from '../labels.ts';
import { compareContainers } from './compare-containers.ts';
import type { ExpectedContainer } from './expected-state.ts';
import { reconcile, type Mending } from './reconcile.ts';

const script = scriptOf(
  Array.from({ length: 4 }, (_, k) => ({ name: `p${k}` })),
  [],
);
const expected = (pod: number, state: ExpectedContainer['state'], endsByItself = false): ExpectedContainer => ({
  pod,
  node: 0,
  step: 0,
  state,
  isReady: false,
  isInRotation: false,
  endsByItself,
  cpuMilli: 0,
  memBytes: 0,
});
const found = (pod: string, state: ContainerState, id = `id-${pod}`): ContainerSummary => ({
  id,
  name: `baton-${pod}`,
  labels: { [POD_LABEL]: pod },
  state,
  image: 'work',
});

test.each<[ExpectedContainer['state'], boolean, ContainerState, Mending['do'] | 'nothing', string]>([
  ['running', false, 'running', 'adopt', ''],
  ['running', false, 'paused', 'unpause', 'p1 is paused and should run'],
  ['running', false, 'exited', 'start', 'p1 has exited and should run'],
  ['running', false, 'created', 'start', 'p1 was never started and should run'],
  ['running', false, 'dead', 'remove', 'p1 is dead and should run'],
  ['running', true, 'exited', 'start', ''],
  ['paused', false, 'running', 'pause', 'p1 runs and should be paused'],
  ['paused', false, 'paused', 'adopt', ''],
  ['paused', false, 'exited', 'start', 'p1 has exited and should be paused'],
  ['ending', false, 'running', 'stop', ''],
  ['ending', false, 'exited', 'adopt', ''],
  ['exited', false, 'running', 'kill', 'p1 runs and should have exited'],
  ['exited', false, 'exited', 'adopt', ''],
])('%s (by itself: %s) and %s: %s', (want, endsByItself, is, deed, difference) => {
  const [first] = reconcile(script, [expected(1, want, endsByItself)], [found('p1', is)]);
  expect(first).toMatchObject({ do: deed, pod: 1, id: 'id-p1' });
  if (deed === 'start') expect(first).toMatchObject({ unlessDone: endsByItself });
  expect(compareContainers(script, [expected(1, want, endsByItself)], [found('p1', is)])).toEqual(
    difference === '' ? [] : [difference],
  );
});

test('what is missing is made, unless it should have ended; what should not be there is removed first', () => {
  const want = [expected(0, 'running'), expected(1, 'exited'), expected(2, 'paused'), expected(3, 'running')];
  const there = [found('p3', 'running'), found('p3', 'exited', 'again'), found('stranger', 'running')];
  expect(reconcile(script, want, there)).toEqual([
    { do: 'remove', id: 'again', name: 'baton-p3', pod: 3 },
    { do: 'remove', id: 'id-stranger', name: 'baton-stranger' },
    { do: 'adopt', id: 'id-p3', pod: 3 },
    { do: 'create', pod: 0 },
    { do: 'create', pod: 2 },
  ]);
  expect(compareContainers(script, want, there)).toEqual([
    'p0 is missing',
    'p1 is missing',
    'p2 is missing',
    'p3 has two containers; the second is baton-p3',
    'stranger runs and should be gone',
  ]);
});

test('one that is dead is removed and made anew', () => {
  expect(reconcile(script, [expected(0, 'running')], [found('p0', 'dead')]).map((one) => one.do)).toEqual([
    'remove',
    'create',
  ]);
});
