import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/random.ts';
import { binpack, packingScore } from './binpack.ts';
import { pods, request, template } from './fleet-fixture.ts';
import { podKinds, podsText } from './pod-kinds.ts';

const four = template(4, 16);

describe('binpack', () => {
  test("Cluster Autoscaler's worked example: 2.5, 1.5, 1.5, 1, 1 cores on machines of 4 need 2", () => {
    const kinds = podKinds([
      ...pods(2, request(1, 0), 'c'),
      ...pods(2, request(1.5, 0), 'b'),
      ...pods(1, request(2.5, 0), 'a'),
    ]);
    const packing = binpack(four, kinds, 100);
    // n1 {2.5, 1.5} is full; the second 1.5 opens n2, which takes both of 1: 4 - 3.5 = 0.5 left.
    expect(packing.nodes).toBe(2);
    expect(packing.rooms.map((room) => room.cpuFreeMilli)).toEqual([0, 500]);
    expect(packing.left).toEqual([]);
  });

  test('after the first miss, the rest of a kind looks at the machine added last only', () => {
    // 3 x 2.6 cores on 4: n1, n2, n3, each with 1.4 left. Then 1.2: round-robin n1, n2, n3, and no more misses.
    const kinds = podKinds([...pods(3, request(2.6, 0), 'a'), ...pods(5, request(1.2, 0), 'b')]);
    const packing = binpack(four, kinds, 100);
    // n1..n3 take one each (0.2 left), the fourth misses and opens n4, where the fifth follows.
    expect(packing.rooms.map((room) => Math.round(room.cpuFreeMilli))).toEqual([200, 200, 200, 1600]);
  });

  test('stops at the most machines allowed and says who is left', () => {
    const packing = binpack(four, podKinds(pods(10, request(2, 1))), 3);
    expect([packing.nodes, packing.placed.length, packing.left.length]).toEqual([3, 6, 4]);
  });

  test('a pod larger than the machine leaves one empty machine, which does not count', () => {
    expect(binpack(four, podKinds(pods(3, request(5, 1))), 10)).toMatchObject({ nodes: 0, placed: [] });
  });

  test('memory, pod limits, GPUs and extended resources bind as CPU does', () => {
    expect(binpack(four, podKinds(pods(4, request(0.1, 9))), 10).nodes).toBe(4);
    expect(binpack({ ...four, podLimit: 3 }, podKinds(pods(7, request(0.1, 1))), 10).nodes).toBe(3);
    const gpu = { ...request(0.1, 1), gpuCount: 1, gpuMilli: 500 };
    // Two halves share a device, so 2 devices hold 4 pods, and 9 pods need 3 machines.
    expect(binpack({ ...four, gpuCount: 2 }, podKinds(pods(9, gpu)), 10).nodes).toBe(3);
    const licence = { ...request(0.1, 1), extended: { licence: 2 } };
    expect(binpack({ ...four, extended: { licence: 5 } }, podKinds(pods(4, licence)), 10).nodes).toBe(2);
  });

  test('the score is the CPU share plus the memory share', () => {
    expect(packingScore(request(1, 8), four)).toBe(0.25 + 0.5);
    expect(packingScore(request(1, 8), { ...four, memBytes: 0 })).toBe(0.25);
  });

  test('over 200 seeds: nobody is lost, no machine overfull, never fewer machines than the total needs', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = stream(seed, 'binpack');
      const waiting = Array.from({ length: 1 + random.below(6) }, (_, owner) =>
        pods(1 + random.below(9), request((1 + random.below(16)) / 4, 1 + random.below(20)), `owner-${owner}`),
      ).flat();
      const packing = binpack(four, podKinds(waiting), 100);
      const ids = [...packing.placed, ...packing.left].map((pod) => pod.id).sort((a, b) => a - b);
      expect(ids, `seed ${seed}`).toEqual(waiting.map((pod) => pod.id).sort((a, b) => a - b));
      for (const room of packing.rooms) {
        expect(room.cpuFreeMilli, `seed ${seed}`).toBeGreaterThanOrEqual(0);
        expect(room.memFreeBytes, `seed ${seed}`).toBeGreaterThanOrEqual(0);
      }
      const cores = packing.placed.reduce((sum, pod) => sum + pod.request.cpuMilli, 0) / 4000;
      expect(packing.nodes, `seed ${seed}`).toBeGreaterThanOrEqual(Math.ceil(cores));
    }
  });
});

test('kinds are owner and request together, in the order met', () => {
  const all = [
    ...pods(1, request(1, 1), 'web'),
    ...pods(1, request(1, 1), 'db'),
    ...pods(2, { ...request(1, 1) }, 'web'),
  ];
  expect(podKinds(all).map((kind) => [kind.owner, kind.pods.length])).toEqual([
    ['web', 3],
    ['db', 1],
  ]);
  expect(podsText(all)).toBe('3 pods of web and 1 of db');
});
