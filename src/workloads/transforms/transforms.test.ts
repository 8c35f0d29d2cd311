import { fc } from '../../../test/fuzz.ts';
import { expect, test } from 'vitest';
import { InputError } from '../../sim/input-error.ts';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { requestKey, type PodRequest } from '../../sim/pod-request.ts';
import { blankRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import { applyTransforms, parseTransforms, TRANSFORMS } from './parse-transform.ts';

const S = 1_000_000;
const NODES: NodeSpec[] = [{ name: 'n', cpuMilli: 10_000, memBytes: 1000, gpuCount: 4 }];

/** Pods written as [seconds of arrival, cpu, gang]. */
function podsAt(...pods: readonly (readonly [number, number?, (string | undefined)?, number?])[]): PodRow[] {
  return pods.map(([seconds, cpuMilli = 1000, gang, gangSize = 1], k) => ({
    ...blankRow(),
    name: `p${k}`,
    arrivesUs: seconds * S,
    runsUs: 10 * S,
    gang,
    gangSize,
    request: { cpuMilli, memBytes: 100 },
  }));
}

function sourceOf(rows: readonly PodRow[]): PodSource {
  let k = 0;
  return { next: (row) => k < rows.length && Object.assign(row, rows[k++]) === row };
}

function transformed(rows: readonly PodRow[], texts: string | readonly string[], seed = 1): PodRow[] {
  const steps = parseTransforms(typeof texts === 'string' ? [texts] : texts);
  const source = applyTransforms(sourceOf(rows), steps, { seed, nodes: NODES });
  const all: PodRow[] = [];
  for (let row = blankRow(); source.next(row); row = blankRow()) all.push(row);
  // The end stays the end.
  expect(source.next(blankRow())).toBe(false);
  return all;
}

const arrivals = (rows: readonly PodRow[]): number[] => rows.map((row) => row.arrivesUs / S);
const names = (rows: readonly PodRow[]): string => rows.map((row) => row.name).join(' ');

test('sort puts pods in order of arrival and keeps the order of those of one instant', () => {
  expect(names(transformed(podsAt([5], [3], [5], [1], [3]), 'sort'))).toBe('p3 p1 p4 p0 p2');
});

test('scale-arrivals and compress-time divide times', () => {
  const pods = podsAt([0], [3], [9]);
  expect(arrivals(transformed(pods, 'scale-arrivals=2'))).toEqual([0, 1.5, 4.5]);
  expect(transformed(pods, 'scale-arrivals=2')[0].runsUs).toBe(10 * S);
  const [, second] = transformed(pods, 'compress-time=3');
  expect([second.arrivesUs, second.runsUs, second.estimateUs]).toEqual([S, 3_333_333, Infinity]);
  expect(() => transformed(podsAt([9e9]), 'scale-arrivals=0.5')).toThrow(
    'is beyond 2^53 microseconds; use a smaller factor',
  );
});

test('scale-sizes rounds up, never to nothing, and scales GPUs as a total', () => {
  const scaled = (request: PodRequest, text: string): PodRequest => {
    const [row] = transformed([{ ...blankRow(), request }], text);
    return row.request;
  };
  const base = { cpuMilli: 1001, memBytes: 0 };
  expect(scaled(base, 'scale-sizes=0.5')).toEqual({ cpuMilli: 501, memBytes: 0 });
  expect(scaled(base, 'scale-sizes=cpu:0.0001,mem:7')).toEqual({ cpuMilli: 1, memBytes: 0 });
  // 3 * 1.1 is 3.3000000000000003 in doubles, 30 * 1.1 is 33.00000000000001: not 34.
  expect(scaled({ cpuMilli: 30, memBytes: 3 }, 'scale-sizes=1.1')).toEqual({ cpuMilli: 33, memBytes: 4 });
  const gpus = (gpuCount: number, gpuMilli: number, factor: number): unknown => {
    const { gpuCount: count, gpuMilli: milli } = scaled({ ...base, gpuCount, gpuMilli }, `scale-sizes=gpu:${factor}`);
    return [count, milli];
  };
  expect(gpus(1, 400, 2)).toEqual([1, 800]);
  expect(gpus(1, 400, 4)).toEqual([2, 1000]); // 1600 milli: two whole devices
  expect(gpus(8, 1000, 0.5)).toEqual([4, 1000]);
  expect(gpus(1, 1000, 0.3)).toEqual([1, 300]);
  expect(() => gpus(8, 1000, 4)).toThrow('scaled by 4 a pod asks for 32 GPUs, and a node has at most 31');
});

test('window, from-zero and limit cut; gangs are not torn apart', () => {
  const pods = podsAt([1], [2], [3], [4], [5]);
  expect(arrivals(transformed(pods, 'window=2s..4s'))).toEqual([0, 1]);
  expect(arrivals(transformed(pods, 'window=4s..'))).toEqual([0, 1]);
  expect(arrivals(transformed(pods, 'window=..3s'))).toEqual([1, 2]);
  expect(arrivals(transformed(pods, 'from-zero'))).toEqual([0, 1, 2, 3, 4]);
  expect(arrivals(transformed(pods, 'limit=2'))).toEqual([1, 2]);
  const gang = podsAt([1], [2, 1, 'g', 3], [2, 1, 'g', 3], [2, 1, 'g', 3], [3]);
  expect(names(transformed(gang, 'limit=2'))).toBe('p0 p1 p2 p3');
  expect(names(transformed(gang, 'limit=4'))).toBe('p0 p1 p2 p3');
});

test('repeat begins anew after the arrivals and a mean gap, or after the period', () => {
  const pods = podsAt([1], [2], [5, 1, 'g']);
  const twice = transformed(pods, 'repeat=2'); // span 4 s, mean gap 2 s: period 6 s
  expect(arrivals(twice)).toEqual([1, 2, 5, 7, 8, 11]);
  expect(names(twice)).toBe('p0 p1 p2 p0-repeat-2 p1-repeat-2 p2-repeat-2');
  expect(twice[5].gang).toBe('g-repeat-2');
  expect(arrivals(transformed(pods, 'repeat=2:1m'))).toEqual([1, 2, 5, 61, 62, 65]);
  expect(() => transformed(pods, 'repeat=2:3s')).toThrow('repeat: the arrivals span 4s, more than the period of 3s');
});

test('relabel writes values, one for all or drawn for each pod', () => {
  const pods = podsAt(...Array.from({ length: 400 }, (_, k) => [k] as const));
  expect(transformed(pods, 'relabel=priority:-5')[7].priority).toBe(-5);
  expect(transformed(pods, 'relabel=name:x-')[7].name).toBe('x-p7');
  expect(transformed(pods, 'relabel=estimate:run')[7].estimateUs).toBe(10 * S);
  expect(transformed(pods, ['relabel=estimate:run', 'relabel=estimate:2x'])[7].estimateUs).toBe(20 * S);
  const users = transformed(pods, 'relabel=user:ann,bob').map((row) => row.user);
  const anns = users.filter((user) => user === 'ann').length;
  // Binomial with mean 200 and standard deviation 10.
  expect(Math.abs(anns - 200)).toBeLessThan(50);
  expect(users.filter((user) => user === 'bob').length).toBe(400 - anns);
  const [gpu] = transformed(
    [{ ...blankRow(), request: { cpuMilli: 1, memBytes: 1, gpuCount: 1 } }],
    'relabel=gpu-model:A10',
  );
  expect(gpu.request.gpuModels).toEqual(['A10']);
});

test('inflate clones until the next pod would exceed the load, and removes until it does not', () => {
  // The cluster has 10 CPUs. Pods of 1 CPU, 3 of them: 2.0 times the cluster is 20 CPUs, 17 clones.
  const pods = podsAt([0], [1], [2]);
  const grown = transformed(pods, 'inflate=cpu:2');
  expect(grown).toHaveLength(20);
  expect(grown.every((row) => [0, 1, 2].includes(row.arrivesUs / S))).toBe(true);
  expect(new Set(grown.map((row) => row.name)).size).toBe(20);
  expect(transformed(pods, 'inflate=cpu:0.25')).toHaveLength(2);
  const gang = podsAt([0, 1000, 'g', 2], [0, 1000, 'g', 2], [1, 1000, 'h', 2], [1, 1000, 'h', 2]);
  const one = transformed(gang, 'inflate=cpu:0.3'); // 3 CPUs: one gang of 2 is left, whole
  expect(new Set(one.map((row) => row.gang)).size).toBe(1);
  expect(one).toHaveLength(2);
  const more = transformed(gang, 'inflate=cpu:0.6');
  expect(more).toHaveLength(6);
  expect(() => transformed(pods, 'inflate=gpu:1')).toThrow(
    'inflate: no pod asks for gpu, so its load cannot be changed',
  );
});

test('a pipeline is applied in order, and each step draws from its own stream', () => {
  const pods = podsAt(...Array.from({ length: 200 }, (_, k) => [k] as const));
  expect(
    transformed(pods, ['window=0s..100s', 'limit=3', 'scale-arrivals=0.5']).map((row) => row.arrivesUs / S),
  ).toEqual([0, 2, 4]);
  // Sampling twice with the same share must not keep the same pods: about a quarter stays, not a half.
  const quarter = transformed(pods, ['sample=0.5', 'sample=0.5']).length;
  expect(quarter).toBeGreaterThan(25);
  expect(quarter).toBeLessThan(80);
  expect(names(transformed(pods, 'sample=0.5', 1))).not.toBe(names(transformed(pods, 'sample=0.5', 2)));
});

test.each([
  ['fly', 'no transform is called "fly"; known are sort, scale-arrivals, compress-time'],
  ['sort=1', 'transform "sort=1": write it like sort'],
  ['sample', 'transform "sample": write it like sample=0.1'],
  [
    'sample=2',
    'transform "sample=2": "2" is not a share above 0 and at most 1; write it like 0.1 (an example: sample=0.1)',
  ],
  ['scale-arrivals=-1', '"-1" is not a factor above 0'],
  ['window=3d', '"3d" is not a window; write two times with .. between them (an example: window=1d..3d)'],
  ['window=3d..1d', '"3d..1d" ends before it begins'],
  ['scale-sizes=fun:2', '"fun" is not a resource; write cpu, mem, storage or gpu'],
  ['inflate=gpu', '"gpu" has no value; write it like gpu:1.3'],
  ['inflate=disk:1', '"disk" is not a resource with a load; write cpu, mem or gpu'],
  ['relabel=colour:red', '"colour" cannot be relabelled; write one of user, priority, name, estimate, gpu-model'],
  ['relabel=estimate:long', '"long" is not an estimate; write run, none or a factor like 2x'],
  ['limit=0', '"0" is not a whole number from 1 to 2^53 - 1'],
])('%s is refused with a sentence', (text, sentence) => {
  expect(() => parseTransforms([text])).toThrow(InputError);
  expect(() => parseTransforms([text])).toThrow(sentence);
});

test('the examples of the listing can be written as they are', () => {
  expect(parseTransforms(TRANSFORMS.map((one) => one.example)).map((step) => step.name)).toEqual(
    TRANSFORMS.map((one) => one.name),
  );
  const [first, second] = parseTransforms(['sort', 'sort']);
  expect([first.sorts, second.sorts]).toEqual([true, false]);
  expect(parseTransforms(['relabel=user:a', 'relabel=user:a,b']).map((one) => one.isRandom)).toEqual([false, true]);
});

const workloads = fc
  .array(fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })), {
    minLength: 1,
    maxLength: 30,
  })
  .map((units) =>
    units
      .sort(([a], [b]) => a - b)
      .flatMap(([second, cpu, members], unit) =>
        Array.from({ length: members }, (_, k) => ({
          ...podsAt([second, cpu * 1000, members > 1 ? `g${unit}` : undefined, members])[0],
          name: `p${unit}.${k}`,
        })),
      ),
  );

