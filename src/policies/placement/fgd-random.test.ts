import { expect, test } from 'vitest';
import { pod, situation } from '../../../test/placement-situation.ts';

test('every GPU that has enough left is drawn equally often for a pod that shares one', () => {
  const { devices } = situation('fgd-random', '9000 9 T4:1000,200,500,700');
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 3000; draw++) counts[devices(pod(0, 0, 1, 300), 0)[0]]++;
  // 1000 expected on each of the three, standard deviation 26: five of them either way.
  expect(counts[1]).toBe(0);
  for (const device of [0, 2, 3]) expect(Math.abs(counts[device] - 1000)).toBeLessThan(130);
});

test('whole GPUs are taken in order', () => {
  const { devices } = situation('fgd-random', '9000 9 T4:1000,200,1000,1000');
  expect(devices(pod(0, 0, 2), 0)).toEqual([0, 2]);
});
