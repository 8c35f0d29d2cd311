import { expect, test } from 'vitest';
import { podRows, run } from '../../test/fixtures.ts';
import { builtInPlacement } from '../policies/placement/index.ts';
import { clusterText } from '../workloads/readers/cluster-text.ts';
import { InputError } from './input-error.ts';
import { Simulation } from './simulation.ts';

test('a pod lives from arrival to end, and the journal says so', () => {
  expect(run('2cpu 2Gi', 'A 0+10 2cpu | B 4+1 1cpu').journal).toEqual([
    '0 arrive A',
    '0 place A node-0',
    '4 arrive B',
    '4 queue B',
    '10 finish A node-0',
    '10 place B node-0',
    '11 finish B node-0',
  ]);
});

test('by default an end makes room for an arrival at the same instant; other ranks let the arrival come first', () => {
  const pods = 'A 0+10 2cpu | B 10+5 2cpu';
  const options = { whenFull: 'refuse' } as const;
  expect(run('2cpu 2Gi', pods, options).starts).toBe('A@0 B@10');
  expect(run('2cpu 2Gi', pods, { ...options, ranks: { arrive: 0, finish: 1 } }).starts).toBe('A@0');
});

test('many things at one instant happen in order: ends as their pods started, then arrivals', () => {
  // At 5 A ends and lets W (waiting) in, B ends, then C arrives and takes the rest.
  const { journal } = run('2cpu 2Gi', 'A 0+5 1cpu | B 0+5 1cpu | W 1+1 1cpu | C 5+1 1cpu');
  expect(journal.slice(6)).toEqual([
    '5 finish A node-0',
    '5 place W node-0',
    '5 finish B node-0',
    '5 arrive C',
    '5 place C node-0',
    '6 finish W node-0',
    '6 finish C node-0',
  ]);
});

test('a pod of no length ends when it starts, before the next one at that instant is looked at', () => {
  expect(run('1cpu 1Gi', 'A 3+0 1cpu | B 3+0 1cpu', { whenFull: 'refuse' }).journal).toEqual([
    '3 arrive A',
    '3 place A node-0',
    '3 finish A node-0',
    '3 arrive B',
    '3 place B node-0',
    '3 finish B node-0',
  ]);
});

test('a pod that never ends still runs at the end, and who waits for it still waits', () => {
  const { result } = run('2cpu 2Gi', 'A 0+ 2cpu | B 1+1 1cpu');
  expect(result.counts).toEqual({ arrived: 2, finished: 0, running: 1, pending: 1, refused: 0, killed: 0 });
  expect(result.metrics).not.toHaveProperty('makespanS');
});

test('a run with an end stops there, with what happens at that very instant still in it', () => {
  const pods = 'A 0+5 1cpu | B 1+9 1cpu | C 5+1 1cpu | D 6+1 1cpu';
  const { result, journal } = run('4cpu 4Gi', pods, { endUs: 5_000_000 });
  expect(journal.at(-1)).toBe('5 place C node-0');
  expect(result.endUs).toBe(5_000_000);
  expect(result.counts).toMatchObject({ arrived: 3, finished: 1, running: 2 });
  // Between events the clock goes on to the end: B alone runs from 7 to 8.
  const later = run('4cpu 4Gi', pods, { endUs: 8_000_000 }).result;
  expect(later.endUs).toBe(8_000_000);
  // A 5, B 7, C 1, D 1 CPU-seconds of 4 x 8.
  expect(later.metrics['cpuAllocatedShare']).toBe(14 / 32);
});

test('a run without pods is empty', () => {
  const { result, journal } = run('4cpu 4Gi', []);
  expect(journal).toEqual([]);
  expect(result.counts.arrived).toBe(0);
  expect(Object.values(result.metrics).every(Number.isFinite)).toBe(true);
});

test('pods out of order are told apart by name and time', () => {
  const pods = podRows('A 5+1 1cpu | B 4+1 1cpu');
  expect(() => run('4cpu 4Gi', pods)).toThrow(InputError);
  expect(() => run('4cpu 4Gi', pods)).toThrow(
    'pod "B" arrives at 4000000 µs, after a pod that arrived at 5000000 µs; sort the workload by arrival',
  );
});

