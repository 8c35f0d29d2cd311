import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fgdReference, typical } from '../../../test/fgd-reference.ts';
import { traceDir } from '../../../test/trace-dir.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { typicalPods } from './typical-pods.ts';

/** A class of so many of the 19 pods covered, of 20. */
const share = (count: number): number => count / 20 / (19 / 20);

const times = (count: number, request: PodRequest): PodRequest[] => Array.from({ length: count }, () => request);

test('classes are ordered by size, then descending by request, and cut where 95 % are covered', () => {
  const requests = [
    ...times(6, { cpuMilli: 1000, memBytes: 1, gpuCount: 1, gpuMilli: 500 }),
    ...times(6, { cpuMilli: 1000, memBytes: 2, gpuCount: 1, gpuMilli: 500 }),
    ...times(3, { cpuMilli: 2000, memBytes: 1 }),
    ...times(3, { cpuMilli: 2000, memBytes: 1, gpuCount: 2, gpuModels: ['T4', 'A10'] }),
    { cpuMilli: 10, memBytes: 1 },
    { cpuMilli: 9, memBytes: 1 },
  ];
  // 20 pods: 12, 3, 3, 1, 1. After three classes 18 are covered, after four 19 = 95 %. Memory makes no difference.
  expect(typicalPods(requests)).toEqual([
    typical(1000, 500, 1, '', share(12)),
    typical(2000, 1000, 2, 'T4|A10', share(3)),
    typical(2000, 0, 0, '', share(3)),
    typical(10, 0, 0, '', share(1)),
  ]);
  expect(typicalPods(requests, 1).length).toBe(5);
  expect(typicalPods([])).toEqual([]);
});

const reference = fgdReference('derived_typical_pods.csv');
const traces = ['default', 'cpu200', 'gpushare60', 'gpuspec25', 'multigpu20', 'multigpu50'];

test.skipIf(reference === undefined).each(traces)(
  'the typical pods of openb trace %s are those of the experiment',
  (trace) => {
    const file = `${traceDir()}/openb/openb_pod_list_${trace}.csv`;
    expect(existsSync(file)).toBe(true);
    const requests = rowsOf(readFileSync(file, 'utf8')).map(([, cpu, , gpus, milli, spec]): PodRequest => {
      const gpu = { gpuCount: Number(gpus), gpuMilli: Number(milli), gpuModels: spec ? spec.split('|') : [] };
      return { cpuMilli: Number(cpu), memBytes: 0, ...(gpu.gpuCount > 0 ? gpu : {}) };
    });
    const expected = rowsOf(reference!)
      .filter((row) => row[0] === trace)
      .map((row) => typical(Number(row[2]), Number(row[3]), Number(row[4]), row[5], Number(row[7])));
    expect(expected.length).toBeGreaterThan(30);
    expect(typicalPods(requests)).toEqual(expected);
  },
);

function rowsOf(csv: string): string[][] {
  return csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(','));
}
