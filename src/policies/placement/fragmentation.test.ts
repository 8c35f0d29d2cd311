import { expect, test } from 'vitest';
import { fgdReference, typical } from '../../../test/fgd-reference.ts';
import { addFragments, fragmentation } from './fragmentation.ts';

test('idle GPU is divided by what a typical pod could do with it', () => {
  const node = { cpuFree: 4000, devices: [300, 1000, 0, 600] };
  const parts = (cpuMilli: number, gpuMilli: number, gpuCount: number, spec = ''): number[] => {
    const into = new Float64Array(7);
    addFragments([typical(cpuMilli, gpuMilli, gpuCount, spec, 1)], node.cpuFree, node.devices, 'T4', into);
    return [...into];
  };
  // Order: lack both, lack GPU, satisfied, lack CPU, no GPU wanted, none wanted and CPU short, no access. 1900 are idle.
  expect(parts(1000, 500, 1)).toEqual([0, 300, 1600, 0, 0, 0, 0]);
  expect(parts(1000, 1000, 1)).toEqual([0, 900, 1000, 0, 0, 0, 0]);
  expect(parts(1000, 1000, 2)).toEqual([0, 1900, 0, 0, 0, 0, 0]);
  expect(parts(8000, 1000, 2)).toEqual([1900, 0, 0, 0, 0, 0, 0]);
  expect(parts(8000, 500, 1)).toEqual([0, 0, 0, 1900, 0, 0, 0]);
  expect(parts(1000, 0, 0)).toEqual([0, 0, 0, 0, 1900, 0, 0]);
  expect(parts(8000, 0, 0)).toEqual([0, 0, 0, 0, 0, 1900, 0]);
  expect(parts(1000, 500, 1, 'A10|V100')).toEqual([0, 0, 0, 0, 0, 0, 1900]);
  expect(parts(1000, 500, 1, 'A10|T4')).toEqual([0, 300, 1600, 0, 0, 0, 0]);
});

test('F is the mean over the typical pods of everything but what is satisfied', () => {
  // Three quarters want 500 of one device (300 of 1300 idle are of no use to them), a quarter want no GPU (all 1300).
  const pods = [typical(1000, 500, 1, '', 0.75), typical(1000, 0, 0, '', 0.25)];
  expect(fragmentation(pods, 4000, [300, 1000], 'T4')).toBe(0.75 * 300 + 0.25 * 1300);
});

const examples = fgdReference('unit_examples.json');
const lists = fgdReference('unit_examples_typical_lists.json');

test.skipIf(examples === undefined || lists === undefined)("F equals upstream's unit tests", () => {
  interface Sums {
    cases: { cpu_left: number; gpu_left: number[]; model: string; frag_except_q3: number }[];
    tolerance: number;
  }
  type Row = [number, number, number, string, number];
  const sums = JSON.parse(examples!) as Record<'frag_sum_nongpu' | 'frag_sum_gpu_types', Sums>;
  const rows = JSON.parse(lists!) as Record<'with_non_gpu' | 'gpu_types', Row[]>;
  let checked = 0;
  for (const [key, list] of [
    ['frag_sum_nongpu', rows.with_non_gpu],
    ['frag_sum_gpu_types', rows.gpu_types],
  ] as const) {
    const pods = list.map((row) => typical(...row));
    for (const one of sums[key].cases) {
      const amount = fragmentation(pods, one.cpu_left, one.gpu_left, one.model);
      expect(Math.abs(amount - one.frag_except_q3), `${key} ${one.frag_except_q3}`).toBeLessThan(sums[key].tolerance);
      checked++;
    }
  }
  expect(checked).toBe(6);
});
