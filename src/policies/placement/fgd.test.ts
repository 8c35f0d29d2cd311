import { expect, test } from 'vitest';
import { typical } from '../../../test/fgd-reference.ts';
import { pod, situation } from '../../../test/placement-situation.ts';
import { InputError } from '../../sim/input-error.ts';
import { stream } from '../../sim/random.ts';
import { fgd } from './fgd.ts';

// Every pod of the workload asks for 1000 millicores and either 600 of a device or a whole one, half each.
const HALVES = [typical(1000, 600, 1, '', 0.5), typical(1000, 1000, 1, '', 0.5)];

test('FGD puts a pod where it spoils least of the free GPU', () => {
  // Before: node 0 [600, 1000] has F = .5 * 0 + .5 * 600 = 300, node 1 [1000, 1000] has 0.
  // A pod of 600 on node 0's first device leaves [0, 1000], F = 0: falls by 300. On its second: [600, 400], F = .5 * 400
  // + .5 * 1000 = 700: rises by 400. On node 1: [400, 1000], F = .5 * 400 + .5 * 400 = 400: rises by 400.
  // Points: 100 / (1 + e^-.3) = 57.4 and 100 / (1 + e^.4) = 40.1.
  const { scores, choose, devices } = situation('fgd', '9000 9 T4:600,1000 | 9000 9 T4:1000,1000', HALVES);
  expect(scores(pod(1000, 1, 1, 600))).toEqual([57, 40]);
  expect(choose(pod(1000, 1, 1, 600))).toBe(0);
  expect(devices(pod(1000, 1, 1, 600), 0)).toEqual([0]);
  expect(devices(pod(1000, 1, 1, 600), 1)).toEqual([0]);
});

test('FGD takes the device with the most points even where it is not the fullest', () => {
  // Of every device only pods of 600 can make use; none is whole.
  // [650, 900]: F = .5 * 0 + .5 * 1550 = 775 (no whole device: all is lost to half of the pods).
  // Take 300 of 650: [350, 900], F = .5 * 350 + .5 * 1250 = 800, rises by 25: 49 points.
  // Take 300 of 900: [650, 600], F = .5 * 0 + .5 * 1250 = 625, falls by 150: 53 points.
  const { devices, scores } = situation('fgd', '9000 9 T4:650,900', HALVES);
  expect(devices(pod(1000, 1, 1, 300), 0)).toEqual([1]);
  expect(scores(pod(1000, 1, 1, 300))).toEqual([53]);
});

test('FGD sees a node run out of CPU for its idle GPUs', () => {
  // A pod without GPUs that takes the last CPU strands 2000 idle milli-GPU: F from 0 to 2000, 100 / (1 + e^2) = 11.9.
  const { scores } = situation('fgd', '2000 9 T4:1000,1000 | 4000 9 T4:1000,1000', HALVES);
  expect(scores(pod(1500, 1))).toEqual([11, 50]);
});

test('FGD says what it lacks when nothing is known of the workload', () => {
  const create = (): unknown => fgd.create({ random: stream(1, 'policy') });
  expect(create).toThrow(InputError);
  expect(create).toThrow('policy "fgd" needs a workload whose pods are known beforehand');
});
