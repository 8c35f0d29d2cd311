import type { ByteSource } from '../src/workloads/byte-source.ts';

/** A file of a head and a body that comes so many times, of which the body is in memory once. */
export function repeatedBytes(name: string, head: Uint8Array, body: Uint8Array, times: number): ByteSource {
  let part = head;
  let position = 0;
  let left = times;
  return {
    name,
    read(buffer) {
      if (position === part.length) {
        if (left === 0) return 0;
        left--;
        part = body;
        position = 0;
      }
      const count = Math.min(buffer.length, part.length - position);
      buffer.set(part.subarray(position, position + count));
      position += count;
      return count;
    },
  };
}
