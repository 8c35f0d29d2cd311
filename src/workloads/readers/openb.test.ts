import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../../../test/fuzz.ts';
import { expect, test } from 'vitest';
import { traceDir } from '../../../test/trace-dir.ts';
import { InputError } from '../../sim/input-error.ts';
import { requestKey } from '../../sim/pod-request.ts';
import { blankRow } from '../../sim/pod-source.ts';
import { bytesOf } from '../byte-source.ts';
import { DropReport } from '../drop-report.ts';
import { collect, type PodTable } from '../pod-table.ts';
import { openbNodes } from './openb-nodes.ts';
import { openbPods, type OpenbPodsOptions } from './openb-pods.ts';

const HEADER =
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n';
const MIB = 1024 ** 2;

function read(text: string, options: OpenbPodsOptions = {}, report = new DropReport()): PodTable {
  return collect(openbPods(bytesOf('o.csv', text), report, options));
}

test('a pod arrives when created and runs from scheduled, else created, to deleted', () => {
  const table = read(
    `${HEADER}p0,12000,16384,1,460,V100M16|T4,LS,Running,10,1000,20\np1,1,0,0,0,G2,BE,Pending,30,90,\np2,1,0,2,1000,,BE,Running,40,,\n`,
  );
  const row = blankRow();
  const pods = Array.from({ length: table.length }, (_, k) => {
    table.fill(row, k);
    return { ...row };
  });
  expect(pods[0]).toMatchObject({ name: 'p0', arrivesUs: 10e6, runsUs: 980e6, estimateUs: Infinity });
  expect(pods[0].request).toEqual({
    cpuMilli: 12_000,
    memBytes: 16_384 * MIB,
    gpuCount: 1,
    gpuMilli: 460,
    gpuModels: ['V100M16', 'T4'],
  });
  expect(pods[1]).toMatchObject({ arrivesUs: 30e6, runsUs: 60e6, request: { cpuMilli: 1, memBytes: 0 } });
  expect(pods[1].request.gpuModels).toBeUndefined();
  expect(pods[2].runsUs).toBe(Infinity);
});

test('columns are found by name, and the five-column files have no times', () => {
  const report = new DropReport();
  const table = read('gpu_milli,name,num_gpu,memory_mib,cpu_milli\n500,p,1,2,3\n500,q,1,2,3\n', { everyUs: 5 }, report);
  expect(table.requests).toEqual([{ cpuMilli: 3, memBytes: 2 * MIB, gpuCount: 1, gpuMilli: 500 }]);
  expect([...table.arrivesUs.subarray(0, 2)]).toEqual([0, 5]);
  expect(report.sentences()).toContain('the file has no times: the pods arrive in the order of the rows and never end');
  expect(() => read('name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,0,0\n', { times: 'trace' })).toThrow(
    'times=none',
  );
});

test('more than a whole GPU becomes a whole one, and each such row is counted', () => {
  const report = new DropReport();
  const table = read(`${HEADER}a,1,1,1,1500,,,,0,1,0\nb,1,1,1,1500,,,,0,1,0\nc,1,1,1,1,,,,0,5,9\n`, {}, report);
  expect(table.requests).toEqual([{ cpuMilli: 1, memBytes: MIB, gpuCount: 1, gpuMilli: 1000 }]);
  expect(report.sentences()).toEqual([
    '3 rows read, 2 pods given',
    '1 row dropped: deleted before it was scheduled or created (o.csv:4)',
    '2 rows changed: gpu_milli above 1000 became 1000, as upstream does it (o.csv:2, o.csv:3)',
  ]);
});

test.each([
  [
    `${HEADER}a,x,1,0,0,,,,0,1,0\n`,
    'o.csv:2: field "cpu_milli": "x" is not a whole number from 0 to 2^53 - 1; write it like 3',
  ],
  [`${HEADER}a,1,-1,0,0,,,,0,1,0\n`, 'o.csv:2: field "memory_mib": "-1" is not a whole number'],
  [
    `${HEADER}a,1,9999999999999,0,0,,,,0,1,0\n`,
    'o.csv:2: field "memory_mib": "9999999999999" is not a whole number from 0 to 8589934591',
  ],
  [`${HEADER}a,1,1,1,0,,,,0,1,0\n`, 'o.csv:2: field "gpu_milli": "0" of each GPU is nothing; write 1 to 1000'],
  [`${HEADER}a,1,1,0,0,,,,NaN,1,0\n`, 'o.csv:2: field "creation_time": "NaN" is not a whole number'],
  [
    `${HEADER}a,1,1,0,0,,,,9,11,9\nb,1,1,0,0,,,,8,9,8\n`,
    'o.csv:3: the pod arrives at 8s, before the one above it (9s)',
  ],
  [HEADER, 'o.csv: the file has a header but no pods'],
  ['name,cpu_milli\n', 'o.csv:1: the header has no column "memory_mib", "num_gpu", "gpu_milli"'],
])('%j is refused with a sentence', (text, sentence) => {
  expect(() => read(text)).toThrow(InputError);
  expect(() => read(text)).toThrow(sentence);
});