/** Sizes of the gangs that are not complete. */
function tornGangs(rows: readonly PodRow[]): string[] {
  const members = new Map<string, number>();
  for (const row of rows) if (row.gang !== undefined) members.set(row.gang, (members.get(row.gang) ?? 0) + 1);
  return [...members]
    .filter(([gang, count]) => rows.find((row) => row.gang === gang)?.gangSize !== count)
    .map(([gang]) => gang);
}

test('every transform keeps the order of arrival and whole gangs, and gives the same for the same seed', () => {
  const texts = TRANSFORMS.map((one) => one.example).filter((text) => !text.startsWith('inflate'));
  fc.assert(
    fc.property(
      workloads,
      fc.constantFrom(...texts, 'inflate=cpu:3', 'inflate=cpu:0.5', 'sample=0.5'),
      fc.nat(1000),
      (rows, text, seed) => {
        const found = transformed(rows, text, seed);
        expect(found.every((row, k) => k === 0 || row.arrivesUs >= found[k - 1].arrivesUs)).toBe(true);
        expect(tornGangs(found)).toEqual([]);
        expect(transformed(rows, text, seed)).toEqual(found);
      },
    ),
    { numRuns: 500 },
  );
});

test('shuffle keeps the pods and the times, whichever pod gets which', () => {
  const sorted = (texts: readonly string[]): string[] => [...texts].sort();
  fc.assert(
    fc.property(workloads, fc.nat(1000), (rows, seed) => {
      const found = transformed(rows, 'shuffle', seed);
      const pod = (row: PodRow): string => `${row.name} ${row.gang} ${requestKey(row.request)}`;
      expect(sorted(found.map(pod))).toEqual(sorted(rows.map(pod)));
      // One time for each unit: gangs by their first member.
      const times = (all: readonly PodRow[]): number[] =>
        all.filter((row) => row.name?.endsWith('.0')).map((row) => row.arrivesUs);
      expect(times(found)).toEqual(times(rows));
    }),
    { numRuns: 200 },
  );
  // All 6 orders of 3 pods come up equally often: 1,200 seeds, mean 200, standard deviation 13.
  const orders = new Map<string, number>();
  for (let seed = 0; seed < 1200; seed++) {
    const order = names(transformed(podsAt([0], [1], [2]), 'shuffle', seed));
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  expect(orders.size).toBe(6);
  for (const [order, count] of orders) expect(Math.abs(count - 200), order).toBeLessThan(65);
});
