import { describe, expect, test } from 'vitest';
import { slowTest } from '../test/slow.ts';
import { agrees, oracles, type QueueingOracle, simulated } from './queueing-oracles.ts';

const named = (name: string): QueueingOracle => oracles.find((oracle) => oracle.name === name)!;

test('the exact values are those of the published tables', () => {
  // spec/traffic.md, sections 1 and 2, to the digits given there.
  const published: Readonly<Record<string, number>> = {
    'M/M/1, load 0.8': 5,
    'M/M/2, load 0.8': 2.77777778,
    'M/M/4, load 0.8': 1.74554059,
    'M/M/10, load 0.8': 1.20459008,
    'round robin over 2, load 0.8': 3.844,
    'round robin over 5, load 0.8': 3.1523,
    'round robin over 10, load 0.8': 2.9223,
    'round robin over 100, load 0.8': 2.7157,
    'two choices of 1000, load 0.5': 1.265686,
    'two choices of 1000, load 0.8': 1.947363,
  };
  for (const [name, exact] of Object.entries(published))
    expect(Math.abs(named(name).exact - exact), name).toBeLessThan(5e-5);
});

describe('the 95 % interval of 20 batch means holds the exact mean response and is at most ±2 % wide', () => {
  const quick = [
    'M/M/1, load 0.5',
    'M/M/10, load 0.8',
    'round robin over 10, load 0.8',
    'two choices of 1000, load 0.8',
  ];
  test.each(quick)('%s, a million requests and more', (name) => {
    const oracle = named(name);
    const result = simulated(oracle, 1, 1_500_000);
    expect(agrees(oracle, result), JSON.stringify({ ...result, exact: oracle.exact })).toBe(true);
  });

  for (const oracle of oracles)
    slowTest(`${oracle.name}, ${oracle.requests / 1e6} million requests`, () => {
      const result = simulated(oracle, 1);
      expect(agrees(oracle, result), JSON.stringify({ ...result, exact: oracle.exact })).toBe(true);
    });

  slowTest('of 40 seeds about 38 hold it', () => {
    const oracle = named('M/M/1, load 0.5');
    let held = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const { mean, halfWidth } = simulated(oracle, seed, 500_000);
      if (Math.abs(mean - oracle.exact) <= halfWidth) held++;
    }
    // 34 or fewer of 40 at 95 % each has a chance of 4 %, 32 or fewer of 0.3 %.
    expect(held).toBeGreaterThan(32);
  });
});
