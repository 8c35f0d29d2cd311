import { describe, expect, test } from 'vitest';
import { stream } from '../../../sim/random.ts';
import { runSwarm, S, service } from '../swarm-fixture.ts';
import { classicOrder, classicWeight, type ClassicNode, type SwarmStrategy } from './strategies.ts';

const GiB = 2 ** 30;
const node = (usedCpuMilli: number, usedMemBytes: number, containers = 0): ClassicNode => ({
  totalCpuMilli: 4000,
  totalMemBytes: 8 * GiB,
  usedCpuMilli,
  usedMemBytes,
  containers,
});
const asked = { cpuMilli: 1000, memBytes: GiB };
const draws = stream(1, 'classic');

describe('classic Swarm', () => {
  test('weights are whole percents of CPU and memory, and health', () => {
    expect(classicWeight(node(1000, 2 * GiB), asked, 0, 0)).toBe(50 + 37);
    expect(classicWeight(node(1000, 2 * GiB), asked, 10, 0)).toBe(50 + 37 + 10);
    expect(classicWeight(node(1000, 2 * GiB), { cpuMilli: 0, memBytes: 0 }, 0, 0)).toBe(200);
  });

  test('a node whose share would pass 100 is left out; a little overbooking is allowed', () => {
    expect(classicWeight(node(3500, 0), asked, 0, 0)).toBeUndefined();
    expect(classicWeight(node(3200, 0), asked, 0, 0.05)).toBeDefined();
    expect(classicWeight(node(3300, 0), asked, 0, 0.05)).toBeUndefined();
  });

  test('spread takes the emptiest, binpack the fullest that fits; equal ones by containers', () => {
    const nodes = [node(1000, 0, 1), node(3000, 0, 2), node(1000, 0, 3), node(4000, 0, 4)];
    expect(classicOrder('classic-spread', nodes, asked, 0, draws)).toEqual([0, 2, 1]);
    expect(classicOrder('classic-binpack', nodes, asked, 0, draws)).toEqual([1, 2, 0]);
    expect(classicOrder('classic-random', nodes, asked, 0, draws).sort((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test.each<[SwarmStrategy, readonly number[]]>([
    ['swarmkit', [1, 1, 1, 1]],
    ['classic-spread', [1, 1, 1, 1]],
    ['classic-binpack', [4, 0, 0, 0]],
  ])('%s, in a swarm: %j', (strategy, expected) => {
    const web = service('web', { replicas: 4, reservations: { cpuMilli: 1000, memBytes: 0, generic: [] } });
    const run = runSwarm({ services: [web], strategy });
    expect([0, 1, 2, 3].map((one) => run.runningAt(100 * S).get(one)?.length ?? 0)).toEqual(expected);
  });

  test('random is drawn by the seed', () => {
    const places = (seed: number) => {
      const run = runSwarm({ services: [service('web', { replicas: 8 })], strategy: 'classic-random', seed });
      return [0, 1, 2, 3].map((one) => run.runningAt(100 * S).get(one)?.length ?? 0).join();
    };
    expect(places(1)).toBe(places(1));
    expect(new Set([1, 2, 3, 4, 5].map(places)).size).toBeGreaterThan(1);
  });
});
