import { fc } from '../../../test/fuzz.ts';
import { expect, test } from 'vitest';
import { InputError } from '../../sim/input-error.ts';
import type { PodRequest } from '../../sim/pod-request.ts';
import { blankRow, clearRow, type PodRow, type PodSource } from '../../sim/pod-source.ts';
import { bytesOf } from '../byte-source.ts';
import { DropReport } from '../drop-report.ts';
import { writePodCsv } from '../write-pod-csv.ts';
import { writePodNdjson } from '../write-pod-ndjson.ts';
import { podCsv } from './pod-csv.ts';
import { podNdjson } from './pod-ndjson.ts';

const GI = 1024 ** 3;

function rowsOf(source: PodSource): PodRow[] {
  const rows: PodRow[] = [];
  for (let row = blankRow(); source.next(row); row = blankRow()) rows.push(row);
  return rows;
}

function sourceOf(rows: readonly PodRow[]): PodSource {
  let k = 0;
  return { next: (row) => k < rows.length && Object.assign(row, rows[k++]) === row };
}

const readCsv = (text: string, report = new DropReport()): PodRow[] => rowsOf(podCsv(bytesOf('a.csv', text), report));
const readNdjson = (text: string, report = new DropReport()): PodRow[] =>
  rowsOf(podNdjson(bytesOf('a.ndjson', text), report));

test('every column, with units', () => {
  const header =
    'name,arrives,runs,estimate,cpu,mem,storage,gpus,gpu,gpu_models,priority,user,gang,gang_size,node_selector,tolerations,extended';
  const [first, second] = readCsv(
    `# made by hand\n${header}\n` +
      'a,12.5s,90s,2m,1500m,2Gi,10G,1,460m,A10|T4,5,ann,g,2,zone=a;disk=ssd,spot;team=ml,fpga=3\n' +
      'b,1h,,,2,512M,,,,,,,,,,,\n',
  );
  expect(first).toEqual({
    name: 'a',
    arrivesUs: 12_500_000,
    runsUs: 90_000_000,
    estimateUs: 120_000_000,
    priority: 5,
    user: 'ann',
    gang: 'g',
    gangSize: 2,
    request: {
      cpuMilli: 1500,
      memBytes: 2 * GI,
      storageBytes: 10e9,
      gpuCount: 1,
      gpuMilli: 460,
      gpuModels: ['A10', 'T4'],
      nodeSelector: { zone: 'a', disk: 'ssd' },
      tolerations: ['spot', 'team=ml'],
      extended: { fpga: 3 },
    },
  });
  expect(second).toEqual({
    ...blankRow(),
    name: 'b',
    arrivesUs: 3_600_000_000,
    request: { cpuMilli: 2000, memBytes: 512e6 },
  });
});

test('NDJSON says the same with texts, numbers, arrays and objects', () => {
  const [texts, natives] = readNdjson(
    '{"name":"a","arrives":"12.5s","runs":"90s","cpu":"1500m","mem":"2Gi","gpus":"2","gpu_models":"A10|T4","node_selector":"zone=a","tolerations":"spot;x=y","extended":"fpga=3"}\r\n' +
      '\n{"name":"a","arrives":12.5,"runs":90,"cpu":1.5,"mem":2147483648,"gpus":2,"gpu_models":["A10","T4"],"node_selector":{"zone":"a"},"tolerations":["spot","x=y"],"extended":{"fpga":3},"estimate":null}\n',
  );
  expect(natives).toEqual(texts);
  expect(texts.request.gpuModels).toEqual(['A10', 'T4']);
  expect(texts.arrivesUs).toBe(12_500_000);
});

test('unknown columns and keys are reported once, equal requests are one object', () => {
  const report = new DropReport();
  const rows = readCsv('arrives,cpu,mem,colour\n0,1,1Gi,red\n1,1,1Gi,blue\n', report);
  expect(rows[0].request).toBe(rows[1].request);
  expect(report.sentences()).toHaveLength(2);
  expect(report.sentences()[1]).toMatch(/^a.csv: column "colour" is not known and was left out; known are name, /);
  const other = new DropReport();
  readNdjson('{"arrives":0,"cpu":1,"mem":1,"x":1}\n{"arrives":0,"cpu":1,"mem":1,"x":1}\n', other);
  expect(other.sentences()).toHaveLength(2);
});

test.each([
  ['', 'a.csv: the file is empty; it should begin with a header like name,arrives,runs,cpu,mem'],
  ['arrives,cpu,mem\n', 'a.csv: the file has a header but no pods; add one row a pod'],
  ['arrives,cpu\n', 'a.csv:1: the header has no column "mem"; write it like name,arrives,runs,cpu,mem'],
  [
    'arrives,cpu,mem\n0,1,1Gi\n1,NaN,1Gi\n',
    'a.csv:3: field "cpu": "NaN" is not an amount of CPU; write it like 1500m or 1.5',
  ],
  [
    'arrives,runs,cpu,mem\n0,-5s,1,1Gi\n',
    'a.csv:2: field "runs": "-5s" is negative; write it like 90s, 1.5h, 250ms or 3d',
  ],
  [
    'arrives,cpu,mem\n0,1,9007199254740993\n',
    'a.csv:2: field "mem": "9007199254740993" is too large for an amount of bytes',
  ],
  ['arrives,cpu,mem\n,1,1\n', 'a.csv:2: field "arrives": it is empty; write it like 90s'],
  [
    'arrives,cpu,mem\n5,1,1\n4,1,1\n',
    'a.csv:3: the pod arrives at 4s, before the one above it (5s); sort the rows by arrival or use the transform "sort"',
  ],
  [
    'arrives,cpu,mem,gang\n5,1,1,g\n',
    'a.csv:2: field "gang_size": it is empty although the pod is in a gang; write the number of its members',
  ],
  ['arrives,cpu,mem,gang,gang_size\n5,1,1,,2\n', 'a.csv:2: field "gang": it is empty although gang_size is 2'],
  ['arrives,cpu,mem,gpus\n5,1,1,1.5\n', 'a.csv:2: field "gpus": "1.5" is not a whole number from 0 to 31'],
  [
    'arrives,cpu,mem,extended\n5,1,1,fpga\n',
    'a.csv:2: field "extended": "fpga" is not a pair; write it like key=value;key=value',
  ],
  ['arrives,cpu,mem\n5,1\n', 'a.csv:2: the row has 2 fields and the header 3'],
])('%j is refused with a sentence', (text, sentence) => {
  expect(() => readCsv(text)).toThrow(InputError);
  expect(() => readCsv(text)).toThrow(sentence);
});

