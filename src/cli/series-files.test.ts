import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, expect, test } from 'vitest';
import { livingFixture } from '../../test/living-fixture.ts';
import {
  addSeriesFlags,
  dropTraceJournal,
  journalForTrace,
  type SeriesFlags,
  writeSeriesFiles,
} from './series-files.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'baton-series-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const result = livingFixture({ policies: 1, seeds: [1] }).runs[0].result!;
const origin = { policy: 'fixed', seed: 7 };
const inFolder = (name: string): string => path.join(folder, name);

function flagsOf(...words: string[]): SeriesFlags {
  const command = addSeriesFlags(new Command()).exitOverride();
  return command.parse(words, { from: 'user' }).opts<SeriesFlags>();
}

test('the ending of a name says the format', async () => {
  const names = ['a.om', 'a.prom', 'a.csv', 'a.ndjson', 'a.parquet'].map(inFolder);
  const flags = flagsOf('--series', names.join(','));
  expect(await writeSeriesFiles(result, flags, origin)).toEqual(names);
  expect(readFileSync(names[0], 'utf8')).toMatch(/^# TYPE baton_service_requests_per_second gauge\n/);
  expect(readFileSync(names[0], 'utf8')).toContain('{policy="fixed",seed="7",service="web"}');
  expect(readFileSync(names[1], 'utf8')).toBe(readFileSync(names[0], 'utf8'));
  expect(readFileSync(names[2], 'utf8').split('\n')[0]).toBe('timeUs,name,service,zone,unit,value');
  const rows = readFileSync(names[3], 'utf8').trimEnd().split('\n').length;
  const bytes = readFileSync(names[4]);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  expect((await parquetReadObjects({ file })).length).toBe(rows);
  expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('a trace has the pods of the journal, which goes away again unless it was asked for', async () => {
  const flags = flagsOf('--trace', inFolder('run.json'));
  const journal = journalForTrace(flags, undefined)!;
  const lines = [
    { timeUs: 1, kind: 'place', pod: 3, node: 'n0' },
    { timeUs: 9, kind: 'finish', pod: 3, node: 'n0' },
  ];
  writeFileSync(journal, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  await writeSeriesFiles(result, flags, origin, journal);
  const { traceEvents } = JSON.parse(readFileSync(inFolder('run.json'), 'utf8')) as { traceEvents: { ph: string }[] };
  expect(traceEvents.filter((event) => event.ph === 'X')).toEqual([
    { ph: 'X', name: 'pod 3', cat: 'pod', pid: 10, tid: 1, ts: 1, dur: 8, args: { ended: 'finished' } },
  ]);
  dropTraceJournal(flags);
  expect(existsSync(journal)).toBe(false);
  expect(journalForTrace(flags, 'mine.ndjson')).toBe('mine.ndjson');
  expect(journalForTrace({}, undefined)).toBeUndefined();
});

test('what cannot be written is said before or after the run, in a sentence', async () => {
  expect(() => flagsOf('--series', 'a.csv,b.xls')).toThrow(
    '--series b.xls: cannot tell the format from this name; end it in .om, .prom, .csv, .ndjson or .parquet',
  );
  expect(() => flagsOf('--series', '')).toThrow('name a file');
  expect(() => flagsOf('--trace', 'run.txt')).toThrow('end its name in .json');
  await expect(writeSeriesFiles(result, { series: [inFolder('none/a.csv')] }, origin)).rejects.toThrow(
    /none\/a\.csv: cannot be written \(ENOENT\); name another file/,
  );
});
