/**
 * Bytes of a trace, pulled. The callers stand at the edge: a file is `fs.readSync` behind it, a page an upload, a test
 * a string. Pulling synchronously keeps the event loop of a run free of promises.
 */
export interface ByteSource {
  /** What error sentences call it, usually the path the user wrote. */
  readonly name: string;
  /** Fills the buffer from its beginning with up to `buffer.length` bytes and says how many; 0 is the end. */
  read(buffer: Uint8Array): number;
}

/** A source of bytes that are in memory already; text becomes UTF-8. */
export function bytesOf(name: string, content: Uint8Array | string): ByteSource {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  let position = 0;
  return {
    name,
    read(buffer) {
      const count = Math.min(buffer.length, bytes.length - position);
      buffer.set(bytes.subarray(position, position + count));
      position += count;
      return count;
    },
  };
}

/** One source after the other, as if they were one file. */
export function concat(name: string, sources: readonly ByteSource[]): ByteSource {
  let current = 0;
  return {
    name,
    read(buffer) {
      if (buffer.length === 0) return 0;
      for (; current < sources.length; current++) {
        const count = sources[current].read(buffer);
        if (count > 0) return count;
      }
      return 0;
    },
  };
}

/** The first `count` bytes (fewer when there are fewer), and a source that still gives everything from the beginning. */
export function peek(source: ByteSource, count: number): { readonly head: Uint8Array; readonly source: ByteSource } {
  const buffer = new Uint8Array(count);
  const head = buffer.subarray(0, readFully(source, buffer));
  return { head, source: concat(source.name, [bytesOf(source.name, head), source]) };
}

/** Reads until the buffer is full or the source is at its end, however small its single reads are; says how many. */
export function readFully(source: ByteSource, buffer: Uint8Array): number {
  let filled = 0;
  while (filled < buffer.length) {
    const count = source.read(buffer.subarray(filled));
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
