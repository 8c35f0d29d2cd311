import { expect, test } from 'vitest';
import { examWorld, pick } from '../contract/exam-world.ts';
import { Cluster } from '../../sim/cluster.ts';
import { stream } from '../../sim/random.ts';
import { ShapeTable } from '../../sim/shapes.ts';
import { fragmentation } from './fragmentation.ts';
import { FragmentationMemo } from './fragmentation-memo.ts';

test('what is remembered equals what is computed, to the last bit, on random histories', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { nodes, requests, typicalPods } = examWorld(seed);
    const cluster = new Cluster(nodes);
    const shapes = new ShapeTable(cluster);
    const memo = new FragmentationMemo(cluster, typicalPods);
    const random = stream(seed, 'history');
    const computed = (node: number): number => {
      const first = cluster.deviceFirst[node];
      const devices = cluster.deviceFreeMilli.subarray(first, first + cluster.gpuCount[node]);
      return fragmentation(typicalPods, cluster.cpuFreeMilli[node], devices, nodes[node].gpuModel ?? '');
    };
    for (let step = 0; step < 100; step++) {
      const node = random.below(nodes.length);
      const shape = shapes.acquire(pick(random, requests));
      const before = computed(node);
      expect(memo.ofNode(node), `seed ${seed}, step ${step}`).toBe(before);
      if (!cluster.fits(node, shape, shapes)) continue;
      const fall = memo.fall(shape, node, shapes);
      // The device that shares are taken from here is any that fits, so the fall is at most the best.
      cluster.bind(node, shape, cluster.bestFitDevices(node, shape, shapes), shapes);
      const achieved = before - computed(node);
      const sharing = shapes.gpuCount[shape] === 1 && shapes.gpuMilli[shape] < 1000;
      expect(sharing ? achieved <= fall : achieved === fall, `seed ${seed}, step ${step}`).toBe(true);
    }
  }
});

test('it forgets when it has met too many states, and stays right', () => {
  const typicalPods = examWorld(1).typicalPods;
  const cluster = new Cluster([{ name: 'a', cpuMilli: 1000, memBytes: 0, gpuCount: 2, gpuModel: 'T4' }]);
  const memo = new FragmentationMemo(cluster, typicalPods);
  // Some 40,000 different pairs of remainders, more than it keeps.
  for (let a = 0; a < 280; a++) {
    for (let b = a; b < 280; b++) {
      cluster.deviceFreeMilli.set([a, b]);
      expect(memo.ofNode(0)).toBe(fragmentation(typicalPods, 1000, [a, b], 'T4'));
    }
  }
});