test.each([
  ['', 'a.ndjson: the file is empty; write one pod a line, like {'],
  ['{"arrives":0,"cpu":1}', 'a.ndjson:1: field "mem": it is missing; write it like {'],
  ['{"arrives":0,"cpu":1,"mem":true}', 'a.ndjson:1: field "mem": "true" is not a text, a number or a list of them'],
  ['{"arrives":0,"cpu":1,"mem":1}\n[1]', 'a.ndjson:2: "[1]" is not a JSON object'],
  ['{"arrives":0,', 'a.ndjson:1: "{\\"arrives\\":0," is not JSON'],
  ['{"arrives":-1,"cpu":1,"mem":1}', 'a.ndjson:1: field "arrives": "-1" is negative'],
  ['{"arrives":1e300,"cpu":1,"mem":1}', 'a.ndjson:1: field "arrives": "1e+300" is not a time'],
])('%j is refused with a sentence', (text, sentence) => {
  expect(() => readNdjson(text)).toThrow(InputError);
  expect(() => readNdjson(text)).toThrow(sentence);
});

const word = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.constantFrom('a;b', 'a|b=c', '%41', ' x ', '#x', '"', 'a\nb', ',', '\uFEFFx', '=', '__proto__'),
);
const bounded = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const times = fc.oneof(bounded, fc.nat(10_000_000), fc.constant(Infinity));
const requests: fc.Arbitrary<PodRequest> = fc
  .record(
    {
      cpuMilli: bounded,
      memBytes: bounded,
      storageBytes: fc.integer({ min: 1, max: 2 ** 50 }),
      gpu: fc.record({ gpuCount: fc.integer({ min: 1, max: 31 }), gpuMilli: fc.integer({ min: 1, max: 1000 }) }),
      gpuModels: fc.array(word, { minLength: 1, maxLength: 3 }),
      nodeSelector: fc
        .array(fc.tuple(word, word), { minLength: 1, maxLength: 3 })
        .map((pairs) => Object.fromEntries(pairs)),
      tolerations: fc.array(word, { minLength: 1, maxLength: 3 }),
      extended: fc
        .array(fc.tuple(word, bounded), { minLength: 1, maxLength: 3 })
        .map((pairs) => Object.fromEntries(pairs)),
    },
    { requiredKeys: ['cpuMilli', 'memBytes'] },
  )
  .map(({ gpu, gpuModels, ...rest }) => ({ ...rest, ...gpu, ...(gpu && gpuModels && { gpuModels }) }));
const pods: fc.Arbitrary<PodRow> = fc.record({
  name: fc.option(word, { nil: undefined }),
  arrivesUs: bounded,
  runsUs: times,
  estimateUs: times,
  priority: fc.oneof(fc.constant(0), fc.maxSafeInteger()),
  user: fc.option(word, { nil: undefined }),
  gang: fc.option(word, { nil: undefined }),
  gangSize: fc.integer({ min: 1, max: 1000 }),
  request: requests,
});
const workloads = fc
  .array(pods, { minLength: 1, maxLength: 5 })
  .map((rows) =>
    rows
      .sort((a, b) => a.arrivesUs - b.arrivesUs)
      .map((row) => ({ ...row, gangSize: row.gang === undefined ? 1 : row.gangSize })),
  );

test('reading what was written gives the same pods', () => {
  fc.assert(
    fc.property(workloads, (rows) => {
      expect(readCsv([...writePodCsv(sourceOf(rows))].join(''))).toEqual(rows);
      expect(readNdjson([...writePodNdjson(sourceOf(rows))].join(''))).toEqual(rows);
    }),
    { numRuns: 500 },
  );
});

test('a file changed at any place gives pods or an InputError', () => {
  const rows: PodRow[] = Array.from({ length: 6 }, (_, k) => {
    const row = blankRow();
    clearRow(row);
    row.arrivesUs = k * 1_500_000;
    row.runsUs = 1e6;
    row.request = { cpuMilli: 100 * k, memBytes: k * GI, gpuCount: 1, gpuModels: ['A|B'], extended: { x: 1 } };
    return row;
  });
  const files = [
    { content: [...writePodCsv(sourceOf(rows))].join(''), read: podCsv },
    { content: [...writePodNdjson(sourceOf(rows))].join(''), read: podNdjson },
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.nat(1200),
      fc.nat(5),
      fc.uint8Array({ maxLength: 6 }),
      (file, at, cut, insert) => {
        const bytes = new TextEncoder().encode(file.content);
        const changed = Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + cut)]);
        try {
          const found = rowsOf(file.read(bytesOf('a', changed), new DropReport()));
          for (const row of found) expect(Number.isSafeInteger(row.request.memBytes)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      },
    ),
    { numRuns: 1500 },
  );
});