test('lists changed at any place give pods and machines, or an InputError', () => {
  const podList = `${HEADER}a,12000,16384,1,460,V100M16|T4,LS,Running,10,1000,20\nb,1,0,0,0,G2,BE,Pending,30,90,\n`;
  const nodeList = 'sn,cpu_milli,memory_mib,gpu,model\na,32000,262144,0,\nb,64000,1,2,P100\n';
  const readers: ((bytes: Uint8Array) => void)[] = [
    (bytes) => collect(openbPods(bytesOf('o', bytes), new DropReport(), { order: 'any' })),
    (bytes) => openbNodes(bytesOf('n', bytes)),
  ];
  const inserted = fc.oneof(
    fc.uint8Array({ maxLength: 5 }),
    fc.constantFrom([45], [44], [34], [10], [57, 57, 57, 57, 57]),
  );
  fc.assert(
    fc.property(fc.constantFrom(0, 1), fc.nat(250), fc.nat(4), inserted, (which, at, cut, insert) => {
      const bytes = new TextEncoder().encode(which === 0 ? podList : nodeList);
      const changed = Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + cut)]);
      try {
        readers[which](changed);
      } catch (error) {
        expect(error, `${at} ${cut} ${insert.join(' ')}`).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 1500 },
  );
});

test('machine lists', () => {
  const nodes = openbNodes(
    bytesOf('n.csv', 'sn,cpu_milli,memory_mib,gpu,model\na,32000,262144,0,\nb,64000,1,2,P100\n'),
  );
  expect(nodes).toEqual([
    { name: 'a', cpuMilli: 32_000, memBytes: 262_144 * MIB },
    { name: 'b', cpuMilli: 64_000, memBytes: MIB, gpuCount: 2, gpuModel: 'P100' },
  ]);
  expect(() => openbNodes(bytesOf('n.csv', 'sn,cpu_milli,memory_mib,gpu,model\na,1,1,0,\na,1,1,0,\n'))).toThrow(
    'n.csv:3: field "sn": "a" is already the machine of line 2; give each machine its own name',
  );
});

const traces = traceDir();
const file = (name: string): Uint8Array => readFileSync(join(traces ?? '', 'openb', `${name}.csv`));

/** Sum over the pods of a part of their request. */
function total(table: PodTable, part: (request: PodTable['requests'][number]) => number): number {
  let sum = 0;
  for (let k = 0; k < table.length; k++) sum += part(table.requests[table.request[k]]);
  return sum;
}

test.skipIf(traces === undefined)('the default openb list holds what its description says', () => {
  // traces/AVAILABLE.md and openb/SOURCE.md: counts made with another CSV parser.
  const report = new DropReport();
  const table = collect(openbPods(bytesOf('openb', file('openb_pod_list_default')), report));
  expect(table.length).toBe(8152);
  expect(report.dropped).toBe(0);
  const byGpus = new Map<number, number>();
  for (let k = 0; k < table.length; k++) {
    const gpus = table.requests[table.request[k]].gpuCount ?? 0;
    byGpus.set(gpus, (byGpus.get(gpus) ?? 0) + 1);
  }
  expect([...byGpus].sort(([a], [b]) => a - b)).toEqual([
    [0, 1088],
    [1, 3078 + 3911],
    [2, 16],
    [4, 15],
    [8, 44],
  ]);
  expect(total(table, (request) => (request.gpuMilli ?? 0) * (request.gpuCount ?? 0))).toBe(6_086_800);
  expect(new Set(table.requests.map(requestKey)).size).toBe(151);
  const top = table.requests.findIndex(
    (one) => one.cpuMilli === 3152 && one.gpuMilli === 810 && one.memBytes === 5600 * MIB,
  );
  expect(table.request.subarray(0, table.length).filter((request) => request === top).length).toBe(1047);
  expect(Math.max(...table.arrivesUs.subarray(0, table.length))).toBeLessThanOrEqual(12_902_960e6);
  // awk -F, 'NR>1{print $10-($11==""?$9:$11)}' | sort -n | sed -n 4077p
  const runs = [...table.runsUs.subarray(0, table.length)].map((us) => us / 1e6).sort((a, b) => a - b);
  expect(runs[Math.floor(runs.length / 2)]).toBe(485);
});

test.skipIf(traces === undefined)('the other openb lists and the machines hold what their description says', () => {
  const lengths = { cpu200: 8832, gpushare60: 8152, gpuspec25: 8152, multigpu20: 8324, multigpu50: 9061 };
  for (const [name, length] of Object.entries(lengths)) {
    const source = openbPods(bytesOf(name, file(`openb_pod_list_${name}`)), new DropReport(), { order: 'any' });
    const table = collect(source);
    expect(table.length, name).toBe(length);
    if (name === 'gpuspec25') {
      const constrained = table.request.subarray(0, length).filter((k) => table.requests[k].gpuModels !== undefined);
      expect(constrained.length).toBe(1759);
    }
    if (name === 'multigpu50') expect(total(table, (request) => request.gpuCount ?? 0)).toBeGreaterThan(7087);
  }
  const all = openbNodes(bytesOf('all', file('openb_node_list_all_node')));
  const gpu = openbNodes(bytesOf('gpu', file('openb_node_list_gpu_node')));
  const sums = (nodes: typeof all): number[] => [
    nodes.length,
    nodes.reduce((sum, node) => sum + (node.gpuCount ?? 0), 0),
    nodes.reduce((sum, node) => sum + node.cpuMilli, 0),
    nodes.reduce((sum, node) => sum + node.memBytes, 0) / MIB,
  ];
  expect(sums(all)).toEqual([1523, 6212, 125_514_000, 612_028_416]);
  expect(sums(gpu)).toEqual([1213, 6212, 107_018_000, 503_828_480]);
});
