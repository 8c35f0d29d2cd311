import { Gunzip } from 'fflate';
import { InputError } from '../sim/input-error.ts';
import { peek, readFully, type ByteSource } from './byte-source.ts';
import { crc32 } from './crc32.ts';

const INPUT_BYTES = 65_536;
/** A header whose file name has no end gives nothing however much is read; by then something must have come out. */
const SILENT_BYTES = 4_194_304;
/** A member ends with the CRC-32 and the length of what it holds, four bytes each. */
const TRAILER_BYTES = 8;

/**
 * The same bytes, unpacked when they begin with gzip's magic 1f 8b; anything else passes through. Members written one
 * after the other count as one file. Throws InputError when the data is cut short or damaged: fflate inflates, and
 * the checksums, which it does not look at when streaming, are compared here.
 */
export function gunzip(source: ByteSource): ByteSource {
  let inner: ByteSource | undefined;
  return {
    name: source.name,
    read(buffer) {
      if (inner === undefined) {
        const { head, source: whole } = peek(source, 2);
        inner = head[0] === 0x1f && head[1] === 0x8b ? inflating(whole) : whole;
      }
      return inner.read(buffer);
    },
  };
}

function inflating(source: ByteSource): ByteSource {
  // A member's trailer may lie before the chunk in which the next member is noticed, so one chunk more is kept.
  const recent = new Uint8Array(2 * INPUT_BYTES);
  let recentCount = 0;
  let packedCount = 0;
  let crc = 0;
  let unpackedCount = 0;
  let ended = false;
  let silent = true;
  const ready: Uint8Array[] = [];
  let readyFirst = 0;

  const gunzipper = new Gunzip((bytes) => {
    if (bytes.length === 0) return;
    crc = crc32(crc, bytes);
    unpackedCount += bytes.length;
    silent = false;
    ready.push(bytes);
  });
  gunzipper.onmember = (offset) => {
    checkTrailer(offset);
    crc = 0;
    unpackedCount = 0;
  };

  /** Compares the trailer that ends at this place of the packed bytes with what was unpacked since the last one. */
  function checkTrailer(memberEnd: number): void {
    const at = memberEnd - TRAILER_BYTES - (packedCount - recentCount);
    if (at < 0) throw new RangeError('no trailer');
    const trailer = new DataView(recent.buffer, at, TRAILER_BYTES);
    if (trailer.getUint32(0, true) !== crc || trailer.getUint32(4, true) !== unpackedCount % 2 ** 32)
      throw new RangeError('checksums differ');
  }

  function pull(): void {
    const kept = Math.min(recentCount, INPUT_BYTES);
    recent.copyWithin(0, recentCount - kept, recentCount);
    const count = readFully(source, recent.subarray(kept, kept + INPUT_BYTES));
    recentCount = kept + count;
    packedCount += count;
    ended = count < INPUT_BYTES;
    try {
      gunzipper.push(recent.slice(kept, recentCount), ended);
      if (ended) checkTrailer(packedCount);
      if (silent && packedCount > SILENT_BYTES) throw new RangeError('nothing comes out');
    } catch {
      ended = true;
      throw new InputError(`${source.name}: the gzip data is cut short or damaged; copy or download the file again`);
    }
  }

  return {
    name: source.name,
    read(buffer) {
      while (ready.length === 0 && !ended) pull();
      if (ready.length === 0) return 0;
      const first = ready[0];
      const count = Math.min(buffer.length, first.length - readyFirst);
      buffer.set(first.subarray(readyFirst, readyFirst + count));
      readyFirst += count;
      if (readyFirst === first.length) {
        ready.shift();
        readyFirst = 0;
      }
      return count;
    },
  };
}
