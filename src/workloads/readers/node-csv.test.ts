import { expect, test } from 'vitest';
import type { NodeSpec } from '../../sim/node-spec.ts';
import { InputError } from '../../sim/input-error.ts';
import { bytesOf } from '../byte-source.ts';
import { DropReport } from '../drop-report.ts';
import { nodeCsv } from './node-csv.ts';

const read = (text: string): NodeSpec[] => nodeCsv(bytesOf('n.csv', text), new DropReport());

test('machines with counts and everything a machine can have', () => {
  expect(
    read(
      'name,count,cpu,mem,storage,gpus,gpu_model,zone,labels,taints,pods,extended\n' +
        'big,2,32,128Gi,1T,4,A10,a,disk=ssd;rack=7,spot;team=ml,110,fpga=2\nsmall,,1500m,2G,,,,,,,,\n',
    ),
  ).toEqual([
    ...['big-0', 'big-1'].map((name) => ({
      name,
      cpuMilli: 32_000,
      memBytes: 128 * 1024 ** 3,
      storageBytes: 1e12,
      gpuCount: 4,
      gpuModel: 'A10',
      zone: 'a',
      labels: { disk: 'ssd', rack: '7' },
      taints: ['spot', 'team=ml'],
      podLimit: 110,
      extended: { fpga: 2 },
    })),
    { name: 'small', cpuMilli: 1500, memBytes: 2e9 },
  ]);
  expect(read('cpu,mem\r\n1,1Gi\r\n2,2Gi\r\n').map((node) => node.name)).toEqual(['node-2', 'node-3']);
});

test.each([
  ['cpu,mem\n', 'n.csv: the file has a header but no machines; add one row a machine'],
  ['name,cpu\n', 'n.csv:1: the header has no column "mem"'],
  ['name,cpu,mem\na,1,1\na,1,1\n', 'n.csv:3: there is already a machine "a"; give each row its own name'],
  ['count,cpu,mem\n0,1,1\n', 'n.csv:2: field "count": "0" is not a whole number from 1 to 2000000'],
  ['cpu,mem,gpus\n1,1,32\n', 'n.csv:2: field "gpus": "32" is not a whole number from 0 to 31'],
  ['cpu,mem\n1,\n', 'n.csv:2: field "mem": it is empty; write it like 2Gi'],
])('%j is refused with a sentence', (text, sentence) => {
  expect(() => read(text)).toThrow(InputError);
  expect(() => read(text)).toThrow(sentence);
});
