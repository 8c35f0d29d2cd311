import { fc } from '../../test/fuzz.ts';
import { expect, test } from 'vitest';
import { bytesOf } from './byte-source.ts';
import { LineReader } from './line-reader.ts';

function linesOf(content: string): string[] {
  const reader = new LineReader(bytesOf('a.txt', content));
  const lines: string[] = [];
  while (reader.next()) lines.push(reader.text());
  expect(reader.line).toBe(lines.length);
  return lines;
}

test('lines end with LF or CRLF, and the last one need not end', () => {
  expect(linesOf('a\r\n\nbä\n')).toEqual(['a', '', 'bä']);
  expect(linesOf('\uFEFFa\nb')).toEqual(['a', 'b']);
  expect(linesOf('')).toEqual([]);
});

test('the end of the buffer may fall on any byte of a line', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 20 }), { maxLength: 10 }), fc.nat(60), (lines, k) => {
      const clean = lines.map((line) => line.replace(/[\r\n]/g, ''));
      // The first line puts byte k of the others first behind the buffer of 65,536 bytes.
      const content = ['x'.repeat(65_535 - k), ...clean].map((line) => `${line}\r\n`).join('');
      expect(linesOf(content).slice(1)).toEqual(clean);
    }),
    { numRuns: 300 },
  );
});

test('a line without end is refused', () => {
  expect(() => linesOf(`a\n${'x'.repeat(3_000_000)}`)).toThrow(
    'a.txt:2: the line is longer than 1048576 bytes; is this a text file with one row a line?',
  );
});
