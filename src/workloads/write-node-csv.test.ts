import { expect, test } from 'vitest';
import type { NodeSpec } from '../sim/node-spec.ts';
import { bytesOf } from './byte-source.ts';
import { DropReport } from './drop-report.ts';
import { PRESETS } from './generators/generator-registry.ts';
import { nodeCsv } from './readers/node-csv.ts';
import { writeNodeCsv } from './write-node-csv.ts';

const again = (nodes: readonly NodeSpec[]): NodeSpec[] =>
  nodeCsv(bytesOf('nodes.csv', writeNodeCsv(nodes)), new DropReport());

test('machines are read back as they were written, each preset included', () => {
  const odd: NodeSpec[] = [
    { name: 'a-0', cpuMilli: 1000, memBytes: 3 },
    { name: 'a-1', cpuMilli: 1000, memBytes: 3 },
    { name: 'a-2', cpuMilli: 2000, memBytes: 1024, storageBytes: 5e9, gpuCount: 2, gpuModel: 'T4', zone: 'z' },
    { name: 'b', cpuMilli: 1, memBytes: 0, labels: { disk: 'ssd' }, taints: ['spot', 'team=ml'], podLimit: 110 },
    { name: 'c', cpuMilli: 1, memBytes: 0, extended: { fpga: 2 } },
    { name: '#d, "e"', cpuMilli: 1, memBytes: 0 },
  ];
  expect(again(odd)).toEqual(odd);
  for (const preset of PRESETS) {
    const nodes = preset.nodes({ nodes: 50 });
    expect(again(nodes), preset.name).toEqual(nodes);
  }
});

test('equal machines take one line', () => {
  const nodes = Array.from({ length: 40 }, (_, k) => ({ name: `m-${k}`, cpuMilli: 1000, memBytes: 1024 ** 3 }));
  expect(writeNodeCsv(nodes).trim().split('\n')[1]).toBe('m,40,1000m,1Gi,,,,,,,,');
});
