import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { InputError } from '../sim/input-error.ts';
import { bytesOf, concat, readFully, type ByteSource } from './byte-source.ts';
import { gunzip } from './gunzip.ts';

/** The source, giving one byte at a time. */
function oneByOne(source: ByteSource): ByteSource {
  return { name: source.name, read: (buffer) => source.read(buffer.subarray(0, 1)) };
}

function all(source: ByteSource): Uint8Array {
  const buffer = new Uint8Array(500_000);
  return buffer.subarray(0, readFully(source, buffer));
}

/** So many bytes that do not compress to nothing: a linear congruential generator's high bits. */
function noise(count: number): Uint8Array {
  let state = 1;
  return new Uint8Array(count).map(() => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) & 63;
  });
}

test('plain bytes pass through, packed ones come out unpacked, also one byte at a time', () => {
  const bytes = noise(300_000);
  const packed = gzipSync(bytes);
  for (const content of [bytes, packed]) {
    expect(Buffer.compare(all(gunzip(bytesOf('a', content))), bytes)).toBe(0);
    expect(Buffer.compare(all(gunzip(oneByOne(bytesOf('a', content)))), bytes)).toBe(0);
  }
  expect(all(gunzip(bytesOf('empty', '')))).toEqual(new Uint8Array(0));
});

test('members written one after the other count as one file, wherever the chunks are cut', () => {
  const bytes = noise(400_000);
  // Members of many sizes put their ends at many places of the 64 KiB chunks.
  const members: ByteSource[] = [];
  for (let from = 0, size = 1; from < bytes.length; from += size, size = (size * 3 + 7) % 50_000)
    members.push(bytesOf('member', gzipSync(bytes.subarray(from, Math.min(from + size, bytes.length)))));
  expect(members.length).toBeGreaterThan(10);
  expect(Buffer.compare(all(gunzip(concat('a.gz', members))), bytes)).toBe(0);
});

test('a header without end is not read for ever', () => {
  // Flag 8: a file name follows, which ends with a zero byte that never comes.
  const header = Uint8Array.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
  const letters: ByteSource = { name: 'letters', read: (buffer) => buffer.fill(65).length };
  expect(() => all(gunzip(concat('endless.gz', [bytesOf('header', header), letters])))).toThrow(
    'endless.gz: the gzip data is cut short or damaged',
  );
});

test('wherever a packed file is cut it is said; a changed byte is said too, unless it changes nothing', () => {
  const bytes = noise(1500);
  const packed = gzipSync(bytes);
  const sentence = 'a.gz: the gzip data is cut short or damaged; copy or download the file again';
  for (let cut = 2; cut < packed.length; cut++)
    expect(() => all(gunzip(bytesOf('a.gz', packed.subarray(0, cut)))), `cut at ${cut}`).toThrow(
      new InputError(sentence),
    );
  let said = 0;
  for (let at = 10; at < packed.length; at++) {
    const changed = Uint8Array.from(packed);
    changed[at] ^= 0x10;
    try {
      // A length of a code that no symbol uses can change without any effect: then the bytes must be the same.
      expect(Buffer.compare(all(gunzip(bytesOf('a.gz', changed))), bytes), `changed at ${at}`).toBe(0);
    } catch (error) {
      expect(String(error), `changed at ${at}`).toBe(`InputError: ${sentence}`);
      said++;
    }
  }
  expect(said).toBeGreaterThan(packed.length - 30);
});
