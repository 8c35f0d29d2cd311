import { expect, test } from 'vitest';
import { stream } from '../../../sim/random.ts';
import { baseTtlUs, HeartbeatChain } from './heartbeats.ts';
import { RestartTracker } from './restarts.ts';

const S = 1e6;
const TIMES = { heartbeatMinTtlUs: 10 * S, heartbeatsPerSecond: 50 };

test.each([
  [10, 10],
  [500, 10],
  [1000, 20],
  [5000, 100],
])('%i nodes have a heartbeat TTL of %i s and up to as much again (spec section 8)', (nodes, seconds) => {
  expect(baseTtlUs(nodes, TIMES)).toBe(seconds * S);
});

test('a node that falls silent is given up (10, 30] s later, 17.5 s on the mean', () => {
  let sum = 0;
  const delays: number[] = [];
  const random = stream(3, 'crashes');
  for (let seed = 0; seed < 2000; seed++) {
    const chain = new HeartbeatChain(stream(seed, 'beats'), 0, () => 10 * S);
    const crashUs = 100 * S + Math.floor(random.next() * 100 * S);
    chain.advance(crashUs);
    const delayUs = chain.beatUs + chain.ttlUs + 10 * S - crashUs;
    expect(chain.beatUs).toBeLessThanOrEqual(crashUs);
    delays.push(delayUs);
    sum += delayUs;
  }
  expect(Math.min(...delays)).toBeGreaterThan(10 * S);
  expect(Math.max(...delays)).toBeLessThanOrEqual(30 * S);
  // The residual of a TTL drawn from U(10, 20): E[T^2] / 2 E[T] = 7.78 s, and the grace.
  expect(sum / 2000 / S).toBeGreaterThan(17.4);
  expect(sum / 2000 / S).toBeLessThan(18.2);
});

const SERVICE = { attempts: 2, intervalUs: 1800 * S, delayUs: 15 * S, mode: 'fail' as const };

test('a service that fails at 0, 20 and 40 s is restarted twice after 15 to 18.75 s, then it has failed (spec section 8)', () => {
  for (let seed = 0; seed < 50; seed++) {
    const tracker = new RestartTracker(SERVICE, 0, 0.25, stream(seed, 'jitter'));
    for (const atUs of [0, 20 * S]) {
      const delayUs = tracker.next(atUs)!;
      expect(delayUs).toBeGreaterThanOrEqual(15 * S);
      expect(delayUs).toBeLessThan(18.75 * S);
    }
    expect(tracker.next(40 * S)).toBeUndefined();
  }
});

test('after its interval a task has all attempts again; mode delay waits for the interval’s end, and not longer', () => {
  const tracker = new RestartTracker(SERVICE, 0, 0, stream(1, 'jitter'));
  expect([tracker.next(0), tracker.next(20 * S), tracker.next(1801 * S)]).toEqual([15 * S, 15 * S, 15 * S]);
  for (let seed = 0; seed < 20; seed++) {
    const policy = { ...SERVICE, mode: 'delay' as const, attempts: 1 };
    const waiting = new RestartTracker(policy, 0, 0.25, stream(seed, 'jitter'));
    expect(waiting.next(0)).toBeGreaterThanOrEqual(15 * S);
    expect(waiting.next(100 * S)).toBe(1700 * S);
  }
});

test('the first interval begins with the task, not with its first failure; later ones with the failure after the last', () => {
  const tracker = new RestartTracker(SERVICE, 0, 0, stream(1, 'jitter'));
  const failures = [1500, 1700, 1801, 2500, 3600, 3602].map((atS) => tracker.next(atS * S));
  // 1500 and 1700 s are the two of the first 1800 s; 1801 s begins the next, in which 3600 s is the third.
  expect(failures.slice(0, 5)).toEqual([15 * S, 15 * S, 15 * S, 15 * S, undefined]);
  // One that had gone on would begin a third interval after 3601 s.
  expect(failures[5]).toBe(15 * S);
});
