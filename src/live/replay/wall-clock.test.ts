import { expect, test } from 'vitest';
import { drivenTime } from '../../../test/driven-replay.ts';
import { drivenClock } from '../engine/fake-clock.ts';
import { createWallClock } from './wall-clock.ts';

const S = 1_000_000;

test('simulated time passes at its speed', async () => {
  const driven = drivenClock();
  const clock = createWallClock(60, 0, drivenTime(driven));
  await driven.advance(1500);
  expect([clock.nowMs(), clock.simUs(), clock.heldMs]).toEqual([1500, 90 * S, 0]);
  expect(clock.dueMs(120 * S)).toBeCloseTo(2000);
  expect(clock.momentAt(500)).toEqual({ wallMs: 500, simUs: 30 * S });
});

test('it stands still while it is held, and what is due comes so much later', async () => {
  const driven = drivenClock();
  const clock = createWallClock(10, 0, drivenTime(driven));
  await driven.advance(1000);
  const [one, two] = [clock.hold(), clock.hold()];
  await driven.advance(400);
  expect([clock.simUs(), clock.heldMs, clock.isHeld]).toEqual([10 * S, 400, true]);
  expect(clock.dueMs(20 * S)).toBeCloseTo(2400);
  one();
  one();
  await driven.advance(100);
  expect(clock.isHeld).toBe(true);
  two();
  await driven.advance(500);
  expect([clock.simUs(), clock.heldMs, clock.isHeld]).toEqual([15 * S, 500, false]);
  // What has been stays what it was.
  expect(clock.dueMs(5 * S)).toBeCloseTo(500);
  expect(clock.dueMs(10 * S)).toBeCloseTo(1000);
  expect(clock.dueMs(12 * S)).toBeCloseTo(1700);
  expect(clock.momentAt(1200).simUs).toBe(10 * S);
  expect(clock.momentAt(1700).simUs).toBe(12 * S);
});

test('whoever waits for a time waits through holds, and no longer than until the signal', async () => {
  const driven = drivenClock();
  const clock = createWallClock(10, 0, drivenTime(driven));
  const ending = new AbortController();
  const came: string[] = [];
  void clock.come(10 * S).then(() => came.push('ten'));
  void clock.come(0).then(() => came.push('none'));
  void clock.come(1000 * S, ending.signal).then(() => came.push('never'));
  await driven.advance(900);
  const release = clock.hold();
  await driven.advance(5000);
  expect(came).toEqual(['none']);
  ending.abort();
  await driven.advance(0);
  expect(came).toEqual(['none', 'never']);
  release();
  await driven.advance(99);
  expect(came).toEqual(['none', 'never']);
  await driven.advance(1.1);
  expect(came).toEqual(['none', 'never', 'ten']);
});

test('one that is resumed goes on at its time', async () => {
  const driven = drivenClock();
  const clock = createWallClock(10, 30 * S, drivenTime(driven));
  expect([clock.nowMs(), clock.simUs(), clock.dueMs(40 * S)]).toEqual([0, 30 * S, 1000]);
  await driven.advance(100);
  expect(clock.simUs()).toBe(31 * S);
});
