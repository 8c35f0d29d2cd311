import { expect, test } from 'vitest';
import type { NodeSpec } from '../../sim/node-spec.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { type RandomStream, stream } from '../../sim/random.ts';
import { clipped, DUAL_FEASIBLE, rounded, stepped } from './dual-feasible.ts';
import { martelloToth } from './martello-toth.ts';
import { nodesNeeded } from './nodes-needed.ts';
import { placeable } from './placeable.ts';

const node = (cpuMilli: number, memBytes = 100, more: Partial<NodeSpec> = {}): NodeSpec => ({
  name: 'node',
  cpuMilli,
  memBytes,
  ...more,
});
const asks = (cpuMilli: number, memBytes = 0, more: Partial<PodRequest> = {}): PodRequest => ({
  cpuMilli,
  memBytes,
  ...more,
});
const times = (count: number, spec: NodeSpec): NodeSpec[] => Array.from({ length: count }, () => spec);

test('five items of .51: the volume says 3, Martello-Toth 5', () => {
  // 5 × .51 = 2.55 -> 3; no two fit together -> 5.
  expect(martelloToth([{ ask: 51, count: 5 }], 100)).toBe(5);
  const needed = nodesNeeded(times(9, node(100)), [{ request: asks(51), count: 5 }]);
  expect(needed).toEqual({ nodes: 5, bound: 'L2 on CPU' });
  expect(nodesNeeded(times(9, node(100)), [{ request: asks(50), count: 5 }])).toEqual({ nodes: 3, bound: 'L1 on CPU' });
});

test('Martello-Toth sees that small items do not fit beside large ones', () => {
  // C = 10: 7, 6, 5, 5, 4, 4. Volume 31 -> 4. α = 4: J1 = {7}, J2 = {6}, J3 = {5,5,4,4} = 18, room beside 6 is 4:
  // 1 + 1 + ⌈(18 - 4) / 10⌉ = 4. One more 4 gives volume 35 -> 4 and 1 + 1 + ⌈18 / 10⌉ = 4; another 5: 1 + 1 + ⌈23/10⌉ = 5.
  const items = [7, 6, 5, 5, 4, 4].map((ask) => ({ ask, count: 1 }));
  expect(martelloToth(items, 10)).toBe(4);
  expect(martelloToth([...items, { ask: 4, count: 1 }], 10)).toBe(4);
  expect(martelloToth([...items, { ask: 4, count: 1 }, { ask: 5, count: 1 }], 10)).toBe(5);
});

test('a third and a bit: dual feasible u(2) counts two a node', () => {
  // 7 items of 34 of 100: volume 2.38 -> 3; u(2)(.34) = ⌊1.02⌋ / 2 = 1/2, so 3.5 -> 4. Two fit on a node: 4 is needed.
  expect(rounded(2).of(34, 100)).toBe(0.5);
  expect(nodesNeeded(times(9, node(100)), [{ request: asks(34), count: 7 }]).nodes).toBe(4);
});

test('dual feasible functions keep a whole a whole and drop what they say', () => {
  expect(rounded(3).of(25, 100)).toBe(0.25);
  expect(clipped(1 / 4).of(76, 100)).toBe(1);
  expect(clipped(1 / 4).of(24, 100)).toBe(0);
  // Steps of a quarter: .6 leaves .4, which holds one quarter: 3/4. .3 holds one quarter.
  expect(stepped(4).of(60, 100)).toBe(0.75);
  expect(stepped(4).of(30, 100)).toBe(0.25);
});

test('dual feasible functions: whatever fits in a bin weighs at most one', () => {
  for (let seed = 0; seed < 500; seed++) {
    const random = stream(seed, 'bin');
    const capacity = 1 + random.below(60);
    for (const f of DUAL_FEASIBLE) {
      let room = capacity;
      let weight = 0;
      while (room > 0) {
        const item = 1 + random.below(room);
        weight += f.of(item, capacity);
        room -= item;
        if (random.next() < 0.2) break;
      }
      expect(weight, `seed ${seed}, ${f.name}, capacity ${capacity}`).toBeLessThanOrEqual(1 + 1e-9);
    }
  }
});

test('unequal nodes: as few as the largest ones', () => {
  // 150 in all: 100 + 40 < 150 <= 100 + 40 + 40.
  const nodes = [node(40), node(100), node(40), node(40)];
  expect(nodesNeeded(nodes, [{ request: asks(30), count: 5 }])).toEqual({ nodes: 3, bound: 'L1 on CPU' });
});

test('a clique across dimensions', () => {
  // A asks 60 CPU, 30 memory; B 30 CPU, 60 memory; C 50 and 50: every pair passes 100 somewhere except none at exactly 100.
  const pods = [asks(60, 30), asks(45, 75), asks(50, 50)].map((request) => ({ request, count: 1 }));
  // CPU 155 -> 2, memory 155 -> 2, but A+B = 105 CPU, A+C = 110 CPU, B+C = 125 memory.
  expect(nodesNeeded(times(5, node(100, 100)), pods)).toEqual({
    nodes: 3,
    bound: 'pods of which no two fit on one node',
  });
});

