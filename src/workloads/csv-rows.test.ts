import { fc } from '../../test/fuzz.ts';
import { expect, test } from 'vitest';
import { InputError } from '../sim/input-error.ts';
import { bytesOf, type ByteSource } from './byte-source.ts';
import { CsvRows } from './csv-rows.ts';
import { CsvTable } from './csv-table.ts';

function rowsOf(content: string | Uint8Array, options = {}): [number, ...string[]][] {
  return readAll(new CsvRows(bytesOf('a.csv', content), options));
}

function readAll(rows: CsvRows): [number, ...string[]][] {
  const all: [number, ...string[]][] = [];
  while (rows.next()) all.push([rows.line, ...Array.from({ length: rows.count }, (_, k) => rows.text(k))]);
  return all;
}

test('CRLF, a byte order mark, quotes and a missing last line end change nothing', () => {
  const plain = rowsOf('a,b\n1,2\n3,\n');
  expect(plain).toEqual([
    [1, 'a', 'b'],
    [2, '1', '2'],
    [3, '3', ''],
  ]);
  for (const other of [
    'a,b\r\n1,2\r\n3,\r\n',
    '\uFEFFa,b\n1,2\n3,',
    '"a","b"\n"1",2\n"3",""',
    '"a","b"\r\n"1","2"\r\n3,""\r\n',
  ])
    expect(rowsOf(other), JSON.stringify(other)).toEqual(plain);
});

test('quoted fields hold delimiters, quotes and line ends, and lines are counted through them', () => {
  expect(rowsOf('"x,""y""\nz",2\nnext,3\n\n"",""\n')).toEqual([
    [1, 'x,"y"\nz', '2'],
    [3, 'next', '3'],
    [5, '', ''],
  ]);
});

test('other delimiters, comments and text that is not ASCII', () => {
  expect(rowsOf('# by hand, "so\na;b,c\nä€😀;\n#end', { delimiter: ';', comment: '#' })).toEqual([
    [2, 'a', 'b,c'],
    [3, 'ä€😀', ''],
  ]);
});

test('rows longer than the buffer are read, lines without end are refused', () => {
  const long = 'x'.repeat(200_000);
  expect(rowsOf(`a,b\n${long},"${long}"\n1,2\n`)[1]).toEqual([2, long, long]);
  expect(() => rowsOf('x'.repeat(3_000_000))).toThrow(
    'a.csv:1: the line is longer than 1048576 bytes; is this a text file with one row a line?',
  );
  expect(() => rowsOf('a\n"' + 'x\n'.repeat(1_500_000))).toThrow('a.csv:2: the line is longer');
  expect(() => rowsOf(','.repeat(10_000))).toThrow('more than 4096 fields');
});

test('faults of the file are told with their line', () => {
  expect(() => rowsOf('a\n"b')).toThrow('a.csv:2: a quoted field is not closed; every opening " needs a closing one');
  expect(() => rowsOf('a\n"b"c\n')).toThrow('a.csv:2: there is text after the closing quote of field 1');
  expect(() => rowsOf(new Uint8Array([0xff, 0xfe, 65, 0]))).toThrow('a.csv: the file is UTF-16 text; save it as UTF-8');
  expect(() => rowsOf('PK\u0003\u0004')).toThrow('a.csv: the file is a zip archive');
  const table = (content: string): CsvTable =>
    new CsvTable(bytesOf('a.csv', content), { required: ['a', 'b'], example: 'a,b' });
  expect(() => table('')).toThrow('a.csv: the file is empty; it should begin with a header like a,b');
  expect(() => table('a,c\n')).toThrow('a.csv:1: the header has no column "b"; write it like a,b');
  expect(() => table('a,b,a\n')).toThrow('a.csv:1: column "a" is there twice; keep one of them');
  expect(() => table('a,b\n1\n').next()).toThrow('a.csv:2: the row has 1 fields and the header 2');
});

test('numbers are read from the bytes where they are plain, and left to the exact parsers where not', () => {
  const rows = new CsvRows(
    bytesOf('a', '0,123456789012345,1234567890123456,1.5,-1,,12.5s,3s,0.000001,.5,5.,s,1.0000001\n'),
  );
  rows.next();
  const all = Array.from({ length: rows.count }, (_, k) => k);
  expect(all.map((k) => rows.wholeNumber(k))).toEqual([0, 123456789012345, ...new Array<number>(11).fill(-1)]);
  const us = all.map((k) => rows.microseconds(k));
  expect(us).toEqual([0, -1, -1, 1.5e6, -1, -1, 12.5e6, 3e6, 1, -1, -1, -1, -1]);
});

const cell = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'a"b', 'x,y', '\r\n', '\n', ' z '),
);
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));

function written(rows: readonly (readonly string[])[], lineEnd: string): string {
  return rows.map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(',') + lineEnd).join('');
}

/** The source in reads of the sizes given, round and round. */
function inSizes(source: ByteSource, sizes: readonly number[]): ByteSource {
  let k = 0;
  return { name: source.name, read: (buffer) => source.read(buffer.subarray(0, sizes[k++ % sizes.length])) };
}

test('every table comes back as it was written, with any line end and in any pieces', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(table, fc.constantFrom('\n', '\r\n'), sizes, (rows, lineEnd, pieces) => {
      const whole = written(rows, lineEnd).replace(/[\uD800-\uDFFF]/gu, '?');
      const expected = rows.map((row) => row.map((field) => field.replace(/[\uD800-\uDFFF]/gu, '?')));
      const isKept = (row: readonly string[]): boolean => row.length > 1 || row[0] !== '';
      const found = readAll(new CsvRows(inSizes(bytesOf('a', whole), pieces))).map(([, ...fields]) => fields);
      expect(found).toEqual(expected.filter(isKept));
    }),
    { numRuns: 500 },
  );
});

/** What comes of scanning: the rows, or the sentence why not. */
function outcome(source: ByteSource): unknown {
  try {
    return readAll(new CsvRows(source, { comment: '#' }));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  }
}

const nasty = fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a', '#'), maxLength: 60 });

test('any bytes give rows or an InputError, the same however they are cut', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    nasty.map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(bytes, (content) => {
      expect(outcome(inSizes(bytesOf('a', content), [1]))).toEqual(outcome(bytesOf('a', content)));
    }),
    { numRuns: 2000 },
  );
});

test('the end of the buffer may fall between CR and LF behind a closing quote', () => {
  for (let k = 1; k < 8; k++)
    expect(readAll(new CsvRows(inSizes(bytesOf('a', '"x","y"\r\n"z",1\r\n'), [k])))).toEqual([
      [1, 'x', 'y'],
      [2, 'z', '1'],
    ]);
});

test('the end of the buffer may fall on any byte of a row', () => {
  // A comment of 65,536 - k bytes puts byte k of the content first behind the end of the buffer.
  fc.assert(
    fc.property(nasty, fc.nat(60), (content, k) => {
      const comment = `#${'x'.repeat(65_534 - k)}\n`;
      expect(outcome(bytesOf('a', comment + content))).toEqual(outcome(bytesOf('a', `#\n${content}`)));
    }),
    { numRuns: 1000 },
  );
});