test('pods share a GPU up to its 1000 milli, and whole ones need an empty device', () => {
  const pods = 'A 0+10 1xgpu:600 | B 0+10 1xgpu:500 | C 0+10 1xgpu:400 | D 0+10 1xgpu:500 | E 0+10 1xgpu';
  const { journal } = run('8cpu 8Gi 2xT4', pods);
  // C joins A (0 left) rather than B (100 left); D joins B; E waits for a whole device.
  expect(journal.filter((line) => line.includes('place'))).toEqual([
    '0 place A node-0 gpus 1',
    '0 place B node-0 gpus 10',
    '0 place C node-0 gpus 1',
    '0 place D node-0 gpus 10',
    '10 place E node-0 gpus 1',
  ]);
});

test('a pod that wants two devices gets two of one node', () => {
  expect(run('8cpu 8Gi 1xT4 | 8cpu 8Gi 1xT4 | 8cpu 8Gi 2xT4', 'A 0+1 2xgpu').places).toBe('A:node-2');
  expect(run('8cpu 8Gi 1xT4 | 8cpu 8Gi 1xT4', 'A 0+1 2xgpu').result.counts.refused).toBe(1);
});

test('labels, taints, GPU models, extended resources, storage and pod limits decide where a pod may run', () => {
  const cluster =
    '4cpu 4Gi taint=spot | 4cpu 4Gi disk=fast | 4cpu 4Gi 1xT4 | 4cpu 4Gi 1xV100 | 4cpu 4Gi extended.fpga=1 | 4cpu 4Gi storage=1Gi | 4cpu 4Gi pods=1';
  const names = ['plain', 'spot', 'fast', 't4', 'v100', 'fpga', 'fpga2', 'disk', 'none'];
  const pods = podRows(names.map((name) => `${name} 0+9 4cpu`).join(' | '), {
    spot: { tolerations: ['spot'] },
    fast: { nodeSelector: { disk: 'fast' } },
    t4: { gpuCount: 1, gpuModels: ['T4'] },
    v100: { gpuCount: 1, gpuModels: ['V100', 'A100'] },
    fpga: { extended: { fpga: 1 } },
    fpga2: { extended: { fpga: 2 } },
    disk: { storageBytes: 2 ** 30 },
    none: { nodeSelector: { disk: 'slow' } },
  });
  const { places, result } = run(cluster, pods);
  // Plain takes the first without a taint, so fast must wait; fpga2 and none fit nowhere ever.
  expect(places).toBe('plain:node-1 spot:node-0 t4:node-2 v100:node-3 fpga:node-4 disk:node-5 fast:node-1');
  expect(result.counts.refused).toBe(2);
  expect(run('4cpu 4Gi pods=1', 'A 0+5 1cpu | B 0+5 1cpu').starts).toBe('A@0 B@5');
});

test('memory follows what is alive: 200,000 pods with 50,000 distinct requests leave few slots and shapes', () => {
  let made = 0;
  const request = (k: number) => ({ cpuMilli: 1 + (k % 50_000), memBytes: 0 });
  const simulation = new Simulation({
    nodes: clusterText('8 x 100cpu 1Gi'),
    pods: {
      next(row) {
        if (made === 200_000) return false;
        row.arrivesUs = made * 1000;
        row.runsUs = 10_000;
        row.request = request(made++);
        return true;
      },
    },
    placement: builtInPlacement('best-fit').create,
    seed: 1,
    metrics: 'lean',
  });
  let mostAlive = 0;
  while (simulation.step()) mostAlive = Math.max(mostAlive, simulation.pods.alive);
  expect(simulation.result().counts.finished).toBe(200_000);
  // One comes each millisecond and stays for ten; the columns still have their first size, 64 pods of 16 numbers.
  expect(mostAlive).toBe(10);
  expect(simulation.pods.number.length).toBeLessThanOrEqual(64 * 16);
  // Idle shapes are kept in case they return: 4096, and a few that are in use.
  expect(simulation.shapes.count).toBeLessThan(4096 + 200);
  expect(simulation.shapes.count).toBeGreaterThan(4000);
});
