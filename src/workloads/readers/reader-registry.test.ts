import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { InputError } from '../../sim/input-error.ts';
import { bytesOf } from '../byte-source.ts';
import { DropReport } from '../drop-report.ts';
import { collect } from '../pod-table.ts';
import { detectFormat, openPods, POD_FORMATS, readNodes } from './reader-registry.ts';

const SWF = '; MaxProcs: 4\n1 0 -1 5 2 -1 -1 2 9 -1 1 1 -1 -1 -1 -1 -1 -1\n';
const PODS = 'arrives,cpu,mem\n0,1,1Gi\n';
const NDJSON = '{"arrives":0,"cpu":1,"mem":1}\n';
const OPENB = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,0,0\n';

test('the format is found by what is in the file, whatever it is called, packed or not', () => {
  for (const [content, format] of [
    [SWF, 'swf'],
    [SWF.slice(SWF.indexOf('\n') + 1), 'swf'],
    [PODS, 'pods'],
    [`# made by hand\n${PODS.replaceAll(',', ';')}`, 'pods'],
    [NDJSON, 'pods-ndjson'],
    [OPENB, 'openb'],
  ] as const) {
    expect(detectFormat('x.dat', new TextEncoder().encode(content)).name, content).toBe(format);
    if (content.includes(';') && format === 'pods') continue;
    expect(collect(openPods(bytesOf('x.gz', gzipSync(content)), new DropReport())).length, content).toBe(1);
  }
});

test('a file that is not recognised goes by its name, so that its fault is told', () => {
  const open = (name: string, content: string): unknown => collect(openPods(bytesOf(name, content), new DropReport()));
  expect(() => open('dir/a.csv', 'arrives,cpu\n')).toThrow('dir/a.csv:1: the header has no column "mem"');
  expect(() => open('dir/openb_pod_list_x.csv', 'name\n')).toThrow('no column "cpu_milli", "memory_mib"');
  expect(() => open('a.swf', 'x')).toThrow('a.swf:1: field 1 (job number): "x" is not a number');
  expect(() => open('a.bin', 'x')).toThrow(
    'a.bin: this is no pod list of a known format; known are pods-ndjson (*.ndjson',
  );
  expect(() => open('a.csv', ' \n')).toThrow('a.csv: the file is empty; a pod list has at least a header and a row');
});

test('options are texts and checked', () => {
  const open = (content: string, options: Record<string, string>, format?: string): number =>
    collect(openPods(bytesOf('a', content), new DropReport(), { options, ...(format !== undefined && { format }) }))
      .length;
  expect(open(SWF, { as: 'gang', cleaning: 'backfilling', 'max-procs': '4' })).toBe(2);
  expect(open(OPENB, { times: 'none', every: '1s' })).toBe(1);
  expect(open(PODS.replaceAll(',', ';'), { delimiter: ';' })).toBe(1);
  expect(() => open(SWF, { as: 'team' })).toThrow('option as: "team" is not known; write pod or gang');
  expect(() => open(SWF, { speed: '1' })).toThrow(
    'the format swf has no option "speed"; it has cleaning, as, max-procs',
  );
  expect(() => open(SWF, { 'max-procs': 'x' })).toThrow(
    'option max-procs: "x" is not a whole number from 1 to 2^53 - 1',
  );
  expect(() => open(PODS, {}, 'podz')).toThrow('no format is called "podz"; known are pods-ndjson, openb, swf, pods');
  for (const format of POD_FORMATS)
    expect(() => open(PODS, { nonsense: '1' }, format.name), format.name).toThrow(InputError);
});

test('machine lists', () => {
  expect(readNodes(bytesOf('a', 'cpu,mem\n1,1Gi\n'), new DropReport())).toHaveLength(1);
  expect(
    readNodes(bytesOf('a', gzipSync('sn,cpu_milli,memory_mib,gpu,model\na,1,1,0,\n')), new DropReport()),
  ).toHaveLength(1);
  expect(() => readNodes(bytesOf('a', PODS), new DropReport())).toThrow('a: this is no machine list of a known format');
});
