import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generatorPreset } from '../src/workloads/generators/generator-registry.ts';
import type { GeneratorOptions } from '../src/workloads/generators/preset.ts';
import { writeNodeCsv } from '../src/workloads/write-node-csv.ts';
import { writePodCsv } from '../src/workloads/write-pod-csv.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'traces/README.md'), 'utf8');
const command = /^baton trace generate (\S+) --pods (\d+) --seed (\d+) (.*) --out (\S+) --nodes-out (\S+)$/gm;
const shipped = [...readme.matchAll(command)];

test('the traces that ship were made by the commands beside them', () => {
  expect(shipped.length).toBe(4);
  for (const [, name, podCount, seed, settings, podFile, nodeFile] of shipped) {
    const knobs: [string, number][] = [...settings.matchAll(/--option (\w+)=(\S+)/g)].map(([, key, value]) => [
      key,
      Number(value),
    ]);
    const options: Partial<GeneratorOptions> = { ...Object.fromEntries<number>(knobs), pods: Number(podCount) };
    const preset = generatorPreset(name);
    const pods = [...writePodCsv(preset.pods(options, Number(seed)))].join('');
    const nodes = writeNodeCsv(preset.nodes(options));
    for (const [file, text] of [
      [podFile, pods],
      [nodeFile, nodes],
    ] as const) {
      if (process.env.UPDATE_TRACES === '1') writeFileSync(join(root, file), text);
      const kept = readFileSync(join(root, file), 'utf8');
      expect(kept.length, file).toBeLessThan(300_000);
      expect(kept === text, `${file} is not what its command makes; see traces/README.md`).toBe(true);
    }
  }
});
