import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../../../test/fuzz.ts';
import { expect, test } from 'vitest';
import { traceDir } from '../../../test/trace-dir.ts';
import { InputError } from '../../sim/input-error.ts';
import { blankRow, type PodRow } from '../../sim/pod-source.ts';
import { bytesOf } from '../byte-source.ts';
import { DropReport } from '../drop-report.ts';
import { swfJobs, type SwfOptions } from './swf-jobs.ts';

/** A job line from the fields that matter; the rest is unknown. */
function job(
  id: number,
  submit: number,
  run: number,
  allocated: number,
  requested: number,
  time: number,
  user = 7,
): string {
  return ` ${id} ${submit} -1 ${run} ${allocated} -1 -1 ${requested} ${time} -1 1 ${user} -1 -1 -1 -1 -1 -1\n`;
}

function read(text: string | Uint8Array, options: SwfOptions = {}, report = new DropReport()): PodRow[] {
  const source = swfJobs(bytesOf('l.swf', text), report, options);
  const rows: PodRow[] = [];
  for (let row = blankRow(); source.next(row); row = blankRow()) rows.push(row);
  return rows;
}

test('a job is one pod of N CPUs, or a gang of N pods of one', () => {
  const [pod] = read(job(3, 10, 20, 2, 2, 30));
  expect(pod).toEqual({
    name: '3',
    arrivesUs: 10e6,
    runsUs: 20e6,
    estimateUs: 30e6,
    priority: 0,
    user: '7',
    gang: undefined,
    gangSize: 1,
    request: { cpuMilli: 2000, memBytes: 0 },
  });
  const gang = read(job(3, 10, 20, 2, 2, 30) + job(4, 11, 1, 1, -1, -1, -1), { as: 'gang' });
  expect(gang.map((row) => [row.name, row.gang, row.gangSize, row.request.cpuMilli, row.user, row.estimateUs])).toEqual(
    [
      ['3.0', '3', 2, 1000, '7', 30e6],
      ['3.1', '3', 2, 1000, '7', 30e6],
      ['4', undefined, 1, 1000, undefined, Infinity],
    ],
  );
});

test('a gang of millions is refused, a pod of as many CPUs is not', () => {
  const line = job(1, 0, 5, 1, 2_000_000, 9);
  expect(read(line)).toHaveLength(1);
  expect(() => read(line, { as: 'gang' })).toThrow(
    'l.swf:1: field 8 (requested processors): a gang of 2000000 pods is too large; read the log with as=pod',
  );
});

test('memory is requested, else used, KB for each processor', () => {
  const line = (used: number, requested: number): string =>
    `1 0 -1 5 4 -1 ${used} 4 9 ${requested} 1 -1 -1 -1 -1 -1 -1 -1\n`;
  expect(read(line(100, 200))[0].request.memBytes).toBe(200 * 1024 * 4);
  expect(read(line(100, -1))[0].request.memBytes).toBe(100 * 1024 * 4);
  expect(read(line(-1, -1))[0].request.memBytes).toBe(0);
  expect(read(line(100, 200), { as: 'gang' })[0].request.memBytes).toBe(200 * 1024);
});

test('header comments become a record', () => {
  const source = swfJobs(
    bytesOf(
      'l.swf',
      `; Version: 2.2\n; MaxProcs: 100\n; Note: one\n;       two\n; Note: three\n;\n${job(1, 0, 1, 1, 1, 1)}`,
    ),
    new DropReport(),
  );
  source.next(blankRow());
  expect(source.header()).toEqual({ Version: '2.2', MaxProcs: '100', Note: 'one\ntwo\nthree' });
});

test('the cleaning of the published backfilling experiments, rule by rule', () => {
  const report = new DropReport();
  const log =
    '; MaxProcs: 10\n; MaxJobs: 12\n' +
    job(1, 0, 5, 11, 4, 9) + // allocated above the machine
    job(2, 1, 5, 4, 11, 9) + // requested above the machine
    job(3, 2, 5, 4, -1, 9) + // requested := allocated = 4
    job(4, 3, 5, -1, 3, 9) + // allocated := requested = 3
    job(5, 4, 5, -1, 0, 9) + // neither
    job(6, 5, 0, 1, 1, 9) + // run time 0
    job(7, 6, 5, 1, 1, -1) + // requested time unknown
    job(8, 7, 9, 1, 1, 5) + // ran longer than requested: 5
    job(9, 8, 5, 2, 8, 9); // processors = field 8
  const rows = read(log, { cleaning: 'backfilling' }, report);
  expect(rows.map((row) => [row.name, row.request.cpuMilli / 1000, row.runsUs / 1e6])).toEqual([
    ['3', 4, 5],
    ['4', 3, 5],
    ['8', 1, 5],
    ['9', 8, 5],
  ]);
  expect(report.sentences()).toEqual([
    '9 rows read, 4 pods given',
    '2 rows dropped: more processors than the machine has (10) (l.swf:3, l.swf:4)',
    '1 row dropped: neither allocated nor requested processors are known (l.swf:7)',
    '1 row dropped: run time is not above 0 (l.swf:8)',
    '1 row dropped: requested time is not above 0 (l.swf:9)',
    '1 row changed: the job ran longer than requested; its run time became the requested time (l.swf:10)',
    'the header announces 12 jobs, the log holds 9',
  ]);
  // Without cleaning only the job without processors cannot run at all.
  expect(read(log)).toHaveLength(8);
});