test('GPUs are counted in devices where pods take more than half of one', () => {
  // 5 pods of 600 milli on nodes of 2 devices: 3000 of 2000 a node -> 2 by volume, but a device hosts one: 3 nodes.
  const nodes = times(4, node(10, 100, { gpuCount: 2 }));
  const request = asks(1, 1, { gpuCount: 1, gpuMilli: 600 });
  expect(nodesNeeded(nodes, [{ request, count: 5 }])).toEqual({ nodes: 3, bound: 'L1 on GPU devices' });
  // 4 nodes × 2 devices = 8 pods at most, where the volume would allow 13.
  expect(placeable(nodes, [{ request, count: 20 }])).toEqual({ pods: 8, bound: 'nodes full of the smallest pod' });
});

test('the smallest pods that a total holds', () => {
  // 10 + 10 + 40 + 40 = 100 of 2 × 60 = 120: four; the fifth of 40 would need 140.
  const pods = [
    { request: asks(40), count: 5 },
    { request: asks(10), count: 2 },
  ];
  expect(placeable(times(2, node(60)), pods)).toEqual({ pods: 4, bound: 'total CPU' });
});

test('never above the optimum: every placement of tiny random instances tried', () => {
  let tight = 0;
  for (let seed = 0; seed < 400; seed++) {
    const random = stream(seed, 'tiny');
    const nodes = Array.from({ length: 2 + random.below(3) }, () => randomNode(random));
    const pods = Array.from({ length: 1 + random.below(6) }, () => ({ request: randomAsk(random), count: 1 }));
    const best = everyPlacement(
      nodes,
      pods.map((pod) => pod.request),
    );
    const most = placeable(nodes, pods);
    expect(most.pods, `seed ${seed}: at least ${best.mostPods} can be placed`).toBeGreaterThanOrEqual(best.mostPods);
    if (best.fewestNodes === undefined) continue;
    const needed = nodesNeeded(nodes, pods);
    expect(needed.nodes, `seed ${seed}: ${best.fewestNodes} nodes do, ${needed.bound}`).toBeLessThanOrEqual(
      best.fewestNodes,
    );
    if (needed.nodes === best.fewestNodes) tight++;
  }
  // The bounds would also be "never above" if they were 0: on tiny instances most of them are the optimum itself.
  expect(tight).toBeGreaterThan(100);
});

function randomNode(random: RandomStream): NodeSpec {
  return node(4 + random.below(8), 4 + random.below(8), { gpuCount: random.below(3), podLimit: 3 });
}

function randomAsk(random: RandomStream): PodRequest {
  const gpuCount = random.below(3) === 0 ? 1 : 0;
  return asks(random.below(7), random.below(7), gpuCount ? { gpuCount, gpuMilli: 100 * (1 + random.below(10)) } : {});
}

/** Tries every assignment of pods to GPU devices and nodes (or to none). */
function everyPlacement(
  nodes: readonly NodeSpec[],
  pods: readonly PodRequest[],
): { mostPods: number; fewestNodes: number | undefined } {
  const free = nodes.map((one) => ({
    cpu: one.cpuMilli,
    mem: one.memBytes,
    pods: one.podLimit!,
    devices: new Array<number>(one.gpuCount!).fill(1000),
    used: 0,
  }));
  let mostPods = 0;
  let fewestNodes: number | undefined;
  const visit = (pod: number, placed: number): void => {
    if (pod === pods.length) {
      mostPods = Math.max(mostPods, placed);
      if (placed === pods.length) {
        const used = free.filter((one) => one.used > 0).length;
        fewestNodes = Math.min(fewestNodes ?? Infinity, used);
      }
      return;
    }
    visit(pod + 1, placed);
    const ask = pods[pod];
    for (const one of free) {
      if (one.cpu < ask.cpuMilli || one.mem < ask.memBytes || one.pods < 1) continue;
      const choices = ask.gpuCount ? one.devices.map((_, device) => device) : [-1];
      for (const device of choices) {
        if (device >= 0 && one.devices[device] < ask.gpuMilli!) continue;
        const move = (sign: 1 | -1): void => {
          one.cpu -= sign * ask.cpuMilli;
          one.mem -= sign * ask.memBytes;
          one.pods -= sign;
          one.used += sign;
          if (device >= 0) one.devices[device] -= sign * ask.gpuMilli!;
        };
        move(1);
        visit(pod + 1, placed + 1);
        move(-1);
      }
    }
  };
  visit(0, 0);
  return { mostPods, fewestNodes };
}
