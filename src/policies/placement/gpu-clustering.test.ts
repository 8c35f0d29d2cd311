import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';
import { Cluster } from '../../sim/cluster.ts';
import { ShapeTable } from '../../sim/shapes.ts';

const shared = pod(0, 0, 1, 500);
const whole = pod(0, 0, 1);
const pair = pod(0, 0, 2);

test('GPU clustering keeps pods of one class together, then takes the node with the least GPU left', () => {
  const node = 'T4:1000,1000,1000,1000,1000,1000,1000,1000';
  const { scores, place } = situation('gpu-clustering', `9000 9 ${node} | 9000 9 ${node}`);
  // Empty nodes host no GPU pod: 25 + trunc(25 * 0 / 8000).
  expect(scores(whole)).toEqual([25, 25]);
  expect(place(whole)).toBe(0);
  // Node 0 hosts only this class: 75 + trunc(25 * 1000 / 8000) = 75 + 3.
  expect(scores(whole)).toEqual([78, 25]);
  // For another class it hosts only others: 0 + 3; the empty node is better.
  expect(scores(shared)).toEqual([3, 25]);
  expect(place(shared)).toBe(1);
  expect(place(pair)).toBe(0);
  // Node 0, 5000 left: the class among others, 50 + trunc(9.375); node 1, 7500 left: only others, trunc(1.5625).
  expect(scores(whole)).toEqual([59, 1]);
  expect(scores(pod(1000, 1))).toEqual([0, 0]);
});

test('a class is gone from a node when its last pod is', () => {
  const cluster = new Cluster([{ name: 'a', cpuMilli: 1000, memBytes: 0, gpuCount: 4 }]);
  const shapes = new ShapeTable(cluster);
  const half = shapes.acquire(shared);
  const two = shapes.acquire(pair);
  cluster.bind(0, half, 0b0001, shapes);
  cluster.bind(0, half, 0b0001, shapes);
  cluster.bind(0, two, 0b0110, shapes);
  // Bit 0: sharing; bit 2: two whole devices.
  expect(cluster.gpuClasses[0]).toBe(0b101);
  cluster.release(0, half, 0b0001, shapes);
  expect(cluster.gpuClasses[0]).toBe(0b101);
  cluster.release(0, half, 0b0001, shapes);
  expect(cluster.gpuClasses[0]).toBe(0b100);
  cluster.release(0, two, 0b0110, shapes);
  expect(cluster.gpuClasses[0]).toBe(0);
});