test('CRLF, tabs and a missing last line end change nothing', () => {
  const plain = job(1, 0, 5, 1, 1, 9) + job(2, 1, 5, 1, 1, 9);
  const other = plain.replaceAll('\n', '\r\n').replaceAll(' ', '\t').slice(0, -2);
  expect(read(`\uFEFF; Note: x\r\n${other}`)).toEqual(read(plain));
});

test.each([
  ['', 'l.swf: the log holds no jobs; a job is a line of 18 numbers'],
  ['1 2 3\n', 'l.swf:1: the line has 3 fields; a job of the Standard Workload Format has 18 numbers, -1 where unknown'],
  [
    job(1, 0, 5, 1, 1, 9).replace('5', 'NaN'),
    'l.swf:1: field 4 (run time): "NaN" is not a number; write a whole number, -1 where unknown',
  ],
  [
    job(1, 0, 5, 1, 1, 9).replace('5', '9007199254740993'),
    'l.swf:1: field 4 (run time): "9007199254740993" is beyond 2^53',
  ],
  [job(1, 0, 9_007_199_255, 1, 1, 9), 'l.swf:1: field 4 (run time): 9007199255 seconds is beyond 2^53 microseconds'],
  [job(1, 0, 5, 1, 2e9, 9), 'l.swf:1: field 8 (requested processors): 2000000000 is not a number of processors'],
  [job(1, 9, 5, 1, 1, 9) + job(2, 8, 5, 1, 1, 9), 'l.swf:2: the pod arrives at 8s, before the one above it (9s)'],
])('%j is refused with a sentence', (text, sentence) => {
  expect(() => read(text)).toThrow(InputError);
  expect(() => read(text)).toThrow(sentence);
});

test('a log changed at any place gives jobs or an InputError', () => {
  const bytes = new TextEncoder().encode(`; MaxProcs: 10\n${[1, 2, 3].map((k) => job(k, k, 5, 2, 3, 9)).join('')}`);
  fc.assert(
    fc.property(
      fc.nat(250),
      fc.nat(4),
      fc.oneof(fc.uint8Array({ maxLength: 5 }), fc.constant([45])),
      (at, cut, insert) => {
        const changed = Uint8Array.from([...bytes.subarray(0, at), ...insert, ...bytes.subarray(at + cut)]);
        try {
          for (const row of read(changed, { cleaning: 'backfilling' })) expect(row.runsUs).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      },
    ),
    { numRuns: 1000 },
  );
});

const traces = traceDir();
const log = (name: string): Uint8Array => readFileSync(join(traces ?? '', 'swf', name));

test.skipIf(traces === undefined)('KTH-SP2: 28,481 jobs remain after cleaning, as published', () => {
  const report = new DropReport();
  const rows = read(log('KTH-SP2.swf'), { cleaning: 'backfilling' }, report);
  expect(rows).toHaveLength(28_481);
  // Eight jobs of the log have run time 0 (awk '!/^;/ && $4<=0'); its header announces one more than it holds.
  expect(report.reasons().map(({ reason, count }) => [reason, count])).toEqual([['run time is not above 0', 8]]);
  expect(report.sentences()).toContain('the header announces 28490 jobs, the log holds 28489');
  expect(rows.every((row) => row.runsUs <= row.estimateUs && row.request.cpuMilli <= 100_000)).toBe(true);
});

test.skipIf(traces === undefined)('LCG: 188,041 jobs of one processor, from gzip; a zip archive is named', () => {
  const rows = read(log('LCG.swf.gz'));
  expect(rows).toHaveLength(188_041);
  expect(rows.every((row) => row.request.cpuMilli === 1000)).toBe(true);
  expect(() => read(log('LCG.swf.gz').subarray(0, 1_000_000))).toThrow('l.swf: the gzip data is cut short or damaged');
  expect(() => read(log('NASA-iPSC-1993-3.1-cln.swf.zip'))).toThrow('l.swf: the file is a zip archive; unpack it');
});
