import { describe, expect, test } from 'vitest';
import { Clock } from '../../clock.ts';
import { valuesOf } from '../../constants.ts';
import { SWARM_CONSTANTS } from '../constants.ts';
import { SwarmStore } from '../store/swarm-store.ts';
import { SchedulerFixture } from './scheduler-fixture.ts';
import { SchedulerClock } from './scheduler-clock.ts';
import type { Scheduler } from './scheduler.ts';

const MS = 1000;

/** When the scheduler runs, if something is written at these times, in milliseconds. */
function passesMs(writtenMs: readonly number[]): number[] {
  const clock = new Clock();
  const store = new SwarmStore(() => clock.nowUs);
  const passes: number[] = [];
  const nothing = () => {};
  const run = () => passes.push(clock.nowUs / MS);
  const scheduler = { run, nodeCreated: nothing, nodeUpdated: nothing } as unknown as Scheduler;
  const chronicle = { event: nothing, decision: nothing, timer: nothing };
  void new SchedulerClock(scheduler, store, clock, chronicle, valuesOf(SWARM_CONSTANTS));
  // What is written does not matter, only that something is.
  const node = new SchedulerFixture().node('n1');
  let isThere = false;
  const write = clock.kind(() => {
    store.write(() => (isThere ? store.updateNode(node, {}) : store.createNode(node)));
    isThere = true;
  });
  for (const atMs of writtenMs) clock.at(atMs * MS, write, 0);
  while (clock.step(10_000 * MS));
  return passes;
}

describe('the scheduler runs', () => {
  test('50 ms after a change', () => {
    expect(passesMs([0])).toEqual([50]);
  });

  test('50 ms after the last of several changes', () => {
    expect(passesMs([0, 30, 70, 110])).toEqual([160]);
  });

  test('at the first change after it has been put off for more than a second', () => {
    const changes = Array.from({ length: 30 }, (_, k) => k * 40);
    expect(passesMs(changes)[0]).toBe(1040);
  });
});
