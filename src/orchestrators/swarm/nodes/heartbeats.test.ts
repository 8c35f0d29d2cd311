import { describe, expect, test } from 'vitest';
import { stream } from '../../../sim/random.ts';
import { valuesOf } from '../../constants.ts';
import { lossNoticedAfterUs } from '../mesh/gossip-delay.ts';
import { SWARM_CONSTANTS } from '../constants.ts';
import { Heartbeats } from './heartbeats.ts';
import { getsThroughUs } from './session-attempts.ts';

const S = 1e6;
const values = valuesOf(SWARM_CONSTANTS);
const draws =
  (...numbers: number[]) =>
  () =>
    numbers.shift() ?? 0;

describe('heartbeats', () => {
  test('the worked example: a beat at 100 s with a period of 4.6 s makes the node DOWN at 113.8 s', () => {
    const heartbeats = new Heartbeats({ ...stream(1, ''), below: () => 0.1 * S }, values, 0);
    heartbeats.beat(100 * S);
    expect(heartbeats.periodUs).toBe(4.6 * S);
    expect(heartbeats.expiryUs).toBe(113.8 * S);
  });

  test('periods are within 4.5 and 5.5 s, drawn anew, and a crash is noticed 9.0 to 16.5 s after it', () => {
    const periods = new Set<number>();
    for (let seed = 0; seed < 200; seed++) {
      const heartbeats = new Heartbeats(stream(seed, 'beats'), values, 0);
      const crashUs = 100 * S + seed * 53_000;
      heartbeats.goOnUntil(crashUs);
      expect(heartbeats.lastUs).toBeLessThanOrEqual(crashUs);
      expect(heartbeats.lastUs + heartbeats.periodUs).toBeGreaterThan(crashUs);
      periods.add(heartbeats.periodUs);
      expect(heartbeats.expiryUs - crashUs).toBeGreaterThan(9 * S);
      expect(heartbeats.expiryUs - crashUs).toBeLessThanOrEqual(16.5 * S);
    }
    expect(Math.min(...periods)).toBeGreaterThanOrEqual(4.5 * S);
    expect(Math.max(...periods)).toBeLessThan(5.5 * S);
    expect(periods.size).toBeGreaterThan(190);
  });
});

describe('a node that seeks the managers', () => {
  test('waits up to 0.1, 0.3, 0.7, 1.5 s ... between attempts', () => {
    // Attempts fail at once: after all of each wait, the fourth is at 0.1 + 0.3 + 0.7 + 1.5 s.
    expect(getsThroughUs(0, 2.5 * S, 0, draws(1, 1, 1, 1), values)).toBe(2.6 * S);
  });

  test('an attempt that is under way succeeds as soon as one can', () => {
    expect(getsThroughUs(0, 3 * S, 5 * S, draws(1), values)).toBe(3 * S);
  });

  test('never more than 8 s after the way is free', () => {
    const { fine } = stream(1, 'seek');
    for (let k = 0; k < 500; k++) {
      const openUs = k * 1_234_567;
      const atUs = getsThroughUs(0, openUs, 0, fine, values);
      expect(atUs).toBeGreaterThanOrEqual(openUs);
      expect(atUs - openUs).toBeLessThanOrEqual(8 * S);
    }
  });
});

describe('gossip drops the backends of a lost node', () => {
  test('after 5 to 8 s in small clusters', () => {
    expect(lossNoticedAfterUs(4, draws(0, 0), values)).toBe(5 * S);
    expect(lossNoticedAfterUs(10, draws(1, 1), values)).toBe(8 * S);
  });

  test('later in larger ones: suspicion is 4 s times log10 of the nodes', () => {
    expect(lossNoticedAfterUs(100, draws(0, 0), values)).toBe(9 * S);
  });
});
