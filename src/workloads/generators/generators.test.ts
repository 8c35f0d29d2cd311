import { expect, test } from 'vitest';
import { blankRow, type PodSource } from '../../sim/pod-source.ts';
import { requestKey } from '../../sim/pod-request.ts';
import { describePods } from '../describe.ts';
import { PRESETS, generatorPreset } from './generator-registry.ts';
import { compareWithTargets } from '../targets.ts';
import type { GeneratorOptions } from './preset.ts';

/** Shorter runs than the defaults where these would bring millions of pods; the statistics are the same. */
const ENOUGH: Readonly<Record<string, Partial<GeneratorOptions>>> = {
  'borg-2011-like': { days: 15, batch: 1 },
  'azure-vm-like': { days: 6 },
  'gpu-openb-like': { pods: 60_000 },
  'uniform-mix': { pods: 300_000, days: 0.9 },
};

for (const preset of PRESETS) {
  const { name } = preset;

  test(`${name} comes near its published statistics`, () => {
    for (const seed of [1, 2, 3]) {
      const statistics = describePods(preset.pods(ENOUGH[name] ?? {}, seed));
      const rows = compareWithTargets(statistics, preset.targets);
      expect(
        rows.filter((row) => !row.within),
        `seed ${seed}`,
      ).toEqual([]);
    }
  });

  test(`${name} gives the same pods for the same seed, others for another, in order of time`, () => {
    const first = text(preset.pods({ pods: 3000 }, 7));
    expect(text(preset.pods({ pods: 3000 }, 7))).toEqual(first);
    expect(text(preset.pods({ pods: 3000 }, 8))).not.toEqual(first);
    const times = first.map((line) => Number(line.split(' ')[0]));
    expect(times.every((at, k) => Number.isSafeInteger(at) && (k === 0 || at >= times[k - 1]))).toBe(true);
  });

  test(`${name} keeps the order of its shapes, users and run times under another load`, () => {
    const nodes = name === 'hpc-like' ? 100 : 50;
    const without = (line: string): string => line.slice(line.indexOf(' '));
    const light = text(preset.pods({ pods: 3000, nodes, load: 0.4 }, 3));
    const heavy = text(preset.pods({ pods: 3000, nodes, load: 1.2 }, 3));
    // Load moves arrivals, except in uniform-mix, where it stretches run times.
    const fields = (line: string): string =>
      name === 'uniform-mix' ? line.split(' ').slice(2).join(' ') : without(line);
    expect(heavy.map(fields)).toEqual(light.map(fields));
    expect(heavy).not.toEqual(light);
  });

  test(`${name} asks for about the load it was told, averaged over seeds, and every pod fits some node`, () => {
    // Cut short, so that a few days are enough to meet the load; run times of uniform-mix follow from its load.
    const longestHours = name === 'uniform-mix' ? 1e6 : 6;
    const options: Partial<GeneratorOptions> = { ...ENOUGH[name], load: 0.8, longestHours };
    const nodes = preset.nodes(options);
    const loads = [1, 2, 3].map((seed) => {
      const { loadCpu = 0, loadMemory = 0, loadGpu = 0 } = describePods(preset.pods(options, seed), nodes);
      return Math.max(loadCpu, loadMemory, loadGpu);
    });
    const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
    expect(Math.abs(mean - 0.8), `loads ${loads.join(', ')}`).toBeLessThan(0.12);
    const row = blankRow();
    const source = preset.pods({ ...options, pods: 5000 }, 1);
    while (source.next(row)) {
      const { request } = row;
      const fits = nodes.some(
        (node) =>
          node.cpuMilli >= request.cpuMilli &&
          node.memBytes >= request.memBytes &&
          (node.gpuCount ?? 0) >= (request.gpuCount ?? 0),
      );
      if (!fits) throw new Error(`no node for ${requestKey(request)}`);
      expect(row.estimateUs).toBeGreaterThanOrEqual(row.runsUs);
    }
  });
}

test('gangs are whole: every member carries the name and the size', () => {
  const source = generatorPreset('dl-training-like').pods({ pods: 20_000 }, 5);
  const row = blankRow();
  const members = new Map<string, number>();
  const sizes = new Map<string, number>();
  while (source.next(row)) {
    if (row.gang === undefined) continue;
    members.set(row.gang, (members.get(row.gang) ?? 0) + 1);
    sizes.set(row.gang, row.gangSize);
  }
  expect(members.size).toBeGreaterThan(500);
  expect([...members]).toEqual([...sizes]);
});

test('the knobs are checked with a sentence each', () => {
  const pods = (options: Partial<GeneratorOptions>, seed: number) => generatorPreset('uniform-mix').pods(options, seed);
  expect(() => pods({ load: -1 }, 1)).toThrow('uniform-mix: option load is -1; write a share such as 0.9');
  expect(() => pods({ pods: 1.5 }, 1)).toThrow('uniform-mix: option pods is 1.5; write a whole number from 1');
  expect(() => pods({ nods: 3 } as Partial<GeneratorOptions>, 1)).toThrow('uniform-mix has no option "nods"');
  expect(() => generatorPreset('borg')).toThrow('no workload preset called "borg"; known presets: borg-2011-like');
  expect(() => generatorPreset('borg-2011-like').pods({ days: Infinity }, 1)).toThrow('without limit');
});

test('uniform-mix hands out the same request object for the same shape', () => {
  const source = generatorPreset('uniform-mix').pods({ pods: 10_000, shapes: 20 }, 1);
  const row = blankRow();
  const objects = new Set<unknown>();
  while (source.next(row)) objects.add(row.request);
  expect(objects.size).toBe(20);
});

function text(source: PodSource): string[] {
  const lines: string[] = [];
  const row = blankRow();
  while (source.next(row))
    lines.push(
      `${row.arrivesUs} ${row.runsUs} ${requestKey(row.request)} ${row.estimateUs} ${row.priority} ${row.user} ${row.gang} ${row.gangSize}`,
    );
  return lines;
}
